import { createChance, type Chance } from './chance.ts';
import { START, type World } from './world.ts';

export const CODE_TTL_MS = 600_000;
const DAY_MS = 86_400_000;

/** One message, before anybody has decided about it. */
export interface Arrival {
  n: number;
  at: number;
  /** Index of its country and operator. */
  cell: number;
}

/** The messages of a world in the order of their time: the same for every policy. */
export function* arrivalsOf(world: World, seed: number): Generator<Arrival> {
  const chance = createChance(seed * 7919 + 1);
  const end = START + world.shape.hours * 3_600_000;
  let at = START;
  for (let n = 0; ; n++) {
    const busy = 1 + (world.shape.dailySwing ?? 0) * Math.sin((2 * Math.PI * (at - START)) / DAY_MS);
    at += chance.exponential(1_000 / (world.shape.messagesPerSecond * busy));
    if (at >= end) return;
    yield { n, at: Math.floor(at), cell: pickCell(world, chance.uniform()) };
  }
}

function pickCell(world: World, draw: number): number {
  let left = draw;
  for (const [i, cell] of world.cells.entries()) {
    left -= cell.share;
    if (left < 0) return i;
  }
  return 0;
}

/** What becomes of a message that a carrier has taken. Milliseconds after the submit; absent: it never comes. */
export interface Fate {
  receipt?: { says: 'delivered' | 'undelivered'; afterMs: number };
  convertsAfterMs?: number;
  /** The user goes away, for no reason of the route's. */
  leavesAfterMs?: number;
}

/** Drawn from the message alone, so that no policy changes another's luck. */
export function fateOf(world: World, seed: number, { n, cell }: Arrival, carrier: number, now: number): Fate {
  const chance = createChance(seed * 15_485_863 + n);
  const { conversionDelay: delay, abandonedShare } = world.shape;
  const reached = chance.uniform() < world.reach(carrier, cell, now);
  const converts = reached && chance.uniform() < world.userConverts;
  const outage = world.outageOf(carrier, now);
  const slow = outage === 'degraded' ? 3 : 1;
  const receiptMs = slow * chance.logNormal(3_500, 0.6);
  const says = receiptOf(world, carrier, reached, outage === 'blackHole', chance);
  const fate: Fate = { ...(says && { receipt: { says, afterMs: Math.round(receiptMs) } }) };
  const delayMs = slow * chance.logNormal(delay.medianMs, delay.sigma);
  if (chance.uniform() < abandonedShare) {
    const leavesMs = chance.logNormal(delay.medianMs, 1);
    if (!converts || leavesMs < delayMs) return { ...fate, leavesAfterMs: Math.round(leavesMs) };
  }
  return converts && delayMs < CODE_TTL_MS ? { ...fate, convertsAfterMs: Math.round(delayMs) } : fate;
}

function receiptOf(
  world: World,
  carrier: number,
  reached: boolean,
  swallowed: boolean,
  chance: Chance,
): 'delivered' | 'undelivered' | undefined {
  const { receipts } = world.carriers[carrier]!;
  const draw = chance.uniform();
  if (receipts === 'absent') return undefined;
  if (receipts === 'faked') return 'delivered';
  if (swallowed) return undefined;
  const truth = receipts === 'noisy' && draw < 0.2 ? !reached : reached;
  if (truth) return 'delivered';
  return chance.uniform() < world.shape.saysUndelivered ? 'undelivered' : undefined;
}

/** Expected utility of a message, under the true rates of the moment. */
export function worthOf(world: World, { cell }: Arrival, carrier: number, now: number): number {
  const { valueOfConversion } = world.shape;
  return (
    valueOfConversion * world.reach(carrier, cell, now) * world.userConverts - world.carriers[carrier]!.price
  );
}

/** Of the best carrier that would take it. */
export function bestWorthOf(world: World, arrival: Arrival, now: number): number {
  let best = 0;
  for (let i = 0; i < world.carriers.length; i++)
    if (world.outageOf(i, now) !== 'reject') best = Math.max(best, worthOf(world, arrival, i, now));
  return best;
}
