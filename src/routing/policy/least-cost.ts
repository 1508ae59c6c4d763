import { createFixedOrder, penaltyOf } from './order.ts';
import type { Candidate, Policy } from './types.ts';

/** The cheapest first, what counts against a route added; the account's order between equals. */
export function createLeastCost(): Policy {
  return createFixedOrder(
    (a, b) => costOf(a) - costOf(b) || a.priority - b.priority,
    (c) => ({
      score: -costOf(c),
      reasons: [
        { factor: 'price', value: c.price },
        { factor: 'priority', value: c.priority },
        { factor: 'load', value: c.inFlightShare ?? 0 },
        ...penaltyOf(c),
      ],
    }),
  );
}

function costOf({ price, penalty = 0 }: Candidate): number {
  return price + penalty;
}
