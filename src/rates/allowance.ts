import type { Rate } from '../config/rates.ts';

// Each process may use this part of a rate before it asks the others, so that whoever asks little costs nobody a
// word, and whoever asks much costs one for every two hundredth of their rate, not one for every request.
const BLOCK_SHARE = 1 / 200;
// Of a small rate a greater part, up to so many units: most frontends ask two or three times, and are never heard of.
const SMALL_SHARE = 1 / 10;
const SMALL_BLOCK = 10;
/** When the others have not answered by then, something is wrong with them: their word is waited for no longer. */
const NO_ANSWER_MS = 1_000;

/** What one process may still let one caller have, in the span that runs. */
export interface Allowance {
  readonly rate: Rate;
  /** Of what is at hand; less than nothing while the others have not answered. */
  left: number;
  /** When the span ends; epoch milliseconds. */
  endsAt: number;
  /** What the others may still be granted, as was heard last. */
  elsewhere: number;
  /** Whether the first block, which nobody was asked for, has been told to the others. */
  told: boolean;
  /** Nothing more is granted before the span ends. */
  spent: boolean;
  /** When the others were asked; undefined when no answer is owed. */
  askedAt: number | undefined;
  /** Tells this span from the ones before: an answer may come late. */
  span: number;
}

/** What the others are asked for. */
export interface Question {
  units: number;
  span: number;
}

export function blockOf(rate: Rate): number {
  const small = Math.min(SMALL_BLOCK, Math.floor(rate.units * SMALL_SHARE));
  return Math.max(1, small, Math.floor(rate.units * BLOCK_SHARE));
}

/** What is lent until the others answer: a block, and of a small rate more, as long as there was more to be had. */
export function loanOf({ rate, elsewhere }: Pick<Allowance, 'rate' | 'elsewhere'>): number {
  return Math.max(blockOf(rate), Math.min(SMALL_BLOCK, elsewhere));
}

export function createAllowance(rate: Rate, now: number): Allowance {
  const allowance: Allowance = {
    ...{ rate, left: 0, endsAt: 0, elsewhere: 0 },
    ...{ told: false, spent: false, askedAt: undefined, span: 0 },
  };
  beginSpan(allowance, now);
  return allowance;
}

function beginSpan(allowance: Allowance, now: number): void {
  const { rate } = allowance;
  allowance.left = blockOf(rate);
  allowance.elsewhere = rate.units - allowance.left;
  allowance.endsAt = now + rate.seconds * 1000;
  allowance.told = false;
  allowance.spent = false;
  allowance.askedAt = undefined;
  allowance.span++;
}

/** In how many milliseconds it is worth asking again; undefined when it is now. Takes nothing. */
export function waitOf(allowance: Allowance, now: number): number | undefined {
  if (now >= allowance.endsAt) return undefined;
  const { left, spent, askedAt } = allowance;
  if (spent ? left > 0 : left > -loanOf(allowance)) return undefined;
  const waitsForAnswer = !spent && askedAt !== undefined && now - askedAt < NO_ANSWER_MS;
  return waitsForAnswer ? NO_ANSWER_MS : allowance.endsAt - now;
}

/**
 * Takes what a request costs. One that finds anything left is let in whole: what it takes too much, the next ones miss.
 * @returns undefined when it may go on; else in how many milliseconds it is worth trying again
 */
export function take(allowance: Allowance, units: number, now: number): number | undefined {
  if (now >= allowance.endsAt) beginSpan(allowance, now);
  const wait = waitOf(allowance, now);
  if (wait === undefined) allowance.left -= units;
  return wait;
}

/** What to ask the others for now, if anything. */
export function questionOf(allowance: Allowance, now: number): Question | undefined {
  const { rate, left, told, spent, askedAt, span } = allowance;
  const block = blockOf(rate);
  if (spent || left > block / 2) return undefined;
  if (askedAt !== undefined && now - askedAt < NO_ANSWER_MS) return undefined;
  allowance.askedAt = now;
  return { units: block + Math.max(0, -left) + (told ? 0 : block), span };
}

/** @param total what all processes together have been granted in the span, this question included */
export function answered(
  allowance: Allowance,
  { units, span }: Question,
  { total, endsInMs }: { total: number; endsInMs: number },
  now: number,
): void {
  if (allowance.span !== span) return;
  const { rate } = allowance;
  const granted = Math.min(units, Math.max(0, rate.units - (total - units)));
  allowance.left += granted - (allowance.told ? 0 : blockOf(rate));
  allowance.told = true;
  allowance.askedAt = undefined;
  allowance.spent = granted < units;
  allowance.elsewhere = Math.max(0, rate.units - total);
  allowance.endsAt = now + Math.max(0, endsInMs);
}

/** What may still be had in the span, as far as this process knows. */
export function remaining({ left, elsewhere }: Allowance): number {
  return Math.max(0, left) + elsewhere;
}
