import { sql } from 'drizzle-orm';
import { bigint, index, jsonb, primaryKey, snakeCase, text, uuid } from 'drizzle-orm/pg-core';
import { accountIdColumn, bytes, moment } from '../db/columns.ts';

/** Data keys, wrapped under a key-encryption key that is not in the database. */
export const dataKeys = snakeCase.table(
  'data_keys',
  {
    /** `INSTALLATION` for what belongs to no account; so without a foreign key. */
    accountId: accountIdColumn().notNull(),
    /** `D` and a number that counts up. Of the installation also `index`, and ids of root keys from before. */
    id: text().notNull(),
    /** Null once it was destroyed. */
    wrapped: bytes(),
    kekId: text().notNull(),
    createdAt: moment()
      .notNull()
      .default(sql`now()`),
    /** From when on new things are made with it: by then every process knows it. */
    activeFrom: moment()
      .notNull()
      .default(sql`now()`),
    /** Since when a newer one is used in its place. */
    retiredAt: moment(),
    /** Since when nothing that is stored is sealed under it any more. */
    emptiedAt: moment(),
    destroyedAt: moment(),
    /** Processes read again what changed since they looked. */
    changedAt: moment()
      .notNull()
      .default(sql`now()`),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    index('data_keys_changed').on(t.changedAt),
    index('data_keys_active').on(t.activeFrom),
  ],
);

/** Where the sealing anew of values stands, so that a rotation which was interrupted goes on. */
export const keyRotations = snakeCase.table('key_rotations', {
  id: uuid().primaryKey(),
  /** Data keys that were made before are replaced. */
  startedAt: moment()
    .notNull()
    .default(sql`now()`),
  /** Null before the first value. */
  position: jsonb().$type<SweepPosition>(),
  /** Values looked at in this pass. */
  done: bigint({ mode: 'number' }).notNull().default(0),
  finishedAt: moment(),
});

/** Everything up to this row has been looked at. */
export interface SweepPosition {
  /** The first pass seals anew; another one follows until nothing is left to be. */
  pass: number;
  /** `table.column` */
  column: string;
  /** Of the last row; absent before the first one. */
  account?: string;
  row?: string;
  /** Values that this pass has sealed anew so far. */
  resealed: number;
}

export type DataKeyRow = typeof dataKeys.$inferSelect;
