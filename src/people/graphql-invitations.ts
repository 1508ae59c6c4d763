import { InvalidInput } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { errorType } from '../graphql/errors.ts';
import { parseId } from '../ids.ts';
import { MailNotSent } from '../mail/mailer.ts';
import { AlreadyMember, InvitationNotFound, RoleAboveOwn, TooManyInvitations } from './errors.ts';
import { RoleEnum } from './graphql.ts';
import { MAX_INVITATIONS } from './invitation.ts';
import { inviteMember } from './invite.ts';
import { listInvitations, revokeInvitation } from './revoke-invitation.ts';
import { shownInvited, type Given } from './shown.ts';
import type { InvitationRow } from './table.ts';

errorType(
  InvitationNotFound,
  'There is no such invitation in this account: it was used, revoked, or is over.',
);
errorType(AlreadyMember, 'Somebody with this e-mail address is in the account already. Nothing was done.');
errorType(
  TooManyInvitations,
  'The account has invited as many as it may for now. Nothing was done.',
  (t) => ({
    retryAfterSeconds: t.int({
      nullable: true,
      description: 'In how many seconds to try again; absent: when some of those that wait are gone.',
      resolve: ({ retryAfterSeconds }) => retryAfterSeconds,
    }),
  }),
);
errorType(MailNotSent, 'The mail server did not take the message. What it was about is done: ask again.');

const Invitation = builder.objectRef<Given<InvitationRow>>('Invitation').implement({
  permission: 'people:read',
  description: 'Somebody who is asked to join the account.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Prefixed `inv_`.' }),
    email: t.string({
      description: 'Whom it is for: nobody with another address can use it.',
      resolve: (row, _args, context) => shownInvited(context.app, callerOf(context), row),
    }),
    role: t.expose('role', { type: RoleEnum, description: 'What they will be.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when its link works.' }),
  }),
});

builder.queryField('invitations', (t) =>
  t.field({
    permission: 'people:read',
    type: [Invitation],
    description: `Who is asked to join the account and has not yet, newest first. There are ${MAX_INVITATIONS} at most.`,
    resolve: (_root, _args, context) => listInvitations(context.app, callerOf(context).accountId),
  }),
);

const InviteMemberInput = builder.inputType('InviteMemberInput', {
  description: 'Whom to ask, and as what.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'Their e-mail address.' }),
    role: t.field({ type: RoleEnum, required: true, description: 'What they will be.' }),
  }),
});

const NewInvitation = builder
  .objectRef<{ row: Given<InvitationRow>; link: string | undefined }>('NewInvitation')
  .implement({
    description: 'An invitation that is on its way.',
    fields: (t) => ({
      invitation: t.expose('row', { type: Invitation, description: 'The invitation.' }),
      link: t.exposeString('link', {
        nullable: true,
        description:
          'To be passed on to them, where Otpost sends no e-mail itself; shown this once. Absent: it went out by e-mail.',
      }),
    }),
  });

builder.mutationField('inviteMember', (t) =>
  t.field({
    permission: 'people:write',
    audit: 'invitation.create',
    type: NewInvitation,
    description:
      'Asks somebody to join the account. The link works once, for 7 days, and for that e-mail address alone; asking ' +
      'again makes a new one, and the old one is void.',
    errors: { types: [InvalidInput, RoleAboveOwn, AlreadyMember, TooManyInvitations, MailNotSent] },
    args: { input: t.arg({ type: InviteMemberInput, required: true, description: 'Whom.' }) },
    resolve: (_root, { input }, context) => inviteMember(context.app, callerOf(context), input),
  }),
);

const RevokeInvitationInput = builder.inputType('RevokeInvitationInput', {
  description: 'Which invitation is taken back.',
  fields: (t) => ({ invitationId: t.id({ required: true, description: 'Which one.' }) }),
});

builder.mutationField('revokeInvitation', (t) =>
  t.field({
    permission: 'people:write',
    audit: 'invitation.revoke',
    type: Invitation,
    description: 'Takes an invitation back: its link is void at once. Answers with what it was.',
    errors: { types: [InvitationNotFound, RoleAboveOwn] },
    args: { input: t.arg({ type: RevokeInvitationInput, required: true, description: 'Which one.' }) },
    resolve: (_root, { input }, context) => {
      const id = parseId('inv', input.invitationId);
      if (!id) throw new InvitationNotFound();
      return revokeInvitation(context.app, callerOf(context), id);
    },
  }),
);
