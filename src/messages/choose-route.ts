import { createResidencyDirectory } from '../accounts/residency.ts';
import type { Carrier } from '../carriers/carrier.ts';
import { whyFull } from '../carriers/health.ts';
import type { CarrierRegistry } from '../carriers/registry.ts';
import type { CarrierId, RouteId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { coverageProblem } from '../routing/coverage.ts';
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
  /**
   * @param operator MCC and MNC of the number; undefined = not known
   * @param taken messages of this claim that each carrier has been given already
   * @param tried the routes that the message went over before
   * @returns undefined when no route is open
   */
  choose(
    verification: VerificationRow,
    operator: string | undefined,
    taken: ReadonlyMap<CarrierId, number>,
    tried: readonly RouteId[],
    now: number,
  ): Promise<Choice | undefined>;
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
    async choose(verification, operator, taken, tried, now) {
      const { serviceId, country } = verification;
      if (!grounds.has(serviceId)) grounds.set(serviceId, await groundOf(verification));
      const ground = grounds.get(serviceId);
      if (!ground) return undefined;
      const { service, routes, policy, barrier, senders } = ground;
      const candidates = routes.map((route) =>
        candidateOf(
          route,
          barrier(route, country),
          carriers.get(route.carrierId),
          taken.get(route.carrierId) ?? 0,
          country,
          operator,
          tried,
        ),
      );
      const request = { country, ...(operator !== undefined && { operator }), now };
      const ranked = policy.choose(request, reopen(candidates), app.random);
      const best = ranked[0]?.excluded === undefined ? ranked[0] : undefined;
      const route = best && routes.find((r) => r.id === best.routeId);
      const carrier = route && carriers.get(route.carrierId);
      if (!route || !carrier) return undefined;
      const usable = senders(route, country);
      if ('refused' in usable) return undefined;
      const sender = pickSender(usable.values, verification.destination);
      return { service, route, carrier, sender, decision: encodeDecision(ranked, names) };
    },
  };
}

function policyOptions({ routing, valueOfConversion, ttlSeconds }: ServiceSettings): PolicyOptions {
  return { strategy: routing, valueOfConversion, codeTtlMs: ttlSeconds * 1_000 };
}

const TRIED = 'already tried for this message';

function candidateOf(
  route: Route,
  barrier: string | undefined,
  carrier: Carrier | undefined,
  taken: number,
  country: string,
  operator: string | undefined,
  tried: readonly RouteId[],
): Candidate {
  const notServed = coverageProblem(route, country, operator);
  const exclude = !carrier
    ? 'the carrier is not enabled'
    : barrier !== undefined
      ? barrier
      : notServed !== undefined
        ? notServed
        : carrier.freeWindow() <= taken
          ? whyFull(carrier.health(), taken)
          : tried.includes(route.id)
            ? TRIED
            : undefined;
  return {
    routeId: route.id,
    carrierId: route.carrierId,
    priority: route.priority,
    price: priceOf(route, country, operator),
    ...(carrier && { inFlightShare: carrier.inFlightShare() }),
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
