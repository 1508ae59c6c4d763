import { boolean, jsonb, primaryKey, snakeCase, text } from 'drizzle-orm/pg-core';
import { accounts } from '../accounts/table.ts';
import { accountIdColumn, bytes, carrierIdColumn, moment } from '../db/columns.ts';
import type { SmppCarrierConfig } from './config.ts';

export const carriers = snakeCase.table(
  'carriers',
  {
    accountId: accountIdColumn()
      .notNull()
      .references(() => accounts.id),
    id: carrierIdColumn().notNull(),
    name: text().notNull(),
    config: jsonb().$type<SmppCarrierConfig>().notNull(),
    /** The bind's password, sealed. */
    passwordSealed: bytes().notNull(),
    enabled: boolean().notNull().default(true),
    createdAt: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.id] })],
);
