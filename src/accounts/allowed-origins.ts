import { eq, isNotNull } from 'drizzle-orm';
import { CONFIG_CHANNEL } from '../bus/channels.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { createAccountCache } from './cache.ts';
import { accounts } from './table.ts';

/** The origins whose pages accounts let call, kept in memory. */
export interface AllowedOrigins extends AsyncDisposable {
  /** null: the account has no list. */
  of(accountId: AccountId): Promise<readonly string[] | null>;
  /** Whether any account lists it: a browser asks before it says with whose credential. */
  someLists(origin: string): Promise<boolean>;
}

// A change is announced over the bus; this is for the announcement that got lost.
const TTL_MS = 10_000;

export function createAllowedOrigins(app: App): AllowedOrigins {
  const ofAccounts = createAccountCache(app, async ({ db }, accountId) => {
    const [account] = await db
      .select({ origins: accounts.allowedOrigins })
      .from(accounts)
      .where(eq(accounts.id, accountId));
    return account?.origins ?? null;
  });
  let all: { origins: Promise<ReadonlySet<string>>; until: number } | undefined;
  const forget = () => (all = undefined);
  const subscription = app.bus.subscribe(CONFIG_CHANNEL, { onMessage: forget, onResync: forget });

  // All of them, not one by one: strangers ask, and could ask for a million that nobody lists.
  async function readAll(): Promise<ReadonlySet<string>> {
    const rows = await app.db
      .select({ origins: accounts.allowedOrigins })
      .from(accounts)
      .where(isNotNull(accounts.allowedOrigins));
    return new Set(rows.flatMap(({ origins }) => origins ?? []));
  }

  return {
    of: (accountId) => ofAccounts.of(accountId),
    async someLists(origin) {
      const now = app.clock();
      if (!all || all.until <= now) {
        const origins = readAll();
        origins.catch(forget);
        all = { origins, until: now + TTL_MS };
      }
      return (await all.origins).has(origin);
    },
    async [Symbol.asyncDispose]() {
      await ofAccounts[Symbol.asyncDispose]();
      (await subscription)();
    },
  };
}
