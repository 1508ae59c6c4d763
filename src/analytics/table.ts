import { char, doublePrecision, integer, primaryKey, smallint, snakeCase, text } from 'drizzle-orm/pg-core';
import { accountIdColumn, moment, routeIdColumn, transactionId } from '../db/columns.ts';

/**
 * What became of the attempts of one hour, counted by place and route: a month is read from some thousand
 * rows instead of from all of its attempts. Made anew from the attempts whenever something of the hour changed.
 */
export const routingHourly = snakeCase.table(
  'routing_hourly',
  {
    accountId: accountIdColumn().notNull(),
    /** In which the attempts were submitted, by its begin. */
    hour: moment().notNull(),
    /** ISO 3166-1 alpha-2. */
    country: char({ length: 2 }).notNull(),
    /** MCC and MNC; empty = not known. */
    operator: text().notNull(),
    routeId: routeIdColumn().notNull(),
    attempts: integer().notNull(),
    accepted: integer().notNull(),
    rejected: integer().notNull(),
    throttled: integer().notNull(),
    delivered: integer().notNull(),
    undelivered: integer().notNull(),
    converted: integer().notNull(),
    /** In vain for no fault of the route: another attempt converted, or the verification was canceled. */
    abandoned: integer().notNull(),
    /** May still convert. */
    waiting: integer().notNull(),
    /** In the account's currency. */
    cost: doublePrecision().notNull(),
    /** Histograms, the bucket of `latency.ts` beside its count: submit to receipt, and submit to answer. */
    receiptBuckets: smallint().array().notNull(),
    receiptCounts: integer().array().notNull(),
    submitBuckets: smallint().array().notNull(),
    submitCounts: integer().array().notNull(),
    /** For how long it is kept: that and its time say in which partition it is. */
    days: smallint().notNull().default(1_095),
  },
  // Of each partition, not of the table: see retention/README.md.
  (t) => [primaryKey({ columns: [t.accountId, t.hour, t.country, t.operator, t.routeId] })],
);

/** How far the hours of an account have been counted. Whoever holds the row's lock counts on. */
export const routingRollups = snakeCase.table('routing_rollups', {
  accountId: accountIdColumn().primaryKey(),
  /** All hours before it are in `routing_hourly`. */
  rolledUntil: moment().notNull(),
  /** All hours before it were counted when nothing of them could change any more. */
  finalUntil: moment().notNull(),
  /** Every transaction before it was seen: what later ones changed in counted hours is counted again. */
  seenUntil: transactionId().notNull(),
  /** When somebody last looked whether something is wrong. */
  watchedAt: moment(),
});
