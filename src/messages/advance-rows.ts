import type { SubmitOutcome } from '../carriers/carrier.ts';
import type { Journal } from '../events/journal.ts';
import type { VerificationRow } from '../verifications/table.ts';
import { advanceAttempt, statusAfterSubmit } from './attempt.ts';
import type { AttemptState } from './attempt-store.ts';
import type { Step } from './facts.ts';
import { advanceMessage, type Circumstances, type MessageState, type Unreachable } from './message.ts';
import { hearPart, LONE_RECEIPT_MS, unheardParts } from './parts.ts';
import type { MessageRow } from './table.ts';

/**
 * Moves an attempt's row by one step.
 * @returns whether it says anything about the message. A receipt that comes again does not; nor does a
 *   submit that was refused after it was held for unknown: by then the message went on without it.
 */
export function moveAttempt(attempt: AttemptState, step: Step, now: number): boolean {
  const before = attempt.status;
  if (step.answer) {
    const { outcome } = step.answer;
    if (isAnswer(outcome)) attempt.answeredAt ??= new Date(now);
    attempt.status = advanceAttempt(before, statusAfterSubmit(outcome));
    if (outcome.kind === 'accepted') {
      attempt.carrierMessageId = outcome.carrierMessageId;
      if (outcome.parts && outcome.parts.receipts !== 'once')
        attempt.parts ??= unheardParts(outcome.parts.receipts, outcome.parts.others.length + 1);
      if (attempt.status === 'submitted') attempt.errorCode = attempt.errorMessage = null;
    } else if (attempt.status !== before) noteError(attempt, outcome);
  } else if (step.receipt) {
    const { error, retry } = step.receipt;
    const verdict = attempt.parts === null ? finalState(step.receipt) : hearOfPart(attempt, step, now);
    if (verdict !== 'open') attempt.status = advanceAttempt(before, verdict);
    if (attempt.status !== before && error) {
      attempt.errorCode = error.code;
      attempt.errorMessage = error.message;
    }
    if (attempt.status === 'undelivered' && attempt.status !== before) attempt.retry = retry ?? 'later';
  }
  if (attempt.status === before) return false;
  if (attempt.status !== 'submitted' && attempt.status !== 'unknown') {
    attempt.settledAt = new Date(now);
    attempt.partsDueAt = null;
  }
  return !(before === 'unknown' && attempt.status === 'rejected');
}

/** Whether the carrier said it. The others are what we say when it says nothing. */
function isAnswer({ kind }: SubmitOutcome): boolean {
  return kind !== 'unknown' && kind !== 'unavailable';
}

/** What a receipt of one part, or its staying alone, says of the whole message. */
function hearOfPart(
  attempt: AttemptState,
  { receipt, part, lone }: Step,
  now: number,
): 'open' | 'delivered' | 'undelivered' {
  if (lone) {
    // Others may have come since it was read.
    const isStill = attempt.partsDueAt !== null && attempt.partsDueAt.getTime() <= now;
    if (isStill) attempt.partsDueAt = null;
    return isStill && lone === 'stands' ? 'delivered' : 'open';
  }
  const { parts, verdict, isLone } = hearPart(attempt.parts!, part!, finalState(receipt!));
  attempt.parts = parts;
  if (!isLone || attempt.settledAt !== null) attempt.partsDueAt = null;
  else attempt.partsDueAt ??= new Date(now + LONE_RECEIPT_MS);
  return verdict;
}

function finalState({ state }: { state: string }): 'delivered' | 'undelivered' {
  return state === 'delivered' ? 'delivered' : 'undelivered';
}

function noteError(attempt: AttemptState, outcome: Exclude<SubmitOutcome, { kind: 'accepted' }>): void {
  switch (outcome.kind) {
    case 'rejected':
      attempt.errorCode = outcome.error.code;
      attempt.errorMessage = outcome.error.message;
      attempt.retry = outcome.retry;
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

/**
 * Moves a message's row by one step and notes its events.
 * @returns whether it changed, and why its verification fails unless another message of it may arrive
 */
export function moveMessage(
  journal: Journal,
  verification: VerificationRow,
  message: MessageRow,
  step: Step,
  given: Circumstances,
): { isMoved: boolean; failsFor: Unreachable | undefined } {
  const before: MessageState = {
    status: message.status,
    attemptsSpent: message.attemptsSpent,
    queuedAt: message.queuedAt.getTime(),
    expiresAt: verification.expiresAt.getTime(),
    dueAt: message.dueAt?.getTime(),
    sentAt: message.sentAt?.getTime(),
    deliveredAt: message.deliveredAt?.getTime(),
    settledAt: message.settledAt?.getTime(),
  };
  const { message: after, events, failsFor, reason } = advanceMessage(before, step.fact, given);
  const taken = step.answer?.outcome.kind === 'accepted' ? step.answer.outcome : undefined;
  if (after === before && !taken) return { isMoved: false, failsFor };
  message.attemptsSpent = after.attemptsSpent;
  message.dueAt = toDate(after.dueAt);
  if (taken) {
    message.sender = step.answer!.sender;
    message.segments = taken.segments;
  }
  for (const event of events) {
    // A receipt may prove both: then the first event shows the message sent, the second one settled.
    message.status = event === 'MessageSent' ? 'sent' : after.status;
    message.sentAt = toDate(after.sentAt);
    if (event !== 'MessageSent') {
      message.deliveredAt = toDate(after.deliveredAt);
      message.settledAt = toDate(after.settledAt);
      message.failureReason = reason ?? null;
      message.failureDecision = step.decision ?? null;
    }
    journal.record(event, verification, message);
  }
  return { isMoved: true, failsFor };
}

function toDate(ms: number | undefined): Date | null {
  return ms === undefined ? null : new Date(ms);
}
