import type { Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { idFromUuid, type AccountId, type MessageId, type VerificationId } from '../ids.ts';
import { InvalidInput } from '../errors.ts';

/** A start's idempotency key, both parts as keyed hashes: callers put e-mail addresses into them. */
export interface IdempotencyClaim {
  accountId: AccountId;
  key: Buffer;
  /** Of the request's body: a different body under the same key is an error. */
  fingerprint: Buffer;
}

export interface IdempotencyRecord extends IdempotencyClaim {
  verificationId: VerificationId;
  /** Null when nothing was sent. */
  messageId: MessageId | null;
  createdAt: Date;
}

export const MAX_IDEMPOTENCY_KEY_LENGTH = 255;

/** How long a key answers with its first answer. */
export const IDEMPOTENCY_HOURS = 24;

/** @throws {InvalidInput} */
export function checkIdempotencyKey(key: string): void {
  if (key.length === 0 || key.length > MAX_IDEMPOTENCY_KEY_LENGTH)
    throw new InvalidInput(
      'idempotencyKey',
      `An idempotency key has 1 to ${MAX_IDEMPOTENCY_KEY_LENGTH} characters; this one has ${key.length}.`,
    );
}

export function claimName(claim: { accountId: AccountId; key: Buffer }): string {
  return `${claim.accountId}/${claim.key.toString('latin1')}`;
}

const CLAIMS = rowset<IdempotencyClaim>({
  account_id: ['uuid', (c) => c.accountId],
  key: ['bytea', (c) => c.key],
});

const RECORDS = rowset<IdempotencyRecord>({
  account_id: ['uuid', (r) => r.accountId],
  key: ['bytea', (r) => r.key],
  fingerprint: ['bytea', (r) => r.fingerprint],
  verification_id: ['uuid', (r) => r.verificationId],
  message_id: ['uuid', (r) => r.messageId],
  created_at: ['timestamptz', (r) => r.createdAt],
});

const READ = `SELECT i.* FROM idempotency_keys i JOIN ${CLAIMS.from} USING (account_id, key)`;

const INSERT = `
  INSERT INTO idempotency_keys (${RECORDS.names}) SELECT * FROM ${RECORDS.from} ORDER BY account_id, key`;

export async function readIdempotencyKeys(
  tx: Tx,
  claims: readonly IdempotencyClaim[],
): Promise<IdempotencyRecord[]> {
  if (claims.length === 0) return [];
  const rows = await runBatch<IdempotencyClaim, RawRecord>(tx, READ, CLAIMS, claims);
  return rows.map((raw) => ({
    accountId: idFromUuid('acc', raw.account_id),
    key: raw.key,
    fingerprint: raw.fingerprint,
    verificationId: idFromUuid('vrf', raw.verification_id),
    messageId: raw.message_id === null ? null : idFromUuid('msg', raw.message_id),
    createdAt: raw.created_at,
  }));
}

/** Fails as a lost race when another start with the same key was first. */
export async function insertIdempotencyKeys(tx: Tx, records: readonly IdempotencyRecord[]): Promise<void> {
  if (records.length > 0) await runBatch(tx, INSERT, RECORDS, records);
}

interface RawRecord {
  account_id: string;
  key: Buffer;
  fingerprint: Buffer;
  verification_id: string;
  message_id: string | null;
  created_at: Date;
}
