import { createChance, type Chance } from './chance.ts';

/** What a kind of world is made of; a seed makes one of it. Times in milliseconds, prices in one currency. */
export interface WorldShape {
  carriers: number;
  countries: number;
  operatorsPerCountry: number;
  /** On average. */
  messagesPerSecond: number;
  /** How much busier the busiest hour of the day is than the mean, 0–1; absent: 0. */
  dailySwing?: number;
  hours: number;
  /** Share of those who got the code and enter it. */
  userConverts: number;
  valueOfConversion: number;
  /** Prices lie between the two; the better carrier is dearer on average. */
  prices: readonly [min: number, max: number];
  conversionDelay: { medianMs: number; sigma: number };
  /** Standard deviation of each carrier's own long-run quality, and of its drift, in logits. */
  spread: number;
  drift: number;
  /** After this long a drift has forgotten where it was. */
  driftMs: number;
  /** Of each carrier; none: 0. */
  outagesPerHour: number;
  outageMs: number;
  /** Standard deviation of a carrier's difference between countries and operators, in logits. */
  locality: number;
  /** Share of the verifications that end for a reason that is not the route's. */
  abandonedShare: number;
  receipts: readonly ReceiptKind[];
  /** Share of the messages that did not arrive of which an honest carrier says so. */
  saysUndelivered: number;
  /** How well the account's static order follows the long-run utility: 0 = not at all, 1 = exactly. */
  orderKnown: number;
}

export type ReceiptKind = 'honest' | 'noisy' | 'absent' | 'faked';
export type OutageKind = 'blackHole' | 'degraded' | 'reject';

export interface Outage {
  kind: OutageKind;
  from: number;
  to: number;
}

export interface Carrier {
  routeId: string;
  carrierId: string;
  price: number;
  /** 1 is the account's first choice. */
  priority: number;
  receipts: ReceiptKind;
  outages: readonly Outage[];
}

export interface Cell {
  country: string;
  operator: string;
  /** Its part of the traffic, 0–1. */
  share: number;
}

export interface World {
  shape: WorldShape;
  carriers: readonly Carrier[];
  cells: readonly Cell[];
  /** Probability that a message reaches the handset. */
  reach(carrier: number, cell: number, at: number): number;
  /** Of one that did reach it. */
  userConverts: number;
  outageOf(carrier: number, at: number): OutageKind | undefined;
}

export const START = Date.UTC(2024, 0, 1);
const STEP_MS = 5_000;
const REACHED_IN_DEGRADED = 0.35;

export function createWorld(shape: WorldShape, seed: number): World {
  const chance = createChance(seed);
  const steps = Math.ceil((shape.hours * 3_600_000) / STEP_MS) + 1;
  const cells = createCells(shape);
  const usual = Array.from({ length: shape.carriers }, () => 1.9 + shape.spread * chance.normal());
  const drifts = usual.map((level) => drift(shape, steps, level, chance));
  const local = usual.map(() => cells.map(() => shape.locality * chance.normal()));
  const [low, high] = shape.prices;
  const prices = usual.map((level) => {
    const rank = Math.min(1, Math.max(0, 0.5 + (level - 1.9) / (4 * shape.spread + 1e-9)));
    return low + (high - low) * (0.4 * rank + 0.6 * chance.uniform());
  });
  const { userConverts } = shape;
  const utility = usual.map(
    (level, i) => sigmoid(level) * userConverts - prices[i]! / shape.valueOfConversion,
  );
  const belief = utility.map((u) => shape.orderKnown * u + (1 - shape.orderKnown) * 0.15 * chance.normal());
  const order = belief.map((_, i) => i).sort((a, b) => belief[b]! - belief[a]!);
  const carriers = usual.map((_, i) => ({
    routeId: `rte_${i}`,
    carrierId: `car_${i}`,
    price: prices[i]!,
    priority: order.indexOf(i) + 1,
    receipts: shape.receipts[i % shape.receipts.length]!,
    outages: drawOutages(shape, chance),
  }));
  const outageOf = (i: number, at: number) =>
    carriers[i]!.outages.find((o) => o.from <= at && at < o.to)?.kind;
  return {
    shape,
    carriers,
    cells,
    userConverts,
    outageOf,
    reach(i, cell, at) {
      const outage = outageOf(i, at);
      if (outage === 'blackHole' || outage === 'reject') return 0;
      const step = Math.min(steps - 1, Math.max(0, Math.floor((at - START) / STEP_MS)));
      const usually = sigmoid(drifts[i]![step]! + local[i]![cell]!);
      return outage === 'degraded' ? usually * REACHED_IN_DEGRADED : usually;
    },
  };
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function createCells({ countries, operatorsPerCountry }: WorldShape): Cell[] {
  const cells: Cell[] = [];
  // Countries as in life: the second has half of the first's traffic, the third a third.
  for (let c = 0; c < countries; c++)
    for (let o = 0; o < operatorsPerCountry; o++)
      cells.push({ country: `C${c}`, operator: `${c}0${o}`, share: 1 / (c + 1) / (o + 1) });
  const sum = cells.reduce((total, cell) => total + cell.share, 0);
  return cells.map((cell) => ({ ...cell, share: cell.share / sum }));
}

/** An Ornstein–Uhlenbeck path around `level`, in logits. */
function drift(shape: WorldShape, steps: number, level: number, chance: Chance): Float32Array {
  const path = new Float32Array(steps);
  const keep = Math.exp(-STEP_MS / shape.driftMs);
  const noise = shape.drift * Math.sqrt(1 - keep * keep);
  let away = shape.drift * chance.normal();
  for (let i = 0; i < steps; i++) {
    path[i] = level + away;
    away = away * keep + noise * chance.normal();
  }
  return path;
}

function drawOutages(shape: WorldShape, chance: Chance): Outage[] {
  const outages: Outage[] = [];
  if (shape.outagesPerHour === 0) return outages;
  const end = START + shape.hours * 3_600_000;
  const kinds = ['blackHole', 'degraded', 'reject'] as const;
  let at = START + chance.exponential(3_600_000 / shape.outagesPerHour);
  while (at < end) {
    const to = at + shape.outageMs * (0.3 + chance.exponential(0.7));
    outages.push({ kind: kinds[Math.floor(chance.uniform() * 3)]!, from: at, to });
    at = to + chance.exponential(3_600_000 / shape.outagesPerHour);
  }
  return outages;
}
