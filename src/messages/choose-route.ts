import { createResidencyDirectory } from '../accounts/residency.ts';
import type { Carrier } from '../carriers/carrier.ts';
import type { CarrierRegistry } from '../carriers/registry.ts';
import type { CarrierId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { encodeDecision, type ShortNames, type StoredDecision } from '../routing/decision.ts';
import { createRouteDirectory, type Route } from '../routing/directory.ts';
import { residencyProblem } from '../routing/residency.ts';
import { createPolicies } from '../routing/policies.ts';
import type { Candidate, Policy, PolicyOptions } from '../routing/policy.ts';
import { createSenderBooks } from '../senders/book.ts';
import { pickSender } from '../senders/pick.ts';
import { refusalText, type UsableSenders } from '../senders/usable.ts';
import { priceOf } from '../routing/price.ts';
import { findService, type Service } from '../services/directory.ts';
import type { ServiceSettings } from '../services/settings.ts';
import type { VerificationRow } from '../verifications/table.ts';
import { exclusionOf, lastingReason, reopened, type Exclusion } from './exclusion.ts';
import type { LastingVerdict } from './facts.ts';
import type { Tried } from './tried.ts';

/** What the messages of a service are routed by. */
interface Ground {
  service: Service;
  routes: readonly Route[];
  policy: Policy;
  /** Why messages to a country must not go that way, whatever the carrier's state. */
  barrier(route: Route, country: string): string | undefined;
  /** Whom they may come from. */
  senders(route: Route, country: string): UsableSenders;
}

export interface Choice {
  service: Service;
  route: Route;
  carrier: Carrier;
  /** Whom the message comes from. */
  sender: string;
  decision: StoredDecision;
}

/** Chooses the routes of one claim's messages: what they have in common is asked for once. */
export interface Chooser {
  /** Why none is open goes with the answer, when no time will open one. */
  choose(question: RouteQuestion): Promise<Choice | { verdict: LastingVerdict | undefined }>;
}

export interface RouteQuestion {
  verification: VerificationRow;
  /** MCC and MNC of the number; undefined = not known. */
  operator: string | undefined;
  /** Messages of this claim that each carrier has been given already. */
  taken: ReadonlyMap<CarrierId, number>;
  /** What the message was tried over before. */
  tried: readonly Tried[];
  /** None of those routes again. */
  onlyUntried: boolean;
  now: number;
}

export function createChooser(app: App, carriers: CarrierRegistry): Chooser {
  const grounds = new Map<ServiceId, Ground | undefined>();
  const names: ShortNames = new Map();

  async function groundOf({ accountId, serviceId }: VerificationRow): Promise<Ground | undefined> {
    const service = await findService(app, accountId, serviceId);
    if (!service) return undefined;
    const routes = await app.single(createRouteDirectory).of(accountId);
    const policy = await app.single(createPolicies).of(accountId, policyOptions(service.settings));
    const [{ residency }, book] = await Promise.all([
      app.single(createResidencyDirectory).of(accountId),
      app.single(createSenderBooks).of(accountId),
    ]);
    const senders = (route: Route, country: string) => book.usable(route, service.settings, country);
    return {
      service,
      routes,
      policy,
      senders,
      barrier(route, country) {
        const abroad = residencyProblem(residency, route.region);
        if (abroad !== undefined) return abroad;
        const usable = senders(route, country);
        return 'refused' in usable ? refusalText(usable.refused) : undefined;
      },
    };
  }

  return {
    async choose({ verification, operator, taken, tried, onlyUntried, now }) {
      const { serviceId, country } = verification;
      if (!grounds.has(serviceId)) grounds.set(serviceId, await groundOf(verification));
      const ground = grounds.get(serviceId);
      if (!ground) return { verdict: undefined };
      const { service, routes, policy, barrier, senders } = ground;
      const { maxPrice } = service.settings;
      const prices = routes.map((route) => priceOf(route, country, operator));
      const all = routes.map((route, i) =>
        exclusionOf({
          ...{ route, country, operator, price: prices[i]!, maxPrice, tried },
          barrier: barrier(route, country),
          carrier: carriers.get(route.carrierId),
          taken: taken.get(route.carrierId) ?? 0,
        }),
      );
      const exclusions = onlyUntried ? all : reopened(all);
      const candidates = routes.map((route, i) =>
        candidateOf(route, prices[i]!, exclusions[i], carriers.get(route.carrierId)),
      );
      const request = { country, ...(operator !== undefined && { operator }), now };
      const ranked = policy.choose(request, candidates, app.random);
      const best = ranked[0]?.excluded === undefined ? ranked[0] : undefined;
      if (!best) {
        const reason = lastingReason(exclusions);
        return {
          verdict: reason === undefined ? undefined : { reason, decision: encodeDecision(ranked, names) },
        };
      }
      const route = routes.find((r) => r.id === best.routeId);
      const carrier = route && carriers.get(route.carrierId);
      if (!route || !carrier) return { verdict: undefined };
      const usable = senders(route, country);
      if ('refused' in usable) return { verdict: undefined };
      const sender = pickSender(usable.values, verification.destination);
      return { service, route, carrier, sender, decision: encodeDecision(ranked, names) };
    },
  };
}

function policyOptions({ routing, valueOfConversion, ttlSeconds }: ServiceSettings): PolicyOptions {
  return { strategy: routing, valueOfConversion, codeTtlMs: ttlSeconds * 1_000 };
}

function candidateOf(
  route: Route,
  price: number,
  exclusion: Exclusion | undefined,
  carrier: Carrier | undefined,
): Candidate {
  return {
    routeId: route.id,
    carrierId: route.carrierId,
    priority: route.priority,
    price,
    ...(carrier && { inFlightShare: carrier.inFlightShare() }),
    ...(exclusion && { exclude: exclusion.reason }),
  };
}
