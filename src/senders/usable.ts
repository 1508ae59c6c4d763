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

/** Which senders may be used where, by what an account has said. */
export interface SenderJudge {
  usable(wish: SenderWish, place: SenderPlace): UsableSenders;
}

/**
 * Judges by some facts. Each sender is held against a country's rules once, whatever the number of
 * carriers: a pool may have a thousand.
 * @param now epoch milliseconds: registers open and registrations end
 */
export function createSenderJudge(facts: SenderFacts, now: number): SenderJudge {
  const own = Map.groupBy(facts.senders, ({ value }) => value);
  const registrations = Map.groupBy(facts.registrations, ({ sender }) => sender);
  const pools = new Map<string, Map<string, OwnSender[]>>();
  for (const name of new Set(facts.senders.flatMap((sender) => sender.pools))) {
    const members = facts.senders.filter((sender) => sender.pools.includes(name));
    pools.set(
      name,
      Map.groupBy(members, ({ value }) => value),
    );
  }
  const verdicts = new Map<string, SenderProblem | undefined>();

  function foreignProblem(sender: string, country: string): SenderProblem | undefined {
    const name = `${country}${sender}`;
    if (!verdicts.has(name)) {
      const verdict = checkSender(facts.rules, country, sender, registrations.get(sender) ?? [], now);
      verdicts.set(name, verdict.ok ? undefined : problemOf(verdict));
    }
    return verdicts.get(name);
  }

  function problemIn(
    place: SenderPlace,
    sender: string,
    rows: readonly OwnSender[] | undefined,
  ): SenderProblem | undefined {
    // A short code can be two senders, of two countries: one that may is enough.
    const reasons = rows?.map((row) => ownProblem(row, place));
    if (reasons?.every((reason) => reason !== undefined))
      return { code: 'sender/not_usable', reason: reasons[0]! };
    return place.senderRules === 'off' ? undefined : foreignProblem(sender, place.country);
  }

  return {
    usable(wish, place) {
      const wanted: readonly (readonly [string, OwnSender[] | undefined])[] =
        'sender' in wish ? [[wish.sender, own.get(wish.sender)]] : [...(pools.get(wish.pool) ?? [])];
      if ('pool' in wish && wanted.length === 0)
        return {
          refused: { sender: wish.pool, code: 'sender/pool_empty', reason: 'the pool has no sender' },
        };
      const values: string[] = [];
      const refused: RefusedSender[] = [];
      for (const [sender, rows] of wanted) {
        const problem = problemIn(place, sender, rows);
        if (problem) refused.push({ sender, ...problem });
        else values.push(sender);
      }
      const [first, ...more] = values;
      return first === undefined ? { refused: mostTelling(refused) } : { values: [first, ...more] };
    },
  };
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

function problemOf({ ok: _, ...problem }: { ok: false } & SenderProblem): SenderProblem {
  return problem;
}

function ownProblem(own: OwnSender, { country, carrierId }: SenderPlace): string | undefined {
  if (!own.enabled) return 'it is switched off';
  if (own.countries && !own.countries.includes(country)) return `it is not for ${country}`;
  if (own.carrierIds && !own.carrierIds.includes(carrierId)) return 'it is not for this carrier';
  return undefined;
}

/** A registration is what somebody can see to. */
function mostTelling(problems: readonly RefusedSender[]): RefusedSender {
  return problems.find(({ register }) => register !== undefined) ?? problems[0]!;
}
