import type { Carrier } from '../carriers/carrier.ts';
import type { CarrierRegistry } from '../carriers/registry.ts';
import type { CarrierId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { encodeDecision, type ShortNames, type StoredDecision } from '../routing/decision.ts';
import type { Route } from '../routing/directory.ts';
import { pickSender } from '../senders/pick.ts';
import type { Service } from '../services/directory.ts';
import type { VerificationRow } from '../verifications/table.ts';
import { candidatesOf, lookAt, waysTo, type Links, type Way } from './candidates.ts';
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

export function createChooser(app: App, carriers: CarrierRegistry): Chooser {
  const grounds = new Map<ServiceId, Ground | undefined | Unreadable>();
  const ways = new Map<string, Way[]>();
  const seen = new Map<CarrierId, Links>();
  const names: ShortNames = new Map();

  function waysOf(ground: Ground, place: Place): Way[] {
    const name = `${ground.service.id}/${place.country}/${place.operator ?? ''}/${place.lineType}`;
    let found = ways.get(name);
    if (!found) ways.set(name, (found = waysTo(ground, place)));
    return found;
  }

  function linksOf({ carrierId }: Route): Links {
    if (!seen.has(carrierId)) {
      const carrier = carriers.get(carrierId);
      seen.set(carrierId, carrier && lookAt(carrier));
    }
    return seen.get(carrierId);
  }

  return {
    async choose({ verification, destination, place, taken, tried, onlyUntried, now }) {
      const { accountId, serviceId } = verification;
      const { country, operator, lineType } = place;
      if (!grounds.has(serviceId))
        grounds.set(serviceId, await readGround(app, accountId, serviceId).catch(asUnreadable));
      const ground = grounds.get(serviceId);
      if (ground instanceof Unreadable) throw ground.error;
      if (!ground) return { verdict: undefined };
      const { service, routes, policy, senders, registrations } = ground;
      const bound = { taken, tried, onlyUntried };
      const { candidates, exclusions } = candidatesOf(waysOf(ground, place), linksOf, bound);
      const request = { country, ...(operator !== undefined && { operator }), now };
      const ranked = policy.choose(request, candidates, app.random);
      const best = ranked[0]?.excluded === undefined ? ranked[0] : undefined;
      if (!best) {
        const verdict = lastingVerdict(exclusions);
        return { verdict: verdict && { ...verdict, decision: encodeDecision(ranked, names, lineType) } };
      }
      const index = routes.findIndex((r) => r.id === best.routeId);
      const route = routes[index];
      const carrier = route && carriers.get(route.carrierId);
      if (!route || !carrier) return { verdict: undefined };
      const usable = senders(route, country);
      if ('refused' in usable) return { verdict: undefined };
      const sender = pickSender(usable.values, destination);
      const { price } = candidates[index]!;
      return {
        ...{ service, route, carrier, sender, price },
        registrations: registrations(sender, country),
        decision: encodeDecision(ranked, names, lineType),
      };
    },
  };
}
