import { asc, eq, sql } from 'drizzle-orm';
import {
  CompactSign,
  compactVerify,
  exportJWK,
  generateKeyPair,
  importJWK,
  type CryptoKey,
  type JWK,
} from 'jose';
import { INSTALLATION } from '../crypto/key-memory.ts';
import { newId } from '../crypto/new-id.ts';
import { open, seal } from '../crypto/seal.ts';
import { withKeys } from '../crypto/with-keys.ts';
import { ADVISORY_LOCKS } from '../db/advisory-locks.ts';
import type { Db, DbTransaction } from '../db/client.ts';
import type { SigningKeyId } from '../ids.ts';
import type { App } from '../platform.ts';
import {
  CHECKPOINT_ALGORITHM,
  CHECKPOINT_TYPE,
  decodeCheckpoint,
  encodeCheckpoint,
  type Checkpoint,
} from './checkpoint.ts';
import { CUT_TYPE, decodeCut, encodeCut, type Cut } from './cut.ts';
import { auditKeys } from './table.ts';

/** A key that signs checkpoints. */
export interface CheckpointKey {
  kid: SigningKeyId;
  createdAt: number;
  signing: CryptoKey;
  verifying: CryptoKey;
  publicKey: JWK;
}

/** What verifies checkpoints, by `kid`. */
export type CheckpointVerifiers = ReadonlyMap<string, CryptoKey>;

const YEAR_MS = 365 * 86_400_000;

/** The key for a checkpoint that is made now. One of its own, which signs for a year. */
export async function currentCheckpointKey(app: App): Promise<CheckpointKey> {
  const { keys } = app.single(createMemory);
  const known = keys.at(-1);
  if (known && !isOver(app, known)) return known;
  await app.db.transaction(async (tx) => {
    await tx.execute(sql`SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.checkpointKeys})`);
    const newest = (await readKeys(app, tx)).at(-1);
    if (!newest || isOver(app, newest)) await makeKey(app, tx);
  });
  keys.splice(0, keys.length, ...(await readKeys(app, app.db)));
  return keys.at(-1)!;
}

function isOver(app: App, { createdAt }: CheckpointKey): boolean {
  return createdAt + YEAR_MS < app.clock();
}

/** All of them, as they are in the database under the installation's key. */
export function checkpointKeys(app: App): Promise<CheckpointKey[]> {
  return readKeys(app, app.db);
}

/** The public ones, as a JWK set; with the one that will sign the first checkpoint, if there is none yet. */
export async function checkpointKeySet(app: App): Promise<{ keys: JWK[] }> {
  await currentCheckpointKey(app);
  return { keys: (await checkpointKeys(app)).map(({ publicKey }) => publicKey) };
}

/** @returns a JWS in its compact form */
export function signCheckpoint(app: App, key: CheckpointKey, checkpoint: Checkpoint): Promise<string> {
  return sign(key, CHECKPOINT_TYPE, encodeCheckpoint(checkpoint, app.publicUrl));
}

/** @returns a JWS in its compact form */
export function signCut(app: App, key: CheckpointKey, cut: Cut): Promise<string> {
  return sign(key, CUT_TYPE, encodeCut(cut, app.publicUrl));
}

function sign({ kid, signing }: CheckpointKey, typ: string, text: string): Promise<string> {
  return new CompactSign(Buffer.from(text))
    .setProtectedHeader({ alg: CHECKPOINT_ALGORITHM, typ, kid })
    .sign(signing);
}

/** @returns undefined when none of the keys has signed it, or it says something else */
export async function verifyCheckpoint(
  keys: CheckpointVerifiers,
  signature: string,
): Promise<Checkpoint | undefined> {
  return verify(keys, CHECKPOINT_TYPE, signature, decodeCheckpoint);
}

/** @returns undefined when none of the keys has signed it, or it says something else */
export async function verifyCut(keys: CheckpointVerifiers, signature: string): Promise<Cut | undefined> {
  return verify(keys, CUT_TYPE, signature, decodeCut);
}

async function verify<T>(
  keys: CheckpointVerifiers,
  typ: string,
  signature: string,
  decode: (text: string) => T | undefined,
): Promise<T | undefined> {
  try {
    const { payload, protectedHeader } = await compactVerify(
      signature,
      ({ kid = '' }) => keys.get(kid) ?? Promise.reject(new Error('a key that we do not know')),
      { algorithms: [CHECKPOINT_ALGORITHM] },
    );
    if (protectedHeader.typ !== typ) return undefined;
    return decode(Buffer.from(payload).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** What this process has signed with; nobody takes a key away. */
function createMemory(): { keys: CheckpointKey[] } {
  return { keys: [] };
}

async function readKeys(app: App, db: Db | DbTransaction): Promise<CheckpointKey[]> {
  const rows = await db
    .select()
    .from(auditKeys)
    .where(eq(auditKeys.accountId, INSTALLATION))
    .orderBy(asc(auditKeys.createdAt), asc(auditKeys.id));
  return Promise.all(
    rows.map(async ({ id, createdAt, privateKeySealed }) => {
      const text = await withKeys(app.keys, () => open(app.keys, privateKeySealed, sealedAt(id)));
      return keyOf(id, createdAt.getTime(), JSON.parse(text) as JWK);
    }),
  );
}

async function keyOf(kid: SigningKeyId, createdAt: number, privateKey: JWK): Promise<CheckpointKey> {
  const { kty, crv, x, y } = privateKey;
  const publicKey = { kty, crv, x, y, kid, alg: CHECKPOINT_ALGORITHM, use: 'sig' } as JWK;
  const [signing, verifying] = await Promise.all(
    [privateKey, publicKey].map((key) => importJWK(key, CHECKPOINT_ALGORITHM) as Promise<CryptoKey>),
  );
  return { kid, createdAt, signing: signing!, verifying: verifying!, publicKey };
}

async function makeKey(app: App, tx: DbTransaction): Promise<void> {
  const now = app.clock();
  const id = newId('sig', now);
  const { privateKey } = await generateKeyPair(CHECKPOINT_ALGORITHM, { extractable: true });
  const text = JSON.stringify(await exportJWK(privateKey));
  const privateKeySealed = await withKeys(app.keys, () => seal(app.keys, text, sealedAt(id)));
  await tx
    .insert(auditKeys)
    .values({ accountId: INSTALLATION, id, privateKeySealed, createdAt: new Date(now) });
}

function sealedAt(kid: SigningKeyId) {
  return { account: INSTALLATION, table: 'audit_keys', column: 'private_key', row: kid };
}
