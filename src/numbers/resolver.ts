import { LRUCache } from 'lru-cache';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { within } from '../within.ts';
import { createLookupDirectory, type OpenLookup } from './lookup-directory.ts';
import { commitLookups, numberName, readLookups, type KeptFacts, type NumberKey } from './lookup-store.ts';
import type { NumberLookup } from './lookup.ts';
import { withFacts, type NumberFacts, type Resolution } from './resolution.ts';

/** A number, and what its digits say. */
export interface NumberToResolve extends NumberKey {
  /** With `+`. */
  e164: string;
  hint: Resolution;
}

/** What is known of numbers by those who look them up, for the accounts that configured it. */
export interface NumberResolver extends AsyncDisposable {
  /**
   * In the order of the numbers: what is known already, or a promise where a lookup was asked just now. It
   * is kept within the account's deadline, and when the lookup does not answer it is the hint.
   * @param options.ask false: only what is known already
   */
  resolve(
    numbers: readonly NumberToResolve[],
    options?: { ask?: boolean },
  ): Promise<(Resolution | Promise<Resolution>)[]>;
  /** What is wrong with the account's lookup as this process sees it; `undefined` when nothing is. */
  problemOf(accountId: AccountId): Promise<string | undefined>;
}

// About 200 bytes each.
const MAX_KNOWN = 100_000;
/** One lane: what many questions cost is added up in one row per account and day. */
const RECORD_BATCH = { maxBatchSize: 500, lanes: 1, paceMs: 50 };

export function createNumberResolver(app: App): NumberResolver {
  const directory = createLookupDirectory(app);
  const known = new LRUCache<string, KeptFacts>({ max: MAX_KNOWN });
  const down = new Set<AccountId>();
  const flights = new Map<string, Promise<NumberFacts | undefined>>();
  let closed = false;

  /** The lookups of the accounts that have one. */
  async function lookupsOf(numbers: readonly NumberToResolve[]): Promise<Map<AccountId, OpenLookup>> {
    const accounts = [...new Set(numbers.map(({ accountId }) => accountId))];
    const opened = await Promise.all(accounts.map((accountId) => directory.of(accountId)));
    const lookups = new Map<AccountId, OpenLookup>();
    opened.forEach((one, i) => one && lookups.set(accounts[i]!, one));
    return lookups;
  }

  function recall(name: string, { rulesSince }: OpenLookup): KeptFacts | undefined {
    const facts = known.get(name);
    return facts && facts.expiresAt > app.clock() && facts.rulesSince === rulesSince ? facts : undefined;
  }

  function ask(name: string, number: NumberToResolve, open: OpenLookup): Promise<NumberFacts | undefined> {
    const flying = flights.get(name);
    if (flying) return flying;
    const flight = lookUp(name, number, open)
      .catch((error: unknown) => {
        app.log.error({ err: error }, 'number lookup failed');
        return undefined;
      })
      .finally(() => flights.delete(name));
    flights.set(name, flight);
    return flight;
  }

  async function lookUp(name: string, number: NumberToResolve, { lookup, config, rulesSince }: OpenLookup) {
    const { accountId, e164 } = number;
    const asked = await lookup.ask(e164, config.deadlineMs);
    logChange(accountId, lookup);
    if (asked.kind === 'skipped' || closed) return undefined;
    const at = app.clock();
    const record = { accountId, number: number.number, at };
    if (asked.kind === 'failed') return void keep({ ...record, cost: 0 });
    const isFound = asked.facts.operator !== null;
    const seconds = isFound ? config.keepSeconds : config.keepUnknownSeconds;
    const facts = { ...asked.facts, rulesSince, lookedUpAt: at, expiresAt: at + seconds * 1_000 };
    known.set(name, facts);
    keep({ ...record, facts, cost: config.price });
    return facts;
  }

  /** Says once when a lookup is down, and once when it is back. */
  function logChange(accountId: AccountId, { mood, problem }: NumberLookup): void {
    const isDown = mood !== 'well' && mood !== 'busy';
    if (closed || isDown === down.has(accountId)) return;
    if (isDown) app.log.warn({ accountId, problem }, 'number lookup has a problem');
    else app.log.info({ accountId }, 'number lookup is up');
    if (isDown) down.add(accountId);
    else down.delete(accountId);
  }

  function keep(record: Parameters<typeof commitLookups>[1][number]): void {
    app
      .batched(commitLookups, RECORD_BATCH)
      .add(record)
      .catch((error: unknown) => app.log.error({ err: error }, 'a number lookup was not kept'));
  }

  async function answerOf(
    flight: Promise<NumberFacts | undefined>,
    deadlineMs: number,
    hint: Resolution,
  ): Promise<Resolution> {
    const facts = await within(deadlineMs, flight);
    return facts ? withFacts(hint, facts, 'lookup') : hint;
  }

  return {
    async resolve(numbers, { ask: mayAsk = true } = {}) {
      const lookups = await lookupsOf(numbers);
      if (lookups.size === 0) return numbers.map(({ hint }) => hint);
      const openOf = ({ accountId, hint }: NumberToResolve) => {
        const open = lookups.get(accountId);
        return open?.config.countries?.some((country) => country === hint.country) === false
          ? undefined
          : open;
      };
      const names = numbers.map(numberName);
      const missing = numbers.filter((number, i) => {
        const open = openOf(number);
        return open && !recall(names[i]!, open);
      });
      if (missing.length > 0)
        for (const [name, facts] of await readLookups(app, missing)) known.set(name, facts);
      return numbers.map((number, i) => {
        const open = openOf(number);
        if (!open) return number.hint;
        const facts = recall(names[i]!, open);
        if (facts) return withFacts(number.hint, facts, 'cache');
        const { mood } = open.lookup;
        if (!mayAsk || open.barrier !== undefined || mood === 'resting' || mood === 'busy')
          return number.hint;
        const flight = ask(names[i]!, number, open);
        // Whether it is back is found out by one question that nobody waits for.
        return mood === 'trying' ? number.hint : answerOf(flight, open.config.deadlineMs, number.hint);
      });
    },
    async problemOf(accountId) {
      const open = await directory.of(accountId);
      return open && (open.barrier ?? open.lookup.problem);
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      await directory[Symbol.asyncDispose]();
    },
  };
}
