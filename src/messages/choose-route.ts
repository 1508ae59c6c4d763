import type { Carrier } from '../carriers/carrier.ts';
import type { CarrierRegistry } from '../carriers/registry.ts';
import type { CarrierId, RouteId, ServiceId } from '../ids.ts';
import type { LineType } from '../numbers/resolution.ts';
import type { App } from '../platform.ts';
import { encodeDecision, type StoredDecision } from '../routing/decision.ts';
import type { Route } from '../routing/directory.ts';
import type { RouteRequest } from '../routing/policy.ts';
import { pickSender } from '../senders/pick.ts';
import type { Service } from '../services/directory.ts';
import type { VerificationRow } from '../verifications/table.ts';
import { candidatesOf, lookAt, waysTo, type Bound, type Links, type Way } from './candidates.ts';
import { lastingVerdict, type Place } from './exclusion.ts';
import type { LastingVerdict } from './facts.ts';
import { readGround, type Ground } from './route-ground.ts';
import type { Tried } from './tried.ts';

export interface Choice {
  service: Service;
  route: Pick<Route, 'id' | 'carrierId'>;
  carrier: Carrier;
  /** Whom the message comes from. */
  sender: string;
  /** What the registers of the country call it, by `register.reference`. */
  registrations: Readonly<Record<string, string>> | undefined;
  /** Per segment, in the account's currency. */
  price: number;
  decision: StoredDecision;
}

/** Chooses the routes of one claim's messages: what they have in common is asked for once. */
export interface Chooser {
  /** Why none is open goes with the answer, when no time will open one. */
  choose(question: RouteQuestion): Promise<Choice | { verdict: LastingVerdict | undefined }>;
}

export interface RouteQuestion {
  verification: VerificationRow;
  /** Blind index of its number. */
  destination: Buffer;
  /** Where the number is. */
  place: Place;
  /** Messages of this claim that each carrier has been given already. */
  taken: ReadonlyMap<CarrierId, number>;
  /** What the message was tried over before. */
  tried: readonly Tried[];
  /** None of those routes again. */
  onlyUntried: boolean;
  /** The only route that it may take; null: any. */
  pinnedTo: RouteId | null;
  now: number;
}

/** A ground that could not be read: as little for the next message of its service. */
class Unreadable {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

function asUnreadable(error: unknown): Unreadable {
  return new Unreadable(error);
}

/** Which of a place's routes is taken, and why. */
interface Ranking {
  best: (Pick<Choice, 'carrier' | 'price' | 'decision'> & { route: Route }) | undefined;
  /** When no time will open one. */
  verdict: LastingVerdict | undefined;
  /** Another one earns more now: it is taken for what it teaches. */
  isLook: boolean;
}

/** The messages of a claim to one place. */
interface Bundle {
  ground: Ground;
  request: RouteRequest;
  lineType: LineType;
  ways: readonly Way[];
  carrierIds: readonly CarrierId[];
  /** By the carriers that have no room. */
  rankings: Map<string, Ranking>;
}

export function createChooser(app: App, carriers: CarrierRegistry): Chooser {
  const grounds = new Map<ServiceId, Ground | undefined | Unreadable>();
  const bundles = new Map<string, Bundle>();
  const seen = new Map<CarrierId, Links>();
  /** Routes of which this claim teaches something already: the policy is told of that only when it is submitted. */
  const looks = new Set<string>();
  let drawn = 0;
  const random = () => {
    drawn += 1;
    return app.random();
  };

  function bundleOf(ground: Ground, place: Place, now: number): Bundle {
    const { country, operator, lineType } = place;
    const name = `${ground.service.id}/${country}/${operator ?? ''}/${lineType}`;
    let bundle = bundles.get(name);
    if (!bundle) {
      const request = { country, ...(operator !== undefined && { operator }), now };
      const carrierIds = [...new Set(ground.routes.map(({ carrierId }) => carrierId))];
      const ways = waysTo(ground, place);
      bundles.set(name, (bundle = { ground, request, lineType, ways, carrierIds, rankings: new Map() }));
    }
    return bundle;
  }

  function linksOf(carrierId: CarrierId): Links {
    if (!seen.has(carrierId)) {
      const carrier = carriers.get(carrierId);
      seen.set(carrierId, carrier && lookAt(carrier));
    }
    return seen.get(carrierId);
  }

  function rank({ ground, request, lineType, ways }: Bundle, bound: Bound): Ranking {
    const { candidates, exclusions } = candidatesOf(ways, ({ carrierId }) => linksOf(carrierId), {
      ...bound,
      looks,
    });
    const ranked = ground.policy.choose(request, candidates, random);
    const decision = encodeDecision(ranked, ground.numbers, lineType);
    const first = ranked[0];
    if (!first || first.excluded !== undefined) {
      const verdict = lastingVerdict(exclusions);
      return { best: undefined, verdict: verdict && { ...verdict, decision }, isLook: false };
    }
    const index = ground.routes.findIndex(({ id }) => id === first.routeId);
    const route = ground.routes[index];
    const carrier = route && carriers.get(route.carrierId);
    const best = route && carrier && { route, carrier, price: candidates[index]!.price, decision };
    const isLook = first.reasons.some(({ factor }) => factor === 'exploring');
    if (isLook) looks.add(first.routeId);
    return { best, verdict: undefined, isLook };
  }

  /**
   * Nothing is learned within a claim: its messages to a place are ranked alike for as long as the same carriers
   * have room; of one that was tried before, or tries one, the routes are not the same. With fifty routes that are
   * learned from, and one place, the worker allocates 119 KB a message and not 188. A look is what one message is
   * worth: shared, it would be a window of them, over a route that may refuse everything.
   */
  function rankingOf(bundle: Bundle, bound: Bound): Ranking {
    if (bound.tried?.length || bound.pinnedTo) return rank(bundle, bound);
    const isFull = (id: CarrierId) => (linksOf(id)?.freeWindow() ?? 0) <= (bound.taken?.get(id) ?? 0);
    const full = bundle.carrierIds.filter(isFull).join();
    let ranking = bundle.rankings.get(full);
    if (!ranking) {
      const before = drawn;
      ranking = rank(bundle, bound);
      // What is left to chance is drawn for each message.
      if (drawn === before && !ranking.isLook) bundle.rankings.set(full, ranking);
    }
    return ranking;
  }

  return {
    async choose({ verification, destination, place, taken, tried, onlyUntried, pinnedTo, now }) {
      const { accountId, serviceId } = verification;
      if (!grounds.has(serviceId))
        grounds.set(serviceId, await readGround(app, accountId, serviceId).catch(asUnreadable));
      const ground = grounds.get(serviceId);
      if (ground instanceof Unreadable) throw ground.error;
      if (!ground) return { verdict: undefined };
      const bound = { taken, tried, onlyUntried, pinnedTo };
      const { best, verdict } = rankingOf(bundleOf(ground, place, now), bound);
      if (!best) return { verdict };
      const { country } = place;
      const usable = ground.senders(best.route, country);
      if ('refused' in usable) return { verdict: undefined };
      const sender = pickSender(usable.values, destination);
      const registrations = ground.registrations(sender, country);
      return { ...best, service: ground.service, sender, registrations };
    },
  };
}
