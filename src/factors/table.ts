import { sql } from 'drizzle-orm';
import { bigint, index, integer, primaryKey, smallint, snakeCase, text, unique } from 'drizzle-orm/pg-core';
import type { Mode } from '../accounts/mode.ts';
import { accounts } from '../accounts/table.ts';
import {
  accountIdColumn,
  bytes,
  byteses,
  challengeIdColumn,
  entityIdColumn,
  factorIdColumn,
  moment,
  serviceIdColumn,
} from '../db/columns.ts';
import type { TotpAlgorithm } from './totp.ts';

/** Somebody that an account knows by a name of its own, with what they prove themselves by. */
export const entities = snakeCase.table(
  'entities',
  {
    accountId: accountIdColumn()
      .notNull()
      .references(() => accounts.id),
    id: entityIdColumn().notNull(),
    serviceId: serviceIdColumn().notNull(),
    /** A test is made with a test key. */
    mode: text().$type<Mode>().notNull(),
    /** Blind: to find who is there already. Another one for tests. */
    identityIndex: bytes().notNull(),
    identitySealed: bytes().notNull(),
    /** Blind indexes of the numbers in the identity. Null: nobody has looked, as it is from before there were any. */
    subjects: byteses(),
    createdAt: moment().notNull(),
    /** Since when it has no factor; null while it has one. */
    emptySince: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    unique('entities_identity').on(t.accountId, t.serviceId, t.identityIndex),
    index('entities_subjects').using('gin', t.subjects),
    index('entities_empty')
      .on(t.accountId, t.emptySince)
      .where(sql`${t.emptySince} IS NOT NULL`),
    index('entities_unread')
      .on(t.accountId)
      .where(sql`${t.subjects} IS NULL`),
  ],
);

/** What somebody has: an authenticator app that shares a secret with us. */
export const factors = snakeCase.table(
  'factors',
  {
    accountId: accountIdColumn()
      .notNull()
      .references(() => accounts.id),
    id: factorIdColumn().notNull(),
    entityId: entityIdColumn().notNull(),
    nameSealed: bytes().notNull(),
    /** Of the numbers in the name, as of an entity. */
    subjects: byteses(),
    /** In base32. */
    secretSealed: bytes().notNull(),
    status: text().$type<'unverified' | 'verified'>().notNull(),
    algorithm: text().$type<TotpAlgorithm>().notNull(),
    codeLength: smallint().notNull(),
    stepSeconds: smallint().notNull(),
    skew: smallint().notNull(),
    /** Of the last code that was right. */
    lastStep: bigint({ mode: 'number' }),
    /** Wrong codes in a row, whatever they were for. */
    failedChecks: integer().notNull(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    index('factors_entity').on(t.accountId, t.entityId),
    index('factors_subjects').using('gin', t.subjects),
    index('factors_unread')
      .on(t.accountId)
      .where(sql`${t.subjects} IS NULL`),
  ],
);

/** One time that somebody is asked for a code of a factor. */
export const challenges = snakeCase.table(
  'challenges',
  {
    accountId: accountIdColumn()
      .notNull()
      .references(() => accounts.id),
    id: challengeIdColumn().notNull(),
    entityId: entityIdColumn().notNull(),
    factorId: factorIdColumn().notNull(),
    /** Pending past its end is expired. */
    status: text().$type<'pending' | 'approved'>().notNull(),
    checksUsed: smallint().notNull(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
    expiresAt: moment().notNull(),
    approvedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    index('challenges_factor').on(t.accountId, t.factorId, t.id),
    index('challenges_entity').on(t.accountId, t.entityId, t.id),
  ],
);

export type EntityRow = typeof entities.$inferSelect;
export type FactorRow = typeof factors.$inferSelect;
export type ChallengeRow = typeof challenges.$inferSelect;
