import type { Carrier } from '../carriers/carrier.ts';
import type { CarrierId, RouteId } from '../ids.ts';
import type { Route } from '../routing/directory.ts';
import type { Candidate } from '../routing/policy.ts';
import { priceOf } from '../routing/price.ts';
import {
  ELSEWHERE,
  lastingExclusion,
  passingExclusion,
  reopened,
  type Exclusion,
  type Place,
} from './exclusion.ts';
import type { Ground } from './route-ground.ts';
import type { Tried } from './tried.ts';

/** What is known of a carrier's links at this moment; `undefined`: it is not in use. */
export type Links = Pick<Carrier, 'freeWindow' | 'inFlightShare' | 'health'> | undefined;

/** A route as all messages to the same place find it. */
export interface Way {
  route: Route;
  candidate: Candidate;
  exclusion: Exclusion | undefined;
}

/** The one message that the routes are candidates for. */
export interface Bound {
  /** Messages of this claim that each carrier has been given already. */
  taken?: ReadonlyMap<CarrierId, number>;
  /** What the message was tried over before. */
  tried?: readonly Tried[];
  /** None of those routes again. */
  onlyUntried?: boolean;
  /** No route but this one. */
  pinnedTo?: RouteId | null;
  /** Routes that a message of this claim is to have a look at. */
  looks?: ReadonlySet<string>;
}

export interface Candidates {
  candidates: Candidate[];
  /** Why each of them may not be taken, in the same order. */
  exclusions: readonly (Exclusion | undefined)[];
}

/**
 * Every route of a service's account on the way to a place, with what does not depend on the message: kept for a
 * claim.
 */
export function waysTo({ service, routes, barrier, penalty }: Ground, place: Place): Way[] {
  const { maxPrice, skipSmsToLandlines: skipsLandlines } = service.settings;
  const { country, operator } = place;
  return routes.map((route) => {
    const price = priceOf(route, country, operator);
    const against = penalty(route);
    const { id: routeId, carrierId, priority } = route;
    return {
      route,
      candidate: { routeId, carrierId, priority, price, ...(against > 0 && { penalty: against }) },
      exclusion: lastingExclusion({
        ...{ route, place, price, maxPrice, skipsLandlines },
        barrier: barrier(route, country),
      }),
    };
  });
}

/** The routes as candidates for a message, those that may not be taken with the reason. */
export function candidatesOf(
  ways: readonly Way[],
  linksOf: (route: Route) => Links,
  { taken, tried = [], onlyUntried = false, pinnedTo = null, looks }: Bound,
): Candidates {
  const links = ways.map(({ route }) => linksOf(route));
  const all = ways.map(
    ({ route, exclusion }, i) =>
      (pinnedTo !== null && route.id !== pinnedTo ? ELSEWHERE : exclusion) ??
      passingExclusion(route.id, { carrier: links[i], taken: taken?.get(route.carrierId) ?? 0, tried }),
  );
  const exclusions = onlyUntried ? all : reopened(all);
  const candidates = ways.map(({ candidate }, i): Candidate => {
    const exclude = exclusions[i]?.reason;
    const carrier = links[i];
    if (!carrier) return exclude === undefined ? candidate : { ...candidate, exclude };
    const inFlightShare = carrier.inFlightShare();
    if (exclude !== undefined) return { ...candidate, inFlightShare, exclude };
    const isLookedAt = looks?.has(candidate.routeId);
    return isLookedAt ? { ...candidate, inFlightShare, isLookedAt } : { ...candidate, inFlightShare };
  });
  return { candidates, exclusions };
}

/** What is known of a carrier, asked once: for the messages of one claim, which are taken count of apart. */
export function lookAt(carrier: Carrier): NonNullable<Links> {
  const free = carrier.freeWindow();
  const share = carrier.inFlightShare();
  let health: ReturnType<Carrier['health']> | undefined;
  return {
    freeWindow: () => free,
    inFlightShare: () => share,
    health: () => (health ??= carrier.health()),
  };
}
