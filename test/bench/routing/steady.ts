import { START, type Carrier, type World, type WorldShape } from './world.ts';
import { STATIONARY } from './shapes.ts';

export interface SteadyCarrier {
  /** Probability that a message reaches the handset, outside outages. */
  reach: number;
  price: number;
  receipts: Carrier['receipts'];
  outages?: Carrier['outages'];
}

/** A world without luck in it: carriers that stay as they are, but for outages at known times. */
export function createSteadyWorld(
  carriers: readonly SteadyCarrier[],
  shape: Partial<WorldShape> = {},
): World {
  const made = carriers.map((carrier, i) => ({
    routeId: `rte_${i}`,
    carrierId: `car_${i}`,
    priority: i + 1,
    price: carrier.price,
    receipts: carrier.receipts,
    outages: carrier.outages ?? [],
  }));
  const outageOf = (i: number, at: number) => made[i]!.outages.find((o) => o.from <= at && at < o.to)?.kind;
  return {
    shape: { ...STATIONARY, carriers: carriers.length, ...shape },
    carriers: made,
    cells: [{ country: 'C0', operator: '00', share: 1 }],
    userConverts: 0.9,
    outageOf,
    reach(i, _cell, at) {
      const outage = outageOf(i, at);
      if (outage === 'degraded') return carriers[i]!.reach / 3;
      return outage === undefined ? carriers[i]!.reach : 0;
    },
  };
}

/** Milliseconds after the start of a world, as a moment. */
export function after(ms: number): number {
  return START + ms;
}
