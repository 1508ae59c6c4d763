import { hash } from 'node:crypto';
import { and, isNull, or, sql } from 'drizzle-orm';
import { createCachedLookup } from '../bus/cached-lookup.ts';
import { API_KEY_CHANNEL } from '../bus/channels.ts';
import { createNetworks, type Networks } from '../outgoing/networks.ts';
import type { App } from '../platform.ts';
import { isWholeApiKey } from './api-key.ts';
import { keyPrincipal } from './key-principal.ts';
import type { ApiKeyPrincipal } from './principal.ts';
import { apiKeys } from './table.ts';

// The announcement of a revocation may get lost: then it counts after half a minute. Two seconds without a
// key stop a stranger's loop, and are short enough for one that was made this moment.
const KEPT = {
  channel: API_KEY_CHANNEL,
  // One account's change is not to cost the others a look-up each: finding its key among 100,000 takes 9 ms.
  isAbout: (id: string, { principal }: KnownKey) => principal.apiKeyId === id,
  max: 100_000,
  knownMs: 30_000,
  unknownMs: 2_000,
};

const BATCH = { maxBatchSize: 200, lanes: 2 };

/** Whom a key stands for, before it is asked from where and when it is used. */
export interface KnownKey {
  principal: ApiKeyPrincipal;
  /** Those of the principal, ready to be asked; undefined: it may be used from everywhere. */
  networks: Networks | undefined;
}

/** The API keys seen lately, by their keyed hash. */
export interface KeyDirectory extends AsyncDisposable {
  find(key: string): Promise<KnownKey | undefined>;
}

export function createKeyDirectory(app: App): KeyDirectory {
  const known = createCachedLookup<KnownKey>(app, KEPT);
  return {
    find(key) {
      // Not the key itself, which has no place in a dump of the memory; and not the keyed hash, which
      // costs 4 µs more per request: this name never leaves the process.
      const name = hash('sha256', key, 'base64');
      return known.find(name, async () =>
        isWholeApiKey(key)
          ? app.batched(readKeys, BATCH).add(app.keys.blindIndex('api-key', key))
          : undefined,
      );
    },
    [Symbol.asyncDispose]: () => known[Symbol.asyncDispose](),
  };
}

/** In batches: with 100,000 keys in use thousands a second are looked up anew, and alone each is a round trip. */
async function readKeys(app: App, keyedHashes: readonly Buffer[]): Promise<(KnownKey | undefined)[]> {
  const wanted = sql`ANY(${`{${keyedHashes.map((one) => `"\\\\x${one.toString('hex')}"`).join()}}`}::bytea[])`;
  const rows = await app.db
    .select()
    .from(apiKeys)
    .where(
      and(
        or(sql`${apiKeys.hash} = ${wanted}`, sql`${apiKeys.previousHash} = ${wanted}`),
        isNull(apiKeys.revokedAt),
      ),
    );
  const known = new Map<string, KnownKey>();
  for (const row of rows) {
    const networks = row.networks ? createNetworks(row.networks) : undefined;
    const note = (keyedHash: Buffer, endsAt: Date | null) =>
      known.set(keyedHash.toString('latin1'), { principal: keyPrincipal(row, endsAt), networks });
    note(row.hash, null);
    if (row.previousHash) note(row.previousHash, row.previousEndsAt);
  }
  return keyedHashes.map((one) => known.get(one.toString('latin1')));
}
