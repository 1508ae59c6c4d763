import { getSchemaConfig, queryFromInfo } from '@pothos/plugin-drizzle';
import { PermissionEnum } from '../accounts/graphql-keys.ts';
import { ALL_PERMISSIONS } from '../accounts/permissions.ts';
import { ROLE_TABLE, ROLES } from '../accounts/roles.ts';
import { builder } from '../graphql/builder.ts';
import { MAX_PAGE_SIZE, readPage, toConnection } from '../graphql/connection.ts';
import { callerOf } from '../graphql/context.ts';
import { credentialsOf } from './credentials.ts';
import { MemberCredential } from './graphql-credentials.ts';
import { shownPerson } from './shown.ts';
import type { MemberRow } from './table.ts';

export const RoleEnum = builder.enumType('Role', {
  description: 'What a member of an account may do: see `roles` for the permissions of each.',
  values: Object.fromEntries(
    ROLES.map((role) => [role.toUpperCase(), { value: role, description: ROLE_TABLE[role].about }]),
  ),
});

const RoleDescription = builder.objectRef<(typeof ROLES)[number]>('RoleDescription').implement({
  description: 'A role and its permissions.',
  fields: (t) => ({
    role: t.field({ type: RoleEnum, description: 'The role.', resolve: (role) => role }),
    about: t.string({ description: 'Who that is.', resolve: (role) => ROLE_TABLE[role].about }),
    permissions: t.field({
      type: [PermissionEnum],
      description: 'All that it may do.',
      resolve: (role) => ALL_PERMISSIONS.filter((one) => ROLE_TABLE[role].permissions.has(one)),
    }),
  }),
});

builder.queryField('roles', (t) =>
  t.field({
    permission: null,
    type: [RoleDescription],
    description: 'The table of roles, the most powerful first. It is the same for every account.',
    resolve: () => ROLES,
  }),
);

const WITH_PERSON = {
  with: { person: { columns: { id: true, emailSealed: true, nameSealed: true } } },
} as const;

const WITH_FACTORS = {
  with: { person: { columns: { twoFactorEnabled: true }, with: { passkeys: { columns: { id: true } } } } },
} as const;

export const Member = builder.drizzleObject('members', {
  name: 'Member',
  permission: 'people:read',
  description: 'Somebody who is in the account.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({ description: 'Prefixed `mem_`.', resolve: (member) => member.id }),
    role: t.field({ type: RoleEnum, description: 'What they may do.', resolve: (member) => member.role }),
    name: t.string({
      select: WITH_PERSON,
      description: 'What they are called.',
      resolve: async (member, _args, context) =>
        (await shownPerson(context.app, callerOf(context), member)).name,
    }),
    email: t.string({
      select: WITH_PERSON,
      description: 'Their e-mail address.',
      resolve: async (member, _args, context) =>
        (await shownPerson(context.app, callerOf(context), member)).email,
    }),
    hasSecondFactor: t.boolean({
      select: WITH_FACTORS,
      description: 'Whether they can sign in with a second factor: an authenticator app, or a passkey.',
      resolve: ({ person }) => person.twoFactorEnabled || person.passkeys.length > 0,
    }),
    credentials: t.field({
      type: [MemberCredential],
      // Whoever can put them out may know how they would still get in.
      extensions: { permission: 'people:write' },
      description:
        'The API keys and OAuth clients that they can get in with, besides by signing in; keys first, the oldest first. ' +
        'Another role leaves them as they are: look at `beyondRole`. Needs `people:write`.',
      resolve: (member, _args, context) => credentialsOf(context.app, member),
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'Since when they are in the account.',
      resolve: (member) => member.createdAt,
    }),
  }),
});

const MemberConnection = builder.connectionObject(
  { type: Member, name: 'MemberConnection', description: 'A page of members.' },
  { description: 'A member and their cursor.' },
);

builder.queryField('members', (t) =>
  t.field({
    permission: 'people:read',
    type: MemberConnection,
    description: 'Who is in the account, those who have been for longest first.',
    args: {
      first: t.arg.int({ required: true, description: `How many, 1–${MAX_PAGE_SIZE}.` }),
      after: t.arg.string({ description: '`endCursor` of the page before.' }),
    },
    // With the people in one statement: who is taken out between two of them would fail the whole page.
    resolve: async (_root, args, context, info) => {
      const { limit, after } = readPage('mem', args);
      const query = queryFromInfo({
        config: getSchemaConfig(builder),
        context,
        info,
        typeName: 'Member',
        paths: [['nodes'], ['edges', 'node']],
      });
      const rows = await context.app.db.query.members.findMany({
        ...query,
        where: { accountId: callerOf(context).accountId, ...(after && { id: { gt: after } }) },
        orderBy: { id: 'asc' },
        limit,
      });
      return toConnection(rows as unknown as MemberRow[], args);
    },
  }),
);
