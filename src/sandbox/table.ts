import { index, primaryKey, smallint, snakeCase, text } from 'drizzle-orm/pg-core';
import type { ReceiptWord } from '../carriers/smpp/receipt-states.ts';
import { accountIdColumn, attemptIdColumn, moment } from '../db/columns.ts';

/**
 * Receipts that the sandbox's carrier still owes. A carrier remembers what it took when one of our workers is gone,
 * and so does this one.
 */
export const sandboxReceipts = snakeCase.table(
  'sandbox_receipts',
  {
    accountId: accountIdColumn().notNull(),
    attemptId: attemptIdColumn().notNull(),
    stat: text().$type<ReceiptWord>().notNull(),
    err: smallint().notNull(),
    dueAt: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.attemptId] }), index('sandbox_receipts_due').on(t.dueAt)],
);

export type SandboxReceipt = typeof sandboxReceipts.$inferSelect;
