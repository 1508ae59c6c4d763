import { boolean, index, jsonb, primaryKey } from 'drizzle-orm/pg-core';
import { accountIdColumn, bytes, moment, receiptIdColumn } from '../db/columns.ts';
import { vault } from '../vault/table.ts';

/** What was erased when: see README.md. */
export const erasures = vault.table(
  'erasures',
  {
    accountId: accountIdColumn().notNull(),
    id: receiptIdColumn().notNull(),
    erasedAt: moment().notNull(),
    /**
     * By which the subject is known again in a backup that is put back, 16 bytes each: keyed hashes of its blind
     * indexes. Null once no backup of that time is left.
     */
    marks: bytes(),
    /** Its opt-outs went, too. */
    forgetOptOut: boolean().notNull().default(false),
    counts: jsonb().$type<Readonly<Record<string, number>>>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.id] }), index('erasures_age').on(t.erasedAt)],
);
