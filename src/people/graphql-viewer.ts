import type { Factor } from '../accounts/factor.ts';
import { findAccount } from '../accounts/find-account.ts';
import { Account } from '../accounts/graphql.ts';
import { PermissionEnum } from '../accounts/graphql-keys.ts';
import { Mode } from '../accounts/graphql-mode.ts';
import { ALL_PERMISSIONS, holds } from '../accounts/permissions.ts';
import { modeOf, type Principal } from '../accounts/principal.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { RoleEnum } from './graphql.ts';
import { findSelf, listMemberships, type Membership, type Self } from './queries.ts';

const ViewerKind = builder.enumType('ViewerKind', {
  description: 'What a credential stands for.',
  values: {
    PERSON: { value: 'person', description: 'Somebody who has signed in.' },
    API_KEY: { value: 'apiKey', description: 'A server with an API key.' },
    ACCESS_TOKEN: { value: 'accessToken', description: 'A partner with an access token.' },
    CLIENT_TOKEN: { value: 'clientToken', description: 'The frontend of one verification.' },
  } satisfies Record<string, { value: Principal['kind']; description: string }>,
});

export const FactorEnum = builder.enumType('SignInFactor', {
  description: 'With what somebody shows who they are.',
  values: {
    PASSWORD: { value: 'password', description: 'Their password.' },
    TOTP: { value: 'totp', description: 'A code of their authenticator app.' },
    BACKUP_CODE: { value: 'backupCode', description: 'A code for when the authenticator app is lost.' },
    PASSKEY: { value: 'passkey', description: 'A passkey: two factors in one.' },
  } satisfies Record<string, { value: Factor; description: string }>,
});

const Person = builder.objectRef<Self>('Person').implement({
  description: 'Somebody who signs in, as they see themselves.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Prefixed `per_`.' }),
    name: t.exposeString('name', { description: 'What they are called.' }),
    email: t.exposeString('email', { description: 'Their e-mail address.' }),
    hasSecondFactor: t.exposeBoolean('hasSecondFactor', {
      description: 'Whether they can sign in with a second factor: an authenticator app, or a passkey.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Since when there is a password.' }),
  }),
});

const MembershipType = builder.objectRef<Membership>('Membership').implement({
  description: 'An account that the person who asks is in.',
  fields: (t) => ({
    accountId: t.exposeID('accountId', {
      description: 'Prefixed `acc_`. Goes into the header `Otpost-Account`, or into `switchAccount`.',
    }),
    accountName: t.exposeString('accountName', { description: 'The name of the account.' }),
    role: t.expose('role', { type: RoleEnum, description: 'What they may do there.' }),
  }),
});

export const Viewer = builder.objectRef<Principal>('Viewer').implement({
  description: 'Whoever asks.',
  fields: (t) => ({
    kind: t.field({
      type: ViewerKind,
      description: 'What the credential stands for.',
      resolve: ({ kind }) => kind,
    }),
    mode: t.field({
      type: Mode,
      description: 'Of what it starts and sees: a test key tests, and everything else is for real.',
      resolve: modeOf,
    }),
    accountId: t.exposeID('accountId', { description: 'The account that it is in, prefixed `acc_`.' }),
    account: t.field({
      type: Account,
      description: 'The account that it is in.',
      resolve: ({ accountId }, _args, { app }) => findAccount(app, accountId),
    }),
    permissions: t.field({
      type: [PermissionEnum],
      description: 'All that it may do there.',
      resolve: (who) => ALL_PERMISSIONS.filter((permission) => holds(who, permission)),
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the credential ends; absent: never.',
      resolve: (who) => who.expiresAt,
    }),
    apiKeyId: t.id({
      nullable: true,
      description: 'Of an API key: its id.',
      resolve: (who) => (who.kind === 'apiKey' ? who.apiKeyId : null),
    }),
    role: t.field({
      type: RoleEnum,
      nullable: true,
      description: 'Of a person: the role in this account.',
      resolve: (who) => (who.kind === 'person' ? who.role : null),
    }),
    factors: t.field({
      type: [FactorEnum],
      nullable: true,
      description: 'Of a person: with what they signed in.',
      resolve: (who) => (who.kind === 'person' ? who.factors : null),
    }),
    needsSecondFactor: t.boolean({
      nullable: true,
      description:
        'Of a person: whether the account wants a second factor, and they have signed in without one. They have no ' +
        'permissions then, and set one up, or sign in with theirs.',
      resolve: (who) => (who.kind === 'person' ? who.needsSecondFactor : null),
    }),
    person: t.field({
      type: Person,
      nullable: true,
      description: 'Of a person: who that is.',
      resolve: (who, _args, { app }) => (who.kind === 'person' ? findSelf(app, who.personId) : null),
    }),
    memberships: t.field({
      type: [MembershipType],
      nullable: true,
      description: 'Of a person: all accounts that they are in.',
      resolve: (who, _args, { app }) => (who.kind === 'person' ? listMemberships(app, who.personId) : null),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    permission: null,
    type: Viewer,
    description: 'Who is asking, and what they may do. Any credential may ask but a client token.',
    resolve: (_root, _args, context) => callerOf(context),
  }),
);
