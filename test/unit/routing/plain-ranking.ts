import type { Ages } from '../../../src/routing/policy/ages.ts';
import type { Cell } from '../../../src/routing/policy/cell.ts';
import type { Evidence, Place } from '../../../src/routing/policy/evidence.ts';
import { expectedGain } from '../../../src/routing/policy/exploration.ts';
import { LAYERS_MS } from '../../../src/routing/policy/layers.ts';
import { costOfLoad } from '../../../src/routing/policy/load.ts';
import { paceAt } from '../../../src/routing/policy/pace.ts';
import type { Route } from '../../../src/routing/policy/route.ts';
import { suspectOutage } from '../../../src/routing/policy/silence.ts';
import { DRIFT_PER_MS, EXPECTED_RATE } from '../../../src/routing/policy/summary.ts';
import type { Candidate, RouteRequest } from '../../../src/routing/policy.ts';

export interface Plain {
  routeId: string;
  utility: number;
  /** 1: for looks alone, behind all others. */
  rests: number;
  /** What a look is worth, net; of the best, which needs none, if another one as good were the best. */
  look: number;
  /** The same, 0 of the best; and how well the route is known already. */
  worth: number;
  known: number;
}

/**
 * The formulas of the adaptive policy as its documentation has them: everything is summed up anew, over
 * all stages, without what makes the real one fast. Best first; whoever comes first for a look has `worth`.
 */
export function rankPlainly(
  { evidence, ages, value }: { evidence: Evidence; ages: Ages; value: number },
  request: RouteRequest,
  candidates: readonly Candidate[],
  now: number,
): Plain[] {
  const country = evidence.countries.get(request.country);
  const places =
    request.operator === undefined ? [country] : [country, country?.operators.get(request.operator)];
  const sums = (cell: Cell, route: Route) => sumUp(cell, route, ages, now);
  const routes = candidates.map((c) => evidence.routes.get(c.routeId));
  let expected = 2 * EXPECTED_RATE;
  let weight = 2;
  for (const route of routes) {
    if (!route) continue;
    const { rate, strength } = sums(route.cell, route);
    expected += (rate * strength) / (strength + 6);
    weight += strength / (strength + 6);
  }
  expected /= weight;

  const options = candidates.flatMap((candidate, i) => {
    if (candidate.exclude !== undefined) return [];
    const route = routes[i];
    const levels = route ? [route.cell, ...places.map((place) => place?.cells.get(route.id))] : [];
    let known = { rate: expected, strength: 6, coming: 0, lent: 1, outage: 0, ends: 0 };
    for (const [level, cell] of levels.entries()) {
      const lent = Math.min(known.strength, level === 0 ? 6 : 30);
      if (!cell) {
        known = { ...known, strength: lent, coming: 0, lent: 1 };
        continue;
      }
      const own = sums(cell, route!);
      const strength = lent + own.strength;
      const worse = own.outage > known.outage ? own : known;
      known = {
        rate: (known.rate * lent + own.rate * own.strength) / strength,
        strength,
        coming: own.coming,
        lent: lent / strength,
        outage: worse.outage,
        ends: worse.ends,
      };
    }
    const load = value * costOfLoad(candidate.inFlightShare, route?.throttling, now);
    const utility = value * known.rate * (1 - known.outage) - candidate.price - load;
    const idleMs = route ? now - route.cell.noLife.lastSentAt : 0;
    const rests = Number(known.outage > 0.05 && known.coming < 3);
    return [{ candidate, known, load, utility, rests, idleMs }];
  });
  options.sort(
    (a, b) => a.rests - b.rests || b.utility - a.utility || a.candidate.priority - b.candidate.priority,
  );
  const best = options[0]?.utility ?? 0;
  const all = perMs(evidence.everywhere, now);
  const here = perMs(places.at(-1), now);
  return options.map(({ candidate, known, load, utility, rests, idleMs }, i) => {
    const { rate, strength, coming, outage } = known;
    const error = value * Math.sqrt((rate * (1 - rate)) / (strength + 1));
    const probing = outage > 0.3;
    const gap = best - (probing ? value * rate - candidate.price - load : utility);
    const spread = (n: number) => expectedGain(gap, error * Math.sqrt(n / (n + strength)));
    const horizon = (here + (known.lent / 2) * Math.max(0, all - here)) / (2 * DRIFT_PER_MS * strength);
    const already = coming > 0.01 ? spread(coming) : 0;
    const looks = [1, 3, 10, 30].map((k) => (horizon * (spread(coming + k) - already)) / k - gap);
    const back = Math.max((known.ends * idleMs) / 2, 1 - outage);
    const probe = all * idleMs * back * expectedGain(gap, error) - Math.max(0, best) - candidate.price;
    const hopeless = value - candidate.price - load <= best || (!probing && gap > 4 * error);
    const worth = hopeless ? 0 : probing ? probe : Math.max(...looks);
    const look = Math.max(worth, utility - best);
    return {
      routeId: candidate.routeId,
      utility,
      rests,
      look,
      worth: i === 0 ? 0 : look,
      known: probing ? -1 : strength + coming,
    };
  });
}

