import {
  boolean,
  char,
  index,
  integer,
  primaryKey,
  smallint,
  snakeCase,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { accountIdColumn, apiKeyIdColumn, bytes, moment } from '../db/columns.ts';
import { credentialColumns } from './credential-columns.ts';
import type { Mode } from './mode.ts';
import type { Permission } from './permissions.ts';

export const accounts = snakeCase.table('accounts', {
  id: accountIdColumn().primaryKey(),
  name: text().notNull(),
  /** The region that its messages must not leave, e.g. `EU`; null = none. */
  residency: text(),
  /** Of all its prices and of what a conversion is worth, ISO 4217. */
  currency: char({ length: 3 }).notNull().default('EUR'),
  /** For how many days its things are kept, by kind; each a class of retention/classes.ts. */
  phonesDays: smallint().notNull().default(30),
  eventsDays: smallint().notNull().default(90),
  messagesDays: smallint().notNull().default(365),
  auditDays: smallint().notNull().default(1_095),
  inboundDays: smallint().notNull().default(30),
  deliveriesDays: smallint().notNull().default(90),
  analyticsDays: smallint().notNull().default(1_095),
  alarmsDays: smallint().notNull().default(365),
  /** Whose pages may call with its credentials, as browsers write origins; null = the operator says. */
  allowedOrigins: text().array(),
  /** Whether people can do nothing in it without a second factor. */
  requireSecondFactor: boolean().notNull().default(false),
  createdAt: moment().notNull(),
});

export type AccountRow = typeof accounts.$inferSelect;

export const apiKeys = snakeCase.table(
  'api_keys',
  {
    accountId: accountIdColumn()
      .notNull()
      .references(() => accounts.id),
    id: apiKeyIdColumn().notNull(),
    name: text().notNull(),
    /** Keyed hash (16 bytes); the key itself is shown once and kept nowhere. */
    hash: bytes().notNull(),
    /** The start of the key, for people to tell keys apart; null of keys from before it was kept. */
    hint: text(),
    /** Of the secret before the last rotation, while it goes on working. */
    previousHash: bytes(),
    previousEndsAt: moment(),
    /** Of what it starts and sees; it stays. */
    mode: text().$type<Mode>().notNull().default('live'),
    /** null = everything. */
    permissions: text().$type<Permission>().array(),
    /** Where it may be used from, in CIDR form; null = everywhere. */
    networks: text().array(),
    /** null = never. */
    expiresAt: moment(),
    /** Counts the changes of its secret and its rights: see `key-watch.ts`. */
    generation: integer().notNull().default(0),
    /** To the minute. */
    lastUsedAt: moment(),
    ...credentialColumns(),
    createdAt: moment().notNull(),
    revokedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    // These do not lead with the account: a caller says its key, not its account.
    uniqueIndex('api_keys_hash').on(t.hash),
    uniqueIndex('api_keys_previous_hash').on(t.previousHash),
    index('api_keys_account_created').on(t.accountId, t.createdAt),
  ],
);

export type ApiKeyRow = typeof apiKeys.$inferSelect;
