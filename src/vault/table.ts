import { index, integer, primaryKey, smallint, snakeCase } from 'drizzle-orm/pg-core';
import {
  accountIdColumn,
  batchChunkIdColumn,
  batchIdColumn,
  bytes,
  verificationIdColumn,
} from '../db/columns.ts';

/** What tells whom something is about lies apart from all that only has opaque ids: see README.md. */
export const vault = snakeCase.schema('vault');

/** The number of each verification. Other tables have no trace of it, nor of its keyed hash. */
export const vaultNumbers = vault.table(
  'numbers',
  {
    accountId: accountIdColumn().notNull(),
    verificationId: verificationIdColumn().notNull(),
    /** Blind index of the E.164 number (keyed hash, 16 bytes), as in `destinations`. */
    subject: bytes().notNull(),
    /** The number, sealed. */
    numberSealed: bytes().notNull(),
    /** For how long it is kept: with the time in its id that says in which partition it is. */
    days: smallint().notNull().default(30),
  },
  (t) => [
    // Of each partition, not of the table: see retention/README.md.
    primaryKey({ columns: [t.accountId, t.verificationId] }),
    // Without the account, for the reason given in messages/table.ts; the blind index is the account's own anyway.
    index('numbers_subject').on(t.subject, t.verificationId),
  ],
);

export type VaultedNumber = Omit<typeof vaultNumbers.$inferSelect, 'days'>;

/**
 * Rows of batches whose verifications are still to be started, many in one value: sealing and storing each by itself
 * would be most of what accepting it costs.
 */
export const vaultBatchChunks = vault.table(
  'batch_chunks',
  {
    accountId: accountIdColumn().notNull(),
    id: batchChunkIdColumn().notNull(),
    batchId: batchIdColumn().notNull(),
    /** The numbers of its rows: the first one, and the one behind the last. */
    firstRow: integer().notNull(),
    endRow: integer().notNull(),
    /** The blind indexes of all numbers in it, one behind the other, 16 octets each. */
    subjects: bytes().notNull(),
    /** Those of its rows that wait, sealed: see `batches/chunk.ts`. */
    rowsSealed: bytes().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    // Without the account, for the reason given in messages/table.ts.
    index('batch_chunks_batch').on(t.batchId, t.endRow),
  ],
);
