import { builder } from '../graphql/builder.ts';
import { MAX_PAGE_SIZE, readPage, toConnection } from '../graphql/connection.ts';
import { callerOf } from '../graphql/context.ts';
import { errorType } from '../graphql/errors.ts';
import { PermissionEnum } from '../accounts/graphql-keys.ts';
import { OAuthClientNotFound } from './errors.ts';
import { pageClients } from './page-clients.ts';

errorType(OAuthClientNotFound, 'There is no such OAuth client in this account, or it was revoked.');

export const OAuthClient = builder.drizzleObject('oauthClients', {
  name: 'OAuthClient',
  permission: 'clients:manage',
  description:
    'A partner that asks for access tokens of minutes (OAuth 2.0 client credentials) instead of holding an API key.',
  // What the secret is recognised by is never read here.
  select: {
    columns: {
      id: true,
      name: true,
      hint: true,
      previousEndsAt: true,
      publicKeys: true,
      permissions: true,
      networks: true,
      expiresAt: true,
      tokenSeconds: true,
      lastUsedAt: true,
      createdAt: true,
      revokedAt: true,
    },
  },
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({ description: 'Prefixed `cli_`: the `client_id`.', resolve: (client) => client.id }),
    name: t.string({ description: 'The name it was given.', resolve: (client) => client.name }),
    hint: t.string({
      nullable: true,
      description: 'How its secret begins, to tell secrets apart; absent for a client with `publicKeys`.',
      resolve: (client) => client.hint,
    }),
    publicKeys: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The JWK set that its assertions are verified with; absent for a client with a secret.',
      resolve: ({ publicKeys }) => publicKeys && { keys: publicKeys },
    }),
    permissions: t.field({
      type: [PermissionEnum],
      description: 'All that its tokens may do: the scopes that it can ask for.',
      resolve: (client) => client.permissions,
    }),
    networks: t.stringList({
      nullable: true,
      description: 'The networks that it and its tokens may be used from, in CIDR form; absent: all.',
      resolve: (client) => client.networks,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it ends; absent: never.',
      resolve: (client) => client.expiresAt,
    }),
    tokenSeconds: t.int({
      description: 'How long one of its access tokens is good.',
      resolve: (client) => client.tokenSeconds,
    }),
    previousEndsAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Until when the secret from before the last rotation works; absent: there is none.',
      resolve: (client) => client.previousEndsAt,
    }),
    lastUsedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was last given an access token, to the minute; absent: not yet.',
      resolve: (client) => client.lastUsedAt,
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was created.',
      resolve: (client) => client.createdAt,
    }),
    revokedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked, if it was.',
      resolve: (client) => client.revokedAt,
    }),
  }),
});

const OAuthClientConnection = builder.connectionObject(
  { type: OAuthClient, name: 'OAuthClientConnection', description: 'A page of OAuth clients.' },
  { description: 'An OAuth client and its cursor.' },
);

builder.queryField('oauthClients', (t) =>
  t.field({
    permission: 'clients:manage',
    type: OAuthClientConnection,
    description: "The account's OAuth clients, the revoked ones among them, oldest first.",
    args: {
      first: t.arg.int({ required: true, description: `How many, 1–${MAX_PAGE_SIZE}.` }),
      after: t.arg.string({ description: '`endCursor` of the page before.' }),
    },
    resolve: async (_root, args, context) => {
      const page = readPage('cli', args);
      return toConnection(await pageClients(context.app, callerOf(context).accountId, page), args);
    },
  }),
);