function perMs(place: Place | undefined, now: number): number {
  return paceAt(place?.pace, now) + paceAt(place?.foreignPace, now);
}

function sumUp(cell: Cell, route: Route, ages: Ages, now: number) {
  const life = { probability: 0, wasOut: 0, endsPerMs: 0 };
  const conversion = { probability: 0, wasOut: 0, endsPerMs: 0 };
  suspectOutage(cell.noLife, cell.foreign?.noLife, route.lifeSilence, ages, now, life);
  suspectOutage(
    cell.noConversion,
    cell.foreign?.noConversion,
    route.conversionSilence,
    ages,
    now,
    conversion,
  );
  const { probability: outage, endsPerMs: ends } =
    life.probability > conversion.probability ? life : conversion;
  const first = settle(cell, route, ages, outage, EXPECTED_RATE, now);
  if (first.coming < 0.1 * first.strength) return { ...first, outage, ends };
  const p = (first.rate * first.strength + EXPECTED_RATE * 5) / (first.strength + 5);
  return { ...settle(cell, route, ages, outage, p, now), outage, ends };
}

/** Every silent attempt as its share of a failure, then the filter from the oldest layer to the newest. */
function settle(cell: Cell, route: Route, ages: Ages, outage: number, p: number, now: number) {
  const silent = Array.from({ length: ages.count }, (_, j) => {
    const waiting = Math.max(0, cell.waiting.at[j]! - outage * cell.noConversion.counts.at[j]!);
    const share = route.arrived[j]!;
    return { waiting, failures: (waiting * share * (1 - p)) / (1 - p * share + 1e-9) };
  });
  const inLayer = LAYERS_MS.map((ms, i) => {
    const sumOf = (outcome: 'converted' | 'failed') => {
      let sum = cell.outcomes[outcome][i]! * Math.exp(-(now - cell.outcomes.at) / ms);
      if (cell.foreign) {
        const { outcomes } = cell.foreign;
        sum += outcomes[outcome][i]! * Math.exp(-Math.max(0, now - outcomes.at) / ms);
      }
      return sum;
    };
    const failing = silent.map(({ failures }, j) => failures * ages.weights[i * ages.count + j]!);
    return { good: sumOf('converted'), bad: failing.reduce((a, b) => a + b, sumOf('failed')) };
  });
  let rate = EXPECTED_RATE;
  let strength = 0;
  for (let i = LAYERS_MS.length - 1; i >= 0; i--) {
    const newer = i > 0 ? inLayer[i - 1]! : { good: 0, bad: 0 };
    const good = Math.max(0, inLayer[i]!.good - newer.good);
    const bad = Math.max(0, inLayer[i]!.bad - newer.bad);
    const drift = (DRIFT_PER_MS * (LAYERS_MS[i]! - (LAYERS_MS[i - 1] ?? 0))) / 2;
    strength /= 1 + strength * drift;
    if (good + bad > 1e-9) rate = (rate * strength + good) / (strength + good + bad);
    if (good + bad > 1e-9) strength += good + bad;
    strength /= 1 + strength * drift;
  }
  const coming = silent.reduce((sum, { waiting, failures }) => sum + waiting - failures, 0);
  return { rate, strength, coming };
}
