import { DRIFT_PER_MS } from './summary.ts';

/** A route that is not the best by what is known. Utilities in the account's currency, per message. */
export interface Unknown {
  /** Expected, and its standard error. */
  utility: number;
  error: number;
  /** Settled attempts that the estimate is worth, and those that are on their way. */
  strength: number;
  coming: number;
}

/** Attempts that an exploration may take: the first alone often changes no decision. */
const EXTENTS = [1, 3, 10, 30] as const;
/** Beyond so many standard errors nothing is worth a look. */
const FAR = 4;
/**
 * What one more message over this route earns in the end, beyond the best route, by what it teaches: the
 * knowledge gradient of n messages (Frazier, Powell & Dayanik 2008; its best n: Frazier & Powell 2010),
 * for the time until drift has worn the knowledge down.
 * @param gap utility of the best route less that of this one, at least 0
 * @param perMs messages that would profit
 */
export function worthOfExploring(unknown: Unknown, gap: number, perMs: number): number {
  const { error, strength, coming } = unknown;
  if (gap > FAR * error) return -gap;
  const horizon = perMs / (2 * DRIFT_PER_MS * strength);
  // Most routes end here: even to know all about this one would not be worth the price of a look.
  if (horizon * expectedGain(gap, error) <= gap) return -gap;
  const known = coming > 0.01 ? expectedGain(gap, error * Math.sqrt(coming / (coming + strength))) : 0;
  let best = -Infinity;
  for (const extent of EXTENTS) {
    const learned = coming + extent;
    const gain = expectedGain(gap, error * Math.sqrt(learned / (learned + strength)));
    best = Math.max(best, (horizon * (gain - known)) / extent - gap);
  }
  return best;
}

/** What one more message over a route in an outage earns: it may be back, and nobody would know. */
export function worthOfProbing(
  back: Unknown,
  best: number,
  price: number,
  outage: number,
  endsPerMs: number,
  idleMs: number,
  perMs: number,
): number {
  // While nobody looks, the chance that it is back grows with time, and so does what was missed: half of
  // idle² in all. Looking when that reaches the price of a lost message is the cheapest rhythm of looking.
  const backSince = Math.max((endsPerMs * idleMs) / 2, 1 - outage);
  const missed = perMs * idleMs * backSince * expectedGain(best - back.utility, back.error);
  return missed - (Math.max(0, best) + price);
}

/** E[(X − gap)⁺] of a normal X with mean 0. */
export function expectedGain(gap: number, deviation: number): number {
  if (deviation < 1e-9) return Math.max(0, -gap);
  const z = Math.abs(gap) / deviation;
  const beyond = z < FARTHEST ? deviation * GAIN[Math.floor(z * STEPS + 0.5)]! : 0;
  return gap < 0 ? beyond - gap : beyond;
}

/** φ(z) − z(1 − Φ(z)) in steps of 1/128: two exponentials less for every candidate. */
const FARTHEST = 6;
const STEPS = 128;
const GAIN = Float64Array.from({ length: FARTHEST * STEPS + 1 }, (_, i) => gainBeyond(i / STEPS));

/** ∫ (x − z) φ(x) dx from z on, by the midpoint rule. */
function gainBeyond(z: number): number {
  const width = 1 / 64;
  let sum = 0;
  for (let above = width / 2; above < 8; above += width) sum += above * Math.exp(-((z + above) ** 2) / 2);
  return (sum * width) / Math.sqrt(2 * Math.PI);
}
