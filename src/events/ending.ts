import type { Principal } from '../accounts/principal.ts';
import type { VerificationId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { EventType } from './catalog.ts';
import type { EventEnvelope } from './envelope.ts';
import { readVerificationEvents } from './queries.ts';

// Far more than a verification's sends, retries and checks can add up to.
const ALL = 10_000;

/** The event by which a verification came to an end of this kind. */
export async function findEnding(
  app: App,
  { accountId }: Principal,
  verificationId: VerificationId,
  type: EventType,
): Promise<EventEnvelope | undefined> {
  const events = await readVerificationEvents(app.sql, [{ accountId, verificationId, version: 0 }], ALL);
  return events.find(({ event }) => event.type === type)?.event;
}
