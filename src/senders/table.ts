import { char, jsonb, primaryKey, snakeCase, text } from 'drizzle-orm/pg-core';
import { accounts } from '../accounts/table.ts';
import { accountIdColumn, moment } from '../db/columns.ts';

/** That a sender of an account is in a country's register. */
export const senderRegistrations = snakeCase.table(
  'sender_registrations',
  {
    accountId: accountIdColumn()
      .notNull()
      .references(() => accounts.id),
    /** ISO 3166-1 alpha-2. */
    country: char({ length: 2 }).notNull(),
    sender: text().notNull(),
    /** The register's code, e.g. `dlt`. */
    register: text().notNull(),
    /** What the register calls it, e.g. `{ entity, template }` of DLT. */
    references: jsonb().$type<Record<string, string>>().notNull(),
    /** null = without end. */
    validUntil: moment(),
    createdAt: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.country, t.sender, t.register] })],
);
