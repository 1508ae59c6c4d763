import { Mode } from '../accounts/graphql-mode.ts';
import type { EventEnvelope } from '../events/envelope.ts';
import { accountEvents } from '../events/stream.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { WEBHOOK_NAMES } from './catalog.ts';
import { payloadOf } from './payload.ts';

const WebhookRequest = builder.objectRef<EventEnvelope>('WebhookRequest').implement({
  permission: 'verifications:read',
  description:
    'An event as an endpoint is sent it. It is not signed: whoever forwards it has a secret of its own.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Give it as `after` to go on behind this event.' }),
    name: t.string({
      description: 'The `type` in the body, e.g. `message.delivered`.',
      resolve: ({ type }) => WEBHOOK_NAMES[type],
    }),
    mode: t.field({
      type: Mode,
      description: 'That of its verification, as in the body.',
      resolve: ({ verification }) => verification.mode,
    }),
    verificationId: t.id({
      description: 'What it is about, prefixed `vrf_`.',
      resolve: ({ verification }) => verification.id,
    }),
    body: t.string({
      description: 'What is sent by POST, to the octet.',
      resolve: (event, _args, { app }) => payloadOf(app, event),
    }),
  }),
});

builder.subscriptionField('webhookRequests', (t) =>
  t.field({
    permission: 'verifications:read',
    type: WebhookRequest,
    description:
      'The events of the account as webhook endpoints are sent them, for a developer who has none yet: from now on, or ' +
      'behind `after`, as `accountEvents`. `otpost listen` forwards them to a local address.',
    args: { after: t.arg.string({ description: 'The `cursor` of the last event that was seen.' }) },
    subscribe: (_root, args, context) =>
      accountEvents(context.app, callerOf(context), { after: args.after ?? undefined }),
    resolve: (event: EventEnvelope) => event,
  }),
);
