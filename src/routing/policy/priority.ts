import { createFixedOrder } from './order.ts';
import type { Policy } from './types.ts';

/** The account's own order; its carriers share the load of one rank. */
export function createPriority(): Policy {
  return createFixedOrder(
    (a, b) => a.priority - b.priority,
    (c) => ({
      score: 1 / c.priority,
      reasons: [
        { factor: 'priority', value: c.priority },
        { factor: 'load', value: c.inFlightShare ?? 0 },
      ],
    }),
  );
}
