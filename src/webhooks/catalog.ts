import type { EventType } from '../events/catalog.ts';

/** What each event is called in a webhook. A new event gets its name here: the compiler asks for it. */
export const WEBHOOK_NAMES = {
  VerificationStarted: 'verification.started',
  ChannelChanged: 'verification.channel_changed',
  CodeRejected: 'verification.code_rejected',
  VerificationApproved: 'verification.approved',
  VerificationExpired: 'verification.expired',
  VerificationCanceled: 'verification.canceled',
  VerificationFailed: 'verification.failed',
  MessageQueued: 'message.queued',
  MessageSent: 'message.sent',
  MessageDelivered: 'message.delivered',
  MessageUndelivered: 'message.undelivered',
  MessageFailed: 'message.failed',
  MessageExpired: 'message.expired',
} as const satisfies Record<EventType, string>;

/** What is no event of a verification: alarms of the account. */
export const ALARM_NAMES = ['abuse_alarm.raised', 'routing_alarm.raised', 'routing_alarm.cleared'] as const;

export type EventName = (typeof WEBHOOK_NAMES)[EventType];
export type AlarmName = (typeof ALARM_NAMES)[number];
export type WebhookName = EventName | AlarmName;

/** Sent on request only, to see that an endpoint works. */
export const TEST_NAME = 'test';

export const EVENT_NAMES: readonly EventName[] = Object.values(WEBHOOK_NAMES);
export const ALL_WEBHOOK_NAMES: readonly WebhookName[] = [...EVENT_NAMES, ...ALARM_NAMES];

export function isWebhookName(text: string): text is WebhookName {
  return (ALL_WEBHOOK_NAMES as readonly string[]).includes(text);
}
