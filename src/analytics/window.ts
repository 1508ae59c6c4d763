import { InvalidInput } from '../errors.ts';
import { firstUuidAt } from '../ids.ts';

/** Epoch milliseconds, `to` excluded. */
export interface Span {
  from: number;
  to: number;
}

export const HOUR_MS = 3_600_000;
export const MAX_WINDOW_DAYS = 92;

/** @throws {InvalidInput} */
export function readWindow(from: Date, to: Date): Span {
  const span = { from: from.getTime(), to: to.getTime() };
  if (span.to <= span.from) throw new InvalidInput('to', '`to` must lie behind `from`.');
  if (span.to - span.from > MAX_WINDOW_DAYS * 24 * HOUR_MS)
    throw new InvalidInput('from', `A window has at most ${MAX_WINDOW_DAYS} days.`);
  return span;
}

export function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS) * HOUR_MS;
}

/**
 * Parts a window into the whole hours that have been counted, and what must be counted now: the pieces of
 * hours at its ends, and everything behind the counted hours.
 * @param countedUntil a full hour
 */
export function splitWindow({ from, to }: Span, countedUntil: number): { counted: Span; live: Span[] } {
  const first = Math.ceil(from / HOUR_MS) * HOUR_MS;
  const last = Math.min(hourOf(to), countedUntil);
  if (last <= first) return { counted: { from, to: from }, live: [{ from, to }] };
  const ends = [
    { from, to: first },
    { from: last, to },
  ];
  return { counted: { from: first, to: last }, live: ends.filter((span) => span.from < span.to) };
}

// Ids of one process never go back, clocks may.
const ID_AHEAD_MS = 60_000;

/** Between these two lie the ids of all that was made in a span; a few of what was made behind it do, too. */
export function uuidRange({ from, to }: Span): { first: string; behind: string } {
  return { first: firstUuidAt(from), behind: firstUuidAt(to + ID_AHEAD_MS) };
}
