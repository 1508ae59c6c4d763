// Mobile numbers of Croatia: with these prefixes all ten million of each are valid.
const PREFIXES = ['91', '92', '95', '98', '99'] as const;
const PER_PREFIX = 10_000_000;

/** The phone number of an index: another one for each below 50 million. */
export function phoneNumber(index: number): string {
  const prefix = PREFIXES[Math.floor(index / PER_PREFIX)];
  if (prefix === undefined) throw new Error(`there is no phone number ${index}`);
  return `+385${prefix}${String(index % PER_PREFIX).padStart(7, '0')}`;
}

/** Hands out stretches of indexes that nobody had before. */
export interface Numbers {
  /** @returns the first of `count` */
  take(count: number): number;
}

export function createNumbers(): Numbers {
  let next = 0;
  return {
    take(count) {
      const first = next;
      next += count;
      return first;
    },
  };
}
