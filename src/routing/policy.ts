/**
 * Which route a message takes. Pure: no I/O, no clock, no global randomness, so that the dispatcher,
 * the bench and the what-if replay drive this same thing. Times are epoch milliseconds, prices are
 * in the account's currency, probabilities 0–1.
 */
export interface PolicyOptions {
  /** `priority`: the lowest priority number first, the emptier carrier between equals. */
  strategy: 'priority';
}

export interface Policy {
  /**
   * Every candidate, best first; excluded ones last with a reason and no rank. Deterministic for a
   * given state and `random`.
   */
  choose(request: RouteRequest, candidates: readonly Candidate[], random: () => number): Ranked[];
}

export interface RouteRequest {
  country: string;
  operator?: string;
  now: number;
}

export interface Candidate {
  routeId: string;
  carrierId: string;
  /** 1 is tried first. */
  priority: number;
  price: number;
  /** Share of the carrier's window in use, 0–1. */
  inFlightShare?: number;
  /** Why it may not be taken; absent when it may. */
  exclude?: string;
}

export interface Ranked {
  routeId: string;
  score: number;
  excluded?: string;
  reasons: Reason[];
}

export interface Reason {
  /** `priority`, `load`, … */
  factor: string;
  value: number;
}

/** What an attempt stores of the choice: every candidate as the policy ranked it. */
export type RouteDecision = Ranked[];

export function createPolicy(options: PolicyOptions): Policy {
  switch (options.strategy) {
    case 'priority':
      return { choose: byPriority };
    default:
      throw new Error(`unhandled strategy: ${options.strategy satisfies never}`);
  }
}

function byPriority(_request: RouteRequest, candidates: readonly Candidate[]): Ranked[] {
  const open = candidates.filter((c) => c.exclude === undefined);
  const shut = candidates.filter((c) => c.exclude !== undefined);
  open.sort((a, b) => a.priority - b.priority || (a.inFlightShare ?? 0) - (b.inFlightShare ?? 0));
  return [
    ...open.map((c) => ({
      routeId: c.routeId,
      score: 1 / c.priority,
      reasons: [
        { factor: 'priority', value: c.priority },
        { factor: 'load', value: c.inFlightShare ?? 0 },
      ],
    })),
    ...shut.map((c) => ({ routeId: c.routeId, score: 0, excluded: c.exclude!, reasons: [] })),
  ];
}
