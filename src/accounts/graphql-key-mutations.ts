import { InvalidInput } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { parseId, type ApiKeyId } from '../ids.ts';
import { createApiKey } from './create-api-key.ts';
import { ApiKeyNotFound, BeyondOwnRights, LastManagingKey } from './errors.ts';
import { Mode } from './graphql-mode.ts';
import { ApiKey, PermissionEnum } from './graphql-keys.ts';
import { revokeApiKey } from './revoke-api-key.ts';
import { MAX_OVERLAP_SECONDS, rotateApiKey } from './rotate-api-key.ts';
import type { ApiKeyRow } from './table.ts';
import { updateApiKey } from './update-api-key.ts';

const ABOUT = {
  name: '1 to 60 characters.',
  mode:
    '`TEST` makes a test key: what it starts goes to the sandbox and reaches no carrier, and it sees nothing that is ' +
    'live. Default `LIVE`.',
  permissions:
    'All that it may do, at least one; `null` = everything, also what comes later. Of a test key only what starts and ' +
    'follows tests, and reads how the account is set up.',
  networks:
    'Where it may be used from: 1 to 50 networks such as `203.0.113.0/24` or `2001:db8::/32`, or single addresses; ' +
    '`null` = everywhere. It is the address that reaches the server, which is that of a proxy in front of it.',
  expiresAt: 'When it ends; `null` = never.',
};

const NewApiKey = builder.objectRef<{ row: ApiKeyRow; key: string }>('NewApiKey').implement({
  description: 'An API key with its secret, which is shown in this answer and never again.',
  fields: (t) => ({
    apiKey: t.field({ type: ApiKey, description: 'The key.', resolve: ({ row }) => row }),
    secret: t.string({
      description:
        'What goes into `Authorization: Bearer …`: `otp_live_` or `otp_test_`, and 39 letters and digits.',
      resolve: ({ key }) => key,
    }),
  }),
});

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  description: 'A new key. What is absent is without bounds.',
  fields: (t) => ({
    name: t.string({ required: true, description: ABOUT.name }),
    mode: t.field({ type: Mode, defaultValue: 'live', description: ABOUT.mode }),
    permissions: t.field({ type: [PermissionEnum], description: ABOUT.permissions }),
    networks: t.stringList({ description: ABOUT.networks }),
    expiresAt: t.field({ type: 'DateTime', description: ABOUT.expiresAt }),
  }),
});

const UpdateApiKeyInput = builder.inputType('UpdateApiKeyInput', {
  description: 'What changes; what is absent stays as it is.',
  fields: (t) => ({
    apiKeyId: t.id({ required: true, description: 'Which key.' }),
    name: t.string({ description: ABOUT.name }),
    permissions: t.field({ type: [PermissionEnum], description: ABOUT.permissions }),
    networks: t.stringList({ description: ABOUT.networks }),
    expiresAt: t.field({ type: 'DateTime', description: ABOUT.expiresAt }),
  }),
});

const RotateApiKeyInput = builder.inputType('RotateApiKeyInput', {
  description: 'Which key gets a new secret.',
  fields: (t) => ({
    apiKeyId: t.id({ required: true, description: 'Which key.' }),
    overlapSeconds: t.int({
      required: true,
      description: `How long the secret until now goes on working, 0–${MAX_OVERLAP_SECONDS} (30 days); 0 ends it at once.`,
    }),
  }),
});

const RevokeApiKeyInput = builder.inputType('RevokeApiKeyInput', {
  description: 'Which key ends.',
  fields: (t) => ({
    apiKeyId: t.id({ required: true, description: 'Which key.' }),
    evenLast: t.boolean({
      description:
        'Also when it is the last one with `keys:manage`, e.g. because it was stolen. Default `false`.',
    }),
  }),
});

builder.mutationField('createApiKey', (t) =>
  t.field({
    permission: 'keys:manage',
    audit: 'api_key.create',
    type: NewApiKey,
    description:
      'Makes an API key. It can do no more, from nowhere else, and for no longer than the one that asks.',
    errors: { types: [BeyondOwnRights, InvalidInput] },
    args: { input: t.arg({ type: CreateApiKeyInput, required: true, description: 'The key.' }) },
    resolve: (_root, { input }, context) => {
      const who = callerOf(context);
      return createApiKey(context.app, who.accountId, { ...input, mode: input.mode ?? 'live' }, who);
    },
  }),
);

builder.mutationField('updateApiKey', (t) =>
  t.field({
    permission: 'keys:manage',
    audit: 'api_key.update',
    type: ApiKey,
    description:
      'Changes a key. Other rights count at once, in every process: sockets of the key are closed with 4403, and ' +
      'come back with what it may do now.',
    errors: { types: [ApiKeyNotFound, BeyondOwnRights, LastManagingKey, InvalidInput] },
    args: { input: t.arg({ type: UpdateApiKeyInput, required: true, description: 'What changes.' }) },
    resolve: (_root, { input: { apiKeyId, name, ...rights } }, context) =>
      updateApiKey(context.app, callerOf(context), readId(apiKeyId), { ...rights, name: name ?? undefined }),
  }),
);

builder.mutationField('rotateApiKey', (t) =>
  t.field({
    permission: 'keys:manage',
    audit: 'api_key.rotate',
    type: NewApiKey,
    description:
      'Gives a key a new secret. The one until now works for the overlap, the one before it no longer. Sockets of ' +
      'the key are closed with 4403, and come back with either. From then on it is a credential of whoever rotated it ' +
      '(`Member.credentials`), and after the overlap no longer of who knew the secret until now.',
    errors: { types: [ApiKeyNotFound, BeyondOwnRights, InvalidInput] },
    args: { input: t.arg({ type: RotateApiKeyInput, required: true, description: 'Which key.' }) },
    resolve: (_root, { input }, context) =>
      rotateApiKey(context.app, callerOf(context), readId(input.apiKeyId), input.overlapSeconds),
  }),
);

builder.mutationField('revokeApiKey', (t) =>
  t.field({
    permission: 'keys:manage',
    audit: 'api_key.revoke',
    type: ApiKey,
    description:
      'Ends a key, in every process at once: its sockets are closed with 4403. There is no way back.',
    errors: { types: [ApiKeyNotFound, LastManagingKey] },
    args: { input: t.arg({ type: RevokeApiKeyInput, required: true, description: 'Which key.' }) },
    resolve: (_root, { input }, context) =>
      revokeApiKey(context.app, callerOf(context), readId(input.apiKeyId), { keepLast: !input.evenLast }),
  }),
);

/** @throws {ApiKeyNotFound} */
function readId(text: string): ApiKeyId {
  const id = parseId('key', text);
  if (!id) throw new ApiKeyNotFound();
  return id;
}
