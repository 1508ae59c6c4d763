import type { SubmitOutcome } from '../carriers/carrier.ts';
import type { Tx } from '../db/client.ts';
import { transaction } from '../db/transaction.ts';
import { commitJournal, publishJournal } from '../events/commit.ts';
import { createJournal, type Journal } from '../events/journal.ts';
import type { AccountId, AttemptId, CarrierId, MessageId, VerificationId } from '../ids.ts';
import type { App } from '../platform.ts';
import { lockVerifications, saveVerifications } from '../verifications/store.ts';
import type { VerificationRow } from '../verifications/table.ts';
import { advanceAttempt, statusAfterSubmit } from './attempt.ts';
import {
  carrierMessageName,
  findAttempts,
  readAttempts,
  saveAttempts,
  type CarrierMessageKey,
} from './attempt-store.ts';
import { putIntoInbox, takeFromInbox, takeMatched, type AccountReceipt } from './inbox.ts';
import { advanceMessage, RETRY_SCHEDULE, type Fact } from './message.ts';
import { readMessages, saveMessages } from './store.ts';
import type { AttemptRow, MessageRow } from './table.ts';

/** Something that was learned about a message or one of its attempts. */
export type NewFact =
  | ({ kind: 'outcome'; outcome: SubmitOutcome } & Submitted)
  | ({ kind: 'receipt' } & AccountReceipt)
  | { kind: 'ended'; accountId: AccountId; verificationId: VerificationId; messageId: MessageId }
  /** No route would take it now. */
  | { kind: 'noRoute'; accountId: AccountId; verificationId: VerificationId; messageId: MessageId };

export interface Submitted {
  accountId: AccountId;
  verificationId: VerificationId;
  messageId: MessageId;
  attemptId: AttemptId;
  carrierId: CarrierId;
  sender: string;
}

// One lane: what one batch commits, the next one sees, so a receipt right behind its answer finds
// the attempt. Under load both are mostly in the same batch and cost one update together.
export const SETTLE_BATCH = { maxBatchSize: 500, lanes: 1 };

/** A fact with the rows that it concerns. */
interface Step {
  verificationId: VerificationId;
  messageId: MessageId;
  attemptId?: AttemptId;
  fact: Fact;
  outcome?: SubmitOutcome;
  sender?: string;
  receipt?: AccountReceipt;
}

/** Commits a batch of facts in one transaction: attempts, messages, verifications and events move together. */
export async function commitFacts(app: App, facts: readonly NewFact[]): Promise<undefined[]> {
  const { journal, transactionId } = await transaction(app.sql, async (tx) => {
    const { steps, keys, early } = await resolveFacts(tx, facts);
    return apply(app, tx, keys, steps, early);
  });
  publishJournal(app, journal, transactionId);
  return facts.map(() => undefined);
}

/** Applies the receipts that waited while their attempt was committed elsewhere. */
export async function settleInbox(app: App): Promise<number> {
  const { journal, transactionId, count } = await transaction(app.sql, async (tx) => {
    const receipts = await takeMatched(tx);
    const { steps, keys, early } = await resolveFacts(
      tx,
      receipts.map((r) => ({ kind: 'receipt', ...r })),
    );
    return { ...(await apply(app, tx, keys, steps, early)), count: receipts.length };
  });
  publishJournal(app, journal, transactionId);
  return count;
}

interface RowKeys {
  verifications: Map<VerificationId, { accountId: AccountId; id: VerificationId }>;
  messages: Map<MessageId, { accountId: AccountId; id: MessageId }>;
  attempts: Map<AttemptId, { accountId: AccountId; id: AttemptId }>;
}

