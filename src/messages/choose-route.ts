import { createResidencyDirectory } from '../accounts/residency.ts';
import type { Carrier } from '../carriers/carrier.ts';
import type { CarrierRegistry } from '../carriers/registry.ts';
import type { AccountId, CarrierId, RouteId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { createAlarmDirectory, penaltyOf } from '../routing/alarms.ts';
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

/** What the messages of a service are routed by. */
export interface Ground {
  service: Service;
  routes: readonly Route[];
  policy: Policy;
  /** Why messages to a country must not go that way, whatever the carrier's state. */
  barrier(route: Route, country: string, now: number): string | undefined;
  /** What the broken promises of its carrier count against a route, in the account's currency per message. */
  penalty(route: Route): number;
}

/** What is known of a carrier's links at this moment; `undefined`: it is not in use. */
export type Links = Pick<Carrier, 'freeWindow' | 'inFlightShare' | 'health'> | undefined;

export interface Choice {
  service: Service;
  route: Route;
  carrier: Carrier;
  decision: StoredDecision;
}

/** Chooses the routes of one claim's messages: what they have in common is asked for once. */
export interface Chooser {
  /**
   * @param taken messages of this claim that each carrier has been given already
   * @param tried the routes that the message went over before
   * @returns undefined when no route is open
   */
  choose(
    verification: VerificationRow,
    taken: ReadonlyMap<CarrierId, number>,
    tried: readonly RouteId[],
    now: number,
  ): Promise<Choice | undefined>;
}

/** @returns undefined when the account has no such service */
export async function readGround(
  app: App,
  accountId: AccountId,
  serviceId: ServiceId | undefined,
): Promise<Ground | undefined> {
  const service = await findService(app, accountId, serviceId);
  if (!service) return undefined;
  const routes = await app.single(createRouteDirectory).of(accountId);
  const policy = await app.single(createPolicies).of(accountId, policyOptions(service.settings));
  const [{ residency }, registrations, alarms] = await Promise.all([
    app.single(createResidencyDirectory).of(accountId),
    app.single(createRegistrationDirectory).of(accountId),
    app.single(createAlarmDirectory).of(accountId),
  ]);
  return {
    service,
    routes,
    policy,
    penalty: ({ carrierId }) => penaltyOf(alarms, carrierId, service.settings.valueOfConversion),
    barrier(route, country, now) {
      const abroad = residencyProblem(residency, route.region);
      if (abroad !== undefined || route.senderRules === 'off') return abroad;
      return senderProblem(SENDER_RULES, country, senderOf(route, service), registrations, now);
    },
  };
}

/** Every route of a service's account as a candidate for a message, those that may not be taken with the reason. */
export function candidatesOf(
  { routes, barrier, penalty }: Ground,
  linksOf: (route: Route) => Links,
  country: string,
  now: number,
  taken: ReadonlyMap<CarrierId, number> = new Map(),
  tried: readonly RouteId[] = [],
): Candidate[] {
  return reopen(
    routes.map((route) =>
      candidateOf(
        route,
        barrier(route, country, now),
        penalty(route),
        linksOf(route),
        taken.get(route.carrierId) ?? 0,
        country,
        tried,
      ),
    ),
  );
}

export function createChooser(app: App, carriers: CarrierRegistry): Chooser {
  const grounds = new Map<ServiceId, Ground | undefined>();
  const names: ShortNames = new Map();

  return {
    async choose(verification, taken, tried, now) {
      const { accountId, serviceId, country } = verification;
      if (!grounds.has(serviceId)) grounds.set(serviceId, await readGround(app, accountId, serviceId));
      const ground = grounds.get(serviceId);
      if (!ground) return undefined;
      const { service, routes, policy } = ground;
      const linksOf = (route: Route) => carriers.get(route.carrierId);
      const candidates = candidatesOf(ground, linksOf, country, now, taken, tried);
      const ranked = policy.choose({ country, now }, candidates, app.random);
      const best = ranked[0]?.excluded === undefined ? ranked[0] : undefined;
      const route = best && routes.find((r) => r.id === best.routeId);
      const carrier = route && carriers.get(route.carrierId);
      return route && carrier && { service, route, carrier, decision: encodeDecision(ranked, names) };
    },
  };
}

/** Who a message over this route comes from. */
export function senderOf(route: Route, service: Service): string {
  return route.sender ?? service.settings.sender;
}

function policyOptions({ routing, valueOfConversion, ttlSeconds }: ServiceSettings): PolicyOptions {
  return { strategy: routing, valueOfConversion, codeTtlMs: ttlSeconds * 1_000 };
}

const TRIED = 'already tried for this message';

function candidateOf(
  route: Route,
  barrier: string | undefined,
  penalty: number,
  links: Links,
  taken: number,
  country: string,
  tried: readonly RouteId[],
): Candidate {
  const exclude = !links
    ? 'the carrier is not enabled'
    : barrier !== undefined
      ? barrier
      : route.countries && !route.countries.includes(country)
        ? `does not serve ${country}`
        : links.freeWindow() <= taken
          ? (links.health().problem ?? 'the window is full')
          : tried.includes(route.id)
            ? TRIED
            : undefined;
  return {
    routeId: route.id,
    carrierId: route.carrierId,
    priority: route.priority,
    price: route.price,
    ...(links && { inFlightShare: links.inFlightShare() }),
    ...(penalty > 0 && { penalty }),
    ...(exclude !== undefined && { exclude }),
  };
}

/** Once every open route was tried, all of them may be tried again. */
function reopen(candidates: Candidate[]): Candidate[] {
  if (candidates.some((c) => c.exclude === undefined)) return candidates;
  return candidates.map(({ exclude, ...c }) =>
    exclude === undefined || exclude === TRIED ? c : { ...c, exclude },
  );
}
