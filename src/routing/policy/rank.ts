import { createEstimate, estimate, expectRate, type Estimate } from './estimate.ts';
import type { Evidence, Place } from './evidence.ts';
import { worthOfExploring, worthOfProbing } from './exploration.ts';
import { costOfLoad } from './load.ts';
import { excludedLast } from './order.ts';
import { paceAt } from './pace.ts';
import { arrivedIn, type Route } from './route.ts';
import type { Summarizer } from './summary.ts';
import type { Candidate, Ranked, Reason, RouteRequest } from './types.ts';

interface Option {
  candidate: Candidate;
  known: Estimate;
  /** In the account's currency, per message. */
  load: number;
  /** Standard error of the rate. */
  error: number;
  utility: number;
  /** Perhaps it is out, and hardly anything is on its way that would tell: a look at a time, and not all there is. */
  isResting: boolean;
}

/** More doubt than this, and a route is probed for its return rather than explored for its rate. */
const DOUBTED = 0.3;
/** More than this, and a route that is not in use is for looks alone, however well it may have done before. */
const SUSPECTED = 0.05;
/** Attempts that wait for their conversion: as many tell before long. */
const IN_USE = 3;
/** For so many, insertion beats the general sort by far. */
const FEW = 100;

/**
 * Ranks by expected utility, but for one route that is worth a look: it comes first.
 * @param lastStage in which the code ends; absent: conversions count as long as they are watched for
 * @returns a function that keeps what it works with from one message to the next
 */
export function createRanking(
  evidence: Evidence,
  summarizer: Summarizer,
  value: number,
  lastStage?: number,
): (request: RouteRequest, candidates: readonly Candidate[], now: number) => Ranked[] {
  const spare: Option[] = [];
  const options: Option[] = [];
  const routes: (Route | undefined)[] = [];

  /** Of the candidates that may be taken, best first. */
  function weigh(candidates: readonly Candidate[], places: readonly (Place | undefined)[], now: number) {
    routes.length = 0;
    for (const { routeId } of candidates) routes.push(evidence.routes.get(routeId));
    const expected = expectRate(routes, summarizer, now);
    options.length = 0;
    for (let i = 0; i < candidates.length; i++) {
      const candidate = candidates[i]!;
      if (candidate.exclude !== undefined) continue;
      const option = (spare[options.length] ??= createOption(candidate));
      const { known } = option;
      estimate(known, routes[i], places, expected, summarizer, now);
      if (lastStage !== undefined) known.rate *= arrivedIn(routes[i], evidence.conversions, lastStage);
      option.candidate = candidate;
      const against = candidate.penalty ?? 0;
      option.load = value * costOfLoad(candidate.inFlightShare, routes[i]?.throttling, now);
      option.error = Math.sqrt((known.rate * (1 - known.rate)) / (known.strength + 1));
      option.utility = value * known.rate * (1 - known.outage) - candidate.price - option.load - against;
      option.isResting = known.outage > SUSPECTED && known.coming < IN_USE;
      options.push(option);
    }
    sortOptions(options);
  }

  return (request, candidates, now) => {
    const country = evidence.countries.get(request.country);
    const operator = request.operator === undefined ? undefined : country?.operators.get(request.operator);
    const places = request.operator === undefined ? [country] : [country, operator];
    weigh(candidates, places, now);
    const all = pace(evidence.everywhere, now);
    const here = pace(places.at(-1), now);
    const best = options[0]?.utility ?? 0;
    let first = 0;
    let least = Infinity;
    let gain = 0;
    for (let i = 1; i < options.length; i++) {
      const option = options[i]!;
      if (option.candidate.isLookedAt) continue;
      // The least known first: two of nearly the same utility would else be compared for ever, and nothing else.
      const known = option.known.outage > DOUBTED ? -1 : option.known.strength + option.known.coming;
      if (known >= least) continue;
      // One that rests may be the best of all.
      const worth = Math.max(option.utility - best, worthOfLooking(option, best, value, here, all, now));
      if (worth <= 0) continue;
      least = known;
      first = i;
      gain = worth;
    }
    const ranked: Ranked[] = [];
    if (first > 0) ranked.push(answer(options[first]!, best + gain, gain));
    for (let i = 0; i < options.length; i++)
      if (i !== first || i === 0) ranked.push(answer(options[i]!, options[i]!.utility, 0));
    if (options.length < candidates.length) ranked.push(...excludedLast(candidates));
    return ranked;
  };
}

function createOption(candidate: Candidate): Option {
  return { candidate, known: createEstimate(), load: 0, error: 0, utility: 0, isResting: false };
}

function sortOptions(options: Option[]): void {
  if (options.length > FEW) return void options.sort(byUtility);
  for (let i = 1; i < options.length; i++) {
    const option = options[i]!;
    let at = i;
    for (; at > 0; at--) {
      const before = options[at - 1]!;
      if (byUtility(before, option) <= 0) break;
      options[at] = before;
    }
    options[at] = option;
  }
}

function byUtility(a: Option, b: Option): number {
  return (
    +a.isResting - +b.isResting ||
    b.utility - a.utility ||
    a.candidate.priority - b.candidate.priority ||
    (a.candidate.inFlightShare ?? 0) - (b.candidate.inFlightShare ?? 0)
  );
}

/** Messages per millisecond, here and at other workers. */
function pace(place: Place | undefined, now: number): number {
  return paceAt(place?.pace, now) + paceAt(place?.foreignPace, now);
}

function worthOfLooking(
  option: Option,
  best: number,
  value: number,
  here: number,
  all: number,
  now: number,
): number {
  const { known, candidate } = option;
  const load = option.load + (candidate.penalty ?? 0);
  // Not even if every message converted.
  if (value - candidate.price - load <= best) return 0;
  const error = value * option.error;
  if (known.outage > DOUBTED) {
    const gap = best - (value * known.rate - candidate.price - load);
    const idleMs = Math.max(0, now - known.lastSentAt);
    return worthOfProbing(gap, error, Math.max(0, best) + candidate.price, known, idleMs, all);
  }
  // What is learned here helps other places as far as their word helps here.
  const perMs = here + (known.lent / 2) * Math.max(0, all - here);
  return worthOfExploring(best - option.utility, error, known, perMs);
}

/** What is nothing is left out: fifty candidates are explained for every message. */
function answer({ known, candidate, load, error }: Option, score: number, exploring: number): Ranked {
  const reasons: Reason[] = [
    { factor: 'rate', value: known.rate },
    { factor: 'error', value: error },
    { factor: 'price', value: candidate.price },
  ];
  if (known.outage > 0) reasons.push({ factor: 'outage', value: known.outage });
  if (load > 0) reasons.push({ factor: 'load', value: load });
  if (candidate.penalty) reasons.push({ factor: 'penalty', value: candidate.penalty });
  if (exploring > 0) reasons.push({ factor: 'exploring', value: exploring });
  return { routeId: candidate.routeId, score, reasons };
}
