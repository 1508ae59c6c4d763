import { readEventsAt, type PlacedEvent, type VerificationPosition } from '../events/queries.ts';
import type { WebhookDeliveryId } from '../ids.ts';
import type { App } from '../platform.ts';
import { alarmPayload, payloadOf, testPayload } from './payload.ts';
import type { WebhookDeliveryRow } from './table.ts';

/**
 * What is sent, written from the events as they are now: of one that is no more, nothing. Ten endpoints that are told
 * of the same event share one reading of it, and one text.
 */
export async function bodiesOf(
  app: App,
  claimed: readonly WebhookDeliveryRow[],
): Promise<Map<WebhookDeliveryId, string>> {
  const positions = new Map<string, VerificationPosition>();
  for (const { accountId, verificationId, version } of claimed)
    if (verificationId !== null && version !== null)
      positions.set(placeOf(verificationId, version), { accountId, verificationId, version });
  const events = await readEventsAt(app.sql, [...positions.values()]);
  const written = new Map(await Promise.all(events.map((placed) => writtenOf(app, placed))));
  return new Map(
    claimed.flatMap((delivery) => {
      const body = bodyOf(delivery, written);
      return body === undefined ? [] : [[delivery.id, body] as const];
    }),
  );
}

async function writtenOf(app: App, { at, event }: PlacedEvent): Promise<[place: string, text: string]> {
  return [placeOf(at.verificationId, at.version), await payloadOf(app, event)];
}

function bodyOf(delivery: WebhookDeliveryRow, written: ReadonlyMap<string, string>): string | undefined {
  const { verificationId, version, alarm } = delivery;
  if (verificationId !== null && version !== null) return written.get(placeOf(verificationId, version));
  return alarm ? alarmPayload(delivery) : testPayload(delivery);
}

function placeOf(verificationId: string, version: number): string {
  return `${verificationId}/${version}`;
}
