import { createFixedOrder } from './order.ts';
import type { Policy } from './types.ts';

/** The cheapest first, and the account's order between equal prices. */
export function createLeastCost(): Policy {
  return createFixedOrder(
    (a, b) => a.price - b.price || a.priority - b.priority,
    (c) => ({
      score: -c.price,
      reasons: [
        { factor: 'price', value: c.price },
        { factor: 'priority', value: c.priority },
        { factor: 'load', value: c.inFlightShare ?? 0 },
      ],
    }),
  );
}
