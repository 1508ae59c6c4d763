import { appendAudit } from '../audit/append.ts';
import { mergeActs } from '../audit/traffic.ts';
import { DUE_CHANNEL, TESTS_DUE } from '../bus/channels.ts';
import { transaction } from '../db/transaction.ts';
import { commitJournal, publishJournal } from '../events/commit.ts';
import { insertMessages, newMessage } from '../messages/store.ts';
import type { App } from '../platform.ts';
import { insertNumbers } from '../vault/numbers.ts';
import { destinationName, saveDestinations, type DestinationState } from './destinations.ts';
import {
  DestinationLocked,
  DestinationOptedOut,
  IdempotencyConflict,
  TooManySends,
  VerificationSettled,
} from './errors.ts';
import { claimName, insertIdempotencyKeys } from './idempotency.ts';
import { decideSendTo, isLocked } from './limits.ts';
import type { AnsweredVerification } from './number-of.ts';
import { answerRepeats, Repeat, type StartResult } from './repeats.ts';
import { endOf } from './resent.ts';
import { destinationKeyOf, readBatch, type Batch, type NewStart } from './start-batch.ts';
import { insertVerifications, saveVerifications } from './store.ts';
import type { VerificationRow } from './table.ts';

/**
 * Commits a batch of starts in one transaction: four statements to read and lock, then the pure
 * decisions, then six statements to write and the commit, each group in one round trip.
 */
export async function commitStarts(
  app: App,
  starts: readonly NewStart[],
): Promise<(AnsweredVerification | Error)[]> {
  const { results, journal, transactionId, modes } = await transaction(
    app.lanes,
    (tx) => readBatch(tx, starts, app.clock()),
    async (tx, batch) => {
      const results = starts.map((start) => decideStart(batch, start));
      const [transactionId, , , , , , , , answers] = await Promise.all([
        commitJournal(tx, batch.journal),
        saveDestinations(tx, [...batch.touched]),
        insertVerifications(tx, batch.inserted),
        insertNumbers(tx, batch.numbers),
        saveVerifications(tx, [...batch.changed]),
        insertMessages(tx, batch.messages),
        insertIdempotencyKeys(tx, batch.newAnswers),
        appendAudit(tx, [...mergeActs(batch.done), ...batch.tries], batch.now),
        answerRepeats(tx, results),
      ]);
      const modes = new Set(batch.messages.map(({ mode }) => mode));
      const answered = withNumbers(answers, starts);
      return { results: answered, journal: batch.journal, transactionId, modes };
    },
  );
  publishJournal(app, journal, transactionId);
  for (const mode of modes)
    app.bus.publish([{ channel: DUE_CHANNEL, payload: mode === 'test' ? TESTS_DUE : '' }]);
  return results;
}

/** Whoever starts a verification knows its number; whoever sends it again has said its id alone. */
function withNumbers(
  results: readonly StartResult[],
  starts: readonly NewStart[],
): (AnsweredVerification | Error)[] {
  return results.map((result, i) => {
    const { e164, resendOf } = starts[i]!;
    return result instanceof Error ? result : { ...result, number: { e164, given: resendOf === undefined } };
  });
}

function decideStart(batch: Batch, start: NewStart): StartResult {
  const { by, draft, service, idempotency, pinnedTo } = start;
  const { now, journal } = batch;
  const before = idempotency && batch.answered.get(claimName(idempotency));
  if (before)
    return before.fingerprint.equals(idempotency.fingerprint)
      ? new Repeat(before)
      : new IdempotencyConflict();

  const destination = batch.destinations.get(destinationName(destinationKeyOf(start)))!;
  const ended = start.resendOf && endOf(latestOf(batch, destination), start.resendOf, now);
  if (ended) return new VerificationSettled(ended);
  if (isLocked(draft, destination, service.settings)) return new DestinationLocked();
  // What comes from the handset itself is no message that its owner could want no more of.
  const sends = draft.channel === 'sms';
  if (sends && batch.isOptedOut(destination)) return new DestinationOptedOut();
  const send = sends && decideSendTo(draft, destination, service.settings, now);
  if (send && send.kind === 'tooMany') return new TooManySends(new Date(send.nextSendAt));

  const verification = pendingOf(batch, destination) ?? begin(batch, destination, start);
  batch.touched.add(destination);
  if (send) {
    verification.sendsLeft = send.sendsLeft;
    verification.nextSendAt = send.nextSendAt === undefined ? null : new Date(send.nextSendAt);
    destination.recentSends = send.recentSends;
  }
  if (verification.version === 0) journal.record('VerificationStarted', verification);
  else {
    if (send && service.settings.resend === 'rotate') {
      verification.codeNonce = draft.codeNonce;
      verification.codeKeyId = draft.codeKeyId;
    }
    if (verification.channel !== draft.channel) {
      verification.channel = draft.channel;
      journal.record('ChannelChanged', verification);
    }
  }
  const message = send && newMessage(verification, now, pinnedTo);
  if (message) {
    batch.messages.push(message);
    journal.record('MessageQueued', verification, message);
  }
  if (idempotency) {
    const { id: verificationId } = verification;
    const messageId = message ? message.id : null;
    const record = { ...idempotency, verificationId, messageId, createdAt: new Date(now) };
    batch.answered.set(claimName(idempotency), record);
    batch.newAnswers.push(record);
  }
  const { accountId, id: target } = verification;
  if (pinnedTo === undefined)
    batch.done.push({ accountId, actor: by, action: 'verification.start', outcome: 'ok', target });
  else
    batch.tries.push({
      accountId,
      actor: by,
      action: 'route.try',
      targets: [target],
      details: { route: pinnedTo },
    });
  return { ...verification, ...(message && { queued: message }) };
}

function latestOf(batch: Batch, { latestVerificationId }: DestinationState): VerificationRow | undefined {
  return latestVerificationId && batch.verifications.get(latestVerificationId);
}

/** The verification that is pending for this destination; one whose time is up is ended here, not waited for. */
function pendingOf(batch: Batch, destination: DestinationState): VerificationRow | undefined {
  const latest = latestOf(batch, destination);
  if (latest?.status !== 'pending') return undefined;
  if (!batch.inserted.includes(latest)) batch.changed.add(latest);
  if (latest.expiresAt.getTime() > batch.now) return latest;
  latest.status = 'expired';
  latest.settledAt = new Date(batch.now);
  batch.journal.record('VerificationExpired', latest);
  return undefined;
}

function begin(batch: Batch, destination: DestinationState, { draft, number }: NewStart): VerificationRow {
  // A copy: the transaction may run again after a lost race, and must find the draft as it was.
  const verification = { ...draft };
  destination.latestVerificationId = verification.id;
  batch.verifications.set(verification.id, verification);
  batch.inserted.push(verification);
  batch.numbers.push(number);
  return verification;
}
