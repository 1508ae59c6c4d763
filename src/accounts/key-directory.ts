import { hash } from 'node:crypto';
import { and, eq, isNull } from 'drizzle-orm';
import { createCachedLookup } from '../bus/cached-lookup.ts';
import { API_KEY_CHANNEL } from '../bus/channels.ts';
import type { App } from '../platform.ts';
import type { Principal } from './principal.ts';
import { apiKeys } from './table.ts';

// The announcement of a revocation may get lost: then it counts after half a minute. Two seconds without a
// key stop a stranger's loop, and are short enough for one that was made this moment.
const KEPT = { channel: API_KEY_CHANNEL, max: 100_000, knownMs: 30_000, unknownMs: 2_000 };

/** The API keys seen lately, by their keyed hash. */
export interface KeyDirectory extends AsyncDisposable {
  find(key: string): Promise<Principal | undefined>;
}

export function createKeyDirectory(app: App): KeyDirectory {
  const known = createCachedLookup<Principal>(app, KEPT);
  return {
    find(key) {
      // Not the key itself, which has no place in a dump of the memory; and not the keyed hash, which
      // costs 4 µs more per request: this name never leaves the process.
      const name = hash('sha256', key, 'base64');
      return known.find(name, () => readKey(app, app.keys.blindIndex('api-key', key)));
    },
    [Symbol.asyncDispose]: () => known[Symbol.asyncDispose](),
  };
}

async function readKey(app: App, keyedHash: Buffer): Promise<Principal | undefined> {
  const [row] = await app.db
    .select({ accountId: apiKeys.accountId, id: apiKeys.id })
    .from(apiKeys)
    .where(and(eq(apiKeys.hash, keyedHash), isNull(apiKeys.revokedAt)));
  return row && { kind: 'apiKey', accountId: row.accountId, apiKeyId: row.id };
}