/** Finds the attempt of every receipt: in this batch, in the table, or not yet (then it is early). */
async function resolveFacts(tx: Tx, facts: readonly NewFact[]) {
  const accepted = new Map<string, Submitted>();
  for (const f of facts) {
    if (f.kind === 'outcome' && f.outcome.kind === 'accepted')
      accepted.set(
        carrierMessageName({
          carrierId: f.carrierId,
          carrierMessageId: f.outcome.carrierMessageId,
        } as CarrierMessageKey),
        f,
      );
  }
  const receipts = facts.filter((f) => f.kind === 'receipt' && f.state !== 'enroute') as AccountReceipt[];
  const [known, waited] = await Promise.all([
    findAttempts(
      tx,
      receipts.filter((r) => !accepted.has(carrierMessageName(r))),
    ),
    takeFromInbox(
      tx,
      facts.flatMap((f) =>
        f.kind === 'outcome' && f.outcome.kind === 'accepted'
          ? { accountId: f.accountId, carrierId: f.carrierId, carrierMessageId: f.outcome.carrierMessageId }
          : [],
      ),
    ),
  ]);
  const attemptOf = new Map<
    string,
    { accountId: AccountId; verificationId: VerificationId; messageId: MessageId; attemptId: AttemptId }
  >(accepted);
  for (const a of known)
    attemptOf.set(carrierMessageName({ ...a, carrierMessageId: a.carrierMessageId! }), {
      ...a,
      attemptId: a.id,
    });

  const keys: RowKeys = { verifications: new Map(), messages: new Map(), attempts: new Map() };
  const early: AccountReceipt[] = [];
  const steps: Step[] = [];
  const add = (accountId: AccountId, step: Step): void => {
    keys.verifications.set(step.verificationId, { accountId, id: step.verificationId });
    keys.messages.set(step.messageId, { accountId, id: step.messageId });
    if (step.attemptId) keys.attempts.set(step.attemptId, { accountId, id: step.attemptId });
    steps.push(step);
  };
  // Answers before receipts: in one batch their order of arrival says nothing.
  for (const f of facts) {
    if (f.kind === 'outcome') add(f.accountId, { ...f, fact: { kind: 'outcome', outcome: f.outcome } });
    else if (f.kind === 'ended') add(f.accountId, { ...f, fact: { kind: 'ended' } });
    else if (f.kind === 'noRoute')
      add(f.accountId, {
        ...f,
        fact: { kind: 'outcome', outcome: { kind: 'unavailable', reason: 'no route' } },
      });
  }
  for (const receipt of [...waited, ...receipts]) {
    const attempt = attemptOf.get(carrierMessageName(receipt));
    const { state } = receipt;
    if (!attempt) early.push(receipt);
    else if (state !== 'enroute') {
      const { verificationId, messageId, attemptId } = attempt;
      add(attempt.accountId, {
        verificationId,
        messageId,
        attemptId,
        receipt,
        fact: { kind: 'receipt', state },
      });
    }
  }
  return { steps, keys, early };
}

async function apply(
  app: App,
  tx: Tx,
  keys: RowKeys,
  steps: readonly Step[],
  early: readonly AccountReceipt[],
) {
  const now = app.clock();
  const journal = createJournal(now);
  if (steps.length === 0) {
    await putIntoInbox(tx, early);
    return { journal, transactionId: undefined };
  }
  const [locked, messageRows, attemptRows] = await Promise.all([
    lockVerifications(tx, [...keys.verifications.values()]),
    readMessages(tx, [...keys.messages.values()]),
    readAttempts(tx, [...keys.attempts.values()]),
  ]);
  const verifications = new Map(locked.map((v) => [v.id, v]));
  const messages = new Map(messageRows.map((m) => [m.id, m]));
  const attempts = new Map(attemptRows.map((a) => [a.id, a]));
  const undeliverable: VerificationRow[] = [];
  for (const step of steps) {
    const message = messages.get(step.messageId)!;
    const verification = verifications.get(step.verificationId)!;
    const attempt = step.attemptId && attempts.get(step.attemptId);
    // A second receipt for an attempt that has settled says nothing about the message any more.
    if (attempt && !moveAttempt(attempt, step, now)) continue;
    if (moveMessage(app, journal, verification, message, step, now)) undeliverable.push(verification);
  }
  await failUndeliverable(tx, journal, undeliverable, messages, now);
  const changed = new Set(journal.entries.map((e) => e.verification.id));
  const [transactionId] = await Promise.all([
    commitJournal(tx, journal),
    saveVerifications(
      tx,
      locked.filter((v) => changed.has(v.id)),
    ),
    saveMessages(tx, messageRows),
    saveAttempts(tx, attemptRows),
    putIntoInbox(tx, early),
  ]);
  return { journal, transactionId };
}

