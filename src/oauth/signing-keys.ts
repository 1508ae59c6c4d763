import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import { SIGNING_KEYS_CHANNEL } from '../bus/channels.ts';
import { INSTALLATION } from '../crypto/key-memory.ts';
import { newId } from '../crypto/new-id.ts';
import { open, seal } from '../crypto/seal.ts';
import { withKeys } from '../crypto/with-keys.ts';
import { ADVISORY_LOCKS } from '../db/advisory-locks.ts';
import type { Db, DbTransaction } from '../db/client.ts';
import type { SigningKeyId } from '../ids.ts';
import type { App } from '../platform.ts';
import { SIGNING_ALGORITHM } from './access-token.ts';
import { keysThatAreOver, nextKeyFrom, signingAt } from './key-plan.ts';
import { LONGEST_TOKEN_SECONDS } from './limits.ts';
import { oauthSigningKeys } from './table.ts';

/** The keys that sign access tokens: kept in this process, the same in all. */
export interface SigningKeys extends AsyncDisposable {
  /** The key for a token that is made now. */
  signing(): Promise<{ kid: string; key: CryptoKey }>;
  /** The public key of that name; undefined when there is none. */
  verifying(kid: string): Promise<CryptoKey | undefined>;
  /** All of them: those that will sign, that one that does, and those of tokens that may still be good. */
  published(): Promise<readonly JWK[]>;
  /** Looks at the time, makes the next key when it is due, and ends those that are over. */
  keep(): Promise<void>;
}

interface Key {
  kid: SigningKeyId;
  publicKey: JWK;
  verifying: CryptoKey;
  privateKeySealed: Buffer;
  signsFrom: number;
}

const KEEP_MS = 60_000;
// A key that was made this moment is known at once; strangers' made-up names do not cost a look-up each.
const UNKNOWN_MS = 1_000;
/** To look and to write one row takes milliseconds: who holds the lock for longer hangs, and is not waited for. */
const LOCK_TIMEOUT_MS = 2_000;

export function createSigningKeys(app: App): SigningKeys {
  let loaded: Promise<readonly Key[]> | undefined;
  let loadedAt = -Infinity;
  /** Of the keys that this process has signed with. */
  const unsealed = new Map<string, Promise<CryptoKey>>();

  const known = () => (loaded ??= load());
  const forget = () => (loaded = undefined);

  async function load(): Promise<readonly Key[]> {
    loadedAt = app.clock();
    try {
      return await readKeys(app.db);
    } catch (error) {
      forget();
      throw error;
    }
  }

  let keeping: Promise<void> | undefined;
  /** One at a time: each would wait for another process with a connection of its own. */
  const keep = () => (keeping ??= look().finally(() => (keeping = undefined)));

  async function look(): Promise<void> {
    const keys = await readKeys(app.db);
    const now = app.clock();
    const over = keysThatAreOver(keys, LONGEST_TOKEN_SECONDS * 1_000, now);
    if (nextKeyFrom(keys, now) !== undefined || over.length > 0) await changeKeys(app);
    // Also when somebody else did: an operator who has deleted one ends all tokens that it signed.
    else if (loaded === undefined || isSame(await loaded, keys)) return;
    forget();
    app.bus.publish([{ channel: SIGNING_KEYS_CHANNEL, payload: '' }]);
  }
  const keepQuietly = () =>
    void keep().catch((error: unknown) => app.log.error({ err: error }, 'keeping the signing keys failed'));

  const subscription = app.bus.subscribe(SIGNING_KEYS_CHANNEL, { onMessage: forget, onResync: forget });
  const timer = setInterval(keepQuietly, KEEP_MS);
  timer.unref();
  // A process that was away when a key was due makes up for it with its first token.
  const kept = { first: undefined as Promise<void> | undefined };

  async function keptKeys(): Promise<readonly Key[]> {
    kept.first ??= keep();
    await kept.first.catch((error: unknown) => {
      kept.first = undefined;
      throw error;
    });
    return known();
  }

  return {
    async signing() {
      const one = signingAt(await keptKeys(), app.clock())!;
      const key = unsealed.get(one.kid) ?? unsealKey(app, one);
      unsealed.set(one.kid, key);
      key.catch(() => unsealed.delete(one.kid));
      return { kid: one.kid, key: await key };
    },
    async verifying(kid) {
      const named = (keys: readonly Key[]) => keys.find((key) => key.kid === kid)?.verifying;
      const found = named(await known());
      if (found || app.clock() < loadedAt + UNKNOWN_MS) return found;
      forget();
      return named(await known());
    },
    async published() {
      return (await keptKeys()).map(({ publicKey }) => publicKey);
    },
    keep,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      (await subscription)();
    },
  };
}

function isSame(one: readonly Key[], other: readonly Key[]): boolean {
  return one.map(({ kid }) => kid).join() === other.map(({ kid }) => kid).join();
}

async function readKeys(db: Db | DbTransaction): Promise<Key[]> {
  const rows = await db
    .select()
    .from(oauthSigningKeys)
    .where(eq(oauthSigningKeys.accountId, INSTALLATION))
    .orderBy(asc(oauthSigningKeys.signsFrom), asc(oauthSigningKeys.id));
  return Promise.all(
    rows.map(async ({ id, publicKey, privateKeySealed, signsFrom }) => ({
      kid: id,
      publicKey,
      verifying: (await importJWK(publicKey, SIGNING_ALGORITHM)) as CryptoKey,
      privateKeySealed,
      signsFrom: signsFrom.getTime(),
    })),
  );
}

async function changeKeys(app: App): Promise<void> {
  const made = await makeKey(app);
  await app.db.transaction(async (tx) => {
    await tx.execute(sql.raw(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`));
    await tx.execute(sql`SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.signingKeys})`);
    const keys = await readKeys(tx);
    const now = app.clock();
    const over = keysThatAreOver(keys, LONGEST_TOKEN_SECONDS * 1_000, now).map(({ kid }) => kid);
    const ofOurs = eq(oauthSigningKeys.accountId, INSTALLATION);
    if (over.length > 0)
      await tx.delete(oauthSigningKeys).where(and(ofOurs, inArray(oauthSigningKeys.id, over)));
    const from = nextKeyFrom(keys, now);
    if (from === undefined) return;
    await tx
      .insert(oauthSigningKeys)
      .values({ ...made, accountId: INSTALLATION, createdAt: new Date(now), signsFrom: new Date(from) });
  });
}

async function makeKey(app: App) {
  const id = newId('sig', app.clock());
  const pair = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  const [publicKey, privateKey] = await Promise.all([exportJWK(pair.publicKey), exportJWK(pair.privateKey)]);
  const privateKeySealed = await withKeys(app.keys, () =>
    seal(app.keys, JSON.stringify(privateKey), sealedAt(id)),
  );
  return { id, publicKey: { ...publicKey, kid: id, alg: SIGNING_ALGORITHM, use: 'sig' }, privateKeySealed };
}

async function unsealKey(app: App, { kid, privateKeySealed }: Key): Promise<CryptoKey> {
  const text = await withKeys(app.keys, () => open(app.keys, privateKeySealed, sealedAt(kid)));
  return (await importJWK(JSON.parse(text) as JWK, SIGNING_ALGORITHM)) as CryptoKey;
}

function sealedAt(kid: SigningKeyId) {
  return { account: INSTALLATION, table: 'oauth_signing_keys', column: 'private_key', row: kid };
}
