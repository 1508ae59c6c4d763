import { Mode } from '../accounts/graphql-mode.ts';
import { OPEN_TO_CLIENT_TOKEN } from '../graphql/audience.ts';
import { builder } from '../graphql/builder.ts';
import { Message } from '../messages/graphql.ts';
import { Verification } from '../verifications/graphql.ts';
import type { EventType } from './catalog.ts';
import type { EventEnvelope } from './envelope.ts';

export const VerificationEvent = builder.interfaceRef<EventEnvelope>('VerificationEvent');

VerificationEvent.implement({
  description: 'Something that happened to a verification or one of its messages. It never changes.',
  extensions: OPEN_TO_CLIENT_TOKEN,
  resolveType: (event) => event.type,
  fields: (t) => ({
    cursor: t.string({
      description: 'Give it as `after` to go on behind this event.',
      resolve: (event) => event.cursor,
    }),
    occurredAt: t.field({ type: 'DateTime', description: 'When it happened.', resolve: (e) => e.occurredAt }),
    version: t.int({
      description: 'Its number among the events of its verification: 1, 2, 3 … without a hole.',
      resolve: (event) => event.version,
    }),
    mode: t.field({
      type: Mode,
      description: 'Whether it happened for real or in a test.',
      resolve: (event) => event.verification.mode,
    }),
    verification: t.field({
      type: Verification,
      description: 'The verification as it was right after this event.',
      resolve: (event) => event.verification,
    }),
  }),
});

/** The events that are not also an answer to a check that came too late; those are in `graphql-endings.ts`. */
const PLAIN_EVENTS = {
  VerificationStarted: 'A verification was started.',
  ChannelChanged:
    'The verification goes on over another channel: `verification.channel`. Over `INBOUND_SMS` show `inboundNumber` ' +
    'and `inboundCode`.',
  CodeRejected:
    'A wrong code was checked. `verification` says how many checks are left, or that this was the last.',
  VerificationApproved: 'The right code was checked.',
} as const satisfies Partial<Record<EventType, string>>;

const MESSAGE_EVENTS = {
  MessageQueued: 'A message waits for a carrier.',
  MessageSent: 'A carrier took the message.',
  MessageDelivered: 'The handset has the message.',
  MessageUndelivered: 'The message was sent, and did not arrive.',
  MessageFailed: 'No carrier took the message.',
  MessageExpired: 'The verification ended before the message was sent.',
} as const satisfies Partial<Record<EventType, string>>;

for (const [name, description] of Object.entries(PLAIN_EVENTS)) {
  builder.objectType(builder.objectRef<EventEnvelope>(name), {
    description,
    extensions: OPEN_TO_CLIENT_TOKEN,
    interfaces: [VerificationEvent],
  });
}

for (const [name, description] of Object.entries(MESSAGE_EVENTS)) {
  builder.objectType(builder.objectRef<EventEnvelope>(name), {
    description,
    extensions: OPEN_TO_CLIENT_TOKEN,
    interfaces: [VerificationEvent],
    fields: (t) => ({
      message: t.field({
        type: Message,
        description: 'The message as it was right after this event.',
        resolve: (event) => event.message!,
      }),
    }),
  });
}
