import type { Estimate } from './estimate.ts';
import { DRIFT_PER_MS } from './summary.ts';

/** Attempts that an exploration may take: the first alone often changes no decision. */
const EXTENTS = [1, 3, 10, 30] as const;
/** Beyond so many standard errors nothing is worth a look. */
const FAR = 4;

/**
 * What one more message over this route earns in the end, beyond the best route, by what it teaches: the
 * knowledge gradient of n messages (Frazier, Powell & Dayanik 2008; its best n: Frazier & Powell 2010),
 * for the time until drift has worn the knowledge down.
 * @param gap utility of the best route less that of this one, at least 0
 * @param error standard error of its utility
 * @param perMs messages that would profit
 */
export function worthOfExploring(
  gap: number,
  error: number,
  { strength, coming }: Estimate,
  perMs: number,
): number {
  if (gap > FAR * error) return -gap;
  const horizon = perMs / (2 * DRIFT_PER_MS * strength);
  const known = coming > 0.01 ? expectedGain(gap, error / Math.sqrt(1 + strength / coming)) : 0;
  const most = horizon * (expectedGain(gap, error) - known);
  let best = -gap;
  for (const extent of EXTENTS) {
    // Most routes end here: even to know all about this one would not be worth the price of the looks.
    if (most <= gap * extent) break;
    const gain = expectedGain(gap, error / Math.sqrt(1 + strength / (coming + extent)));
    best = Math.max(best, (horizon * (gain - known)) / extent - gap);
  }
  return best;
}

/**
 * What one more message over a route in an outage earns: it may be back, and nobody would know.
 * @param gap as if it were back
 * @param cost of a message that is lost
 */
export function worthOfProbing(
  gap: number,
  error: number,
  cost: number,
  { outage, outageEndsPerMs }: Estimate,
  idleMs: number,
  perMs: number,
): number {
  // While nobody looks, the chance that it is back grows with time, and so does what was missed: half of
  // idle² in all. Looking when that reaches the price of a lost message is the cheapest rhythm of looking.
  const backSince = Math.max((outageEndsPerMs * idleMs) / 2, 1 - outage);
  return perMs * idleMs * backSince * expectedGain(gap, error) - cost;
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
