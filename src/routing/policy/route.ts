import type { Ages } from './ages.ts';
import type { Throttling } from './load.ts';
import { createCell, type Cell } from './cell.ts';
import { arrivedBy, createSigns, signShare, sumOf, type Signs } from './signs.ts';

/** What is known of a route wherever it is used. */
export interface Route {
  id: string;
  cell: Cell;
  conversions: Signs;
  /** The first of receipt and conversion. */
  lifeSigns: Signs;
  /** Share of the latest conversions whose receipt had come before: what receipts are worth, 0–1. */
  foretold: number;
  throttling: Throttling;
  /** At other workers. */
  foreign: { conversions: Signs; lifeSigns: Signs } | undefined;
  /** Whether signs have come that the curves below do not show yet. */
  stale: boolean;
  /** F, by stage: the share of its conversions that has come by then. */
  arrived: Float64Array;
  /** By stage: what one attempt without conversion, or without any sign, says for an outage, in nats. */
  conversionSilence: Float64Array;
  lifeSilence: Float64Array;
}

export function createRoute(id: string, ages: Ages, now: number): Route {
  return {
    id,
    cell: createCell(ages, 0, now),
    conversions: createSigns(ages),
    lifeSigns: createSigns(ages),
    foretold: 0.5,
    throttling: { weight: 0, at: now },
    foreign: undefined,
    stale: true,
    arrived: new Float64Array(ages.count),
    conversionSilence: new Float64Array(ages.count),
    lifeSilence: new Float64Array(ages.count),
  };
}

const TRUST_IN_ALL = { conversions: 30, lifeSigns: 20 } as const;
/** Rates wander below their mean without being an outage. */
const CAUTION = 0.9;
/** Whatever the curve says, no silence is proof. */
const SUREST = 0.98;

/** Brings the curves up to date with the signs. */
export function learnCurves(route: Route, all: Signs): void {
  if (!route.stale) return;
  route.stale = false;
  const { arrived, foreign } = route;
  const lifeSigns = foreign ? sumOf(route.lifeSigns, foreign.lifeSigns) : route.lifeSigns;
  const conversions = foreign ? sumOf(route.conversions, foreign.conversions) : route.conversions;
  arrivedBy(lifeSigns, all, TRUST_IN_ALL.lifeSigns, arrived);
  weigh(route.lifeSilence, signShare(lifeSigns), route.foretold, arrived);
  arrivedBy(conversions, all, TRUST_IN_ALL.conversions, arrived);
  weigh(route.conversionSilence, CAUTION * signShare(conversions), 1, arrived);
}

/**
 * The share of conversions that comes before a code ends in the middle of a stage.
 * @param all of all routes, for one that nothing is known of
 */
export function arrivedIn(route: Route | undefined, all: Signs, stage: number): number {
  // The sums of a route that was used are brought up to date with its rate.
  if (route) return route.arrived[stage]!;
  let sum = all.byStage[stage]! / 2;
  for (let j = 0; j < stage; j++) sum += all.byStage[j]!;
  return Math.min(1, sum / all.seen);
}

function weigh(into: Float64Array, share: number, trust: number, arrived: Float64Array): void {
  for (let j = 0; j < into.length; j++)
    into[j] = -trust * Math.log(1 - Math.min(SUREST, share * arrived[j]!));
}
