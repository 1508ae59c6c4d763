import { sql } from 'drizzle-orm';
import {
  bigint,
  char,
  index,
  integer,
  primaryKey,
  smallint,
  snakeCase,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import type { Mode } from '../accounts/mode.ts';
import {
  accountIdColumn,
  bytes,
  messageIdColumn,
  moment,
  safeNumberIdColumn,
  serviceIdColumn,
  verificationIdColumn,
} from '../db/columns.ts';
import type { Channel, FailureReason, VerificationStatus } from './verification.ts';
import type { CodeAlphabet } from './code.ts';

/**
 * One row per phone number and service: the limits live here, so neither a resend nor a new
 * verification starts them afresh. It is also what two starts for one number wait for.
 */
export const destinations = snakeCase.table(
  'destinations',
  {
    accountId: accountIdColumn().notNull(),
    serviceId: serviceIdColumn().notNull(),
    /** Blind index of the E.164 number (keyed hash, 16 bytes): another one for tests, see `destinationOf`. */
    destination: bytes().notNull(),
    /** When the sends of the last 24 hours went, epoch milliseconds, oldest first. */
    recentSends: bigint({ mode: 'number' }).array().notNull(),
    /** Wrong checks in a row, over all verifications. */
    failedChecks: integer().notNull().default(0),
    /** The verification that was pending when last seen; its own status decides. */
    latestVerificationId: verificationIdColumn(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.serviceId, t.destination] })],
);

export const verifications = snakeCase.table(
  'verifications',
  {
    accountId: accountIdColumn().notNull(),
    id: verificationIdColumn().notNull(),
    serviceId: serviceIdColumn().notNull(),
    /** A test was started with a test key. */
    mode: text().$type<Mode>().notNull().default('live'),
    /** Of its number, ISO 3166-1 alpha-2. The number itself is in `vault.numbers`. */
    country: char({ length: 2 }).notNull(),
    channel: text().$type<Channel>().notNull(),
    locale: text().notNull(),
    status: text().$type<VerificationStatus>().notNull(),
    failureReason: text().$type<FailureReason>(),
    /** The code is derived from this and a key outside the database; no code rests here. */
    codeNonce: bytes().notNull(),
    codeKeyId: text().notNull(),
    codeLength: smallint().notNull(),
    codeAlphabet: text().$type<CodeAlphabet>().notNull(),
    checksUsed: smallint().notNull(),
    maxChecks: smallint().notNull(),
    sendsLeft: smallint().notNull(),
    nextSendAt: moment(),
    /** Number of the last event; written together with the state it numbers. */
    version: integer().notNull(),
    createdAt: moment().notNull(),
    expiresAt: moment().notNull(),
    settledAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    // No foreign key to services: checking it locks the service's row for every start, and a service is never deleted.
    // A test key lists the few that are tests among the many that are not.
    index('verifications_tests')
      .on(t.accountId, t.id)
      .where(sql`${t.mode} = 'test'`),
    index('verifications_expiry')
      .on(t.expiresAt)
      .where(sql`${t.status} = 'pending'`),
  ],
);

export const idempotencyKeys = snakeCase.table(
  'idempotency_keys',
  {
    accountId: accountIdColumn().notNull(),
    /** Keyed hash of the caller's key: callers put e-mail addresses into them. */
    key: bytes().notNull(),
    /** Keyed hash of the request's body. */
    fingerprint: bytes().notNull(),
    verificationId: verificationIdColumn().notNull(),
    /** Null when nothing was sent. */
    messageId: messageIdColumn(),
    createdAt: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.key] }), index('idempotency_keys_age').on(t.createdAt)],
);

/** Numbers whose owners want no more messages. */
export const optOuts = snakeCase.table(
  'opt_outs',
  {
    accountId: accountIdColumn().notNull(),
    /** Blind index of the number, as in `destinations`. */
    destination: bytes().notNull(),
    /** Null: from the whole account. */
    serviceId: serviceIdColumn(),
    createdAt: moment().notNull(),
  },
  (t) => [unique('opt_outs_scope').on(t.accountId, t.destination, t.serviceId).nullsNotDistinct()],
);

/** Numbers that are verified whatever countries a service allows. The numbers themselves are not stored. */
export const safeNumbers = snakeCase.table(
  'safe_numbers',
  {
    accountId: accountIdColumn().notNull(),
    id: safeNumberIdColumn().notNull(),
    /** Blind index of the number, as in `destinations`. */
    destination: bytes().notNull(),
    createdAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    unique('safe_numbers_one').on(t.accountId, t.destination),
  ],
);

export type VerificationRow = typeof verifications.$inferSelect;
