import { publishOutcomes, type Outcome } from '../bus/outcomes.ts';
import type { Tx } from '../db/client.ts';
import { transaction } from '../db/transaction.ts';
import { commitJournal, publishJournal } from '../events/commit.ts';
import { createJournal, type Journal } from '../events/journal.ts';
import type { App } from '../platform.ts';
import { lockVerifications, saveProgress } from '../verifications/store.ts';
import type { VerificationRow } from '../verifications/table.ts';
import { moveAttempt, moveMessage } from './advance-rows.ts';
import { readAttempts, saveAttempts, type AttemptState } from './attempt-store.ts';
import { concludeUndelivered } from './conclude.ts';
import { resolveFacts, type NewFact, type ResolvedFacts, type Step } from './facts.ts';
import { putIntoInbox, takeMatched, type AccountReceipt } from './inbox.ts';
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

/** What a batch of facts changes. */
interface Settled {
  journal: Journal;
  verifications: VerificationRow[];
  messages: MessageRow[];
  attempts: AttemptState[];
  early: AccountReceipt[];
  /** What receipts say of attempts. */
  outcomes: Outcome[];
}

/** Locks and reads what the facts concern, and decides what becomes of it. */
async function decideFacts(app: App, tx: Tx, { steps, early }: ResolvedFacts): Promise<Settled> {
  const now = app.clock();
  const journal = createJournal(now);
  const outcomes: Outcome[] = [];
  if (steps.length === 0) return { journal, verifications: [], messages: [], attempts: [], early, outcomes };
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
  await concludeUndelivered(app, tx, journal, { verifications, messages, unreachable }, now);
  const changed = new Set(journal.entries.map((entry) => entry.verification.id));
  return {
    journal,
    verifications: locked.filter((v) => changed.has(v.id)),
    messages: [...moved],
    attempts: attemptRows,
    early,
    outcomes,
  };
}

function outcomeOf({ receipt, verificationId, attemptId }: Step): Outcome {
  const kind = receipt!.state === 'delivered' ? 'delivered' : 'undelivered';
  return { kind, verificationId, attemptId: attemptId!, at: receipt!.receivedAt.getTime() };
}

async function writeSettled(tx: Tx, settled: Settled) {
  const { journal, outcomes } = settled;
  const [transactionId] = await Promise.all([
    commitJournal(tx, journal),
    saveProgress(tx, settled.verifications),
    saveMessages(tx, settled.messages),
    saveAttempts(tx, settled.attempts),
    putIntoInbox(tx, settled.early),
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
