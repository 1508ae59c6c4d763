import { integer, primaryKey, snakeCase, text } from 'drizzle-orm/pg-core';
import { accounts } from '../accounts/table.ts';
import { accountIdColumn, moment } from '../db/columns.ts';

export const ABUSE_KINDS = ['codeSpray'] as const;
export type AbuseKind = (typeof ABUSE_KINDS)[number];

/** Somebody seems to misuse an account's verifications. A row says when, and what was counted; it is never changed. */
export const abuseAlarms = snakeCase.table(
  'abuse_alarms',
  {
    accountId: accountIdColumn()
      .notNull()
      .references(() => accounts.id),
    raisedAt: moment().notNull(),
    kind: text().$type<AbuseKind>().notNull(),
    /** Of whom: an address, or an IPv6 network; empty: of the whole account. */
    address: text().notNull(),
    firstChecks: integer().notNull(),
    wrongChecks: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.raisedAt, t.kind, t.address] })],
);

export type AbuseAlarm = typeof abuseAlarms.$inferSelect;
