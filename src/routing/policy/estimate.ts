import type { Cell, Summary } from './cell.ts';
import type { Place } from './evidence.ts';
import type { Route } from './route.ts';
import { EXPECTED_RATE, type Summarizer } from './summary.ts';

/** What is believed of a route for one message. */
export interface Estimate {
  /** P(conversion) while there is no outage, 0–1, and how many settled attempts that is worth. */
  rate: number;
  strength: number;
  /** Attempts that wait. */
  coming: number;
  /** Share of the strength that other places have lent, 0–1. */
  lent: number;
  /** That there is an outage now, 0–1, and at which rate it would end. */
  outage: number;
  outageEndsPerMs: number;
  lastSentAt: number;
}

/** What a wider level's word is worth at most to the narrower one, in settled attempts. */
const FROM_ALL_ROUTES = 6;
const FROM_WIDER = 30;

/** The mean rate of some routes, each counted as far as it is known: what to expect of one that is not. */
export function expectRate(
  routes: readonly (Route | undefined)[],
  summarizer: Summarizer,
  now: number,
): number {
  let sum = 2 * EXPECTED_RATE;
  let weight = 2;
  for (const route of routes) {
    if (!route) continue;
    const { rate, strength } = summarizer.of(route.cell, route, now);
    const trust = strength / (strength + FROM_ALL_ROUTES);
    sum += trust * rate;
    weight += trust;
  }
  return sum / weight;
}

/** From the widest level to the narrowest, each a prior of the next. */
export function estimate(
  route: Route | undefined,
  places: readonly (Place | undefined)[],
  expected: number,
  summarizer: Summarizer,
  now: number,
): Estimate {
  const result: Estimate = {
    rate: expected,
    strength: FROM_ALL_ROUTES,
    coming: 0,
    lent: 1,
    outage: 0,
    outageEndsPerMs: 0,
    lastSentAt: now,
  };
  if (!route) return result;
  narrow(result, summarizer.of(route.cell, route, now), FROM_ALL_ROUTES);
  result.lastSentAt = Math.max(route.cell.noLife.lastSentAt, route.cell.foreign?.noLife.lastSentAt ?? 0);
  for (const place of places) {
    const cell: Cell | undefined = place?.cells.get(route.id);
    if (cell) narrow(result, summarizer.of(cell, route, now), FROM_WIDER);
    else {
      result.strength = Math.min(result.strength, FROM_WIDER);
      result.coming = 0;
      result.lent = 1;
    }
  }
  return result;
}

function narrow(
  result: Estimate,
  { rate, strength, coming, outage, outageEndsPerMs }: Summary,
  trust: number,
) {
  const lent = Math.min(result.strength, trust);
  result.rate = (result.rate * lent + rate * strength) / (lent + strength);
  result.strength = lent + strength;
  result.lent = lent / result.strength;
  result.coming = coming;
  if (outage <= result.outage) return;
  result.outage = outage;
  result.outageEndsPerMs = outageEndsPerMs;
}
