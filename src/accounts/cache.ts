import { CONFIG_CHANNEL } from '../bus/channels.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';

// A change is announced over the bus; this is for the announcement that got lost.
const TTL_MS = 10_000;

/** Configuration of an account that hot paths need, kept in memory. */
export interface AccountCache<T> extends AsyncDisposable {
  of(accountId: AccountId): Promise<T>;
}

/** @param read is given an app that reads aside: somebody who is in a transaction may be the first to ask */
export function createAccountCache<T>(
  app: App,
  read: (app: App, accountId: AccountId) => PromiseLike<T>,
): AccountCache<T> {
  const reader = { ...app, ...app.aside };
  const known = new Map<AccountId, { value: Promise<T>; until: number }>();
  const forget = () => known.clear();
  const subscription = app.bus.subscribe(CONFIG_CHANNEL, { onMessage: forget, onResync: forget });
  return {
    of(accountId) {
      const now = app.clock();
      const entry = known.get(accountId);
      if (entry && entry.until > now) return entry.value;
      // A query of Drizzle is no promise yet: each time that it is waited for, it would be asked again.
      const value = Promise.resolve(read(reader, accountId));
      known.set(accountId, { value, until: now + TTL_MS });
      value.catch(() => known.delete(accountId));
      return value;
    },
    async [Symbol.asyncDispose]() {
      (await subscription)();
    },
  };
}
