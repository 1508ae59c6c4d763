import { builder } from '../graphql/builder.ts';
import { personOf } from '../graphql/context.ts';
import { errorType } from '../graphql/errors.ts';
import { parseId } from '../ids.ts';
import { leaveAccount } from './change-member.ts';
import { AccountNotFound, CredentialsRemain, LastOwner, MemberNotFound, SessionNotFound } from './errors.ts';
import { ABOUT_CHOICE, CredentialsChoiceEnum } from './graphql-credentials.ts';
import { FormerMember } from './graphql-members.ts';
import { FactorEnum, Viewer } from './graphql-viewer.ts';
import { endOtherSessions, endSession, listSessions, switchAccount, type SessionRow } from './sessions.ts';

errorType(AccountNotFound, 'The person who asks is not in this account. Nothing was done.');
errorType(SessionNotFound, 'The person who asks has no such session, or it is over.');

const Session = builder.objectRef<SessionRow>('Session').implement({
  description: 'A browser, or another program, in which somebody is signed in.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Prefixed `ses_`. Not what is in the cookie.' }),
    isCurrent: t.boolean({
      description: 'Whether it is the one that asks.',
      resolve: ({ id }, _args, context) => personOf(context).sessionId === id,
    }),
    factors: t.expose('factors', { type: [FactorEnum], description: 'With what they signed in.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When they signed in.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When they have to sign in again.' }),
  }),
});

builder.queryField('sessions', (t) =>
  t.field({
    permission: 'person',
    type: [Session],
    description: 'Where the person who asks is signed in, oldest first.',
    resolve: (_root, _args, context) => listSessions(context.app, personOf(context)),
  }),
);

const EndSessionInput = builder.inputType('EndSessionInput', {
  description: 'Which session ends.',
  fields: (t) => ({ sessionId: t.id({ required: true, description: 'Which one.' }) }),
});

builder.mutationField('endSession', (t) =>
  t.field({
    permission: 'person',
    audit: 'session.end',
    type: Session,
    description: 'Signs out somewhere: a session of the person who asks ends, in every process at once.',
    errors: { types: [SessionNotFound] },
    args: { input: t.arg({ type: EndSessionInput, required: true, description: 'Which session.' }) },
    resolve: (_root, { input }, context) => {
      const id = parseId('ses', input.sessionId);
      if (!id) throw new SessionNotFound();
      return endSession(context.app, personOf(context), id);
    },
  }),
);

builder.mutationField('endOtherSessions', (t) =>
  t.field({
    permission: 'person',
    audit: 'session.end_others',
    type: [Session],
    description: 'Signs out everywhere but here. Answers with the sessions that ended.',
    resolve: (_root, _args, context) => endOtherSessions(context.app, personOf(context)),
  }),
);

const SwitchAccountInput = builder.inputType('SwitchAccountInput', {
  description: 'Where to.',
  fields: (t) => ({
    accountId: t.id({ required: true, description: 'An account of `viewer.memberships`.' }),
  }),
});

builder.mutationField('switchAccount', (t) =>
  t.field({
    permission: 'person',
    audit: 'session.switch_account',
    type: Viewer,
    description:
      'From now on the session is in another account of the person who asks. A request can also name one itself, ' +
      'with the header `Otpost-Account`; a socket stays in the account that it was opened in.',
    errors: { types: [AccountNotFound] },
    args: { input: t.arg({ type: SwitchAccountInput, required: true, description: 'Where to.' }) },
    resolve: async (_root, { input }, context) => {
      const accountId = parseId('acc', input.accountId);
      if (!accountId) throw new AccountNotFound();
      return switchAccount(context.app, personOf(context), accountId);
    },
  }),
);

const LeaveAccountInput = builder.inputType('LeaveAccountInput', {
  description: 'How somebody goes.',
  fields: (t) => ({ credentials: t.field({ type: CredentialsChoiceEnum, description: ABOUT_CHOICE }) }),
});

builder.mutationField('leaveAccount', (t) =>
  t.field({
    permission: 'person',
    audit: 'member.leave',
    type: FormerMember,
    description:
      'Takes the person who asks out of the account that they are in. What becomes of their API keys and OAuth clients ' +
      'there, `credentials` says, as for `removeMember`.',
    errors: { types: [MemberNotFound, LastOwner, CredentialsRemain] },
    args: {
      input: t.arg({ type: LeaveAccountInput, description: 'Absent: they have no credentials there.' }),
    },
    resolve: (_root, { input }, context) =>
      leaveAccount(context.app, personOf(context), input?.credentials ?? undefined),
  }),
);
