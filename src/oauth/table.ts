import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  snakeCase,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { JWK } from 'jose';
import { credentialColumns } from '../accounts/credential-columns.ts';
import type { Permission } from '../accounts/permissions.ts';
import { accounts } from '../accounts/table.ts';
import {
  accessTokenIdColumn,
  accountIdColumn,
  bytes,
  moment,
  oauthClientIdColumn,
  signingKeyIdColumn,
} from '../db/columns.ts';

export const oauthClients = snakeCase.table(
  'oauth_clients',
  {
    accountId: accountIdColumn()
      .notNull()
      .references(() => accounts.id),
    id: oauthClientIdColumn().notNull(),
    name: text().notNull(),
    /** Keyed hash (16 bytes); null of a client that signs assertions with a key of its own. */
    secretHash: bytes(),
    /** The start of the secret, for people to tell secrets apart. */
    hint: text(),
    /** Of the secret before the last rotation, while it goes on working. */
    previousSecretHash: bytes(),
    previousEndsAt: moment(),
    /** Public keys, for `private_key_jwt`; null of a client with a secret. */
    publicKeys: jsonb().$type<JWK[]>(),
    permissions: text().$type<Permission>().array().notNull(),
    /** Where it and its tokens may be used from, in CIDR form; null = everywhere. */
    networks: text().array(),
    /** null = never. */
    expiresAt: moment(),
    /** How long its access tokens are good. */
    tokenSeconds: integer().notNull(),
    /** Counts the changes of its rights: a token of an earlier one is over. */
    generation: integer().notNull().default(0),
    /** When it was last given a token, to the minute. */
    lastUsedAt: moment(),
    ...credentialColumns(),
    createdAt: moment().notNull(),
    revokedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    // Does not lead with the account: a client says its id, not its account.
    uniqueIndex('oauth_clients_id').on(t.id),
    check('oauth_clients_one_proof', sql`(${t.secretHash} IS NULL) <> (${t.publicKeys} IS NULL)`),
  ],
);

export type OAuthClientRow = typeof oauthClients.$inferSelect;

/** Access tokens that were revoked before their time; forgotten when it has come. */
export const oauthRevokedTokens = snakeCase.table(
  'oauth_revoked_tokens',
  {
    accountId: accountIdColumn().notNull(),
    clientId: oauthClientIdColumn().notNull(),
    id: accessTokenIdColumn().notNull(),
    expiresAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.clientId, t.id] }),
    foreignKey({
      name: 'oauth_revoked_tokens_client',
      columns: [t.accountId, t.clientId],
      foreignColumns: [oauthClients.accountId, oauthClients.id],
    }),
    index('oauth_revoked_tokens_expires').on(t.expiresAt),
  ],
);

/** The ids of clients' assertions that were used: each is good once. Forgotten when the assertion is over. */
export const oauthAssertions = snakeCase.table(
  'oauth_assertions',
  {
    accountId: accountIdColumn().notNull(),
    clientId: oauthClientIdColumn().notNull(),
    /** SHA-256 of what the client calls it. */
    hash: bytes().notNull(),
    expiresAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.clientId, t.hash] }),
    foreignKey({
      name: 'oauth_assertions_client',
      columns: [t.accountId, t.clientId],
      foreignColumns: [oauthClients.accountId, oauthClients.id],
    }),
    index('oauth_assertions_expires').on(t.expiresAt),
  ],
);

/** Of no account but the installation: who verifies a token does not know its account. */
export const oauthSigningKeys = snakeCase.table(
  'oauth_signing_keys',
  {
    /** Always the installation. */
    accountId: accountIdColumn().notNull(),
    /** The `kid`. */
    id: signingKeyIdColumn().notNull(),
    publicKey: jsonb().$type<JWK>().notNull(),
    /** A private JWK. */
    privateKeySealed: bytes().notNull(),
    createdAt: moment().notNull(),
    signsFrom: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.id] })],
);
