import { sql } from 'drizzle-orm';
import { boolean, char, jsonb, primaryKey, snakeCase, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { accounts } from '../accounts/table.ts';
import {
  accountIdColumn,
  bytes,
  carrierIdColumn,
  moment,
  registrationIdColumn,
  senderIdColumn,
} from '../db/columns.ts';
import type { CountryRule } from './country-rules.ts';

/** What an account's messages come from, and where it may be used. */
export const senders = snakeCase.table(
  'senders',
  {
    accountId: accountIdColumn()
      .notNull()
      .references(() => accounts.id),
    id: senderIdColumn().notNull(),
    /** A name, a long code with `+`, or a short code: its form tells its kind. Null once it is sealed. */
    value: text(),
    valueSealed: bytes(),
    /** Blind: to find who is there already. */
    valueIndex: bytes(),
    /** ISO 3166-1 alpha-2; null = all. A short code has one: it is national. */
    countries: char({ length: 2 }).array(),
    /** null = all. */
    carrierIds: carrierIdColumn().array(),
    /** A pool is the senders that name it. */
    pools: text()
      .array()
      .notNull()
      .default(sql`'{}'`),
    enabled: boolean().notNull().default(true),
    createdAt: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.id] })],
);

export type SenderRow = typeof senders.$inferSelect;

/** What an account knows better of a country than the built-in rules. */
export const senderRules = snakeCase.table(
  'sender_rules',
  {
    accountId: accountIdColumn()
      .notNull()
      .references(() => accounts.id),
    /** ISO 3166-1 alpha-2. */
    country: char({ length: 2 }).notNull(),
    rule: jsonb().$type<CountryRule>().notNull(),
    updatedAt: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.country] })],
);

/** That a sender of an account is in a country's register. */
export const senderRegistrations = snakeCase.table(
  'sender_registrations',
  {
    accountId: accountIdColumn()
      .notNull()
      .references(() => accounts.id),
    /** ISO 3166-1 alpha-2. */
    country: char({ length: 2 }).notNull(),
    id: registrationIdColumn()
      .notNull()
      .default(sql`gen_random_uuid()`),
    /** Null once it is sealed, as `references`. */
    sender: text(),
    senderSealed: bytes(),
    senderIndex: bytes(),
    /** The register's code, e.g. `dlt`. */
    register: text().notNull(),
    /** What the register calls it, e.g. `{ entity, template }` of DLT. */
    references: jsonb().$type<Record<string, string>>(),
    referencesSealed: bytes(),
    /** null = without end. */
    validUntil: moment(),
    createdAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    uniqueIndex('sender_registrations_one').on(t.accountId, t.country, t.senderIndex, t.register),
    uniqueIndex('sender_registrations_one_in_the_clear').on(t.accountId, t.country, t.sender, t.register),
  ],
);

export type RegistrationRow = typeof senderRegistrations.$inferSelect;
