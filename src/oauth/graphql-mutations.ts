import { BeyondOwnRights } from '../accounts/errors.ts';
import { PermissionEnum } from '../accounts/graphql-keys.ts';
import { MAX_OVERLAP_SECONDS } from '../accounts/rotate-api-key.ts';
import { InvalidInput } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { parseId, type OAuthClientId } from '../ids.ts';
import { createClient } from './create-client.ts';
import { OAuthClientNotFound } from './errors.ts';
import { OAuthClient } from './graphql.ts';
import { LONGEST_TOKEN_SECONDS, SHORTEST_TOKEN_SECONDS, TOKEN_SECONDS } from './limits.ts';
import { revokeClient } from './revoke-client.ts';
import { rotateClientSecret } from './rotate-client-secret.ts';
import type { OAuthClientRow } from './table.ts';
import { updateClient } from './update-client.ts';

const ABOUT = {
  name: '1 to 60 characters.',
  permissions:
    'All that its tokens may do, at least one. None of `KEYS_MANAGE`, `CLIENTS_MANAGE` and `PEOPLE_WRITE`: with them a ' +
    'token of minutes would let somebody in for good.',
  networks:
    'Where it and its tokens may be used from: 1 to 50 networks such as `203.0.113.0/24` or `2001:db8::/32`, or ' +
    'single addresses; `null` = everywhere.',
  expiresAt: 'When it ends; `null` = never.',
  tokenSeconds: `How long one of its access tokens is good, ${SHORTEST_TOKEN_SECONDS}–${LONGEST_TOKEN_SECONDS}.`,
  clientId: 'Which client.',
};

const NewOAuthClient = builder
  .objectRef<{ row: OAuthClientRow; secret: string | undefined }>('NewOAuthClient')
  .implement({
    description: 'An OAuth client with its secret, which is shown in this answer and never again.',
    fields: (t) => ({
      client: t.field({ type: OAuthClient, description: 'The client.', resolve: ({ row }) => row }),
      secret: t.string({
        nullable: true,
        description:
          'The `client_secret`: `otp_client_` and 39 letters and digits. Absent for a client with `publicKeys`.',
        resolve: ({ secret }) => secret,
      }),
    }),
  });

const CreateOAuthClientInput = builder.inputType('CreateOAuthClientInput', {
  description: 'A new client.',
  fields: (t) => ({
    name: t.string({ required: true, description: ABOUT.name }),
    permissions: t.field({ type: [PermissionEnum], required: true, description: ABOUT.permissions }),
    networks: t.stringList({ description: ABOUT.networks }),
    expiresAt: t.field({ type: 'DateTime', description: ABOUT.expiresAt }),
    tokenSeconds: t.int({ description: `${ABOUT.tokenSeconds} Default ${TOKEN_SECONDS}.` }),
    publicKeys: t.field({
      type: 'JSON',
      description:
        'A JWK set with the public keys (P-256, Ed25519 or RSA) that the client signs its assertions with ' +
        '(`private_key_jwt`). It has no secret then.',
    }),
  }),
});

const UpdateOAuthClientInput = builder.inputType('UpdateOAuthClientInput', {
  description: 'What changes; what is absent stays as it is.',
  fields: (t) => ({
    clientId: t.id({ required: true, description: ABOUT.clientId }),
    name: t.string({ description: ABOUT.name }),
    permissions: t.field({ type: [PermissionEnum], description: ABOUT.permissions }),
    networks: t.stringList({ description: ABOUT.networks }),
    expiresAt: t.field({ type: 'DateTime', description: ABOUT.expiresAt }),
    tokenSeconds: t.int({ description: ABOUT.tokenSeconds }),
    publicKeys: t.field({
      type: 'JSON',
      description: 'The JWK set from now on; to rotate a key, first add the new one beside it.',
    }),
  }),
});

const RotateOAuthClientSecretInput = builder.inputType('RotateOAuthClientSecretInput', {
  description: 'Which client gets a new secret.',
  fields: (t) => ({
    clientId: t.id({ required: true, description: ABOUT.clientId }),
    overlapSeconds: t.int({
      required: true,
      description:
        `How long the secret until now goes on working, 0–${MAX_OVERLAP_SECONDS} (30 days); 0 ends it at once, ` +
        'and all access tokens with it.',
    }),
  }),
});

const RevokeOAuthClientInput = builder.inputType('RevokeOAuthClientInput', {
  description: 'Which client ends.',
  fields: (t) => ({ clientId: t.id({ required: true, description: ABOUT.clientId }) }),
});

builder.mutationField('createOAuthClient', (t) =>
  t.field({
    permission: 'clients:manage',
    audit: 'oauth_client.create',
    type: NewOAuthClient,
    description:
      'Makes an OAuth client. It can do no more, from nowhere else, and for no longer than the key that asks.',
    errors: { types: [BeyondOwnRights, InvalidInput] },
    args: { input: t.arg({ type: CreateOAuthClientInput, required: true, description: 'The client.' }) },
    resolve: (_root, { input }, context) =>
      createClient(context.app, callerOf(context), {
        ...input,
        tokenSeconds: input.tokenSeconds ?? undefined,
      }),
  }),
);

builder.mutationField('updateOAuthClient', (t) =>
  t.field({
    permission: 'clients:manage',
    audit: 'oauth_client.update',
    type: OAuthClient,
    description:
      'Changes a client. With other rights or keys its access tokens until now are over at once, in every process: ' +
      'their sockets are closed with 4403, and the client asks for another token.',
    errors: { types: [OAuthClientNotFound, BeyondOwnRights, InvalidInput] },
    args: { input: t.arg({ type: UpdateOAuthClientInput, required: true, description: 'What changes.' }) },
    resolve: (_root, { input: { clientId, ...change } }, context) =>
      updateClient(context.app, callerOf(context), readId(clientId), {
        ...change,
        name: change.name ?? undefined,
        permissions: change.permissions ?? undefined,
        tokenSeconds: change.tokenSeconds ?? undefined,
      }),
  }),
);

builder.mutationField('rotateOAuthClientSecret', (t) =>
  t.field({
    permission: 'clients:manage',
    audit: 'oauth_client.rotate_secret',
    type: NewOAuthClient,
    description:
      'Gives a client a new secret. The one until now works for the overlap, the one before it no longer. Access ' +
      'tokens stay good, but for those of an old secret, which end with it.',
    errors: { types: [OAuthClientNotFound, BeyondOwnRights, InvalidInput] },
    args: {
      input: t.arg({ type: RotateOAuthClientSecretInput, required: true, description: ABOUT.clientId }),
    },
    resolve: (_root, { input }, context) =>
      rotateClientSecret(context.app, callerOf(context), readId(input.clientId), input.overlapSeconds),
  }),
);

builder.mutationField('revokeOAuthClient', (t) =>
  t.field({
    permission: 'clients:manage',
    audit: 'oauth_client.revoke',
    type: OAuthClient,
    description:
      'Ends a client and its access tokens, in every process at once: their sockets are closed with 4403. There is ' +
      'no way back.',
    errors: { types: [OAuthClientNotFound] },
    args: { input: t.arg({ type: RevokeOAuthClientInput, required: true, description: ABOUT.clientId }) },
    resolve: (_root, { input }, context) =>
      revokeClient(context.app, callerOf(context), readId(input.clientId)),
  }),
);

/** @throws {OAuthClientNotFound} */
function readId(text: string): OAuthClientId {
  const id = parseId('cli', text);
  if (!id) throw new OAuthClientNotFound();
  return id;
}
