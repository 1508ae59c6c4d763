import type { Candidate, Observation, Policy } from '../../../src/routing/policy.ts';
import { createAgenda, type Agenda } from './agenda.ts';
import { createChance } from './chance.ts';
import { arrivalsOf, bestWorthOf, fateOf, worthOf, type Arrival } from './fate.ts';
import type { World } from './world.ts';

/** One message, as it was decided: what a figure is made from. */
export interface Step {
  at: number;
  cell: number;
  /** Index of the carrier that took it; undefined when all refused. */
  taken: number | undefined;
  /** Indices that were written to, in order. */
  tried: readonly number[];
  /** Expected utilities under the true rates: of what was done, and of the best that could be. */
  got: number;
  best: number;
}

/** After a refusal: the next of the same ranking, as the interface has it; or asked anew, as the worker does. */
export type AfterRefusal = 'next' | 'askAnew';

/** Drives a policy through a world. Every policy meets the same arrivals and the same fates. */
export function simulate(
  world: World,
  seed: number,
  policy: Policy,
  onStep: (step: Step) => void,
  afterRefusal: AfterRefusal = 'next',
): void {
  const own = createChance(seed * 104_729 + 2);
  const later = createAgenda<Observation>();
  const candidates: Candidate[] = world.carriers.map(({ routeId, carrierId, priority, price }) => ({
    routeId,
    carrierId,
    priority,
    price,
  }));
  const indexOf = new Map(world.carriers.map(({ routeId }, i) => [routeId, i]));
  for (const arrival of arrivalsOf(world, seed)) {
    const { at: now } = arrival;
    for (let word; (word = later.next(now));) policy.observe(word);
    const choose = (tried: readonly number[]) =>
      policy.choose(
        { ...placeOf(world, arrival), now },
        candidates.map((c, i) => (tried.includes(i) ? { ...c, exclude: 'refused' } : c)),
        own.uniform,
      );
    let ranked = choose([]);
    const nextOf = (tried: readonly number[]): number | undefined => {
      if (tried.length > 0 && afterRefusal === 'askAnew') ranked = choose(tried);
      const next = ranked[afterRefusal === 'askAnew' ? 0 : tried.length];
      return next && next.excluded === undefined ? indexOf.get(next.routeId) : undefined;
    };
    onStep(send(world, seed, later, policy, nextOf, arrival));
  }
}

function send(
  world: World,
  seed: number,
  later: Agenda<Observation>,
  policy: Policy,
  nextOf: (tried: readonly number[]) => number | undefined,
  arrival: Arrival,
): Step {
  const { n, at: now, cell } = arrival;
  const best = bestWorthOf(world, arrival, now);
  const tried: number[] = [];
  for (let i; (i = nextOf(tried)) !== undefined;) {
    tried.push(i);
    const { routeId } = world.carriers[i]!;
    const attempt = { routeId, ...placeOf(world, arrival), attemptId: `a${n}.${tried.length}` };
    policy.observe({ ...attempt, kind: 'submitted', at: now });
    if (world.outageOf(i, now) === 'reject') {
      policy.observe({ ...attempt, kind: 'rejected', at: now });
      continue;
    }
    later.add({ ...attempt, kind: 'accepted', at: now + 80 });
    const { receipt, convertsAfterMs, leavesAfterMs } = fateOf(world, seed, arrival, i, now);
    if (receipt) later.add({ ...attempt, kind: receipt.says, at: now + receipt.afterMs });
    if (leavesAfterMs !== undefined) later.add({ ...attempt, kind: 'abandoned', at: now + leavesAfterMs });
    if (convertsAfterMs !== undefined)
      later.add({ ...attempt, kind: 'converted', at: now + convertsAfterMs });
    return { at: now, cell, taken: i, tried, got: worthOf(world, arrival, i, now), best };
  }
  return { at: now, cell, taken: undefined, tried, got: 0, best };
}

function placeOf(world: World, arrival: Arrival): { country: string; operator?: string } {
  const { country, operator } = world.cells[arrival.cell]!;
  return world.shape.operatorsPerCountry > 1 ? { country, operator } : { country };
}
