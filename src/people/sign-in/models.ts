import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { App } from '../../platform.ts';
import { emailIndex } from '../personal-data.ts';
import {
  people,
  personChallenges,
  personPasskeys,
  personPasswords,
  personSessions,
  personTotp,
} from '../table.ts';

/** How a field of the library rests in a column of ours. */
export type Field =
  | { as: 'plain'; column: string }
  /** Sealed; with an index it can be looked for. */
  | { as: 'sealed'; column: string; name: string; index?: FieldIndex }
  /** A keyed hash of a token: nobody can read it back, also not we. */
  | { as: 'hashed'; column: string };

export interface FieldIndex {
  column: string;
  of(app: Pick<App, 'keys'>, value: string): Buffer;
}

export interface Model {
  table: PgTable;
  fields: Readonly<Record<string, Field>>;
  /** What the library would keep and we do not. */
  dropped: readonly string[];
  /** Somebody has one row: the one of before gives way, unless it was confirmed. */
  replaces?: { by: PgColumn; unless: PgColumn };
  /** Whose sessions a change of its rows is about. */
  person?: string;
}

const plain = (...columns: string[]) =>
  Object.fromEntries(columns.map((column) => [column, { as: 'plain', column } as const]));

const MOMENTS = plain('id', 'createdAt', 'updatedAt');
const PERSON = { userId: { as: 'plain', column: 'personId' } } as const;

/** The tables of better-auth, as they are with us: by what it calls them. */
export const MODELS: Readonly<Record<string, Model>> = {
  user: {
    table: people,
    fields: {
      ...MOMENTS,
      ...plain('emailVerified', 'twoFactorEnabled'),
      email: {
        as: 'sealed',
        column: 'emailSealed',
        name: 'email',
        index: { column: 'emailIndex', of: emailIndex },
      },
      name: { as: 'sealed', column: 'nameSealed', name: 'name' },
    },
    dropped: ['image'],
  },
  account: {
    table: personPasswords,
    fields: { ...MOMENTS, ...PERSON, ...plain('providerId', 'accountId', 'password') },
    // Of those who sign in with somebody else's help, as nobody does here.
    dropped: [
      'accessToken',
      'refreshToken',
      'idToken',
      'accessTokenExpiresAt',
      'refreshTokenExpiresAt',
      'scope',
    ],
  },
  session: {
    table: personSessions,
    fields: {
      ...MOMENTS,
      ...PERSON,
      ...plain('expiresAt', 'factors'),
      token: { as: 'hashed', column: 'tokenHash' },
    },
    // Where somebody was, and with what, is nothing that we need to know of them.
    dropped: ['ipAddress', 'userAgent'],
    person: 'personId',
  },
  twoFactor: {
    table: personTotp,
    fields: {
      ...PERSON,
      ...plain('id', 'verified', 'failedVerificationCount', 'lockedUntil'),
      secret: { as: 'sealed', column: 'secretSealed', name: 'secret' },
      backupCodes: {
        as: 'sealed',
        column: 'backupCodesSealed',
        name: 'backup_codes',
        index: {
          column: 'backupCodesIndex',
          of: ({ keys }, codes) => keys.blindIndex('sign-in', 'backup codes', codes),
        },
      },
    },
    dropped: [],
    replaces: { by: personTotp.personId, unless: personTotp.verified },
  },
  passkey: {
    table: personPasskeys,
    fields: {
      ...PERSON,
      ...plain('id', 'publicKey', 'counter', 'deviceType', 'backedUp', 'transports', 'aaguid', 'createdAt'),
      name: { as: 'sealed', column: 'nameSealed', name: 'name' },
      credentialID: { as: 'plain', column: 'credentialId' },
    },
    dropped: [],
  },
  verification: {
    table: personChallenges,
    fields: {
      ...MOMENTS,
      ...plain('identifier', 'expiresAt'),
      value: { as: 'sealed', column: 'valueSealed', name: 'value' },
    },
    dropped: [],
  },
};
