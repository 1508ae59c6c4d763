import { builder } from '../graphql/builder.ts';
import { MAX_PAGE_SIZE, readPage, toConnection } from '../graphql/connection.ts';
import { callerOf } from '../graphql/context.ts';
import { errorType } from '../graphql/errors.ts';
import { Mode } from './graphql-mode.ts';
import { ApiKeyNotFound, BeyondOwnRights, LastManagingKey } from './errors.ts';
import { pageApiKeys } from './page-api-keys.ts';
import { ALL_PERMISSIONS, PERMISSIONS } from './permissions.ts';

errorType(ApiKeyNotFound, 'There is no such API key in this account, or it was revoked.');

errorType(
  BeyondOwnRights,
  'Nobody can give more than they have: a key can do no more, from nowhere else, and for no longer than the one ' +
    'that makes, changes or rotates it. Nothing was done.',
  (t) => ({
    field: t.exposeString('field', { description: 'By what: `permissions`, `networks` or `expiresAt`.' }),
  }),
);

errorType(
  LastManagingKey,
  'This is the last key with `keys:manage`: without it nobody could make another one. Nothing was done.',
);

export const PermissionEnum = builder.enumType('Permission', {
  description: 'What a key may be let do. A `…_WRITE` brings its `…_READ` with it.',
  values: Object.fromEntries(
    ALL_PERMISSIONS.map((permission) => [
      permission.replace(':', '_').toUpperCase(),
      { value: permission, description: `\`${permission}\`: ${PERMISSIONS[permission]}` },
    ]),
  ),
});

export const ApiKey = builder.drizzleObject('apiKeys', {
  name: 'ApiKey',
  permission: 'keys:manage',
  description: 'What a server proves with who it is. Its secret was shown once, and is never read again.',
  // What the secret is recognised by is never read here.
  select: {
    columns: {
      id: true,
      name: true,
      hint: true,
      previousEndsAt: true,
      mode: true,
      permissions: true,
      networks: true,
      expiresAt: true,
      lastUsedAt: true,
      createdAt: true,
      revokedAt: true,
    },
  },
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({ description: 'Prefixed `key_`. Not the key itself.', resolve: (key) => key.id }),
    name: t.string({ description: 'The name it was given.', resolve: (key) => key.name }),
    mode: t.field({
      type: Mode,
      description: 'What it starts and sees: live verifications, or tests. It stays as it was made.',
      resolve: (key) => key.mode,
    }),
    hint: t.string({
      nullable: true,
      description: 'How its secret begins, to tell keys apart; absent for keys from before this was kept.',
      resolve: (key) => key.hint,
    }),
    permissions: t.field({
      type: [PermissionEnum],
      nullable: true,
      description:
        'All that it may do; absent: everything that a key of its mode can have, also what comes later.',
      resolve: (key) => key.permissions,
    }),
    networks: t.stringList({
      nullable: true,
      description: 'The networks that it may be used from, in CIDR form; absent: all.',
      resolve: (key) => key.networks,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it ends; absent: never.',
      resolve: (key) => key.expiresAt,
    }),
    previousEndsAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Until when the secret from before the last rotation works; absent: there is none.',
      resolve: (key) => key.previousEndsAt,
    }),
    lastUsedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the minute; absent: not yet.',
      resolve: (key) => key.lastUsedAt,
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was created.',
      resolve: (key) => key.createdAt,
    }),
    revokedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked, if it was.',
      resolve: (key) => key.revokedAt,
    }),
  }),
});

const ApiKeyConnection = builder.connectionObject(
  { type: ApiKey, name: 'ApiKeyConnection', description: 'A page of API keys.' },
  { description: 'An API key and its cursor.' },
);

builder.queryField('apiKeys', (t) =>
  t.field({
    permission: 'keys:manage',
    type: ApiKeyConnection,
    description: "The account's API keys, the revoked ones among them, oldest first.",
    args: {
      first: t.arg.int({ required: true, description: `How many, 1–${MAX_PAGE_SIZE}.` }),
      after: t.arg.string({ description: '`endCursor` of the page before.' }),
    },
    resolve: async (_root, args, context) => {
      const page = readPage('key', args);
      return toConnection(await pageApiKeys(context.app, callerOf(context).accountId, page), args);
    },
  }),
);
