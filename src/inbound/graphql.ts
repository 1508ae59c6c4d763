import { getSchemaConfig, queryFromInfo } from '@pothos/plugin-drizzle';
import { Carrier } from '../carriers/graphql.ts';
import { OPEN_TO_CLIENT_TOKEN } from '../graphql/audience.ts';
import { builder } from '../graphql/builder.ts';
import { MAX_PAGE_SIZE, readPage, toConnection } from '../graphql/connection.ts';
import { callerOf } from '../graphql/context.ts';
import { Service } from '../services/graphql.ts';
import { Verification } from '../verifications/graphql.ts';
import { shownSender, shownText } from './queries.ts';
import { inboundCodeOf, inboundNumberOf } from './shown-code.ts';
import { inboundMessageStream, type PlacedInbound } from './stream.ts';
import type { InboundMessageRow } from './table.ts';

builder.drizzleObjectField(Verification, 'inboundCode', (t) =>
  t.string({
    nullable: true,
    extensions: OPEN_TO_CLIENT_TOKEN,
    description:
      'What the destination has to text to `inboundNumber`, while the channel is `INBOUND_SMS` and it is waited for. ' +
      'It proves something only when it comes from the destination: it may be shown to anybody.',
    resolve: (v, _args, context) => inboundCodeOf(context.app, v),
  }),
);

builder.drizzleObjectField(Verification, 'inboundNumber', (t) =>
  t.string({
    nullable: true,
    extensions: OPEN_TO_CLIENT_TOKEN,
    description: 'Where the destination has to text `inboundCode`: a number in E.164, or a short code.',
    resolve: (v, _args, context) => inboundNumberOf(context.app, v),
  }),
);

const InboundKind = builder.enumType('InboundKind', {
  description: 'What a message from a handset is for.',
  values: {
    MESSAGE: { value: 'message', description: 'None of the others: for people or programs to read.' },
    OPT_OUT: { value: 'opt_out', description: 'STOP and the like: the sender wants no more messages.' },
    OPT_IN: { value: 'opt_in', description: 'START and the like: it does again.' },
    HELP: { value: 'help', description: 'HELP and the like. Nothing is answered by itself.' },
    VERIFICATION: { value: 'verification', description: 'It had a code, which was checked.' },
  } as const,
});

export const InboundMessage = builder.drizzleObject('inboundMessages', {
  name: 'InboundMessage',
  permission: 'inbound:read',
  description:
    'A message from a handset to one of our numbers (MO). Kept for 30 days, or as `setRetention(inbound)` says.',
  // What it is opened with.
  select: { columns: { accountId: true, id: true, fromSealed: true, textSealed: true } },
  fields: (t) => ({
    id: t.id({ description: 'Prefixed `inb_`.', resolve: (message) => message.id }),
    from: t.string({
      description:
        'Who sent it: a number in E.164, masked (`+385•••••••67`) unless the caller may see it; or a name or short code.',
      resolve: (message, _args, context) =>
        shownSender(context.app, callerOf(context), message, context.shown),
    }),
    to: t.exposeString('ourNumber', { description: 'Which of our numbers was texted.' }),
    text: t.string({
      description:
        'What it says. `••••••` stands where a one-time password was; phone numbers are masked like `from`.',
      resolve: (message, _args, context) => shownText(context.app, callerOf(context), message, context.shown),
    }),
    kind: t.expose('kind', { type: InboundKind, description: 'What it is for.' }),
    receivedAt: t.expose('receivedAt', { type: 'DateTime', description: 'When it reached us.' }),
    carrier: t.relation('carrier', { type: Carrier, description: 'Over which carrier it came.' }),
    service: t.relation('service', {
      type: Service,
      nullable: true,
      description: 'Whose number was texted; absent for a number of the whole account.',
    }),
    verification: t.relation('verification', {
      type: Verification,
      nullable: true,
      description: 'The verification that its code was checked against.',
    }),
  }),
});

const InboundMessageConnection = builder.connectionObject(
  {
    type: InboundMessage,
    name: 'InboundMessageConnection',
    description: 'A page of messages from handsets.',
  },
  { description: 'A message from a handset and its cursor.' },
);

builder.queryField('inboundMessages', (t) =>
  t.field({
    permission: 'inbound:read',
    type: InboundMessageConnection,
    description: "The account's messages from handsets, newest first.",
    args: {
      first: t.arg.int({ required: true, description: `How many, 1–${MAX_PAGE_SIZE}.` }),
      after: t.arg.string({ description: '`endCursor` of the page before.' }),
    },
    resolve: async (_root, args, context, info) => {
      const { limit, after } = readPage('inb', args);
      const query = queryFromInfo({
        config: getSchemaConfig(builder),
        context,
        info,
        typeName: 'InboundMessage',
        paths: [['nodes'], ['edges', 'node']],
      });
      const rows = await context.app.db.query.inboundMessages.findMany({
        ...query,
        columns: { ...query.columns, id: true },
        where: { accountId: callerOf(context).accountId, ...(after && { id: { lt: after } }) },
        orderBy: { id: 'desc' },
        limit,
      });
      return toConnection(rows as unknown as InboundMessageRow[], args);
    },
  }),
);

const InboundMessageReceived = builder.objectRef<PlacedInbound>('InboundMessageReceived').implement({
  description: 'A message from a handset has come in.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Give it as `after` to go on behind this message.' }),
    message: t.expose('message', { type: InboundMessage, description: 'The message.' }),
  }),
});

builder.subscriptionField('inboundMessages', (t) =>
  t.field({
    permission: 'inbound:read',
    type: InboundMessageReceived,
    description: "The account's messages from handsets: from now on, or behind `after`.",
    args: { after: t.arg.string({ description: 'The `cursor` of the last message that was seen.' }) },
    subscribe: (_root, { after }, context) =>
      inboundMessageStream(context.app, callerOf(context), after ?? undefined),
    resolve: (placed: PlacedInbound) => placed,
  }),
);
