import type { Principal } from '../accounts/principal.ts';
import { searchByNumber } from '../audit/search-by-number.ts';
import type { CarrierHealth } from '../carriers/carrier.ts';
import type { OverallHealth } from '../carriers/health.ts';
import { createHealthBoard } from '../carriers/health-board.ts';
import type { RouteId, ServiceId } from '../ids.ts';
import { likelyOperator, type Resolution } from '../numbers/resolution.ts';
import { resolveNumber } from '../numbers/resolve.ts';
import { createNumberResolver } from '../numbers/resolver.ts';
import type { App } from '../platform.ts';
import type { Route } from '../routing/directory.ts';
import type { Candidate, Policy, Ranked, RouteRequest, Strategy } from '../routing/policy.ts';
import { pickSender } from '../senders/pick.ts';
import { CountryNotAllowed, ServiceNotFound } from '../verifications/errors.ts';
import { parsePhone } from '../verifications/phone.ts';
import { candidatesOf, waysTo, type Links } from './candidates.ts';
import { readGround } from './route-ground.ts';

export interface RoutePreview {
  service: { id: ServiceId; routing: Strategy };
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

const LIMITS = 'the limits of the number and of the service';
const LINKS = 'the links of carriers that no worker has told of lately';

const UNSEEN: CarrierHealth = {
  ...{ state: 'up', inFlight: 0, window: Infinity, binds: [] },
  pace: { perSecond: 0, throttles: 0, backOff: 1 },
};

/** A carrier's links as the workers tell of them; where none does, only whether the carrier is in use. */
function linksOf({ carrierEnabled }: Route, told: OverallHealth): Links {
  if (!carrierEnabled) return undefined;
  if (told.state === 'unknown') return linksWith(UNSEEN, Infinity);
  const { problem, inFlight, window, breaker, free } = told;
  const state = LINK_STATES[told.state];
  const health = { ...UNSEEN, state, inFlight, window, breaker: { state: breaker } };
  return linksWith(problem === undefined ? health : { ...health, problem }, free);
}

const LINK_STATES = {
  up: 'up',
  degraded: 'up',
  connecting: 'connecting',
  down: 'down',
} as const satisfies Record<Exclude<OverallHealth['state'], 'unknown'>, CarrierHealth['state']>;

function linksWith(health: CarrierHealth, free: number): Links {
  const { inFlight, window } = health;
  return {
    freeWindow: () => free,
    inFlightShare: () => (window > 0 ? inFlight / window : 0),
    health: () => health,
  };
}

/**
 * The route that a message to this number would take now, by the code that chooses it. Sends nothing, looks
 * no number up, and teaches nothing: a policy learns from what is submitted, not from being asked.
 * @throws {ServiceNotFound | InvalidPhoneNumber | CountryNotAllowed | TooManySearches}
 */
export async function previewRoute(
  app: App,
  who: Principal,
  input: { to: string; serviceId?: ServiceId | undefined },
): Promise<RoutePreview> {
  const { accountId } = who;
  const ground = await readGround(app, accountId, input.serviceId);
  if (!ground) throw new ServiceNotFound();
  const { service, routes, policy, senders } = ground;
  const { routing, defaultCountry, allowedCountries } = service.settings;
  const { e164, country } = parsePhone(input.to, defaultCountry);
  if (allowedCountries && !allowedCountries.includes(country)) throw new CountryNotAllowed(country);
  const now = app.clock();
  const destination = app.keys.blindIndex('destination', accountId, e164);
  const hint = resolveNumber(e164, country);
  const resolver = app.single(createNumberResolver);
  const find = async () => {
    const [known] = await resolver.resolve([{ accountId, number: destination, e164, hint }], { ask: false });
    return known!;
  };
  const number = await searchByNumber(app, who, 'number.resolve', find, () => [accountId]);
  const operator = likelyOperator(number);
  const board = app.single(createHealthBoard);
  const told = new Map(routes.map((route) => [route.id, board.of(accountId, route.carrierId)]));
  const ways = waysTo(ground, { country, operator, lineType: number.lineType });
  const { candidates } = candidatesOf(ways, (route) => linksOf(route, told.get(route.id)!), {});
  const request = { country, ...(operator !== undefined && { operator }), now };
  const { ranked, shares } = drawChoices(policy, request, candidates, app.random);
  const places = new Map<string, number>(routes.map(({ id }, i) => [id, i]));
  return {
    service: { id: service.id, routing },
    number,
    at: new Date(now),
    candidates: ranked
      .filter(({ excluded }) => excluded === undefined)
      .flatMap((one) => {
        const place = places.get(one.routeId)!;
        const usable = senders(routes[place]!, country);
        if ('refused' in usable) return [];
        const sender = pickSender(usable.values, destination);
        const share = shares.get(routes[place]!.id) ?? 0;
        return [{ ranked: one, sender, price: candidates[place]!.price, share }];
      }),
    excluded: ranked.filter(({ excluded }) => excluded !== undefined),
    notConsidered: [...told.values()].some(({ state }) => state === 'unknown') ? [LINKS, LIMITS] : [LIMITS],
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
