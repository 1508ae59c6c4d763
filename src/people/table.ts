import {
  bigint,
  boolean,
  index,
  integer,
  primaryKey,
  snakeCase,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Factor } from '../accounts/factor.ts';
import type { Role } from '../accounts/roles.ts';
import { accounts } from '../accounts/table.ts';
import {
  accountIdColumn,
  bytes,
  invitationIdColumn,
  memberIdColumn,
  moment,
  personIdColumn,
  sessionIdColumn,
  signInIdColumn,
} from '../db/columns.ts';
import type { ApiKeyId, PersonId } from '../ids.ts';

// A person belongs to no account: `members` says in which they are. Everything here but `members` is about the
// person alone, and is shown to nobody else.

/** Somebody who can sign in. */
export const people = snakeCase.table('people', {
  id: personIdColumn().primaryKey(),
  emailSealed: bytes().notNull(),
  /** Blind index of the address in lower case. */
  emailIndex: bytes().notNull().unique(),
  nameSealed: bytes().notNull(),
  /** That they hold the address: they came by a link that was sent there. */
  emailVerified: boolean().notNull().default(false),
  /** That their password alone does not let them in: `person_totp` has what does. */
  twoFactorEnabled: boolean().notNull().default(false),
  createdAt: moment().notNull(),
  updatedAt: moment().notNull(),
});

export type PersonRow = typeof people.$inferSelect;

const personId = () =>
  personIdColumn()
    .notNull()
    .references(() => people.id, { onDelete: 'cascade' });

/** How somebody signs in: by a password. */
export const personPasswords = snakeCase.table(
  'person_passwords',
  {
    id: signInIdColumn().primaryKey(),
    personId: personId(),
    providerId: text().notNull(),
    accountId: text('provider_account').notNull(),
    /** argon2id, in PHC form. */
    password: text(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (t) => [index().on(t.personId)],
);

/** An authenticator app of somebody's, and the codes for when it is lost. */
export const personTotp = snakeCase.table('person_totp', {
  id: signInIdColumn().primaryKey(),
  personId: personId().unique(),
  secretSealed: bytes().notNull(),
  /** Those that were not used yet. */
  backupCodesSealed: bytes().notNull(),
  /** Keyed hash of them all, by which one that is being used twice at a time is used once. */
  backupCodesIndex: bytes().notNull(),
  /** A first right code has shown that the app has the secret; until then it asks for nothing. */
  verified: boolean().notNull(),
  /** Wrong codes in a row, from wherever. */
  failedVerificationCount: integer().notNull().default(0),
  /** After too many of them. */
  lockedUntil: moment(),
});

/** A passkey of somebody's. What is kept of it is nobody's secret: the key itself stays on its device. */
export const personPasskeys = snakeCase.table(
  'person_passkeys',
  {
    id: signInIdColumn().primaryKey(),
    personId: personId(),
    /** What they call it. */
    nameSealed: bytes().notNull(),
    credentialId: text().notNull().unique(),
    publicKey: text().notNull(),
    /** Of its uses, where its device counts them: one that does not grow is of a copy. */
    counter: bigint({ mode: 'number' }).notNull(),
    deviceType: text().notNull(),
    /** Whether its device shares it with others of the person. */
    backedUp: boolean().notNull(),
    transports: text(),
    /** The make of its device, if it says so. */
    aaguid: text(),
    createdAt: moment().notNull(),
  },
  (t) => [index().on(t.personId)],
);

export const personSessions = snakeCase.table(
  'person_sessions',
  {
    id: sessionIdColumn().primaryKey(),
    personId: personId(),
    /** Keyed hash (16 bytes); the token itself is in the browser and nowhere else. */
    tokenHash: bytes().notNull().unique(),
    /** The account that it is in, unless a request names another one; null = the first one. */
    currentAccountId: accountIdColumn(),
    /** With what they showed who they are. Before there was a choice, by the password. */
    factors: text().$type<Factor>().array().notNull().default(['password']),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
    expiresAt: moment().notNull(),
  },
  (t) => [index().on(t.personId), index().on(t.expiresAt)],
);

/** What is kept between two steps of a sign-in: a challenge, a second factor that is due, a reset. */
export const personChallenges = snakeCase.table(
  'person_challenges',
  {
    id: signInIdColumn().primaryKey(),
    /** SHA-256 of what the browser or the link carries. */
    identifier: text().notNull(),
    valueSealed: bytes().notNull(),
    expiresAt: moment().notNull(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (t) => [index().on(t.identifier), index().on(t.expiresAt)],
);

/** Wrong passwords lately, by what was counted: see `sign-in/guard.ts`. */
export const signInFailures = snakeCase.table(
  'sign_in_failures',
  {
    /** Keyed hash of a device or an address. */
    counted: bytes().primaryKey(),
    failures: integer().notNull(),
    /** When the first of them was. */
    since: moment().notNull(),
  },
  (t) => [index().on(t.since)],
);

/** Who is in an account, and as what. */
export const members = snakeCase.table(
  'members',
  {
    accountId: accountIdColumn()
      .notNull()
      .references(() => accounts.id),
    id: memberIdColumn().notNull(),
    personId: personId(),
    role: text().$type<Role>().notNull(),
    createdAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    uniqueIndex('members_account_person').on(t.accountId, t.personId),
    // This one does not lead with the account: somebody signs in, and says nothing of accounts.
    index('members_person').on(t.personId),
  ],
);

export type MemberRow = typeof members.$inferSelect;

/** Who can invite: nobody but people and keys has the permission. */
export type InviterId = PersonId | ApiKeyId;

/** Who is asked to join an account, until they do or a week is over. */
export const invitations = snakeCase.table(
  'invitations',
  {
    accountId: accountIdColumn()
      .notNull()
      .references(() => accounts.id),
    id: invitationIdColumn().notNull(),
    emailSealed: bytes().notNull(),
    /** As that of `people`. */
    emailIndex: bytes().notNull(),
    role: text().$type<Role>().notNull(),
    /** Keyed hash (16 bytes); the token itself is in the link and nowhere else. */
    tokenHash: bytes().notNull().unique(),
    /** The person or the key, prefixed; null: a version before this was kept made it, and nobody knows. */
    invitedBy: text().$type<InviterId>(),
    /** Whether the link went to the address, so that whoever has it holds that. */
    byMail: boolean().notNull(),
    createdAt: moment().notNull(),
    expiresAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    uniqueIndex('invitations_account_email').on(t.accountId, t.emailIndex),
    // For what is over, of all accounts.
    index('invitations_expires').on(t.expiresAt),
  ],
);

export type InvitationRow = typeof invitations.$inferSelect;
