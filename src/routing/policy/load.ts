/** How much a route has been throttled lately: each time counts e^(−age ÷ MEMORY_MS). */
export interface Throttling {
  weight: number;
  at: number;
}

const MEMORY_MS = 30_000;
/** Below it a window has room for everybody. */
const CROWDED_SHARE = 0.7;
/** Shares of a conversion's value that a full window, and endless throttling, are thought to cost. */
const FULL_WINDOW = 0.1;
const THROTTLED = 0.2;

export function countThrottle(throttling: Throttling, now: number): void {
  throttling.weight = weightAt(throttling, now) + 1;
  throttling.at = Math.max(throttling.at, now);
}

/** What waiting in the carrier's queue is thought to cost, as a share of a conversion's value. */
export function costOfLoad(
  inFlightShare: number | undefined,
  throttling: Throttling | undefined,
  now: number,
): number {
  const crowded = Math.max(0, Math.min(1, inFlightShare ?? 0) - CROWDED_SHARE) / (1 - CROWDED_SHARE);
  const cost = FULL_WINDOW * crowded * crowded;
  if (!throttling || throttling.weight === 0) return cost;
  const weight = weightAt(throttling, now);
  return cost + (THROTTLED * weight) / (weight + 3);
}

function weightAt({ weight, at }: Throttling, now: number): number {
  return weight * Math.exp(-Math.max(0, now - at) / MEMORY_MS);
}
