import {
  boolean,
  char,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  smallint,
  snakeCase,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import { carriers } from '../carriers/table.ts';
import { accounts } from '../accounts/table.ts';
import { accountIdColumn, bytes, carrierIdColumn, moment, routeIdColumn } from '../db/columns.ts';
import type { AlarmFacts, AlarmKind } from './judge.ts';
import type { PolicySnapshot } from './policy.ts';
import type { Prices } from './price.ts';
import type { ReceiptSnapshot } from './receipt-latency.ts';

/** A carrier's way to some countries, with a sender. */
export const routes = snakeCase.table(
  'routes',
  {
    accountId: accountIdColumn().notNull(),
    id: routeIdColumn().notNull(),
    /** What stored decisions call it: never another route's, and never changed. */
    number: integer().notNull().generatedByDefaultAsIdentity(),
    carrierId: carrierIdColumn().notNull(),
    name: text().notNull(),
    /** 1 is tried first. */
    priority: integer().notNull(),
    /** ISO 3166-1 alpha-2; null = all. */
    countries: char({ length: 2 }).array(),
    /** MCC and MNC of the networks that it serves; null = all. */
    operators: text().array(),
    /** Overrides the service's sender. Null once it is sealed. */
    sender: text(),
    senderSealed: bytes(),
    /** Per segment, in the account's currency. */
    price: doublePrecision().notNull().default(0),
    /** Where it differs, by country or by MCC and MNC; null = nowhere. */
    prices: jsonb().$type<Prices>(),
    enabled: boolean().notNull().default(true),
    createdAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    unique().on(t.accountId, t.number),
    foreignKey({ columns: [t.accountId, t.carrierId], foreignColumns: [carriers.accountId, carriers.id] }),
  ],
);

/** As it is written: its number is the table's to give. */
export type RouteRow = Omit<typeof routes.$inferSelect, 'number'>;

/** What a process has learned, its policies and what it knows of receipts: its own row, so that no row is hot. */
export const routingEvidence = snakeCase.table(
  'routing_evidence',
  {
    accountId: accountIdColumn()
      .notNull()
      .references(() => accounts.id),
    /** `adaptive`: what policies learn; `receipts`: what is known of those. */
    policy: text().notNull(),
    worker: text().notNull(),
    snapshot: jsonb().$type<PolicySnapshot | ReceiptSnapshot>().notNull(),
    updatedAt: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.policy, t.worker] })],
);

/** What went wrong with a carrier, a route or a place, from when until when. */
export const routingAlarms = snakeCase.table(
  'routing_alarms',
  {
    // No foreign key: to drop a partition with one, the table of accounts would have to be locked.
    accountId: accountIdColumn().notNull(),
    /** Of what, as `nameOf` puts it together. */
    name: text().notNull(),
    raisedAt: moment().notNull(),
    kind: text().$type<AlarmKind>().notNull(),
    carrierId: carrierIdColumn(),
    routeId: routeIdColumn(),
    /** ISO 3166-1 alpha-2. */
    country: char({ length: 2 }),
    /** MCC and MNC. */
    operator: text(),
    facts: jsonb().$type<AlarmFacts>().notNull(),
    /** Null while it lasts. */
    clearedAt: moment(),
    /** For how long it is kept: that and its time say in which partition it is. */
    days: smallint().notNull().default(365),
  },
  (t) => [
    // Of each partition, not of the table: see retention/README.md.
    primaryKey({ columns: [t.accountId, t.name, t.raisedAt] }),
    index('routing_alarms_open')
      .on(t.accountId)
      .where(sql`${t.clearedAt} is null`),
  ],
);

export type AlarmRow = Omit<typeof routingAlarms.$inferSelect, 'days'>;
