/** Everything that can happen to a verification. A new event gets a line here and a type in `graphql.ts`. */
export const EVENT_TYPES = [
  'VerificationStarted',
  'ChannelChanged',
  'MessageQueued',
  'MessageSent',
  'MessageDelivered',
  'MessageUndelivered',
  'MessageFailed',
  'MessageExpired',
  'CodeRejected',
  'VerificationApproved',
  'VerificationExpired',
  'VerificationCanceled',
  'VerificationFailed',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];
