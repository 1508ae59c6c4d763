import type { Candidate, Observation, Policy } from '../../../src/routing/policy.ts';
import { createPolicy } from '../../../src/routing/policy.ts';

export const NOW = Date.UTC(2024, 0, 1);
export const HERE = { country: 'HR', operator: '21901' };

export function createAdaptive(valueOfConversion = 1): Policy {
  return createPolicy({ strategy: 'adaptive', valueOfConversion, codeTtlMs: 600_000 });
}

export function candidate(name: string, more: Partial<Candidate> = {}): Candidate {
  return { routeId: name, carrierId: `car_${name}`, priority: 1, price: 0.03, ...more };
}

export function firstOf(policy: Policy, candidates: readonly Candidate[], now: number): string {
  return policy.choose({ ...HERE, now }, candidates, () => 0.5)[0]!.routeId;
}

export interface Told {
  routeId: string;
  attemptId: string;
  sentAt: number;
  /** Each word with the milliseconds after the submit. */
  later: readonly (readonly [kind: Observation['kind'], afterMs: number])[];
}

/** Tells of attempts in the order in which one would hear of them. */
export function tellAll(policy: Policy, attempts: readonly Told[]): void {
  const words = attempts.flatMap(({ routeId, attemptId, sentAt, later }) =>
    [['submitted', 0] as const, ...later].map(([kind, afterMs]): Observation => ({
      ...HERE,
      routeId,
      attemptId,
      kind,
      at: sentAt + afterMs,
    })),
  );
  for (const word of words.sort((a, b) => a.at - b.at)) policy.observe(word);
}

export function tell(
  policy: Policy,
  routeId: string,
  attemptId: string,
  sentAt: number,
  later: Told['later'],
): void {
  tellAll(policy, [{ routeId, attemptId, sentAt, later }]);
}

/** The value of a factor in a route's reasons; 0 when it is nothing. */
export function factorOf(
  policy: Policy,
  candidates: readonly Candidate[],
  routeId: string,
  factor: string,
  now: number,
): number {
  const ranked = policy.choose({ ...HERE, now }, candidates, () => 0.5);
  const reasons = ranked.find((one) => one.routeId === routeId)!.reasons;
  return reasons.find((one) => one.factor === factor)?.value ?? 0;
}
