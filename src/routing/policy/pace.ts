/** Messages as of late, each with the weight e^(−age ÷ MEMORY_MS). */
export interface Pace {
  weight: number;
  at: number;
  /** When the first was counted. */
  since: number | undefined;
}

const MEMORY_MS = 600_000;
/** A first message is not a stream of them yet. */
const LEAST_MS = 20_000;

export function createPace(): Pace {
  return { weight: 0, at: 0, since: undefined };
}

/** @returns one that had this many messages per millisecond for long */
export function steadyPace(perMs: number, now: number): Pace {
  return { weight: perMs * MEMORY_MS, at: now, since: -Infinity };
}

export function countMessage(pace: Pace, now: number): void {
  pace.weight = weightAt(pace, now) + 1;
  pace.at = Math.max(pace.at, now);
  pace.since ??= now;
}

/** @returns messages per millisecond */
export function paceAt(pace: Pace | undefined, now: number): number {
  if (pace?.since === undefined) return 0;
  const seenMs = Math.max(LEAST_MS, now - pace.since);
  return weightAt(pace, now) / (MEMORY_MS * (1 - Math.exp(-seenMs / MEMORY_MS)));
}

function weightAt({ weight, at }: Pace, now: number): number {
  return weight * Math.exp(-Math.max(0, now - at) / MEMORY_MS);
}
