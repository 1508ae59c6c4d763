import type { BusMessage } from '../bus/bus.ts';
import { accountChannel, verificationChannel } from '../bus/channels.ts';
import { publishOutcomes, type Outcome } from '../bus/outcomes.ts';
import type { App } from '../platform.ts';
import { encodeEvents } from './codec.ts';
import { encodeCursor } from './cursor.ts';
import type { EventEnvelope } from './envelope.ts';
import type { JournalEntry } from './journal.ts';

/**
 * Tells those who watch what a transaction made happen: after its commit, whole to the watchers of
 * each verification, as a hint to those of the account; and those who route, how verifications ended.
 * @param transactionId what `appendEvents` answered
 */
export function publishEvents(
  app: Pick<App, 'bus'>,
  entries: readonly JournalEntry[],
  transactionId: string,
): void {
  const accountChannels = new Set<string>();
  const envelopes = new Map<string, EventEnvelope[]>();
  for (const entry of entries) {
    const { accountId, id } = entry.verification;
    accountChannels.add(accountChannel(accountId));
    const channel = verificationChannel(accountId, id);
    const envelope = toEnvelope(entry, transactionId);
    const before = envelopes.get(channel);
    if (before) before.push(envelope);
    else envelopes.set(channel, [envelope]);
  }
  const messages: BusMessage[] = [];
  for (const [channel, ofOne] of envelopes) {
    // Nobody can watch a verification that is just being made: its id has not been told yet.
    if (ofOne[0]!.version > 1) messages.push({ channel, payload: encodeEvents(ofOne) });
  }
  for (const channel of accountChannels) messages.push({ channel, payload: transactionId });
  app.bus.publish(messages);
  publishOutcomes(app.bus, entries.flatMap(outcomeOf));
}

/** What routing learns from a verification's end. The others say nothing by themselves: silence is evidence, too. */
function outcomeOf({ type, occurredAt, verification }: JournalEntry): Outcome[] {
  if (verification.mode === 'test') return [];
  const isBlocked = type === 'VerificationFailed' && verification.failureReason === 'blocked';
  const isAbandoned = type === 'VerificationCanceled' || isBlocked;
  // What came in over another channel is no merit of the route that was tried before.
  const isConverted = type === 'VerificationApproved' && verification.channel === 'sms';
  const kind = isConverted ? 'converted' : isAbandoned ? 'abandoned' : undefined;
  return kind ? [{ kind, verificationId: verification.id, at: occurredAt.getTime() }] : [];
}

function toEnvelope(
  { type, occurredAt, verification, message }: JournalEntry,
  transaction: string,
): EventEnvelope {
  const { version } = verification;
  const cursor = encodeCursor({ transaction, verificationId: verification.id, version });
  return { type, version, cursor, occurredAt, verification, message };
}
