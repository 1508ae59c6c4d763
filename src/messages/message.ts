import type { CarrierError, Retry, SubmitOutcome } from '../carriers/carrier.ts';
import type { EventType } from '../events/catalog.ts';
import type { FailureReason } from '../verifications/verification.ts';
import { retryDelay, routeWait, unplannedWait, type RetrySchedule } from './retry-schedule.ts';
import type { Standing } from './tried.ts';

export type MessageStatus = 'queued' | 'sent' | 'delivered' | 'undelivered' | 'failed' | 'expired';

/** The part of a message that decides what comes next. Times are epoch milliseconds. */
export interface MessageState {
  status: MessageStatus;
  attemptsSpent: number;
  queuedAt: number;
  /** When its verification ends: until then a receipt may come, and a retry may go. */
  expiresAt: number;
  dueAt: number | undefined;
  sentAt: number | undefined;
  deliveredAt: number | undefined;
  settledAt: number | undefined;
}

/** What happened to the message or to one of its attempts. */
export type Fact =
  | { kind: 'outcome'; outcome: SubmitOutcome }
  /** The answer to an attempt that was unknown, and is counted already. */
  | { kind: 'lateAnswer'; outcome: SubmitOutcome }
  | {
      kind: 'receipt';
      state: 'delivered' | 'undelivered';
      retry?: Retry | undefined;
      error?: CarrierError | undefined;
    }
  /** Its verification has ended: it is not sent any more. */
  | { kind: 'ended' }
  /** No route can carry it unless the configuration changes, or none reaches such a number. */
  | { kind: 'noRoute'; reason: string; failsFor: Unreachable }
  /** It was due for its receipt, and is not sent again now. Infinity: nor at any other time. */
  | { kind: 'patience'; waitMs: number }
  /** Its last attempt was waited for, and nothing was heard of it. */
  | { kind: 'givenUp' }
  /** A worker had it and could not plan anything for it. */
  | { kind: 'unplanned' };

/** What a fact is judged by. */
export interface Circumstances {
  schedule: RetrySchedule;
  /** Of all its attempts, with what the fact says of one of them. */
  standing: Standing;
  /** Whether the fact is about the attempt made last. What becomes of an earlier one delays nothing. */
  isLast: boolean;
  /** How long the receipt of an attempt that was just taken is waited for before another route is tried. */
  receiptWaitMs: number;
  now: number;
  random: () => number;
}

/** Carriers refuse the number for good, or none is set up that could take it. */
export type Unreachable = Exclude<FailureReason, 'blocked'>;

export interface Advance {
  message: MessageState;
  events: EventType[];
  /** Its verification fails for this unless another message of it may arrive. */
  failsFor: Unreachable | undefined;
  /** With an end that is a failure: why, for a person. */
  reason?: string;
}

const GIVEN_UP = 'no more attempts are allowed, and the end of the last one is unknown';

export function isSettled(status: MessageStatus): boolean {
  return status !== 'queued' && status !== 'sent';
}

/** Applies one fact. Facts may come twice, late and in any order; a settled message stays settled. */
export function advanceMessage(message: MessageState, fact: Fact, given: Circumstances): Advance {
  if (isSettled(message.status)) return unchanged(message);
  const { standing, now } = given;
  switch (fact.kind) {
    case 'ended':
      // What a carrier has taken may still arrive, and says so in its receipt.
      return standing.awaited > 0 && now < message.expiresAt
        ? unchanged(dueIn(message, Infinity, now))
        : settle(message, 'expired', 'MessageExpired', now);
    case 'noRoute':
      return fail(message, fact.reason, fact.failsFor, given);
    case 'patience':
      return unchanged(standing.awaited > 0 ? dueIn(message, fact.waitMs, now) : message);
    case 'givenUp':
      return fail(countAttempts(message, given), GIVEN_UP, undefined, given);
    case 'unplanned':
      return unchanged(dueIn(message, unplannedWait(now - message.queuedAt, given.random), now));
    case 'receipt':
      return fact.state === 'delivered' ? delivered(message, now) : undelivered(message, fact, given);
    case 'outcome':
      return afterSubmit(message, fact.outcome, given);
    case 'lateAnswer':
      // A refusal changes nothing: the message goes on as if nothing had been heard, or has done so already.
      return fact.outcome.kind === 'accepted' ? taken(message, given) : unchanged(message);
    default:
      throw new Error(`unhandled fact: ${fact satisfies never}`);
  }
}

function afterSubmit(message: MessageState, outcome: SubmitOutcome, given: Circumstances): Advance {
  const { schedule, isLast, now, random } = given;
  switch (outcome.kind) {
    case 'accepted':
      return taken(countAttempts(message, given), given);
    case 'throttled':
      // Jittered upwards: the carrier said when it wants to hear of us again.
      return unchanged(isLast ? dueIn(message, outcome.retryAfterMs * (1 + random() / 2), now) : message);
    case 'unavailable':
      return unchanged(
        isLast ? dueIn(message, routeWait(schedule, now - message.queuedAt, random), now) : message,
      );
    case 'unknown':
      return goOn(countAttempts(message, given), schedule.unknownWaitMs, outcome.reason, given);
    case 'rejected': {
      const counted = countAttempts(message, given);
      return goOn(counted, waitAfter(counted, outcome.retry, given), inWords(outcome.error), given);
    }
    default:
      throw new Error(`unhandled outcome: ${outcome satisfies never}`);
  }
}

