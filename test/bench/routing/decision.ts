import { createPolicy, type Candidate, type Policy } from '../../../src/routing/policy.ts';
import { createChance } from './chance.ts';
import { CODE_TTL_MS } from './fate.ts';
import { START } from './world.ts';

const ROUTES = 50;
const COUNTRIES = 20;

/** Three messages a second, each decided for, sent and told of. */
export interface DecisionStream {
  /** @returns microseconds per choice */
  time(decisions: number): number;
}

/**
 * Choices among fifty routes, each with evidence of its own in twenty countries and with messages under
 * way. The evidence changes between any two. Only `choose` is timed, in wall time: Linux may count a
 * thread's own time in ticks of 4 ms.
 */
export function createDecisionStream(create: () => Policy = createAdaptive): DecisionStream {
  const chance = createChance(5);
  const policy = create();
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
  /** @returns milliseconds */
  const decide = (): number => {
    at += 333;
    const country = `C${Math.floor(chance.uniform() * COUNTRIES)}`;
    const startedAt = performance.now();
    const [first] = policy.choose({ country, now: at }, candidates, chance.uniform);
    const spentMs = performance.now() - startedAt;
    send(first!.routeId, country);
    return spentMs;
  };
  return {
    time(decisions) {
      let spentMs = 0;
      for (let i = 0; i < decisions; i++) spentMs += decide();
      return (1_000 * spentMs) / decisions;
    },
  };
}

function createAdaptive(): Policy {
  return createPolicy({ strategy: 'adaptive', valueOfConversion: 1, codeTtlMs: CODE_TTL_MS });
}
