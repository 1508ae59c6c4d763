import { getSchemaConfig, queryFromInfo } from '@pothos/plugin-drizzle';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { errorType } from '../graphql/errors.ts';
import { parseId, type MemberId } from '../ids.ts';
import { changeRole, removeMember, type Removed } from './change-member.ts';
import { CredentialsRemain, LastOwner, MemberNotFound, RoleAboveOwn } from './errors.ts';
import { Member, RoleEnum } from './graphql.ts';
import { ABOUT_CHOICE, CredentialsChoiceEnum, MemberCredential } from './graphql-credentials.ts';
import type { MemberRow } from './table.ts';

errorType(MemberNotFound, 'There is no such member in this account.');

errorType(
  RoleAboveOwn,
  'Nobody gives or takes a role that has more than they have themselves. Nothing was done.',
  (t) => ({ role: t.expose('role', { type: RoleEnum, description: 'The role that goes beyond theirs.' }) }),
);

errorType(LastOwner, 'An account always has an owner, and this is the last one. Nothing was done.');

errorType(
  CredentialsRemain,
  'Whoever goes could still get in with API keys or OAuth clients that they made, or know a secret of. Nothing was ' +
    'done: say what becomes of these (`credentials`), or have somebody who stays rotate them without an overlap first.',
  (t) => ({
    credentials: t.expose('credentials', {
      type: [MemberCredential],
      description: 'All of them; keys first, the oldest first.',
    }),
  }),
);

// Who has left is in no list any more, and neither are their name and address.
export const FormerMember = builder.objectRef<Removed>('FormerMember').implement({
  description: 'Somebody who is no longer in the account.',
  fields: (t) => ({
    id: t.id({
      description: 'What they were called there, prefixed `mem_`.',
      resolve: ({ member }) => member.id,
    }),
    role: t.field({ type: RoleEnum, description: 'What they were.', resolve: ({ member }) => member.role }),
    keptCredentials: t.field({
      type: [MemberCredential],
      description: 'The API keys and OAuth clients that go on, with which they can still get in.',
      resolve: ({ credentials, choice }) => (choice === 'keep' ? credentials : []),
    }),
    revokedCredentials: t.field({
      type: [MemberCredential],
      description: 'The API keys and OAuth clients that ended with the membership.',
      resolve: ({ credentials, choice }) => (choice === 'revoke' ? credentials : []),
    }),
  }),
});

const ChangeRoleInput = builder.inputType('ChangeRoleInput', {
  description: 'Which member gets which role.',
  fields: (t) => ({
    memberId: t.id({ required: true, description: 'Which member.' }),
    role: t.field({ type: RoleEnum, required: true, description: 'What they may do from now on.' }),
  }),
});

const RemoveMemberInput = builder.inputType('RemoveMemberInput', {
  description: 'Which member goes.',
  fields: (t) => ({
    memberId: t.id({ required: true, description: 'Which member.' }),
    credentials: t.field({ type: CredentialsChoiceEnum, description: ABOUT_CHOICE }),
  }),
});

builder.mutationField('changeRole', (t) =>
  t.field({
    permission: 'people:write',
    audit: 'member.change_role',
    type: Member,
    description:
      'Gives a member another role, which counts at once in every process: what they have open is closed with 4403, ' +
      'and comes back with what they may do now. API keys and OAuth clients stay as they are: `credentials` names those ' +
      'that may do more than the new role (`beyondRole`).',
    errors: { types: [MemberNotFound, RoleAboveOwn, LastOwner] },
    args: { input: t.arg({ type: ChangeRoleInput, required: true, description: 'Which role.' }) },
    resolve: async (_root, { input: { memberId, role } }, context, info) => {
      const { accountId, id } = await changeRole(context.app, callerOf(context), readId(memberId), role);
      const query = queryFromInfo({ config: getSchemaConfig(builder), context, info, typeName: 'Member' });
      const member = await context.app.db.query.members.findFirst({ ...query, where: { accountId, id } });
      // Taken out by somebody else in the meantime.
      if (!member) throw new MemberNotFound();
      return member as unknown as MemberRow;
    },
  }),
);

builder.mutationField('removeMember', (t) =>
  t.field({
    permission: 'people:write',
    audit: 'member.remove',
    type: FormerMember,
    description:
      'Takes a member out of the account, at once in every process. What becomes of the API keys and OAuth clients with ' +
      'which they could still get in, `credentials` says. Somebody who is in no account any more is forgotten, with ' +
      'their password.',
    errors: { types: [MemberNotFound, RoleAboveOwn, LastOwner, CredentialsRemain] },
    args: { input: t.arg({ type: RemoveMemberInput, required: true, description: 'Which member.' }) },
    resolve: (_root, { input }, context) =>
      removeMember(context.app, callerOf(context), readId(input.memberId), input.credentials ?? undefined),
  }),
);

/** @throws {MemberNotFound} */
function readId(text: string): MemberId {
  const id = parseId('mem', text);
  if (!id) throw new MemberNotFound();
  return id;
}
