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

export function createEstimate(): Estimate {
  return { rate: 0, strength: 0, coming: 0, lent: 0, outage: 0, outageEndsPerMs: 0, lastSentAt: 0 };
}

/**
 * From the widest level to the narrowest, each a prior of the next.
 * @param into overwritten: there is one for every candidate of every message
 */
export function estimate(
  into: Estimate,
  route: Route | undefined,
  places: readonly (Place | undefined)[],
  expected: number,
  summarizer: Summarizer,
  now: number,
): void {
  into.rate = expected;
  into.strength = FROM_ALL_ROUTES;
  into.coming = 0;
  into.lent = 1;
  into.outage = 0;
  into.outageEndsPerMs = 0;
  into.lastSentAt = now;
  if (!route) return;
  const { cell } = route;
  narrow(into, summarizer.of(cell, route, now), FROM_ALL_ROUTES);
  into.lastSentAt = cell.noLife.lastSentAt;
  if (cell.foreign) into.lastSentAt = Math.max(into.lastSentAt, cell.foreign.noLife.lastSentAt);
  for (const place of places) {
    const inside: Cell | undefined = place?.cells.get(route.id);
    if (inside) narrow(into, summarizer.of(inside, route, now), FROM_WIDER);
    else {
      into.strength = Math.min(into.strength, FROM_WIDER);
      into.coming = 0;
      into.lent = 1;
    }
  }
}

function narrow(into: Estimate, summary: Summary, trust: number): void {
  const lent = Math.min(into.strength, trust);
  const strength = lent + summary.strength;
  into.rate = (into.rate * lent + summary.rate * summary.strength) / strength;
  into.strength = strength;
  into.lent = lent / strength;
  into.coming = summary.coming;
  if (summary.outage <= into.outage) return;
  into.outage = summary.outage;
  into.outageEndsPerMs = summary.outageEndsPerMs;
}
