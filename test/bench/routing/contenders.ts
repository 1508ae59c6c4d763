import { createPolicy, type Policy, type Strategy } from '../../../src/routing/policy.ts';
import { createEpsilonGreedy, createRoundRobin, createThompson } from './baselines.ts';
import { CODE_TTL_MS } from './fate.ts';
import type { WorldShape } from './world.ts';

const own = (strategy: Strategy) => (shape: WorldShape) =>
  createPolicy({ strategy, valueOfConversion: shape.valueOfConversion, codeTtlMs: CODE_TTL_MS });

/** Ten minutes were the best memory of 2, 5, 10 and 30 for Thompson in the two main traces together. */
const MEMORY_MS = 600_000;

export const OURS = 'adaptive';
export const BEST_KNOWN = 'discounted Thompson';
export const STATIC = 'static priority';

/** Each is told the true distribution of the delay where it uses one; ours has to learn it. */
export const CONTENDERS: Readonly<Record<string, (shape: WorldShape) => Policy>> = {
  [STATIC]: own('priority'),
  'least cost': own('least_cost'),
  'round robin': () => createRoundRobin(),
  'ε-greedy': ({ valueOfConversion, conversionDelay: delay }) =>
    createEpsilonGreedy({ valueOfConversion, delay, memoryMs: MEMORY_MS }, 0.05),
  'plain Thompson': ({ valueOfConversion }) => createThompson({ valueOfConversion }),
  [BEST_KNOWN]: ({ valueOfConversion, conversionDelay: delay }) =>
    createThompson({ valueOfConversion, delay, memoryMs: MEMORY_MS }),
  [OURS]: own('adaptive'),
};
