import { boolean, jsonb, primaryKey, snakeCase, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import { accounts } from '../accounts/table.ts';
import { accountIdColumn, bytes, moment, serviceIdColumn } from '../db/columns.ts';
import type { ServiceSettingsInput } from './settings.ts';

export const services = snakeCase.table(
  'services',
  {
    accountId: accountIdColumn()
      .notNull()
      .references(() => accounts.id),
    id: serviceIdColumn().notNull(),
    name: text().notNull(),
    isDefault: boolean().notNull().default(false),
    /**
     * Only what differs from the defaults: a better default reaches every service that did not choose. Null once
     * they are sealed.
     */
    settings: jsonb().$type<ServiceSettingsInput>(),
    settingsSealed: bytes(),
    createdAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    uniqueIndex('services_one_default')
      .on(t.accountId)
      .where(sql`${t.isDefault}`),
  ],
);

export type ServiceRow = typeof services.$inferSelect;
