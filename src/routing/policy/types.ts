import type { Strategy } from './strategies.ts';

/**
 * What a policy is asked and told. Times are epoch milliseconds, prices are in the account's currency,
 * probabilities and shares are 0–1.
 */
export interface PolicyOptions {
  strategy: Strategy;
  /** What one approved verification is worth: utility = P(conversion) × this − price. */
  valueOfConversion: number;
  /** After this a conversion can no longer arrive. */
  codeTtlMs: number;
}

export interface Policy {
  /**
   * Every candidate, best first; excluded ones last with a reason and no rank. Deterministic for a
   * given state and `random`.
   */
  choose(request: RouteRequest, candidates: readonly Candidate[], random: () => number): Ranked[];
  observe(observation: Observation): void;
  /** What this policy has seen itself, as JSON can carry it. */
  snapshot(): PolicySnapshot;
  /** Another policy's evidence: a newer snapshot of the same one replaces the older. */
  merge(other: PolicySnapshot): void;
}

export interface RouteRequest {
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** MCC and MNC. */
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
  /** What counts against it beyond its price, in the account's currency per message. Default 0. */
  penalty?: number;
  /** A message is about to have a look at it, of which the policy was not told yet: one is enough. */
  isLookedAt?: boolean;
  /** Why it may not be taken; absent when it may. */
  exclude?: string;
}

export interface Ranked {
  routeId: string;
  score: number;
  excluded?: string;
  reasons: Reason[];
}

/** One named factor of a score; README.md says what each means and in which unit. */
export interface Reason {
  factor: string;
  value: number;
}

export type Observation = {
  routeId: string;
  country: string;
  operator?: string;
  /** Joins the observations of one attempt. */
  attemptId: string;
  /** When this was learned. */
  at: number;
} & { kind: ObservationKind };

export type ObservationKind =
  /** Written to the carrier at `at`: the clock of everything below starts. */
  | 'submitted'
  | 'accepted'
  | 'rejected'
  | 'throttled'
  | 'timedOut'
  /** A receipt: evidence only as far as it predicts conversion. */
  | 'delivered'
  | 'undelivered'
  /** The code of this attempt was checked successfully. */
  | 'converted'
  /** The verification ended without approval for a reason that is not the route's (canceled, blocked). */
  | 'abandoned';

/** What this policy and those that it has heard of have seen. Plain data: JSON carries it. */
export interface PolicySnapshot {
  version: 1;
  sources: SourceEvidence[];
}

/** What one policy has seen itself. */
export interface SourceEvidence {
  /** The first attempt that it was told of: nobody else sent that one. */
  source: string;
  /** Grows with everything that it is told. */
  told: number;
  at: number;
  routes: RouteEvidence[];
  cells: CellEvidence[];
  /** Messages per millisecond; both absent: all of them. */
  paces: { country?: string; operator?: string; perMs: number }[];
}

export interface RouteEvidence {
  route: string;
  foretold: number;
  conversions: SignEvidence;
  lifeSigns: SignEvidence;
}

export interface SignEvidence {
  byStage: number[];
  seen: number;
  missed: number;
}

export interface CellEvidence {
  route: string;
  country?: string;
  operator?: string;
  converted: number[];
  /** The silence of those that wait included. */
  failed: number[];
  noLife: SilenceEvidence;
  noConversion: SilenceEvidence;
}

export interface SilenceEvidence {
  nats: number;
  /** Attempts that it is made of, and those of them that were refused; versions before did not say. */
  attempts?: number | undefined;
  refused?: number | undefined;
  lastSentAt: number;
  lastSignAt: number;
  hasSign: boolean;
}
