const HOUR = 3_600;

/** Waits between the attempts of a delivery: the last one is made 75 hours after the first. */
export const RETRY_SECONDS = [
  ...[5, 300, 1_800, 2 * HOUR, 5 * HOUR],
  ...[10, 10, 10, 10, 10, 10].map((hours) => hours * HOUR),
  26_695,
] as const;

/** Chance adds up to a tenth to a wait, so that what failed together does not come back together. */
const JITTER = 0.1;
/** An endpoint that asks for more is asked again after a day all the same. */
export const LONGEST_RETRY_AFTER_MS = 24 * HOUR * 1_000;

/**
 * How long until the next attempt; undefined when there is none.
 * @param attempts that were made, this one among them
 * @param askedMs what the endpoint asked for, if it did
 * @returns milliseconds
 */
export function retryWait(
  attempts: number,
  askedMs: number | undefined,
  random: () => number,
): number | undefined {
  const seconds = RETRY_SECONDS[attempts - 1];
  if (seconds === undefined) return undefined;
  return Math.max(askedMs ?? 0, seconds * 1_000 * (1 + JITTER * random()));
}
