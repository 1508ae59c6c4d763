/** When a key begins to sign; it does until the next one begins. */
export interface PlannedKey {
  /** Epoch milliseconds. */
  signsFrom: number;
}

const HOUR_MS = 3_600_000;
const SIGNING_MS = 30 * 24 * HOUR_MS;
/** Longer than anybody keeps a key set: whoever verifies a token has its key by then. */
export const PUBLISHED_AHEAD_MS = 24 * HOUR_MS;
/** A token's own end, and clocks that are apart. */
const REST_MS = 5 * 60_000;

/** The key that signs now. @param keys in the order in which they begin to sign */
export function signingAt<Key extends PlannedKey>(keys: readonly Key[], now: number): Key | undefined {
  // The first one was made by a process whose clock may be ahead of ours.
  return keys.findLast(({ signsFrom }) => signsFrom <= now) ?? keys[0];
}

/**
 * When the key that is to be made now begins to sign; undefined while there is none to be made. A key signs for
 * 30 days, and is published a day before; only the first one signs at once.
 */
export function nextKeyFrom(keys: readonly PlannedKey[], now: number): number | undefined {
  const last = keys.at(-1);
  if (!last) return now;
  const due = last.signsFrom + SIGNING_MS;
  return now < due - PUBLISHED_AHEAD_MS ? undefined : Math.max(due, now + PUBLISHED_AHEAD_MS);
}

/** The keys under which no token can be good any more. @param longestToken milliseconds */
export function keysThatAreOver<Key extends PlannedKey>(
  keys: readonly Key[],
  longestToken: number,
  now: number,
): Key[] {
  return keys.filter((_key, i) => {
    const next = keys[i + 1];
    return next !== undefined && next.signsFrom + longestToken + REST_MS <= now;
  });
}
