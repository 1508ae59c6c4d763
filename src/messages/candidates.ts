import type { Carrier } from '../carriers/carrier.ts';
import type { CarrierId } from '../ids.ts';
import type { Route } from '../routing/directory.ts';
import type { Candidate } from '../routing/policy.ts';
import { priceOf } from '../routing/price.ts';
import { exclusionOf, reopened, type Exclusion } from './exclusion.ts';
import type { Ground } from './route-ground.ts';
import type { Tried } from './tried.ts';

/** What is known of a carrier's links at this moment; `undefined`: it is not in use. */
export type Links = Pick<Carrier, 'freeWindow' | 'inFlightShare' | 'health'> | undefined;

/** The message that the routes are candidates for. */
export interface Bound {
  country: string;
  /** MCC and MNC of the number; undefined = not known. */
  operator: string | undefined;
  /** Messages of this claim that each carrier has been given already. */
  taken?: ReadonlyMap<CarrierId, number>;
  /** What the message was tried over before. */
  tried?: readonly Tried[];
  /** None of those routes again. */
  onlyUntried?: boolean;
}

export interface Candidates {
  candidates: Candidate[];
  /** Why each of them may not be taken, in the same order. */
  exclusions: readonly (Exclusion | undefined)[];
}

/** Every route of a service's account as a candidate, those that may not be taken with the reason. */
export function candidatesOf(
  { service, routes, barrier, penalty }: Ground,
  linksOf: (route: Route) => Links,
  { country, operator, taken, tried = [], onlyUntried = false }: Bound,
): Candidates {
  const { maxPrice } = service.settings;
  const links = routes.map(linksOf);
  const prices = routes.map((route) => priceOf(route, country, operator));
  const all = routes.map((route, i) =>
    exclusionOf({
      ...{ route, country, operator, price: prices[i]!, maxPrice, tried },
      barrier: barrier(route, country),
      carrier: links[i],
      taken: taken?.get(route.carrierId) ?? 0,
    }),
  );
  const exclusions = onlyUntried ? all : reopened(all);
  const candidates = routes.map((route, i): Candidate => {
    const [exclusion, against] = [exclusions[i], penalty(route)];
    return {
      routeId: route.id,
      carrierId: route.carrierId,
      priority: route.priority,
      price: prices[i]!,
      ...(links[i] && { inFlightShare: links[i].inFlightShare() }),
      ...(against > 0 && { penalty: against }),
      ...(exclusion && { exclude: exclusion.reason }),
    };
  });
  return { candidates, exclusions };
}
