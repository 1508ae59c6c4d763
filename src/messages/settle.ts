import { publishOutcomes, type Outcome } from '../bus/outcomes.ts';
import type { Tx } from '../db/client.ts';
import { transaction } from '../db/transaction.ts';
import { commitJournal, publishJournal } from '../events/commit.ts';
import { createJournal, type Journal } from '../events/journal.ts';
import { uuidOf } from '../ids.ts';
import type { App } from '../platform.ts';
import { lockVerifications, saveProgress } from '../verifications/store.ts';
import type { VerificationRow } from '../verifications/table.ts';
import { moveAttempt, moveMessage } from './advance-rows.ts';
import { findLoneReceipts, insertParts, type AttemptPart } from './attempt-parts.ts';
import { readAttempts, saveAttempts, type AttemptState } from './attempt-store.ts';
import { resolveFacts, type NewFact, type ResolvedFacts, type Step } from './facts.ts';
import { putIntoInbox, takeMatched, type AccountReceipt } from './inbox.ts';
import { isSettled } from './message.ts';
import { readMessages, saveMessages } from './store.ts';
import type { MessageRow } from './table.ts';

// One lane: what one batch commits, the next one sees, so a receipt right behind its answer finds
// the attempt. Under load both are mostly in the same batch and cost one update together.
export const SETTLE_BATCH = { maxBatchSize: 500, lanes: 1, paceMs: 5 };

/** Commits a batch of facts in one transaction: attempts, messages, verifications and events move together. */
export async function commitFacts(app: App, facts: readonly NewFact[]): Promise<undefined[]> {
  const { journal, outcomes, transactionId } = await transaction(
    app.lanes,
    async (tx) => decideFacts(app, tx, await resolveFacts(tx, facts)),
    writeSettled,
  );
  publishJournal(app, journal, transactionId);
  publishOutcomes(app.bus, outcomes);
  return facts.map(() => undefined);
}

/**
 * Applies receipts that waited in the inbox while their attempt was committed elsewhere.
 * @returns how many there were; when that is not 0 there may be more
 */
export async function settleInbox(app: App): Promise<number> {
  let count = 0;
  const { journal, outcomes, transactionId } = await transaction(
    app.lanes,
    async (tx) => {
      const receipts = await takeMatched(tx);
      count = receipts.length;
      const facts = receipts.map((receipt) => ({ kind: 'receipt', ...receipt }) as const);
      return decideFacts(app, tx, await resolveFacts(tx, facts));
    },
    writeSettled,
  );
  publishJournal(app, journal, transactionId);
  publishOutcomes(app.bus, outcomes);
  return count;
}

/**
 * Has receipts that one part of a message had, and no other in its time, stand for the whole message;
 * not where the carrier is known to report each part.
 * @returns how many there were; when that is not 0 there may be more
 */
export async function settleLoneReceipts(app: App): Promise<number> {
  const found = await findLoneReceipts(app.sql, app.clock());
  if (found.length === 0) return 0;
  const steps = found.map(({ isPerPart, ...receipt }): Step => {
    const { accountId, verificationId, messageId, attemptId } = receipt;
    return {
      ...{ accountId, verificationId, messageId, attemptId },
      receipt: { ...receipt, state: 'delivered' },
      lone: isPerPart ? 'waits' : 'stands',
      fact: { kind: 'receipt', state: 'delivered' },
    };
  });
  const { journal, outcomes, transactionId } = await transaction(
    app.lanes,
    (tx) => decideFacts(app, tx, { steps, early: [], parts: [] }),
    writeSettled,
  );
  publishJournal(app, journal, transactionId);
  publishOutcomes(app.bus, outcomes);
  return found.length;
}

/** What a batch of facts changes. */
interface Settled {
  journal: Journal;
  verifications: VerificationRow[];
  messages: MessageRow[];
  attempts: AttemptState[];
  early: AccountReceipt[];
  parts: AttemptPart[];
  /** What receipts say of attempts. */
  outcomes: Outcome[];
}

