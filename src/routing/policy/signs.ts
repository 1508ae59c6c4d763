import type { Ages } from './ages.ts';

/**
 * How soon a route's messages give a sign (a conversion; or the first of receipt and conversion), and how
 * many ever do. Old signs fade with every new one, so that the curve follows a carrier that changes.
 */
export interface Signs {
  /** Signs by the stage at which they came. */
  byStage: Float64Array;
  seen: number;
  missed: number;
}

export function createSigns(ages: Ages): Signs {
  return { byStage: new Float64Array(ages.count), seen: 0, missed: 0 };
}

/** What is believed of conversions before the first one: half come within 20 s, a sixth after 54 s. */
export function expectSigns(ages: Ages): Signs {
  const arrived = (ms: number) => (ms === 0 ? 0 : 1 / (1 + (20_000 / ms) ** 1.7));
  const byStage = ages.from.map((from, j) => EXPECTED_SIGNS * (arrived(ages.to[j]!) - arrived(from)));
  return { byStage, seen: EXPECTED_SIGNS, missed: 0 };
}
const EXPECTED_SIGNS = 8;

/** @param keep share of the older signs that a new one leaves standing, 0–1 */
export function countSign(signs: Signs, stage: number, keep: number): void {
  for (let j = 0; j < signs.byStage.length; j++) signs.byStage[j]! *= keep;
  signs.byStage[stage]! += 1;
  signs.seen = signs.seen * keep + 1;
  signs.missed *= keep;
}

/** @param weight 0–1: an attempt during an outage says little about the usual share */
export function countMissing(signs: Signs, weight: number, keep: number): void {
  signs.missed = signs.missed * keep + weight;
  signs.seen *= keep;
  for (let j = 0; j < signs.byStage.length; j++) signs.byStage[j]! *= keep;
}

/**
 * The share of the signs that has come by the middle of each stage, F: the route's own curve, drawn
 * towards that of all routes as long as there are few.
 */
export function arrivedBy(own: Signs, all: Signs, trustInAll: number, into: Float64Array): void {
  const total = own.seen + trustInAll;
  let sum = 0;
  for (let j = 0; j < into.length; j++) {
    const share = (own.byStage[j]! + (trustInAll * all.byStage[j]!) / all.seen) / total;
    into[j] = Math.min(1, sum + share / 2);
    sum += share;
  }
}

/** The share of attempts that ever give the sign. */
export function signShare({ seen, missed }: Signs): number {
  return (seen + 3) / (seen + missed + 5);
}

export function sumOf(a: Signs, b: Signs): Signs {
  return {
    byStage: a.byStage.map((n, j) => n + b.byStage[j]!),
    seen: a.seen + b.seen,
    missed: a.missed + b.missed,
  };
}
