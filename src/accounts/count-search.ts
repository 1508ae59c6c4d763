import type { App } from '../platform.ts';
import { TooManySearches } from './errors.ts';
import { holds } from './permissions.ts';
import { modeOf, type Principal } from './principal.ts';

/**
 * Counts a question that names a phone number, over all processes and before anything is looked for: whoever sees
 * numbers masked would find out by trying which one a mask stands for. Found or not, it counts. Numbers of tests are
 * nobody's.
 * @throws {TooManySearches}
 */
export async function countSearch(app: App, who: Principal): Promise<void> {
  const rate = app.rates.search;
  if (!rate || holds(who, 'numbers:reveal') || modeOf(who) === 'test') return;
  const { total, endsInMs } = await app.counter.add(`searches of ${searcherOf(who)}`, 1, rate.seconds);
  if (total > rate.units) throw new TooManySearches(Math.max(1, Math.ceil(endsInMs / 1_000)));
}

function searcherOf(who: Principal): string {
  switch (who.kind) {
    case 'apiKey':
      // All keys of an account together: whoever may make a key can make a hundred.
      return `the keys of ${who.accountId}`;
    case 'accessToken':
      return who.clientId;
    case 'person':
      return who.personId;
    case 'clientToken':
      return who.verificationId;
    default:
      throw new Error(`unhandled principal: ${who satisfies never}`);
  }
}
