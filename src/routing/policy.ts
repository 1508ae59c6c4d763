import { createAdaptive } from './policy/adaptive.ts';
import { createLeastCost } from './policy/least-cost.ts';
import { createPriority } from './policy/priority.ts';
import type { Policy, PolicyOptions } from './policy/types.ts';

export { createLearned, type Learned } from './policy/adaptive.ts';
export type { Outage } from './policy/outages.ts';
export { STRATEGIES, type Strategy } from './policy/strategies.ts';
export type * from './policy/types.ts';

/**
 * Which route a message takes. Pure: no I/O, no clock, no global randomness, so that the dispatcher,
 * the bench and the what-if replay drive this same thing.
 */
export function createPolicy(options: PolicyOptions): Policy {
  switch (options.strategy) {
    case 'priority':
      return createPriority();
    case 'least_cost':
      return createLeastCost();
    case 'adaptive':
      return createAdaptive(options);
    default:
      throw new Error(`unhandled strategy: ${options.strategy satisfies never}`);
  }
}

/** Policies of the same name choose alike. */
export function policyName({ strategy, valueOfConversion, codeTtlMs }: PolicyOptions): string {
  return `${strategy}/${valueOfConversion}/${codeTtlMs}`;
}
