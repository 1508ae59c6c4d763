import type { Candidate, Policy, Ranked, Reason } from './types.ts';

/** A policy that learns nothing: the same order for the same candidates. */
export function createFixedOrder(
  compare: (a: Candidate, b: Candidate) => number,
  explain: (candidate: Candidate) => { score: number; reasons: Reason[] },
): Policy {
  return {
    choose(_request, candidates) {
      const open = candidates.filter((c) => c.exclude === undefined);
      open.sort((a, b) => compare(a, b) || (a.inFlightShare ?? 0) - (b.inFlightShare ?? 0));
      return [...open.map((c) => ({ routeId: c.routeId, ...explain(c) })), ...excludedLast(candidates)];
    },
    observe() {},
    snapshot: () => ({ version: 1, sources: [] }),
    merge() {},
  };
}

/** The candidates that may not be taken, each with its reason. */
export function excludedLast(candidates: readonly Candidate[]): Ranked[] {
  return candidates
    .filter((c) => c.exclude !== undefined)
    .map((c) => ({ routeId: c.routeId, score: 0, excluded: c.exclude!, reasons: [] }));
}

/** What is nothing is left out. */
export function penaltyOf({ penalty = 0 }: Candidate): Reason[] {
  return penalty > 0 ? [{ factor: 'penalty', value: penalty }] : [];
}
