import { hash } from 'node:crypto';
import { and, eq, isNull } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import { API_KEY_CHANNEL } from '../bus/channels.ts';
import type { App } from '../platform.ts';
import type { Principal } from './principal.ts';
import { apiKeys } from './table.ts';

const MAX_KEYS = 100_000;
// Revocation is announced over the bus; this is for the announcement that got lost.
const KNOWN_MS = 30_000;
// Long enough to stop a stranger's loop, short enough for a key that was made this moment.
const UNKNOWN_MS = 2_000;

/** The API keys seen lately, by their keyed hash. */
export interface KeyDirectory extends AsyncDisposable {
  find(key: string): Promise<Principal | undefined>;
}

export function createKeyDirectory(app: App): KeyDirectory {
  const known = new LRUCache<string, { principal: Promise<Principal | undefined>; until: number }>({
    max: MAX_KEYS,
  });
  const forget = () => known.clear();
  const subscription = app.bus.subscribe(API_KEY_CHANNEL, { onMessage: forget, onResync: forget });
  return {
    find(key) {
      // Not the key itself, which has no place in a dump of the memory; and not the keyed hash, which
      // costs 4 µs more per request: this name never leaves the process.
      const name = hash('sha256', key, 'base64');
      const entry = known.get(name);
      if (entry && entry.until > app.clock()) return entry.principal;
      const principal = readKey(app, app.keys.blindIndex('api-key', key));
      const fresh = { principal, until: app.clock() + KNOWN_MS };
      known.set(name, fresh);
      principal.then(
        (found) => {
          if (!found) fresh.until = app.clock() + UNKNOWN_MS;
        },
        () => known.delete(name),
      );
      return principal;
    },
    async [Symbol.asyncDispose]() {
      (await subscription)();
    },
  };
}

async function readKey(app: App, keyedHash: Buffer): Promise<Principal | undefined> {
  const [row] = await app.db
    .select({ accountId: apiKeys.accountId, id: apiKeys.id })
    .from(apiKeys)
    .where(and(eq(apiKeys.hash, keyedHash), isNull(apiKeys.revokedAt)));
  return row && { kind: 'apiKey', accountId: row.accountId, apiKeyId: row.id };
}
