import type { Logger } from 'pino';
import type { Bus } from './bus/bus.ts';
import type { KeyEncryption } from './crypto/key-encryption.ts';
import type { SharedCounter } from './bus/shared-counter.ts';
import type { Keyring } from './crypto/keyring.ts';
import type { BatchOptions, Batcher } from './db/batch.ts';
import type { Db, Sql } from './db/client.ts';
import type { Lanes } from './db/lanes.ts';
import type { Mailer } from './mail/mailer.ts';
import type { Networks, Place } from './outgoing/networks.ts';
import type { Rates } from './config/rates.ts';

/** What every verb is given. Constructed in `app.ts`, and nowhere else. */
export interface App {
  db: Db;
  sql: Sql;
  lanes: Lanes;
  /** The same for what is read into memory: see `Database`. */
  aside: Pick<App, 'db' | 'sql'>;
  bus: Bus;
  counter: SharedCounter;
  keys: Keyring;
  /** Where data keys are wrapped; features seal with `keys`. */
  kek: KeyEncryption;
  /** Where the world reaches the API, without a slash at its end; also who says that a token is good. */
  publicUrl: string;
  /** Where this installation is, and all its accounts with it; undefined: anywhere. */
  region: string | undefined;
  /** The operator's own networks, which outgoing calls may go to. */
  networks: Networks;
  /** Where carriers may be because a simulator is there, whatever the networks; undefined: nowhere. */
  simulatedAt: Place | undefined;
  /** Where erasures are written down outside of the database, and for how long backups are kept. */
  erasures: { file: string; backupDays: number };
  /** The name that passkeys are for, and the origins on whose pages they work. */
  passkeys: { rpId: string; origins: readonly string[] };
  /** Undefined: no e-mail is sent. */
  mail: Mailer | undefined;
  /** How much callers may ask for. */
  rates: Rates;
  log: Logger;
  /** Epoch milliseconds. */
  clock: () => number;
  /** Uniform in [0, 1): for jitter, never for secrets. */
  random: () => number;
  /**
   * The group commit of a verb: calls with the same `commit` function join one batch.
   * The app keeps them, so that closing it can wait for the last one.
   */
  batched<Item, Result>(commit: Commit<Item, Result>, options: BatchOptions): Batcher<Item, Result>;
  /**
   * The app's one instance of something that a feature keeps in memory (a cache, a hub), made at its
   * first use; what it holds is released when the app closes, if it has `Symbol.asyncDispose`.
   */
  single<T extends object>(create: (app: App) => T): T;
}

/** Commits a batch: one result or error per item, in order. */
export type Commit<Item, Result> = (app: App, items: readonly Item[]) => Promise<readonly (Result | Error)[]>;
