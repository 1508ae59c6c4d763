import { Mode } from '../accounts/graphql-mode.ts';
import { builder } from '../graphql/builder.ts';
import type { Credential, CredentialsChoice } from './credential.ts';

const CredentialKind = builder.enumType('CredentialKind', {
  description: 'What somebody gets in with, besides by signing in.',
  values: {
    API_KEY: { value: 'apiKey', description: 'An API key.' },
    OAUTH_CLIENT: { value: 'oauthClient', description: 'An OAuth client, and its access tokens.' },
  } satisfies Record<string, { value: Credential['kind']; description: string }>,
});

export const MemberCredential = builder.objectRef<Credential>('MemberCredential').implement({
  description:
    'An API key or an OAuth client that works, and that a member can get in with: they made it, or were shown a secret ' +
    'of it that works, or it was made with such a key of theirs. Who rotates one is shown its secret, and who has it ' +
    'rotated by somebody else knows it no longer when the overlap is over.',
  fields: (t) => ({
    kind: t.expose('kind', { type: CredentialKind, description: 'What it is.' }),
    id: t.exposeID('id', { description: 'Of the key (`key_`), or of the client (`cli_`).' }),
    name: t.exposeString('name', { description: 'The name it was given.' }),
    mode: t.expose('mode', {
      type: Mode,
      description: 'Of what it starts: of a test key tests, else all for real.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the minute; absent: not yet.',
    }),
    beyondRole: t.exposeBoolean('beyondRole', {
      description: 'Whether it may do what nobody in the role of the member could let it do.',
    }),
  }),
});

export const CredentialsChoiceEnum = builder.enumType('CredentialsChoice', {
  description: 'What becomes of the API keys and OAuth clients of somebody who goes.',
  values: {
    KEEP: { value: 'keep', description: 'They go on, and so does whoever knows their secrets.' },
    REVOKE: {
      value: 'revoke',
      description:
        'They end with the membership, in every process at once: their sockets are closed with 4403. Also the last key ' +
        'with `keys:manage`.',
    },
  } satisfies Record<string, { value: CredentialsChoice; description: string }>,
});

export const ABOUT_CHOICE =
  'What becomes of the API keys and OAuth clients that they made, or know a secret of, and that still work. Absent: ' +
  'nothing is done when there are any, and `CredentialsRemain` names them.';
