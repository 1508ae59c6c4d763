import { createAccountCache, type AccountCache } from '../accounts/cache.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { Route } from '../routing/directory.ts';
import type { ServiceSettings } from '../services/settings.ts';
import { listRegistrations, type StoredRegistration } from './registrations.ts';
import { listRules, toSenderRules } from './rules.ts';
import { listOwnSenders } from './queries.ts';
import { createSenderJudge, type SenderWish, type UsableSenders } from './usable.ts';

/** Who may send for an account: asked for every message and every start. */
export interface SenderBook {
  /** Whom a service's messages to a country may come from on a route; a sender of the route's own comes first. */
  usable(route: Route, settings: ServiceSettings, country: string): UsableSenders;
  /** What the registers of a country call a sender, by `register.reference`; undefined: nothing. */
  references(sender: string, country: string): Readonly<Record<string, string>> | undefined;
}

/** Each account's book, read anew when its configuration changes. */
export function createSenderBooks(app: App): AccountCache<SenderBook> {
  return createAccountCache(app, openBook);
}

async function openBook(app: App, accountId: AccountId): Promise<SenderBook> {
  const [senders, rules, registrations] = await Promise.all([
    listOwnSenders(app, accountId),
    listRules(app, accountId),
    listRegistrations(app, accountId),
  ]);
  const facts = { senders, rules: toSenderRules(rules), registrations };
  // Registers open and registrations end meanwhile: a judgement lives as long as the book, 10 s.
  const now = app.clock();
  const judge = createSenderJudge(facts, now);
  const references = referencesOf(registrations, now);
  // By identity, not by a name made for each question: fifty routes are asked for every message, in 2 to 5 µs.
  const known = new WeakMap<Route, WeakMap<ServiceSettings, Map<string, UsableSenders>>>();
  const newAnswers = () => new WeakMap<ServiceSettings, Map<string, UsableSenders>>();
  return {
    references: (sender, country) => references.get(`${country}${sender}`),
    usable(route, settings, country) {
      const ofRoute = known.get(route) ?? newAnswers();
      known.set(route, ofRoute);
      const answers = ofRoute.get(settings) ?? new Map<string, UsableSenders>();
      ofRoute.set(settings, answers);
      let usable = answers.get(country);
      if (!usable) {
        const { carrierId, senderRules } = route;
        const place = { country, carrierId, senderRules };
        usable = judge.usable(wishOf(route, settings), place);
        answers.set(country, usable);
      }
      return usable;
    },
  };
}

function referencesOf(
  registrations: readonly StoredRegistration[],
  now: number,
): Map<string, Record<string, string>> {
  const all = new Map<string, Record<string, string>>();
  for (const { country, sender, register, references, validUntil } of registrations) {
    if (validUntil !== null && validUntil <= now) continue;
    const name = `${country}${sender}`;
    const known = all.get(name) ?? {};
    for (const [reference, value] of Object.entries(references)) known[`${register}.${reference}`] = value;
    all.set(name, known);
  }
  return all;
}

function wishOf(route: Route, { sender, senderPool }: ServiceSettings): SenderWish {
  if (route.sender !== null) return { sender: route.sender };
  return senderPool === null ? { sender } : { pool: senderPool };
}
