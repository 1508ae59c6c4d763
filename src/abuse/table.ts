import { integer, primaryKey, smallint, snakeCase, text } from 'drizzle-orm/pg-core';
import { accountIdColumn, moment } from '../db/columns.ts';

export const ABUSE_KINDS = ['codeSpray'] as const;
export type AbuseKind = (typeof ABUSE_KINDS)[number];

/** Somebody seems to misuse an account's verifications. A row says when, and what was counted; it is never changed. */
export const abuseAlarms = snakeCase.table(
  'abuse_alarms',
  {
    // No foreign key: to drop a partition with one, the table of accounts would have to be locked.
    accountId: accountIdColumn().notNull(),
    raisedAt: moment().notNull(),
    kind: text().$type<AbuseKind>().notNull(),
    /** Of whom: an address, or an IPv6 network; empty: of the whole account. */
    address: text().notNull(),
    firstChecks: integer().notNull(),
    wrongChecks: integer().notNull(),
    /** For how long it is kept: that and its time say in which partition it is. */
    days: smallint().notNull().default(365),
  },
  // Of each partition, not of the table: see retention/README.md.
  (t) => [primaryKey({ columns: [t.accountId, t.raisedAt, t.kind, t.address] })],
);

export type AbuseAlarm = Omit<typeof abuseAlarms.$inferSelect, 'days'>;
