import type { SubmitOutcome } from '../carriers/carrier.ts';
import type { EventType } from '../events/catalog.ts';

export type MessageStatus = 'queued' | 'sent' | 'delivered' | 'undelivered' | 'failed' | 'expired';

/** When and how often a message is tried again: data, so that a service can have its own. Milliseconds. */
export interface RetrySchedule {
  maxAttempts: number;
  baseMs: number;
  factor: number;
  capMs: number;
  /** How long a receipt may still settle a submit of which nothing is known, before the code goes out again. */
  unknownWaitMs: number;
  /**
   * Longest wait for a route to open. The wait is a quarter of the time already waited, so a short
   * gap costs little and a long outage does not turn every waiting message into a busy loop.
   */
  routeWaitCapMs: number;
}

export const RETRY_SCHEDULE: RetrySchedule = {
  maxAttempts: 6,
  baseMs: 500,
  factor: 2,
  capMs: 30_000,
  unknownWaitMs: 5_000,
  routeWaitCapMs: 5_000,
};

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

/** What happened to one attempt of the message. */
export type Fact =
  | { kind: 'outcome'; outcome: SubmitOutcome }
  /** The answer to an attempt that was unknown, and is counted already. */
  | { kind: 'lateAnswer'; outcome: SubmitOutcome }
  | { kind: 'receipt'; state: 'delivered' | 'undelivered' }
  /** Its verification has ended: what was not sent is not sent any more, and no receipt is waited for. */
  | { kind: 'ended' };

export interface Advance {
  message: MessageState;
  events: EventType[];
  /** The carrier says that no route can reach this number. */
  undeliverable: boolean;
}

export function isSettled(status: MessageStatus): boolean {
  return status !== 'queued' && status !== 'sent';
}

/** Delay before attempt `spent + 1`, exponential and jittered to 50–100 % of it. */
export function retryDelay(schedule: RetrySchedule, spent: number, random: () => number): number {
  const full = Math.min(schedule.capMs, schedule.baseMs * schedule.factor ** Math.max(0, spent - 1));
  return full * (0.5 + random() / 2);
}

/** Applies one fact. Facts may come twice, late and in any order; a settled message stays settled. */
export function advanceMessage(
  message: MessageState,
  fact: Fact,
  schedule: RetrySchedule,
  now: number,
  random: () => number,
): Advance {
  if (isSettled(message.status)) return unchanged(message);
  switch (fact.kind) {
    case 'ended':
      return settle(message, 'expired', 'MessageExpired', now);
    case 'receipt':
      return fact.state === 'delivered'
        ? delivered(message, now)
        : undelivered(message, schedule, now, random);
    case 'outcome':
      return afterSubmit(message, fact.outcome, schedule, now, random);
    case 'lateAnswer':
      // A refusal changes nothing: the message goes on as if nothing had been heard, or has done so already.
      return fact.outcome.kind === 'accepted' ? sent(dueIn(message, Infinity, now), now) : unchanged(message);
    default:
      throw new Error(`unhandled fact: ${fact satisfies never}`);
  }
}

function afterSubmit(
  message: MessageState,
  outcome: SubmitOutcome,
  schedule: RetrySchedule,
  now: number,
  random: () => number,
): Advance {
  switch (outcome.kind) {
    case 'accepted':
      return sent(countAttempt(dueIn(message, Infinity, now), schedule), now);
    case 'throttled':
      // Jittered upwards: the carrier said when it wants to hear of us again.
      return unchanged(dueIn(message, outcome.retryAfterMs * (1 + random() / 2), now));
    case 'unavailable':
      return unchanged(dueIn(message, routeWait(message, schedule, now) * (0.5 + random() / 2), now));
    case 'unknown':
      return spend(message, schedule.unknownWaitMs, schedule, now);
    case 'rejected': {
      if (outcome.retry === 'never') {
        const failed = settle(
          countAttempt(message, schedule),
          message.status === 'sent' ? 'undelivered' : 'failed',
          message.status === 'sent' ? 'MessageUndelivered' : 'MessageFailed',
          now,
        );
        return { ...failed, undeliverable: true };
      }
      if (outcome.retry === 'later')
        return spend(message, retryDelay(schedule, message.attemptsSpent + 1, random), schedule, now);
      // The first alternative at once; after that every route may have refused.
      const wait = message.attemptsSpent === 0 ? 0 : retryDelay(schedule, message.attemptsSpent, random);
      return spend(message, wait, schedule, now);
    }
    default:
      throw new Error(`unhandled outcome: ${outcome satisfies never}`);
  }
}

function routeWait(message: MessageState, schedule: RetrySchedule, now: number): number {
  return Math.min(schedule.routeWaitCapMs, Math.max(schedule.baseMs, (now - message.queuedAt) / 4));
}

function sent(message: MessageState, now: number): Advance {
  if (message.status === 'sent') return unchanged(message);
  return {
    message: { ...message, status: 'sent', sentAt: now },
    events: ['MessageSent'],
    undeliverable: false,
  };
}

function delivered(message: MessageState, now: number): Advance {
  // A receipt proves that it was sent, also when the answer to the submit was lost or is still on its way.
  const before = sent(message, now);
  const after = settle({ ...before.message, deliveredAt: now }, 'delivered', 'MessageDelivered', now);
  return { ...after, events: [...before.events, ...after.events] };
}

function undelivered(
  message: MessageState,
  schedule: RetrySchedule,
  now: number,
  random: () => number,
): Advance {
  const before = sent(message, now);
  const next =
    message.attemptsSpent < schedule.maxAttempts
      ? unchanged(dueIn(before.message, retryDelay(schedule, message.attemptsSpent, random), now))
      : settle(before.message, 'undelivered', 'MessageUndelivered', now);
  return { ...next, events: [...before.events, ...next.events] };
}

/** Counts the attempt; the last one that fails settles the message. */
function spend(message: MessageState, waitMs: number, schedule: RetrySchedule, now: number): Advance {
  const counted = countAttempt(message, schedule);
  if (counted.attemptsSpent < schedule.maxAttempts) return unchanged(dueIn(counted, waitMs, now));
  const wasSent = message.status === 'sent';
  return settle(
    counted,
    wasSent ? 'undelivered' : 'failed',
    wasSent ? 'MessageUndelivered' : 'MessageFailed',
    now,
  );
}

// Two workers may both have had an attempt accepted, after one of them was slow to renew its lease.
function countAttempt(message: MessageState, schedule: RetrySchedule): MessageState {
  return { ...message, attemptsSpent: Math.min(schedule.maxAttempts, message.attemptsSpent + 1) };
}

/** Due again after a wait, but no later than its verification ends: then it is settled. */
function dueIn(message: MessageState, waitMs: number, now: number): MessageState {
  return { ...message, dueAt: Math.min(message.expiresAt, Math.ceil(now + waitMs)) };
}

function settle(message: MessageState, status: MessageStatus, event: EventType, now: number): Advance {
  return {
    message: { ...message, status, settledAt: now, dueAt: undefined },
    events: [event],
    undeliverable: false,
  };
}

function unchanged(message: MessageState): Advance {
  return { message, events: [], undeliverable: false };
}
