import { index, primaryKey, snakeCase } from 'drizzle-orm/pg-core';
import { accountIdColumn, bytes, verificationIdColumn } from '../db/columns.ts';

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
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.verificationId] }),
    // Without the account, for the reason given in messages/table.ts; the blind index is the account's own anyway.
    index('numbers_subject').on(t.subject, t.verificationId),
  ],
);

export type VaultedNumber = typeof vaultNumbers.$inferSelect;
