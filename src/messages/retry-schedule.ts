/** When and how often a message is tried again: data, as its service has it. Milliseconds. */
export interface RetrySchedule {
  maxAttempts: number;
  baseMs: number;
  factor: number;
  capMs: number;
  /** Share of each wait that chance may take off, 0–1: those who failed together do not come back together. */
  jitter: number;
  /** How long a receipt may still settle a submit of which nothing is known, before the code goes out again. */
  unknownWaitMs: number;
  /**
   * Longest wait for a route to open. The wait is a quarter of the time already waited, so a short
   * gap costs little and a long outage does not turn every waiting message into a busy loop.
   */
  routeWaitCapMs: number;
  /** Further routes for a message that carriers refuse without a clear reason. */
  maxDoubts: number;
  lateReceipts: LateReceipts;
}

/** What is done when a receipt does not come in its usual time. */
export interface LateReceipts {
  /** How often another route may be tried meanwhile; 0 = never. */
  max: number;
  /** How many times the p95 of the route's receipts is waited for one. */
  patience: number;
  minMs: number;
  /** At most this share of what was left of the validity when the carrier took the message. */
  maxShare: number;
}

/** Delay before attempt `spent + 1`: exponential, capped, and jittered downwards. */
export function retryDelay(schedule: RetrySchedule, spent: number, random: () => number): number {
  const full = Math.min(schedule.capMs, schedule.baseMs * schedule.factor ** Math.max(0, spent - 1));
  return jittered(schedule, full, random);
}

/** How long a message that has waited for so long waits until it looks for a route again. */
export function routeWait(schedule: RetrySchedule, waitedMs: number, random: () => number): number {
  const { baseMs, routeWaitCapMs } = schedule;
  return jittered(schedule, Math.min(routeWaitCapMs, Math.max(baseMs, waitedMs / 4)), random);
}

/** Least and longest wait of a message that could not even be planned. */
const UNPLANNED = { minMs: 1_000, capMs: 60_000 };

/**
 * How long a message waits that nothing could be planned for, by how long it has waited. Something is wrong with
 * what its account or itself is stored as: that may be over soon, another worker may be able to read it, and it
 * may stay so. Of 600 s that makes some 20 tries.
 */
export function unplannedWait(waitedMs: number, random: () => number): number {
  return Math.min(UNPLANNED.capMs, Math.max(UNPLANNED.minMs, waitedMs / 4)) * (0.5 + random() / 2);
}

function jittered({ jitter }: RetrySchedule, ms: number, random: () => number): number {
  return ms * (1 - jitter * (1 - random()));
}

/**
 * How long a receipt is waited for before another route is tried.
 * @param usualMs p95 of the route's receipts, as expected; undefined when none is
 * @param leftMs of the validity
 * @returns Infinity: until the end
 */
export function receiptWait(
  { lateReceipts }: RetrySchedule,
  usualMs: number | undefined,
  leftMs: number,
): number {
  if (usualMs === undefined) return Infinity;
  const { patience, minMs, maxShare } = lateReceipts;
  return Math.max(minMs, Math.min(usualMs * patience, maxShare * leftMs));
}
