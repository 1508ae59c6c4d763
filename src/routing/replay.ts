import { createPolicy, policyName, type Candidate, type Observation, type PolicyOptions } from './policy.ts';
import type { TrackRecord, Witness } from './track-record.ts';

/** An attempt of the past, as it can be decided again. */
export interface PastAttempt extends Witness {
  /** The routes that there were, those that could not be taken with the reason; prices per segment. */
  candidates: readonly Candidate[];
  segments: number;
  /** What it cost; 0 when no carrier took it. */
  cost: number;
  rejectedAt?: number | undefined;
  deliveredAt?: number | undefined;
  convertedAt?: number | undefined;
  /** When it was known that the route was not to blame. */
  abandonedAt?: number | undefined;
}

export interface ReplayResult {
  attempts: number;
  /** Attempts that conversions are counted of: it is known what became of them, and it was the route's doing. */
  judged: number;
  /** Of all attempts, those for which the policy chose the route that was taken, 0–1. */
  matchedShare: number;
  /** For so many it would have chosen none. */
  unrouted: number;
  /** `value`: of the conversions, each as much as its service says. */
  actual: { cost: number; conversions: number; value: number };
  replayed: { cost: number; conversions: number; value: number; standardError: number };
  /** Messages by route, as it was and as it would have been. */
  routes: Map<string, { actual: number; replayed: number }>;
}

export interface Replay {
  /**
   * In the order of time.
   * @param options of its service, one of those that the replay was made with
   */
  decide(attempt: PastAttempt, options: PolicyOptions): void;
  result(): ReplayResult;
}

/** What 95 % of all estimates lie within, in standard errors. */
export const Z95 = 1.96;

/** Until a conversion was seen. */
const USUAL_DELAY_MS = 18_000;
const DELAYS_KEPT = 500;

/**
 * Has a policy decide over messages of the past, and estimates what would have come of it: where it takes the
 * route that was taken, what did; elsewhere what the other route's record says. README.md has the formulas, and
 * what this cannot know. Pure: chance is an argument.
 * @param services by what each service's messages are routed; all of them learn from all traffic, as they do live
 */
export function createReplay(
  services: readonly PolicyOptions[],
  record: TrackRecord,
  random: () => number,
): Replay {
  const policies = new Map(services.map((options) => [policyName(options), createPolicy(options)]));
  const coming: Observation[] = [];
  const delays: number[] = [];
  const routes = new Map<string, { actual: number; replayed: number }>();
  const totals = { attempts: 0, judged: 0, matched: 0, unrouted: 0 };
  const actual = { cost: 0, conversions: 0, value: 0 };
  const replayed = { cost: 0, conversions: 0, value: 0 };
  /** By route: what is wrong about one message of a route is wrong about all of them. */
  const doubts = new Map<string, number>();

  function observe(observation: Observation): void {
    for (const policy of policies.values()) policy.observe(observation);
  }

  function count(which: typeof actual, conversions: number, { valueOfConversion }: PolicyOptions): void {
    which.conversions += conversions;
    which.value += conversions * valueOfConversion;
  }

  function hearUntil(now: number): void {
    let heard = 0;
    while (heard < coming.length && coming[heard]!.at <= now) observe(coming[heard++]!);
    coming.splice(0, heard);
  }

  function expect(observation: Observation): void {
    let low = 0;
    let high = coming.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (coming[middle]!.at <= observation.at) low = middle + 1;
      else high = middle;
    }
    coming.splice(low, 0, observation);
  }

  function see(routeId: string, who: 'actual' | 'replayed'): void {
    const seen = routes.get(routeId) ?? { actual: 0, replayed: 0 };
    seen[who] += 1;
    routes.set(routeId, seen);
  }

  /** What the policy is told of a route that was really taken. */
  function tellTruth(attempt: PastAttempt): void {
    const about = aboutOf(attempt, attempt.routeId);
    if (attempt.rejectedAt !== undefined) expect({ ...about, kind: 'rejected', at: attempt.rejectedAt });
    if (attempt.deliveredAt !== undefined) expect({ ...about, kind: 'delivered', at: attempt.deliveredAt });
    if (attempt.convertedAt !== undefined) expect({ ...about, kind: 'converted', at: attempt.convertedAt });
    if (attempt.abandonedAt !== undefined) expect({ ...about, kind: 'abandoned', at: attempt.abandonedAt });
  }

  /** What it might have been told: a conversion as often as the route's record has it. */
  function tellGuess(attempt: PastAttempt, routeId: string, rate: number): void {
    if (random() >= rate) return;
    const delay = delays[Math.floor(random() * delays.length)] ?? USUAL_DELAY_MS;
    expect({ ...aboutOf(attempt, routeId), kind: 'converted', at: attempt.at + delay });
  }

  return {
    decide(attempt, options) {
      const { at, country, operator, routeId: taken, outcome, convertedAt } = attempt;
      hearUntil(at);
      const judged = outcome !== 'unjudged';
      totals.attempts += 1;
      totals.judged += Number(judged);
      actual.cost += attempt.cost;
      count(actual, Number(outcome === 'converted'), options);
      see(taken, 'actual');
      if (convertedAt !== undefined && delays.length < DELAYS_KEPT) delays.push(convertedAt - at);
      const request = { country, now: at, ...(operator !== undefined && { operator }) };
      const policy = policies.get(policyName(options))!;
      const best = policy.choose(request, attempt.candidates, random).find((r) => r.excluded === undefined);
      if (!best) {
        totals.unrouted += 1;
        return;
      }
      const { routeId } = best;
      see(routeId, 'replayed');
      observe({ ...aboutOf(attempt, routeId), kind: 'submitted', at });
      if (routeId === taken) {
        totals.matched += 1;
        replayed.cost += attempt.cost;
        tellTruth(attempt);
        if (!judged) return;
        count(replayed, Number(outcome === 'converted'), options);
        record.take(attempt.attemptId);
        return;
      }
      const price = attempt.candidates.find((c) => c.routeId === routeId)!.price;
      replayed.cost += price * attempt.segments * record.acceptance(routeId);
      if (!judged) return;
      const { rate, doubt } = record.guess(routeId, country, operator, at);
      tellGuess(attempt, routeId, rate);
      count(replayed, rate, options);
      doubts.set(routeId, (doubts.get(routeId) ?? 0) + doubt);
    },
    result() {
      return {
        attempts: totals.attempts,
        judged: totals.judged,
        matchedShare: totals.attempts > 0 ? totals.matched / totals.attempts : 0,
        unrouted: totals.unrouted,
        actual,
        replayed: {
          ...replayed,
          standardError: Math.hypot(Math.sqrt(record.variance()), ...doubts.values()),
        },
        routes,
      };
    },
  };
}

function aboutOf({ attemptId, country, operator }: PastAttempt, routeId: string) {
  return { routeId, country, attemptId, ...(operator !== undefined && { operator }) };
}