/** Locks and reads what the facts concern, and decides what becomes of it. */
async function decideFacts(app: App, tx: Tx, { steps, early, parts }: ResolvedFacts): Promise<Settled> {
  const now = app.clock();
  const journal = createJournal(now);
  const outcomes: Outcome[] = [];
  if (steps.length === 0)
    return { journal, verifications: [], messages: [], attempts: [], early, parts, outcomes };
  const [locked, messageRows, attemptRows] = await Promise.all([
    lockVerifications(tx, keysOf(steps, 'verificationId')),
    readMessages(tx, keysOf(steps, 'messageId')),
    readAttempts(tx, keysOf(steps, 'attemptId')),
  ]);
  const verifications = new Map(locked.map((v) => [v.id, v]));
  const messages = new Map(messageRows.map((m) => [m.id, m]));
  const attempts = new Map(attemptRows.map((a) => [a.id, a]));
  const unreachable: VerificationRow[] = [];
  // The others are not written: their lease belongs to whoever claims them meanwhile.
  const moved = new Set<MessageRow>();
  for (const step of steps) {
    const verification = verifications.get(step.verificationId)!;
    const attempt = step.attemptId && attempts.get(step.attemptId);
    if (attempt && !moveAttempt(attempt, step, now)) continue;
    if (step.receipt) outcomes.push(outcomeOf(step));
    const message = messages.get(step.messageId)!;
    moved.add(message);
    if (moveMessage(journal, verification, message, step, now, app.random)) unreachable.push(verification);
  }
  for (const verification of unreachable) await failUndeliverable(tx, journal, verification, messages, now);
  const changed = new Set(journal.entries.map((entry) => entry.verification.id));
  return {
    journal,
    verifications: locked.filter((v) => changed.has(v.id)),
    messages: [...moved],
    attempts: attemptRows,
    early,
    parts,
    outcomes,
  };
}

function outcomeOf({ receipt, verificationId, attemptId }: Step): Outcome {
  const kind = receipt!.state === 'delivered' ? 'delivered' : 'undelivered';
  const { carrierId, receivedAt } = receipt!;
  return { kind, verificationId, attemptId: attemptId!, carrierId, at: receivedAt.getTime() };
}

async function writeSettled(tx: Tx, settled: Settled) {
  const { journal, outcomes } = settled;
  const [transactionId] = await Promise.all([
    commitJournal(tx, journal),
    saveProgress(tx, settled.verifications),
    saveMessages(tx, settled.messages),
    saveAttempts(tx, settled.attempts),
    putIntoInbox(tx, settled.early),
    insertParts(tx, settled.parts),
  ]);
  return { journal, outcomes, transactionId };
}

/** The keys of the rows that steps name in one of their fields, each once. */
function keysOf<Field extends 'verificationId' | 'messageId' | 'attemptId'>(
  steps: ResolvedFacts['steps'],
  field: Field,
) {
  const keys = new Map(
    steps.flatMap((step) => {
      const id = step[field];
      return id === undefined ? [] : [[id, { accountId: step.accountId, id }] as const];
    }),
  );
  return [...keys.values()];
}

/** Ends a verification of which no message can arrive any more; one that may still arrive keeps it open. */
async function failUndeliverable(
  tx: Tx,
  journal: Journal,
  verification: VerificationRow,
  inBatch: ReadonlyMap<string, MessageRow>,
  now: number,
): Promise<void> {
  if (verification.status !== 'pending') return;
  const { accountId, id } = verification;
  const siblings = await tx<{ id: string; status: MessageRow['status'] }[]>`
    SELECT replace(id::text, '-', '') AS id, status FROM messages
    WHERE account_id IS NOT DISTINCT FROM ${uuidOf(accountId)} AND verification_id = ${uuidOf(id)}`;
  const mayArrive = siblings.some((sibling) => {
    const status = inBatch.get(`msg_${sibling.id}`)?.status ?? sibling.status;
    return status === 'delivered' || !isSettled(status);
  });
  if (mayArrive) return;
  verification.status = 'failed';
  verification.failureReason = 'undeliverable';
  verification.settledAt = new Date(now);
  journal.record('VerificationFailed', verification);
}
