import { createPolicy, type Candidate } from '../../../src/routing/policy.ts';
import { median } from '../measure/percentile.ts';
import { createChance } from './chance.ts';
import { CODE_TTL_MS } from './simulate.ts';
import { START } from './world.ts';

const ROUTES = 50;
const COUNTRIES = 20;
const PER_BATCH = 100;

/**
 * Microseconds per choice among fifty routes, each with evidence of its own in twenty countries and with
 * messages under way, while three messages a second go out and are told of. Only `choose` is timed; the
 * median of batches leaves out what else the machine does.
 */
export function timeDecisions(batches: number): number {
  const chance = createChance(5);
  const policy = createPolicy({ strategy: 'adaptive', valueOfConversion: 1, codeTtlMs: CODE_TTL_MS });
  const candidates: Candidate[] = Array.from({ length: ROUTES }, (_, i) => ({
    routeId: `rte_${i}`,
    carrierId: `car_${i}`,
    priority: i + 1,
    price: 0.01 + 0.001 * i,
    inFlightShare: chance.uniform(),
  }));
  let at = START;
  let n = 0;
  const send = (routeId: string, country: string) => {
    const attempt = { routeId, country, attemptId: `att_${n++}` };
    policy.observe({ ...attempt, kind: 'submitted', at });
    if (chance.uniform() < 0.7) policy.observe({ ...attempt, kind: 'delivered', at });
    if (chance.uniform() < 0.6) policy.observe({ ...attempt, kind: 'converted', at });
  };
  for (let i = 0; i < 40_000; i++) {
    at += 30;
    send(`rte_${Math.floor(chance.uniform() * ROUTES)}`, `C${Math.floor(chance.uniform() * COUNTRIES)}`);
  }
  const perBatch: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    let spentMs = 0;
    for (let i = 0; i < PER_BATCH; i++) {
      at += 333;
      const country = `C${Math.floor(chance.uniform() * COUNTRIES)}`;
      const startedAt = performance.now();
      const [first] = policy.choose({ country, now: at }, candidates, chance.uniform);
      spentMs += performance.now() - startedAt;
      send(first!.routeId, country);
    }
    perBatch.push((1_000 * spentMs) / PER_BATCH);
  }
  return median(perBatch);
}