/** @returns whether it told anything new */
function moveAttempt(attempt: AttemptRow, step: Step, now: number): boolean {
  const { outcome, receipt } = step;
  const before = attempt.status;
  if (outcome) {
    attempt.answeredAt = new Date(now);
    if (outcome.kind === 'accepted') attempt.carrierMessageId = outcome.carrierMessageId;
    else noteError(attempt, outcome);
    attempt.status = advanceAttempt(before, statusAfterSubmit(outcome));
  } else if (receipt) {
    attempt.status = advanceAttempt(before, receipt.state === 'delivered' ? 'delivered' : 'undelivered');
    if (attempt.status !== before && receipt.error) {
      attempt.errorCode = receipt.error.code;
      attempt.errorMessage = receipt.error.message;
    }
  }
  if (attempt.status === before) return false;
  if (attempt.status !== 'submitted' && attempt.status !== 'unknown') attempt.settledAt = new Date(now);
  return true;
}

function noteError(attempt: AttemptRow, outcome: Exclude<SubmitOutcome, { kind: 'accepted' }>): void {
  switch (outcome.kind) {
    case 'rejected':
      attempt.errorCode = outcome.error.code;
      attempt.errorMessage = outcome.error.message;
      break;
    case 'throttled':
      attempt.errorCode = 'throttled';
      attempt.errorMessage = 'the carrier wants less traffic at the moment';
      break;
    case 'unavailable':
    case 'unknown':
      attempt.errorCode = outcome.kind;
      attempt.errorMessage = outcome.reason;
      break;
    default:
      throw new Error(`unhandled outcome: ${outcome satisfies never}`);
  }
}

/** @returns whether the carrier says that no route can reach this number */
function moveMessage(
  app: App,
  journal: Journal,
  verification: VerificationRow,
  message: MessageRow,
  step: Step,
  now: number,
): boolean {
  const before = {
    status: message.status,
    attemptsSpent: message.attemptsSpent,
    queuedAt: message.queuedAt.getTime(),
    expiresAt: verification.expiresAt.getTime(),
    dueAt: message.dueAt?.getTime(),
    sentAt: message.sentAt?.getTime(),
    deliveredAt: message.deliveredAt?.getTime(),
    settledAt: message.settledAt?.getTime(),
  };
  const {
    message: after,
    events,
    undeliverable,
  } = advanceMessage(before, step.fact, RETRY_SCHEDULE, now, app.random);
  message.attemptsSpent = after.attemptsSpent;
  message.dueAt = toDate(after.dueAt);
  if (step.outcome?.kind === 'accepted') {
    message.sender = step.sender ?? null;
    message.segments = step.outcome.segments;
  }
  for (const event of events) {
    message.status = event === events.at(-1) ? after.status : 'sent';
    message.sentAt = toDate(after.sentAt);
    if (event !== 'MessageSent') {
      message.deliveredAt = toDate(after.deliveredAt);
      message.settledAt = toDate(after.settledAt);
    }
    journal.record(event, verification, message);
  }
  return undeliverable;
}

/** Ends verifications of which no message can arrive any more. */
async function failUndeliverable(
  tx: Tx,
  journal: Journal,
  candidates: readonly VerificationRow[],
  messages: ReadonlyMap<MessageId, MessageRow>,
  now: number,
): Promise<void> {
  for (const v of candidates) {
    if (v.status !== 'pending') continue;
    const siblings = await tx<{ id: string; status: string }[]>`
      SELECT id, status FROM messages WHERE account_id = ${v.accountId.slice(4)} AND verification_id = ${v.id.slice(4)}`;
    const alive = siblings.some((raw) => {
      const here = messages.get(`msg_${raw.id.replaceAll('-', '')}`);
      return ['queued', 'sent', 'delivered'].includes(here?.status ?? raw.status);
    });
    if (alive) continue;
    v.status = 'failed';
    v.failureReason = 'undeliverable';
    v.settledAt = new Date(now);
    journal.record('VerificationFailed', v);
  }
}

function toDate(ms: number | undefined): Date | null {
  return ms === undefined ? null : new Date(ms);
}
