import type { AccountId } from '../ids.ts';
import { parseJson } from '../parse-json.ts';

/** The signature of every checkpoint: any library of JOSE verifies it. */
export const CHECKPOINT_ALGORITHM = 'ES256';
/** So that no other thing that was signed is taken for one. */
export const CHECKPOINT_TYPE = 'otpost-audit-checkpoint';

/** What an account's chain was at some time. */
export interface Checkpoint {
  accountId: AccountId;
  /** Of the last entry. */
  seq: number;
  chainHash: Buffer;
  /** Epoch milliseconds. */
  madeAt: number;
}

/** What is signed: JSON. @param issuer where the installation is reached */
export function encodeCheckpoint({ accountId, seq, chainHash, madeAt }: Checkpoint, issuer: string): string {
  return JSON.stringify({
    iss: issuer,
    sub: accountId,
    seq,
    chain_hash: chainHash.toString('hex'),
    made_at: new Date(madeAt).toISOString(),
  });
}

/** @returns undefined when it is none */
export function decodeCheckpoint(text: string): Checkpoint | undefined {
  const { sub, seq, chain_hash: hash, made_at: time } = (parseJson(text) ?? {}) as Record<string, unknown>;
  const madeAt = typeof time === 'string' ? Date.parse(time) : NaN;
  if (typeof sub !== 'string' || !/^acc_[0-9a-f]{32}$/.test(sub)) return undefined;
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) return undefined;
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || Number.isNaN(madeAt)) return undefined;
  return { accountId: sub as AccountId, seq, chainHash: Buffer.from(hash, 'hex'), madeAt };
}
