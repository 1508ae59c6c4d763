import { createFixedOrder, penaltyOf } from './order.ts';
import type { Policy } from './types.ts';

/** The account's own order; within a rank what counts least against a route, then the emptier carrier. */
export function createPriority(): Policy {
  return createFixedOrder(
    (a, b) => a.priority - b.priority || (a.penalty ?? 0) - (b.penalty ?? 0),
    (c) => ({
      score: 1 / c.priority,
      reasons: [
        { factor: 'priority', value: c.priority },
        { factor: 'load', value: c.inFlightShare ?? 0 },
        ...penaltyOf(c),
      ],
    }),
  );
}
