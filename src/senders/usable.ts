import type { CarrierId } from '../ids.ts';
import type { SenderRules } from './country-rules.ts';
import { checkSender, type Registration, type SenderProblem } from './verdict.ts';

/** What an account says of one of its senders. */
export interface OwnSender {
  value: string;
  /** ISO 3166-1 alpha-2; null = all. */
  countries: readonly string[] | null;
  /** null = all. */
  carrierIds: readonly CarrierId[] | null;
  pools: readonly string[];
  enabled: boolean;
}

/** All that an account's senders are judged by. */
export interface SenderFacts {
  senders: readonly OwnSender[];
  /** The built-in ones, under the account's own. */
  rules: SenderRules;
  registrations: readonly Registration[];
}

/** Whom a message is to come from: one sender, or any of a pool. */
export type SenderWish = { sender: string } | { pool: string };

/** Where it is to go, and by whom. */
export interface SenderPlace {
  /** ISO 3166-1 alpha-2. */
  country: string;
  carrierId: CarrierId;
  /** `check`: the country's rules count. */
  senderRules: 'check' | 'off';
}

/** A sender that cannot be used, and why. */
export interface RefusedSender extends SenderProblem {
  /** The sender, or the pool when it has none. */
  sender: string;
}

/** Those that may be used, or why there is none. */
export type UsableSenders = { values: readonly [string, ...string[]] } | { refused: RefusedSender };

/**
 * The senders of a wish that may be used in a place.
 * @param now epoch milliseconds: registers open and registrations end
 */
export function usableSenders(
  facts: SenderFacts,
  wish: SenderWish,
  place: SenderPlace,
  now: number,
): UsableSenders {
  const wanted =
    'sender' in wish
      ? [wish.sender]
      : [...new Set(facts.senders.filter((s) => s.pools.includes(wish.pool)).map((s) => s.value))];
  if ('pool' in wish && wanted.length === 0)
    return {
      refused: { sender: wish.pool, code: 'sender/pool_empty', reason: 'the pool has no sender' },
    };
  const problems = wanted.map((sender) => problemOf(facts, sender, place, now));
  const [first, ...more] = wanted.filter((_, i) => problems[i] === undefined);
  if (first !== undefined) return { values: [first, ...more] };
  return { refused: mostTelling(wanted.map((sender, i) => ({ sender, ...problems[i]! }))) };
}

/** The same as one line for a decision, e.g. `sender Otpost: needs SSIR registration in SG`. */
export function refusalText({ sender, code, reason }: RefusedSender): string {
  return `${code === 'sender/pool_empty' ? 'pool' : 'sender'} ${sender}: ${reason}`;
}

/**
 * Why no message can go, when each of the ways that are open otherwise lacks a sender; `undefined` when
 * one has any, and when there is no way at all, which is not the senders' fault. Lasting: see
 * `SenderProblem`.
 */
export function lastingRefusal(ways: readonly UsableSenders[]): RefusedSender | undefined {
  const refused = ways.flatMap((way) => ('refused' in way ? [way.refused] : []));
  return ways.length > 0 && refused.length === ways.length ? mostTelling(refused) : undefined;
}

function problemOf(
  { senders, rules, registrations }: SenderFacts,
  sender: string,
  { country, carrierId, senderRules }: SenderPlace,
  now: number,
): SenderProblem | undefined {
  const own = senders.filter(({ value }) => value === sender);
  // A short code can be two senders, of two countries: one that may is enough.
  const barriers = own.map((one) => ownProblem(one, country, carrierId));
  if (own.length > 0 && barriers.every((barrier) => barrier !== undefined))
    return { code: 'sender/not_usable', reason: barriers[0]! };
  if (senderRules === 'off') return undefined;
  const verdict = checkSender(rules, country, sender, registrations, now);
  if (verdict.ok) return undefined;
  const { ok: _, ...problem } = verdict;
  return problem;
}

function ownProblem(own: OwnSender, country: string, carrierId: CarrierId): string | undefined {
  if (!own.enabled) return 'it is switched off';
  if (own.countries && !own.countries.includes(country)) return `it is not for ${country}`;
  if (own.carrierIds && !own.carrierIds.includes(carrierId)) return 'it is not for this carrier';
  return undefined;
}

/** A registration is what somebody can see to. */
function mostTelling(problems: readonly RefusedSender[]): RefusedSender {
  return problems.find(({ register }) => register !== undefined) ?? problems[0]!;
}
