import { Mode } from '../accounts/graphql-mode.ts';
import { ofMode } from '../accounts/of-mode.ts';
import { CLOSED_TO_CLIENT_TOKEN, OPEN_TO_CLIENT_TOKEN } from '../graphql/audience.ts';
import { builder } from '../graphql/builder.ts';
import { MAX_PAGE_SIZE, readPage, toConnection } from '../graphql/connection.ts';
import { callerOf } from '../graphql/context.ts';
import { parseId } from '../ids.ts';
import { readDecision } from '../routing/read-decision.ts';
import { RouteCandidate } from '../routing/graphql.ts';
import { Verification } from '../verifications/graphql.ts';
import { Attempt } from './graphql-attempt.ts';

const MessageStatus = builder.enumType('MessageStatus', {
  description: 'Where a message stands.',
  values: {
    QUEUED: { value: 'queued', description: 'Waits for a carrier to take it.' },
    SENT: { value: 'sent', description: 'A carrier took it; its receipt is awaited.' },
    DELIVERED: { value: 'delivered', description: 'The handset has it.' },
    UNDELIVERED: { value: 'undelivered', description: 'It was sent, and did not arrive.' },
    FAILED: { value: 'failed', description: 'No carrier took it.' },
    EXPIRED: { value: 'expired', description: 'Its verification ended before it was sent.' },
  } as const,
});

export const Message = builder.drizzleObject('messages', {
  name: 'Message',
  permission: 'messages:read',
  description: 'One thing to deliver for a verification; each resend is a new one.',
  extensions: OPEN_TO_CLIENT_TOKEN,
  // When it is due is its worker's business.
  select: {
    columns: {
      accountId: true,
      id: true,
      verificationId: true,
      mode: true,
      status: true,
      sender: true,
      segments: true,
      queuedAt: true,
      sentAt: true,
      deliveredAt: true,
      settledAt: true,
      failureReason: true,
      failureDecision: true,
      pinnedRouteId: true,
    },
  },
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({ description: 'Prefixed `msg_`.', resolve: (message) => message.id }),
    verificationId: t.id({
      description: 'The verification it belongs to.',
      resolve: (m) => m.verificationId,
    }),
    mode: t.field({ type: Mode, description: 'That of its verification.', resolve: (m) => m.mode }),
    status: t.field({ type: MessageStatus, description: 'Where it stands.', resolve: (m) => m.status }),
    sender: t.string({
      nullable: true,
      description: 'Who it came from, as the handset shows it; absent until it is sent.',
      resolve: (message) => message.sender,
    }),
    segments: t.int({
      nullable: true,
      description: 'How many SMS it took; absent until it is sent.',
      resolve: (message) => message.segments,
    }),
    queuedAt: t.field({ type: 'DateTime', description: 'When it was queued.', resolve: (m) => m.queuedAt }),
    sentAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When a carrier first took it.',
      resolve: (message) => message.sentAt,
    }),
    deliveredAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When its receipt came: the handset has it.',
      resolve: (message) => message.deliveredAt,
    }),
    settledAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it came to its end, whichever.',
      resolve: (message) => message.settledAt,
    }),
    failureReason: t.string({
      nullable: true,
      description: 'Why it failed or was not delivered, in words; absent otherwise.',
      extensions: CLOSED_TO_CLIENT_TOKEN,
      resolve: (message) => message.failureReason,
    }),
    failureDecision: t.field({
      type: [RouteCandidate],
      nullable: true,
      description: 'When no route could carry it: every candidate with the reason why not. Absent otherwise.',
      extensions: CLOSED_TO_CLIENT_TOKEN,
      resolve: ({ accountId, failureDecision }, _args, { app }) =>
        failureDecision && readDecision(app, accountId, failureDecision),
    }),
    pinnedRouteId: t.id({
      nullable: true,
      description:
        'The only route that it may take: it was sent to try that one (`tryRoute`). Absent of all others.',
      extensions: CLOSED_TO_CLIENT_TOKEN,
      resolve: (message) => message.pinnedRouteId,
    }),
    attempts: t.relation('attempts', {
      type: Attempt,
      description: 'Each submission of it over a route, oldest first.',
      extensions: CLOSED_TO_CLIENT_TOKEN,
      query: { orderBy: { id: 'asc' } },
    }),
  }),
});

const VerificationMessagesConnection = builder.connectionObject(
  {
    type: Message,
    name: 'VerificationMessagesConnection',
    description: "A page of a verification's messages.",
    extensions: OPEN_TO_CLIENT_TOKEN,
  },
  { description: 'A message and its cursor.', extensions: OPEN_TO_CLIENT_TOKEN },
);

builder.drizzleObjectField(Verification, 'messages', (t) =>
  t.field({
    type: VerificationMessagesConnection,
    description: 'Its messages, oldest first.',
    args: {
      first: t.arg.int({ required: true, description: `How many, 1–${MAX_PAGE_SIZE}.` }),
      after: t.arg.string({ description: '`endCursor` of the page before.' }),
    },
    select: (args, _context, nestedSelection) => {
      const { limit, after } = readPage('msg', args);
      const page = {
        limit,
        orderBy: { id: 'asc' },
        ...(after && { where: { id: { gt: after } } }),
      } as const;
      const ofMessages = {
        getType: () => 'Message',
        paths: [[{ name: 'nodes' }], [{ name: 'edges' }, { name: 'node' }]],
      };
      const messages: typeof page = nestedSelection(page as never, ofMessages as never);
      return { with: { messages } };
    },
    resolve: (verification, args) => toConnection(verification.messages, args),
  }),
);

builder.queryField('message', (t) =>
  t.drizzleField({
    permission: 'messages:read',
    type: Message,
    nullable: true,
    description: 'A message. `null` when this account has none of that id.',
    args: { id: t.arg.id({ required: true, description: 'Prefixed `msg_`.' }) },
    resolve: (query, _root, args, context) => {
      const id = parseId('msg', args.id);
      if (!id) return null;
      const who = callerOf(context);
      const where = { accountId: who.accountId, id, ...ofMode(who) };
      return context.app.db.query.messages.findFirst(query({ where }));
    },
  }),
);
