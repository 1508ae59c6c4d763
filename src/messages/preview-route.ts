import type { Principal } from '../accounts/principal.ts';
import type { RouteId, ServiceId } from '../ids.ts';
import { resolveNumber } from '../numbers/resolve.ts';
import type { Resolution } from '../numbers/resolution.ts';
import type { App } from '../platform.ts';
import type { Route } from '../routing/directory.ts';
import type { Candidate, Policy, Ranked, RouteRequest } from '../routing/policy.ts';
import { CountryNotAllowed, ServiceNotFound } from '../verifications/errors.ts';
import { parsePhone } from '../verifications/phone.ts';
import { candidatesOf, readGround, senderOf, type Links } from './choose-route.ts';

export interface RoutePreview {
  service: { id: ServiceId; routing: 'priority' | 'least_cost' | 'adaptive' };
  /** What is known of the number. */
  number: Resolution;
  at: Date;
  /** The routes that are open, best first. */
  candidates: PreviewedRoute[];
  excluded: Ranked[];
  notConsidered: string[];
}

export interface PreviewedRoute {
  ranked: Ranked;
  sender: string;
  /** Per segment, in the account's currency. */
  price: number;
  /** How often of many choices made now it would come first, 0–1. */
  share: number;
}

/** Choices that a share is counted over, for a policy that leaves something to chance. */
const DRAWS = 200;

const UNSEEN: Links = { freeWindow: () => Infinity, inFlightShare: () => 0, health: () => NOTHING_KNOWN };
const NOTHING_KNOWN = { state: 'up', inFlight: 0, window: 0 } as const;

/** What only the workers, which hold the links, can see. */
const NOT_CONSIDERED = [
  "whether the carriers' links are up",
  "how full the carriers' windows are",
  'the limits of the number and of the service',
];

/** The seam for what this process hears of the links of others: today nothing but whether the carrier is in use. */
function linksOf(route: Route): Links {
  return route.carrierEnabled ? UNSEEN : undefined;
}

/**
 * The route that a message to this number would take now, by the code that chooses it. Sends nothing, and
 * teaches nothing: a policy learns from what is submitted, not from being asked.
 * @throws {ServiceNotFound | InvalidPhoneNumber | CountryNotAllowed}
 */
export async function previewRoute(
  app: App,
  who: Principal,
  input: { to: string; serviceId?: ServiceId | undefined },
): Promise<RoutePreview> {
  const ground = await readGround(app, who.accountId, input.serviceId);
  if (!ground) throw new ServiceNotFound();
  const { service, routes, policy } = ground;
  const { routing, defaultCountry, allowedCountries } = service.settings;
  const { e164, country } = parsePhone(input.to, defaultCountry);
  if (allowedCountries && !allowedCountries.includes(country)) throw new CountryNotAllowed(country);
  const now = app.clock();
  const candidates = candidatesOf(ground, linksOf, country, now);
  const { ranked, shares } = drawChoices(policy, { country, now }, candidates, app.random);
  const byId = new Map<string, Route>(routes.map((route) => [route.id, route]));
  return {
    service: { id: service.id, routing },
    number: { ...resolveNumber(e164), country },
    at: new Date(now),
    candidates: ranked
      .filter(({ excluded }) => excluded === undefined)
      .map((one) => {
        const route = byId.get(one.routeId)!;
        const share = shares.get(route.id) ?? 0;
        return { ranked: one, sender: senderOf(route, service), price: route.price, share };
      }),
    excluded: ranked.filter(({ excluded }) => excluded !== undefined),
    notConsidered: NOT_CONSIDERED,
  };
}

/** The choice, and how often each route would be the first of many made at this moment. */
export function drawChoices(
  policy: Policy,
  request: RouteRequest,
  candidates: readonly Candidate[],
  random: () => number,
): { ranked: Ranked[]; shares: Map<RouteId, number> } {
  let drawn = 0;
  const counting = () => {
    drawn += 1;
    return random();
  };
  const ranked = policy.choose(request, candidates, counting);
  // Where nothing is left to chance, all choices of this moment are the same one.
  const draws = drawn > 0 ? DRAWS : 1;
  const shares = new Map<RouteId, number>();
  for (let i = 0; i < draws; i++) {
    const [first] = i === 0 ? ranked : policy.choose(request, candidates, random);
    if (!first || first.excluded !== undefined) continue;
    const id = first.routeId as RouteId;
    shares.set(id, (shares.get(id) ?? 0) + 1 / draws);
  }
  return { ranked, shares };
}
