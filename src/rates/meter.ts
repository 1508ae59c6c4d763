import { LRUCache } from 'lru-cache';
import type { Principal } from '../accounts/principal.ts';
import type { App } from '../platform.ts';
import {
  answered,
  createAllowance,
  questionOf,
  remaining,
  take,
  waitOf,
  type Allowance,
} from './allowance.ts';
import { countedAt, countedOf, type Counted } from './callers.ts';
import { RateLimited } from './errors.ts';
import { policiesOf, standingField } from './fields.ts';
import type { RequestRates } from '../config/rates.ts';

/** How a caller stands with the limit of which the least is left. */
export interface Charged {
  remaining: number;
  /** Header fields for the answer: `RateLimit-Policy` and `RateLimit`. */
  policy: string;
  standing: string;
}

/** Counts what callers ask for, and refuses what is beyond their rate. */
export interface Meter {
  /**
   * Takes what an operation costs from all that its caller counts for. Waits for nobody: 0.3 µs.
   * @returns undefined when nothing limits the caller
   * @throws {RateLimited}
   */
  charge(who: Principal, units: number): Charged | undefined;
  /** The same for somebody without a credential, or with one that is none. */
  chargeStranger(address: string | undefined, units: number): Charged | undefined;
  /** @throws {RateLimited} when nothing is left for strangers at an address; takes nothing */
  admitStranger(address: string | undefined): void;
}

// 16 MB when all of them are in use; who is forgotten begins anew, with what the others still know of them.
const MAX_KNOWN = 200_000;

const NAMES: Record<keyof RequestRates, string> = {
  credential: 'This credential',
  account: 'This account',
  clientToken: 'This client token',
  stranger: 'Your address',
};

export function createMeter(app: App): Meter {
  const policies = policiesOf(app.rates);
  const known = new LRUCache<string, Allowance>({ max: MAX_KNOWN });

  function allowanceOf({ name, rate }: Counted, now: number): Allowance {
    let allowance = known.get(name);
    if (!allowance) known.set(name, (allowance = createAllowance(rate, now)));
    return allowance;
  }

  function ask({ name, rate }: Counted, allowance: Allowance, now: number): void {
    const question = questionOf(allowance, now);
    if (!question) return;
    app.counter.add(name, question.units, rate.seconds).then(
      (count) => answered(allowance, question, count, app.clock()),
      (error: unknown) => app.log.warn({ err: error }, 'a rate was not counted'),
    );
  }

  function charge(all: readonly Counted[], units: number): Charged | undefined {
    const now = app.clock();
    let least: { counted: Counted; allowance: Allowance } | undefined;
    for (const counted of all) {
      const allowance = allowanceOf(counted, now);
      const retryMs = take(allowance, units, now);
      ask(counted, allowance, now);
      if (retryMs !== undefined) throw new RateLimited(NAMES[counted.limit], retryMs);
      if (!least || remaining(allowance) < remaining(least.allowance)) least = { counted, allowance };
    }
    return least && chargedOf(least.counted.limit, least.allowance, now);
  }

  function chargedOf(limit: keyof RequestRates, allowance: Allowance, now: number): Charged {
    const standing = standingField(limit, allowance, now);
    return { remaining: remaining(allowance), policy: policies[limit], standing };
  }

  return {
    charge: (who, units) => charge(countedOf(who, app.rates), units),
    admitStranger(address) {
      const now = app.clock();
      for (const { limit, name } of countedAt(address, app.rates)) {
        const allowance = known.get(name);
        const retryMs = allowance && waitOf(allowance, now);
        if (retryMs !== undefined) throw new RateLimited(NAMES[limit], retryMs);
      }
    },
    chargeStranger: (address, units) => charge(countedAt(address, app.rates), units),
  };
}
