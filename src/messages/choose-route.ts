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
import { SENDER_RULES } from '../senders/country-rules.ts';
import { createRegistrationDirectory } from '../senders/registrations.ts';
import { senderProblem } from '../senders/verdict.ts';
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
  barrier(route: Route, country: string, now: number): string | undefined;
}

export interface Choice {
  service: Service;
  route: Route;
  carrier: Carrier;
  decision: StoredDecision;
}

/** Chooses the routes of one claim's messages: what they have in common is asked for once. */
export interface Chooser {
  /** Why none is open goes with the answer, when no time will open one. */
  choose(question: RouteQuestion): Promise<Choice | { verdict: LastingVerdict | undefined }>;
}

export interface RouteQuestion {
  verification: VerificationRow;
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
    const [{ residency }, registrations] = await Promise.all([
      app.single(createResidencyDirectory).of(accountId),
      app.single(createRegistrationDirectory).of(accountId),
    ]);
    return {
      service,
      routes,
      policy,
      barrier(route, country, now) {
        const abroad = residencyProblem(residency, route.region);
        if (abroad !== undefined || route.senderRules === 'off') return abroad;
        const sender = route.sender ?? service.settings.sender;
        return senderProblem(SENDER_RULES, country, sender, registrations, now);
      },
    };
  }

  return {
    async choose({ verification, taken, tried, onlyUntried, now }) {
      const { serviceId, country } = verification;
      if (!grounds.has(serviceId)) grounds.set(serviceId, await groundOf(verification));
      const ground = grounds.get(serviceId);
      if (!ground) return { verdict: undefined };
      const { service, routes, policy, barrier } = ground;
      const { maxPrice } = service.settings;
      const all = routes.map((route) =>
        exclusionOf({
          ...{ route, country, maxPrice, tried },
          barrier: barrier(route, country, now),
          carrier: carriers.get(route.carrierId),
          taken: taken.get(route.carrierId) ?? 0,
        }),
      );
      const exclusions = onlyUntried ? all : reopened(all);
      const candidates = routes.map((route, i) =>
        candidateOf(route, exclusions[i], carriers.get(route.carrierId)),
      );
      const ranked = policy.choose({ country, now }, candidates, app.random);
      const best = ranked[0]?.excluded === undefined ? ranked[0] : undefined;
      if (!best) {
        const reason = lastingReason(exclusions);
        return {
          verdict: reason === undefined ? undefined : { reason, decision: encodeDecision(ranked, names) },
        };
      }
      const route = routes.find((r) => r.id === best.routeId);
      const carrier = route && carriers.get(route.carrierId);
      if (!carrier) return { verdict: undefined };
      return { service, route, carrier, decision: encodeDecision(ranked, names) };
    },
  };
}

function policyOptions({ routing, valueOfConversion, ttlSeconds }: ServiceSettings): PolicyOptions {
  return { strategy: routing, valueOfConversion, codeTtlMs: ttlSeconds * 1_000 };
}

function candidateOf(
  route: Route,
  exclusion: Exclusion | undefined,
  carrier: Carrier | undefined,
): Candidate {
  return {
    routeId: route.id,
    carrierId: route.carrierId,
    priority: route.priority,
    price: route.price,
    ...(carrier && { inFlightShare: carrier.inFlightShare() }),
    ...(exclusion && { exclude: exclusion.reason }),
  };
}
