import type { CarrierHealth } from '../carriers/carrier.ts';
import { whyFull } from '../carriers/health.ts';
import type { RouteId } from '../ids.ts';
import type { LineType } from '../numbers/resolution.ts';
import { coverageProblem, type Coverage } from '../routing/coverage.ts';
import type { Unreachable } from './message.ts';
import type { Tried } from './tried.ts';

/** Why a route is not taken for a message. */
export interface Exclusion {
  /** For a person. */
  reason: string;
  /**
   * `number`: nothing of ours reaches such a number. `lasting`: unless the configuration changes. `passing`: not
   * at this moment. `tried`: others come first; once all of them are shut it is open again.
   */
  kind: 'number' | 'lasting' | 'passing' | 'tried';
}

/** Where messages go, as far as routes and their prices differ by it. */
export interface Place {
  country: string;
  /** MCC and MNC of the number; undefined = not known. */
  operator: string | undefined;
  lineType: LineType;
}

/** Of every other route, when a message is sent to try one. */
export const ELSEWHERE: Exclusion = { reason: 'the message is sent to try another route', kind: 'lasting' };

/** What speaks for or against a route whatever the moment. */
export interface LastingInput {
  route: Coverage & { id: RouteId };
  place: Place;
  /** What a segment to the number costs that way. */
  price: number;
  /** Per segment; null = whatever it costs. */
  maxPrice: number | null;
  /** Whether the service sends nothing to fixed lines. */
  skipsLandlines: boolean;
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

const FIXED_LINE = 'the number is a fixed line, which gets no text messages';

/** Why no message to such a number may take a route; the same for all of them. */
export function lastingExclusion(input: LastingInput): Exclusion | undefined {
  const { route, place, price, maxPrice, skipsLandlines, barrier } = input;
  const { country, operator, lineType } = place;
  if (skipsLandlines && lineType === 'fixed') return { reason: FIXED_LINE, kind: 'number' };
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
export function lastingVerdict(all: readonly (Exclusion | undefined)[]): Verdict | undefined {
  const exclusions = all.filter((exclusion) => exclusion !== ELSEWHERE);
  if (exclusions.length === 0) return { reason: 'there is no route', failsFor: 'no_route' };
  const reasons = new Set<string>();
  for (const exclusion of exclusions) {
    if (!exclusion || exclusion.kind === 'passing') return undefined;
    if (exclusion.kind === 'number') return { reason: exclusion.reason, failsFor: 'undeliverable' };
    reasons.add(exclusion.reason);
  }
  return { reason: `no route can take it: ${[...reasons].join('; ')}`, failsFor: 'no_route' };
}

/** Why a message can take no route at all. */
export interface Verdict {
  /** For a person. */
  reason: string;
  /** Whether it is for another number, or for the operator of the service to help. */
  failsFor: Unreachable;
}

function lasting(reason: string): Exclusion {
  return { reason, kind: 'lasting' };
}

function passing(reason: string): Exclusion {
  return { reason, kind: 'passing' };
}
