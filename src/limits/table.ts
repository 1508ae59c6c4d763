import { index, integer, primaryKey, snakeCase, text, unique } from 'drizzle-orm/pg-core';
import { accounts } from '../accounts/table.ts';
import {
  accountIdColumn,
  limitBucketIdColumn,
  limitIdColumn,
  moment,
  serviceIdColumn,
} from '../db/columns.ts';

/** What an account's developers let be asked for, by keys of their own: an end user's address, a session. */
export const limits = snakeCase.table(
  'limits',
  {
    accountId: accountIdColumn()
      .notNull()
      .references(() => accounts.id),
    id: limitIdColumn().notNull(),
    serviceId: serviceIdColumn().notNull(),
    /** What starts call it. */
    name: text().notNull(),
    description: text(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    unique('limits_name').on(t.accountId, t.serviceId, t.name),
  ],
);

/** How many starts a limit lets one value of its key have in a span of time. All buckets of a limit count. */
export const limitBuckets = snakeCase.table(
  'limit_buckets',
  {
    accountId: accountIdColumn()
      .notNull()
      .references(() => accounts.id),
    id: limitBucketIdColumn().notNull(),
    limitId: limitIdColumn().notNull(),
    max: integer().notNull(),
    intervalSeconds: integer().notNull(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    index('limit_buckets_limit').on(t.accountId, t.limitId),
  ],
);

export type LimitRow = typeof limits.$inferSelect;
export type LimitBucketRow = typeof limitBuckets.$inferSelect;
