import type { CarrierHealth } from '../carriers/carrier.ts';
import { whyFull } from '../carriers/health.ts';
import type { RouteId } from '../ids.ts';
import { coverageProblem, type Coverage } from '../routing/coverage.ts';
import type { Tried } from './tried.ts';

/** Why a route is not taken for a message. */
export interface Exclusion {
  /** For a person. */
  reason: string;
  /**
   * `lasting`: unless the configuration changes. `passing`: not at this moment. `tried`: others come
   * first; once all of them are shut it is open again.
   */
  kind: 'lasting' | 'passing' | 'tried';
}

/** What speaks for or against a route whatever the moment. */
export interface LastingInput {
  route: Coverage & { id: RouteId };
  country: string;
  /** MCC and MNC of the number; undefined = not known. */
  operator: string | undefined;
  /** What a segment to the number costs that way. */
  price: number;
  /** Per segment; null = whatever it costs. */
  maxPrice: number | null;
  /** Why messages to the country must not go that way at all. */
  barrier: string | undefined;
}

/** What does at this moment, for this message. */
export interface PassingInput {
  /** `undefined`: the carrier is not in use. */
  carrier: { freeWindow(): number; health(): CarrierHealth } | undefined;
  /** Messages of this claim that the carrier has been given already. */
  taken: number;
  /** What the message was tried over before. */
  tried: readonly Tried[];
}

/** Why no message to such a number may take a route; the same for all of them. */
export function lastingExclusion(input: LastingInput): Exclusion | undefined {
  const { route, country, operator, price, maxPrice, barrier } = input;
  if (barrier !== undefined) return lasting(barrier);
  const uncovered = coverageProblem(route, country, operator);
  // A lookup may tell another time whose number it is.
  if (uncovered !== undefined)
    return operator === undefined && !coverageProblem({ ...route, operators: null }, country, operator)
      ? passing(uncovered)
      : lasting(uncovered);
  if (maxPrice !== null && price > maxPrice)
    return lasting(`costs ${price}, more than the ${maxPrice} that the service pays`);
  return undefined;
}

/** Why this message may not take a route now that others may. */
export function passingExclusion(routeId: RouteId, input: PassingInput): Exclusion | undefined {
  const { carrier, taken } = input;
  const tried = input.tried.length === 0 ? input.tried : input.tried.filter((one) => one.routeId === routeId);
  if (tried.some(({ retry }) => retry === 'elsewhere'))
    return lasting('refused this message with its sender');
  if (tried.some(({ status }) => status === 'submitted')) return lasting('has this message already');
  if (!carrier) return passing('the carrier is not enabled');
  if (carrier.freeWindow() <= taken) return passing(whyFull(carrier.health(), taken));
  return tried.length > 0 ? { reason: 'already tried for this message', kind: 'tried' } : undefined;
}

/** Once every other route is shut, those that were tried before may be tried again. */
export function reopened(exclusions: readonly (Exclusion | undefined)[]): readonly (Exclusion | undefined)[] {
  if (exclusions.includes(undefined)) return exclusions;
  return exclusions.map((exclusion) => (exclusion?.kind === 'tried' ? undefined : exclusion));
}

/** Why no route can ever be taken; `undefined` when one is open, or may open by itself. */
export function lastingReason(exclusions: readonly (Exclusion | undefined)[]): string | undefined {
  if (exclusions.length === 0) return 'there is no route';
  const reasons = new Set<string>();
  for (const exclusion of exclusions) {
    if (!exclusion || exclusion.kind === 'passing') return undefined;
    reasons.add(exclusion.reason);
  }
  return `no route can take it: ${[...reasons].join('; ')}`;
}

function lasting(reason: string): Exclusion {
  return { reason, kind: 'lasting' };
}

function passing(reason: string): Exclusion {
  return { reason, kind: 'passing' };
}
