import { estimate, expectRate, type Estimate } from './estimate.ts';
import type { Evidence, Place } from './evidence.ts';
import { worthOfExploring, worthOfProbing } from './exploration.ts';
import { costOfLoad } from './load.ts';
import { excludedLast } from './order.ts';
import { paceAt } from './pace.ts';
import type { Summarizer } from './summary.ts';
import type { Candidate, Ranked, Reason, RouteRequest } from './types.ts';

interface Option {
  candidate: Candidate;
  known: Estimate;
  /** In the account's currency, per message. */
  load: number;
  /** Standard error of the utility. */
  error: number;
  utility: number;
  /** What trying it first would teach, less what it would cost. */
  exploring: number;
}

/** More doubt than this, and a route is probed for its return rather than explored for its rate. */
const DOUBTED = 0.3;

/** Ranks by expected utility, but for one route that is worth a look: it comes first. */
export function rank(
  evidence: Evidence,
  summarizer: Summarizer,
  value: number,
  request: RouteRequest,
  candidates: readonly Candidate[],
  now: number,
): Ranked[] {
  const country = evidence.countries.get(request.country);
  const operator = request.operator === undefined ? undefined : country?.operators.get(request.operator);
  const places = request.operator === undefined ? [country] : [country, operator];
  const routes = candidates.map((c) => evidence.routes.get(c.routeId));
  const expected = expectRate(routes, summarizer, now);
  const options: Option[] = [];
  for (let i = 0; i < candidates.length; i++) {
    const candidate = candidates[i]!;
    if (candidate.exclude !== undefined) continue;
    const route = routes[i];
    const known = estimate(route, places, expected, summarizer, now);
    const load = value * costOfLoad(candidate.inFlightShare, route?.throttling, now);
    const error = value * Math.sqrt((known.rate * (1 - known.rate)) / (known.strength + 1));
    const utility =
      value * known.rate * (1 - known.outage) - candidate.price - load - (candidate.penalty ?? 0);
    options.push({ candidate, known, load, error, utility, exploring: 0 });
  }
  const shut = options.length < candidates.length ? excludedLast(candidates) : [];
  if (options.length === 0) return shut;
  options.sort(byUtility);
  const all = pace(evidence.everywhere, now);
  const here = pace(places.at(-1), now);
  let [first] = options;
  let least = Infinity;
  let gain = 0;
  for (let i = 1; i < options.length; i++) {
    const option = options[i]!;
    const worth = worthOfLooking(option, options[0]!.utility, value, here, all, now);
    if (worth <= 0) continue;
    // The least known first: two of nearly the same utility would else be compared for ever, and nothing else.
    const known = option.known.outage > DOUBTED ? -1 : option.known.strength + option.known.coming;
    if (known >= least) continue;
    least = known;
    first = option;
    gain = worth;
  }
  const best = options[0]!.utility;
  first!.exploring = gain;
  if (first !== options[0]) {
    options.splice(options.indexOf(first!), 1);
    options.unshift(first!);
  }
  const ranked = options.map((o) => ({
    routeId: o.candidate.routeId,
    score: o.exploring > 0 ? best + o.exploring : o.utility,
    reasons: explain(o),
  }));
  return shut.length > 0 ? [...ranked, ...shut] : ranked;
}

function byUtility(a: Option, b: Option): number {
  return (
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
  const { known, candidate, error, utility } = option;
  const load = option.load + (candidate.penalty ?? 0);
  // Not even if every message converted.
  if (value - candidate.price - load <= best) return 0;
  const { strength, coming, outage } = known;
  if (outage > DOUBTED) {
    const back = { utility: value * known.rate - candidate.price - load, error, strength, coming };
    const idleMs = Math.max(0, now - known.lastSentAt);
    return worthOfProbing(back, best, candidate.price, outage, known.outageEndsPerMs, idleMs, all);
  }
  // What is learned here helps other places as far as their word helps here.
  const perMs = here + (known.lent / 2) * Math.max(0, all - here);
  return worthOfExploring({ utility, error, strength, coming }, best - utility, perMs);
}

/** What is nothing is left out: fifty candidates are explained for every message. */
function explain({ known, candidate, load, exploring }: Option): Reason[] {
  const { rate, strength, outage } = known;
  const reasons = [
    { factor: 'rate', value: rate },
    { factor: 'error', value: Math.sqrt((rate * (1 - rate)) / (strength + 1)) },
    { factor: 'price', value: candidate.price },
  ];
  if (outage > 0) reasons.push({ factor: 'outage', value: outage });
  if (load > 0) reasons.push({ factor: 'load', value: load });
  if (candidate.penalty) reasons.push({ factor: 'penalty', value: candidate.penalty });
  if (exploring > 0) reasons.push({ factor: 'exploring', value: exploring });
  return reasons;
}
