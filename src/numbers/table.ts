import {
  boolean,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  primaryKey,
  snakeCase,
  text,
} from 'drizzle-orm/pg-core';
import { accounts } from '../accounts/table.ts';
import { accountIdColumn, bytes, moment } from '../db/columns.ts';
import { vault } from '../vault/table.ts';
import type { NumberLookupConfig } from './lookup-config.ts';
import type { LineType } from './resolution.ts';

/** Where an account looks numbers up; without a row it does not. */
export const numberLookupConfigs = snakeCase.table('number_lookup_configs', {
  accountId: accountIdColumn()
    .primaryKey()
    .references(() => accounts.id),
  config: jsonb().$type<NumberLookupConfig>().notNull(),
  /** What the configuration names but must not show, sealed together. */
  secretsSealed: bytes().notNull(),
  /** Since when answers are read as they are now: those of other rules do not count. */
  rulesSince: moment().notNull(),
  updatedAt: moment().notNull(),
});

/** What was paid for once: answers that all workers share until they expire. */
export const numberLookups = vault.table(
  'number_lookups',
  {
    accountId: accountIdColumn().notNull(),
    /** Blind index of the E.164 number, as in `destinations`. */
    number: bytes().notNull(),
    /** MCC and MNC; null = the lookup knows of none. */
    operator: text(),
    lineType: text().$type<LineType>(),
    ported: boolean(),
    reachable: boolean(),
    /** Of the configuration that it was read by. */
    rulesSince: moment().notNull(),
    lookedUpAt: moment().notNull(),
    expiresAt: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.number] }), index('number_lookups_expiry').on(t.expiresAt)],
);

/** What an account's lookups came to, by day in UTC. */
export const numberLookupDays = snakeCase.table(
  'number_lookup_days',
  {
    accountId: accountIdColumn().notNull(),
    day: date({ mode: 'string' }).notNull(),
    /** Answers that were paid for. */
    answered: integer().notNull(),
    /** No answer, or none that could be read. */
    failed: integer().notNull(),
    /** In the account's currency. */
    cost: doublePrecision().notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.day] })],
);