/** A carrier took it: its receipt is waited for, and when it does not come in time another route may be tried. */
function taken(message: MessageState, given: Circumstances): Advance {
  const { schedule, standing, isLast, receiptWaitMs, now } = given;
  if (!isLast) return sent(message, now);
  const mayFailOver =
    standing.copies < schedule.lateReceipts.max && message.attemptsSpent < schedule.maxAttempts;
  return sent(dueIn(message, mayFailOver ? receiptWaitMs : Infinity, now), now);
}

function undelivered(
  message: MessageState,
  { retry = 'later', error }: Extract<Fact, { kind: 'receipt' }>,
  given: Circumstances,
): Advance {
  const before = sent(message, given.now);
  const reason = error ? inWords(error) : 'not delivered';
  const next = goOn(before.message, waitAfter(message, retry, given), reason, given);
  return { ...next, events: [...before.events, ...next.events] };
}

/** The first alternative at once; after that every route may have refused, and "later" is later. */
function waitAfter({ attemptsSpent }: MessageState, retry: Retry, { schedule, random }: Circumstances) {
  if (retry === 'later') return retryDelay(schedule, attemptsSpent, random);
  return attemptsSpent <= 1 ? 0 : retryDelay(schedule, attemptsSpent - 1, random);
}

/** After an attempt that came to nothing: again after a wait, or never. */
function goOn(message: MessageState, waitMs: number, reason: string, given: Circumstances): Advance {
  const { schedule, standing, isLast, now } = given;
  // A later attempt is on its way: it decides.
  if (!isLast && standing.underWay + standing.awaited > 0) return unchanged(message);
  if (standing.isRefused) return fail(message, reason, 'undeliverable', given);
  if (standing.doubts > schedule.maxDoubts) return fail(message, reason, undefined, given);
  // What nobody knows of may have been taken: it gets as long to be heard of as before any other attempt.
  if (message.attemptsSpent >= schedule.maxAttempts)
    return standing.isUnsure
      ? unchanged(dueIn(message, schedule.unknownWaitMs, now))
      : fail(message, reason, undefined, given);
  const again = dueIn(message, waitMs, now);
  return unchanged(isLast || again.dueAt! < (message.dueAt ?? Infinity) ? again : message);
}

/** Nothing more is sent. That is the end, unless what was sent may still arrive. */
function fail(
  message: MessageState,
  reason: string,
  failsFor: Unreachable | undefined,
  given: Circumstances,
): Advance {
  const { standing, now } = given;
  if (standing.awaited > 0) return unchanged(dueIn(message, Infinity, now));
  const failed =
    message.status === 'sent'
      ? settle(message, 'undelivered', 'MessageUndelivered', now)
      : settle(message, 'failed', 'MessageFailed', now);
  return { ...failed, failsFor, reason };
}

function sent(message: MessageState, now: number): Advance {
  if (message.status === 'sent') return unchanged(message);
  return {
    message: { ...message, status: 'sent', sentAt: now },
    events: ['MessageSent'],
    failsFor: undefined,
  };
}

function delivered(message: MessageState, now: number): Advance {
  // A receipt proves that it was sent, also when the answer to the submit was lost or is still on its way.
  const before = sent(message, now);
  const after = settle({ ...before.message, deliveredAt: now }, 'delivered', 'MessageDelivered', now);
  return { ...after, events: [...before.events, ...after.events] };
}

// By the attempts themselves: a worker that dies adds up nothing. Two workers may both have had an attempt accepted,
// after one of them was slow to renew its lease.
function countAttempts(message: MessageState, { schedule, standing }: Circumstances): MessageState {
  const most = Math.max(message.attemptsSpent, schedule.maxAttempts);
  return { ...message, attemptsSpent: Math.min(most, Math.max(message.attemptsSpent, standing.spent)) };
}

/** Due again after a wait, but no later than its verification ends: then it is settled. */
function dueIn(message: MessageState, waitMs: number, now: number): MessageState {
  return { ...message, dueAt: Math.min(message.expiresAt, Math.ceil(now + waitMs)) };
}

function settle(message: MessageState, status: MessageStatus, event: EventType, now: number): Advance {
  return {
    message: { ...message, status, settledAt: now, dueAt: undefined },
    events: [event],
    failsFor: undefined,
  };
}

function unchanged(message: MessageState): Advance {
  return { message, events: [], failsFor: undefined };
}

function inWords({ code, message }: CarrierError): string {
  return `${message} (${code})`;
}
