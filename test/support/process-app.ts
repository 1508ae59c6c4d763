import { pino } from 'pino';
import type { Bus } from '../../src/bus/bus.ts';
import { createMemoryBus } from '../../src/bus/memory.ts';
import { createMemoryCounter } from '../../src/bus/shared-counter.ts';
import { createBatcher, type BatchOptions, type Batcher } from '../../src/db/batch.ts';
import type { Database, Db } from '../../src/db/client.ts';
import { createNetworks } from '../../src/outgoing/networks.ts';
import type { App, Commit } from '../../src/platform.ts';
import { fixedKeyEncryption, fixedKeyring } from './keyring.ts';

export interface ProcessOptions {
  /** That of an app, with its keys; else everything is sealed under keys that are the same everywhere. */
  database: Pick<Database, 'db' | 'sql' | 'lanes' | 'aside'> & Partial<Pick<App, 'keys' | 'kek'>>;
  bus?: Bus;
  clock?: () => number;
}

/**
 * What one process has over a database that several share: its own bus, caches, batches and hubs.
 * Several of them in one test are several processes to each other.
 */
export function createProcess({
  database,
  bus = createMemoryBus(),
  clock = Date.now,
}: ProcessOptions): App & AsyncDisposable {
  const singles = new Map<unknown, object>();
  const batchers = new Map<unknown, Batcher<never, unknown>>();
  const { db, sql, lanes, aside, keys = fixedKeyring(), kek = fixedKeyEncryption() } = database;
  return {
    db,
    sql,
    lanes,
    aside,
    bus,
    counter: createMemoryCounter(),
    keys,
    kek,
    publicUrl: 'https://otp.example',
    passkeys: { rpId: 'otp.example', origins: ['https://otp.example'] },
    region: undefined,
    mail: undefined,
    networks: createNetworks([]),
    simulatedAt: undefined,
    erasures: { file: '/dev/null', backupDays: 35 },
    rates: {
      credential: undefined,
      account: undefined,
      clientToken: undefined,
      stranger: undefined,
      search: undefined,
    },
    log: pino({ level: 'silent' }),
    clock,
    random: Math.random,
    batched<Item, Result>(commit: Commit<Item, Result>, options: BatchOptions): Batcher<Item, Result> {
      const made =
        batchers.get(commit) ?? createBatcher((items: readonly Item[]) => commit(this, items), options);
      batchers.set(commit, made);
      return made as Batcher<Item, Result>;
    },
    single<T extends object>(create: (app: App) => T): T {
      if (!singles.has(create)) singles.set(create, create(this));
      return singles.get(create) as T;
    },
    async [Symbol.asyncDispose]() {
      for (const one of singles.values()) await (one as Partial<AsyncDisposable>)[Symbol.asyncDispose]?.();
      await bus.close();
    },
  };
}

/** A process with a clock of its own that counts how often it asks the database. */
export function createCountingProcess(database: ProcessOptions['database'], bus?: Bus) {
  const state = { now: Date.now(), reads: 0 };
  const counting = (db: Db) =>
    new Proxy(db, {
      get(target, property) {
        if (property === 'select') state.reads++;
        return Reflect.get(target, property) as unknown;
      },
    });
  const aside = { ...database.aside, db: counting(database.aside.db) };
  const counted = { ...database, db: counting(database.db), aside };
  const app = createProcess({ database: counted, clock: () => state.now, ...(bus && { bus }) });
  return { app, state };
}
