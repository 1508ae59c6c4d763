import type { Exchange } from '../outgoing/http/exchange.ts';
import { retryAfterMs } from '../outgoing/http/retry-after.ts';
import { LONGEST_RETRY_AFTER_MS, retryWait } from './schedule.ts';

/** What an attempt came to, for the log of its delivery. */
export interface AttemptRecord {
  /** RFC 3339. */
  at: string;
  /** Of the answer; absent when there was none. */
  status?: number;
  /** From the request to the answer, or until it was given up. Milliseconds. */
  ms: number;
  /** What went wrong, in words; nothing that the endpoint wrote. */
  problem?: string;
}

export type DeliveryOutcome =
  | { kind: 'delivered' }
  /** Again after so many milliseconds. */
  | { kind: 'retry'; waitMs: number; problem: string }
  | { kind: 'failed'; problem: string }
  /** The endpoint says that it is no more: nothing goes there again. */
  | { kind: 'gone'; problem: string };

const GONE = 410;

/**
 * What follows from an answer, or from none.
 * @param attempts that were made of the delivery, this one among them
 */
export function outcomeOf(
  exchange: Exchange,
  attempts: number,
  now: number,
  random: () => number,
): DeliveryOutcome {
  const status = exchange.kind === 'answer' ? exchange.answer.status : undefined;
  if (status !== undefined && status >= 200 && status < 300) return { kind: 'delivered' };
  const problem = problemOf(exchange);
  if (status === GONE) return { kind: 'gone', problem };
  const header = exchange.kind === 'answer' ? exchange.answer.retryAfter : undefined;
  const waitMs = retryWait(attempts, retryAfterMs(header, now, LONGEST_RETRY_AFTER_MS), random);
  return waitMs === undefined ? { kind: 'failed', problem } : { kind: 'retry', waitMs, problem };
}

function problemOf(exchange: Exchange): string {
  if (exchange.kind === 'none') return exchange.reason;
  const { status } = exchange.answer;
  if (status === GONE) return 'answered 410: it is no more';
  if (status >= 300 && status < 400) return `answered ${status}: redirects are not followed`;
  return `answered ${status}`;
}
