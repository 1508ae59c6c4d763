import { readFile } from 'node:fs/promises';
import { importJWK, type CryptoKey, type JWK } from 'jose';
import type { App } from '../../platform.ts';
import { CHECKPOINT_ALGORITHM, type Checkpoint } from '../checkpoint.ts';
import { checkpointKeys, verifyCheckpoint, type CheckpointVerifiers } from '../checkpoint-keys.ts';
import type { Evidence } from './known-heads.ts';

/** A JWS in its compact form, wherever it stands. */
const SIGNATURE = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g;

/**
 * Reads what the logs are to be compared with.
 * @param files.checkpoint what `auditCheckpoints` or `/v1/audit/checkpoints` answered, or just the signatures
 * @param files.keys a JWK set that was kept elsewhere, beside the keys of the database
 * @throws {Error} in one line, when a file has none, or one that no key has signed
 */
export async function readEvidence(
  app: App,
  files: { checkpoint?: string | undefined; keys?: string | undefined },
): Promise<Evidence> {
  const own = (await checkpointKeys(app)).map(({ kid, verifying }) => [kid as string, verifying] as const);
  const keys: CheckpointVerifiers = new Map([...own, ...(files.keys ? await readKeys(files.keys) : [])]);
  return { keys, kept: files.checkpoint ? await readCheckpoints(files.checkpoint, keys) : [] };
}

async function readCheckpoints(file: string, keys: CheckpointVerifiers): Promise<Checkpoint[]> {
  const signatures = new Set((await readFile(file, 'utf8')).match(SIGNATURE));
  if (signatures.size === 0) throw new Error(`There is no signature of a checkpoint in ${file}.`);
  const checkpoints: Checkpoint[] = [];
  for (const signature of signatures) {
    const checkpoint = await verifyCheckpoint(keys, signature);
    if (!checkpoint)
      throw new Error(
        `A checkpoint in ${file} is not signed by a key of this installation (…${signature.slice(-12)}). ` +
          'If the key was lost from the database, give the kept ones with --keys.',
      );
    checkpoints.push(checkpoint);
  }
  return checkpoints;
}

async function readKeys(file: string): Promise<(readonly [string, CryptoKey])[]> {
  let set: { keys?: unknown };
  try {
    set = JSON.parse(await readFile(file, 'utf8')) as { keys?: unknown };
  } catch (error) {
    throw new Error(`${file} cannot be read as a JWK set.`, { cause: error });
  }
  if (!Array.isArray(set.keys)) throw new Error(`${file} is no JWK set: it has no "keys".`);
  return Promise.all(
    (set.keys as JWK[]).map(
      async (key) => [key.kid ?? '', (await importJWK(key, CHECKPOINT_ALGORITHM)) as CryptoKey] as const,
    ),
  );
}
