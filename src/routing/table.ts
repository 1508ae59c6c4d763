import {
  boolean,
  char,
  doublePrecision,
  foreignKey,
  integer,
  primaryKey,
  snakeCase,
  text,
} from 'drizzle-orm/pg-core';
import { carriers } from '../carriers/table.ts';
import { accountIdColumn, carrierIdColumn, moment, routeIdColumn } from '../db/columns.ts';

/** A carrier's way to some countries, with a sender. */
export const routes = snakeCase.table(
  'routes',
  {
    accountId: accountIdColumn().notNull(),
    id: routeIdColumn().notNull(),
    carrierId: carrierIdColumn().notNull(),
    name: text().notNull(),
    /** 1 is tried first. */
    priority: integer().notNull(),
    /** ISO 3166-1 alpha-2; null = all. */
    countries: char({ length: 2 }).array(),
    /** Overrides the service's sender. */
    sender: text(),
    /** Per segment, in the account's currency. */
    price: doublePrecision().notNull().default(0),
    enabled: boolean().notNull().default(true),
    createdAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    foreignKey({ columns: [t.accountId, t.carrierId], foreignColumns: [carriers.accountId, carriers.id] }),
  ],
);
