import { OPEN_TO_CLIENT_TOKEN } from '../graphql/audience.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { parseId } from '../ids.ts';
import { VerificationNotFound } from '../verifications/errors.ts';
import type { EventEnvelope } from './envelope.ts';
import { VerificationEvent } from './graphql.ts';
import { accountEvents, accountEventsCursor, verificationEvents } from './stream.ts';

builder.subscriptionField('verificationEvents', (t) =>
  t.field({
    permission: 'verifications:read',
    type: VerificationEvent,
    description:
      'The events of one verification, its messages included: from its first one, or behind `after`, and then live. ' +
      'Completes when nothing more can happen.',
    extensions: OPEN_TO_CLIENT_TOKEN,
    args: {
      verificationId: t.arg.id({ required: true, description: 'Which verification.' }),
      after: t.arg.string({ description: 'The `cursor` of the last event that was seen.' }),
    },
    subscribe: (_root, args, context) => {
      const verificationId = parseId('vrf', args.verificationId);
      if (!verificationId) throw new VerificationNotFound();
      const after = args.after ?? undefined;
      return verificationEvents(context.app, callerOf(context), { verificationId, after });
    },
    resolve: (event: EventEnvelope) => event,
  }),
);

builder.subscriptionField('accountEvents', (t) =>
  t.field({
    permission: 'verifications:read',
    type: VerificationEvent,
    description: 'The events of all verifications of the account: from now on, or behind `after`.',
    args: { after: t.arg.string({ description: 'The `cursor` of the last event that was seen.' }) },
    subscribe: (_root, args, context) =>
      accountEvents(context.app, callerOf(context), { after: args.after ?? undefined }),
    resolve: (event: EventEnvelope) => event,
  }),
);

builder.queryField('accountEventsCursor', (t) =>
  t.string({
    permission: 'verifications:read',
    description:
      "The place in the account's events that is now. Given as `after` to `accountEvents` or `webhookRequests`, nothing " +
      'that happens from now on is missed, however late the subscription comes; a few events of the last moments may ' +
      'come with it.',
    resolve: (_root, _args, context) => accountEventsCursor(context.app, callerOf(context)),
  }),
);
