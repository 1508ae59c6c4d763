import type { OtpostProcess } from '../ground/otpost.ts';
import type { Platform } from '../ground/platform.ts';
import { databaseProcesses } from './database-processes.ts';

/** For one operation, by process. */
export interface Spent {
  /** Of CPU, user and system, all threads. */
  micros: Readonly<Record<string, number>>;
  /** Of these, what collecting garbage took of the main thread. */
  gcMicros: Readonly<Record<string, number>>;
  /** Allocated on the heap of JavaScript. */
  kilobytes: Readonly<Record<string, number>>;
}

export interface Meter {
  /** @param work answers how many operations it did */
  spend(work: () => Promise<number>): Promise<Spent>;
}

/** Counts what these processes and the database spend. */
export async function openMeter(
  { app }: Platform,
  processes: Readonly<Record<string, OtpostProcess>>,
): Promise<Meter> {
  const database = await databaseProcesses(app.sql);
  return {
    async spend(work) {
      const before = await database.cpuSeconds();
      const all = Object.entries(processes);
      await Promise.all(all.map(([, { ask }]) => ask.beginCount()));
      const operations = await work();
      const used = await Promise.all(
        all.map(async ([name, { ask }]) => [name, await ask.endCount()] as const),
      );
      const each = (read: (usage: (typeof used)[number][1]) => number) =>
        Object.fromEntries(used.map(([name, usage]) => [name, read(usage) / operations]));
      const databaseMicros = (1e6 * ((await database.cpuSeconds()) - before)) / operations;
      return {
        micros: { ...each(({ cpuSeconds }) => 1e6 * cpuSeconds), PostgreSQL: databaseMicros },
        gcMicros: each(({ gcSeconds }) => 1e6 * gcSeconds),
        kilobytes: each(({ allocatedBytes }) => allocatedBytes / 1_024),
      };
    },
  };
}
