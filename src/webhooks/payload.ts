import type { EventEnvelope } from '../events/envelope.ts';
import type { App } from '../platform.ts';
import { maskedNumber } from '../verifications/number-of.ts';
import { TEST_NAME, WEBHOOK_NAMES } from './catalog.ts';
import type { WebhookDeliveryRow } from './table.ts';

/** What is sent of an event: the number is masked, and there is no code in it. */
export async function payloadOf(app: App, event: EventEnvelope): Promise<string> {
  const { verification: v, message } = event;
  return JSON.stringify({
    type: WEBHOOK_NAMES[event.type],
    timestamp: event.occurredAt,
    data: {
      cursor: event.cursor,
      // Deliveries of one verification may overtake each other: this says in which order they happened.
      version: event.version,
      verification: {
        id: v.id,
        mode: v.mode,
        to: await maskedNumber(app, v),
        country: v.country,
        channel: v.channel,
        status: v.status,
        failureReason: v.failureReason,
        checksLeft: v.maxChecks - v.checksUsed,
        sendsLeft: v.sendsLeft,
        serviceId: v.serviceId,
        createdAt: v.createdAt,
        expiresAt: v.expiresAt,
        settledAt: v.settledAt,
      },
      message: message
        ? { id: message.id, status: message.status, sender: message.sender, segments: message.segments }
        : null,
    },
  });
}

/** What is sent of an alarm. */
export function alarmPayload({ name, createdAt, alarm }: WebhookDeliveryRow): string {
  return JSON.stringify({ type: name, timestamp: createdAt, data: alarm });
}

export function testPayload({ createdAt, endpointId }: WebhookDeliveryRow): string {
  return JSON.stringify({ type: TEST_NAME, timestamp: createdAt, data: { endpointId } });
}
