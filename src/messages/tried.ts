import type { Retry } from '../carriers/carrier.ts';
import type { CarrierId, RouteId } from '../ids.ts';
import type { AttemptStatus } from './attempt.ts';
import type { RetrySchedule } from './retry-schedule.ts';

/** An attempt as it counts for what its message may try next. */
export interface Tried {
  routeId: RouteId;
  carrierId: CarrierId;
  status: AttemptStatus;
  retry: Retry | null;
  /** Made while the receipt of an earlier one was waited for. */
  isLate: boolean;
}

/** What a message's attempts, in the order in which they were made, add up to. */
export interface Standing {
  /** That count: a carrier answered for good or ill, or nobody knows whether it has them. */
  spent: number;
  /** Being submitted. */
  underWay: number;
  /** Taken by a carrier, receipts outstanding. */
  awaited: number;
  /** Made while the receipt of another was waited for, and perhaps on the handset: copies beyond the first. */
  copies: number;
  /** Refused without a clear reason. */
  doubts: number;
  /** One was refused for good. */
  isRefused: boolean;
  /** Nobody knows what became of the last one. */
  isUnsure: boolean;
}

export function standingOf(attempts: readonly Tried[]): Standing {
  const standing: Standing = {
    ...{ spent: 0, underWay: 0, awaited: 0, copies: 0, doubts: 0, isRefused: false },
    isUnsure: attempts.at(-1)?.status === 'unknown',
  };
  for (const { status, retry, isLate } of attempts) {
    if (isSpent(status, retry)) standing.spent += 1;
    if (status === 'submitting') standing.underWay += 1;
    if (status === 'submitted') standing.awaited += 1;
    if (isLate && mayArrive(status)) standing.copies += 1;
    if (retry === 'once') standing.doubts += 1;
    if (retry === 'never') standing.isRefused = true;
  }
  return standing;
}

// Who did not look for so long heard no receipts either: those that came meanwhile are read first.
const OVERSLEPT_MS = 5_000;

/**
 * What a due message may do: be sent over any route; over one that it was not tried over, because its
 * receipt is late; wait for the receipt some more, `Infinity` until its end; or nothing more, after its last
 * attempt was waited for in vain.
 * @param attempts none of them under way
 * @param noted how many the message has spent by its own account: workers that died noted none
 * @param overdueMs since it was due
 * @param expectsReceipt whether that of an attempt is worth waiting for, as far as is known now
 */
export function nextSend(
  attempts: readonly Tried[],
  noted: number,
  schedule: RetrySchedule,
  overdueMs: number,
  expectsReceipt: (attempt: Tried) => boolean,
):
  | { kind: 'send'; isLate: boolean; onlyUntried: boolean }
  | { kind: 'patience'; waitMs: number }
  | { kind: 'givenUp' } {
  const { awaited, copies, ...standing } = standingOf(attempts);
  const spent = Math.max(noted, standing.spent);
  const isLate = awaited > 0;
  const last = attempts.at(-1);
  const onlyUntried = last?.status === 'submitted';
  if (isLate) {
    const { max, minMs } = schedule.lateReceipts;
    if (copies >= max || spent >= schedule.maxAttempts) return { kind: 'patience', waitMs: Infinity };
    if (onlyUntried && overdueMs > OVERSLEPT_MS) return { kind: 'patience', waitMs: minMs };
    // What was silent when it was taken may have turned out since to be a carrier without receipts.
    if (onlyUntried && !expectsReceipt(last)) return { kind: 'patience', waitMs: Infinity };
  } else if (spent >= schedule.maxAttempts) return { kind: 'givenUp' };
  return { kind: 'send', isLate, onlyUntried };
}

/** Being throttled, and finding a link down, cost nothing: such an attempt is rejected without a word on what to try next. */
function isSpent(status: AttemptStatus, retry: Retry | null): boolean {
  return status === 'rejected' ? retry !== null : status !== 'submitting';
}

/** Whether the text may be on the handset, or get there. */
export function mayArrive(status: AttemptStatus): boolean {
  return status !== 'rejected' && status !== 'undelivered';
}
