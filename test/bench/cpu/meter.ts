import { Redis } from 'ioredis';
import type { Sql } from '../../../src/db/client.ts';
import type { Ground } from '../ground/ground.ts';
import type { Platform } from '../ground/platform.ts';
import type { BenchProcess } from '../ground/processes.ts';
import type { Counting } from '../ground/usage.ts';
import { databaseProcesses } from './database-processes.ts';

/** For one operation, by process. */
export interface Spent {
  /** Of CPU, user and system, all threads. */
  micros: Readonly<Record<string, number>>;
  /** Of these, what collecting garbage took of the main thread. */
  gcMicros: Readonly<Record<string, number>>;
  /** Allocated on the heap of JavaScript; for PostgreSQL, what it wrote to its log. */
  kilobytes: Readonly<Record<string, number>>;
}

export interface Meter extends AsyncDisposable {
  /** @param work answers how many operations it did */
  spend(work: () => Promise<number>): Promise<Spent>;
}

/** Counts what these processes, the database and Redis spend. */
export async function openMeter(
  { redisUrl }: Ground,
  { app }: Platform,
  processes: Readonly<Record<string, BenchProcess<Counting>>>,
): Promise<Meter> {
  const database = await databaseProcesses(app.sql);
  const redis = new Redis(redisUrl);
  const readServers = async () => ({
    databaseSeconds: await database.cpuSeconds(),
    redisSeconds: await redisCpuSeconds(redis),
    walBytes: await walPosition(app.sql),
  });
  return {
    async spend(work) {
      const before = await readServers();
      const all = Object.entries(processes);
      await Promise.all(all.map(([, { ask }]) => ask.beginCount()));
      const operations = await work();
      const used = await Promise.all(
        all.map(async ([name, { ask }]) => [name, await ask.endCount()] as const),
      );
      const after = await readServers();
      const each = (read: (usage: (typeof used)[number][1]) => number) =>
        Object.fromEntries(used.map(([name, usage]) => [name, read(usage) / operations]));
      const more = (name: keyof typeof after) => (after[name] - before[name]) / operations;
      return {
        micros: {
          ...each(({ cpuSeconds }) => 1e6 * cpuSeconds),
          PostgreSQL: 1e6 * more('databaseSeconds'),
          Redis: 1e6 * more('redisSeconds'),
        },
        gcMicros: each(({ gcSeconds }) => 1e6 * gcSeconds),
        kilobytes: {
          ...each(({ allocatedBytes }) => allocatedBytes / 1_024),
          WAL: more('walBytes') / 1_024,
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await redis.quit();
    },
  };
}

/** Of the server, whoever else uses it. */
async function redisCpuSeconds(redis: Redis): Promise<number> {
  const info = await redis.info('cpu');
  return ['sys', 'user'].reduce(
    (sum, kind) => sum + Number(new RegExp(`^used_cpu_${kind}:([\\d.]+)`, 'm').exec(info)?.[1]),
    0,
  );
}

async function walPosition(sql: Sql): Promise<number> {
  const [row] = await sql<{ bytes: number }[]>`SELECT (pg_current_wal_lsn() - '0/0')::float8 AS bytes`;
  return row!.bytes;
}
