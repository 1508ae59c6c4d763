import type { Tx } from '../db/client.ts';
import { rowset, runBatch, type Rowset } from '../db/rowset.ts';
import { idFromUuid, type AccountId, type VerificationId } from '../ids.ts';
import type { VerificationRow } from './table.ts';

/**
 * The hot statements on verifications, each for a whole batch. Locks are taken in one order
 * everywhere, so that batches never wait for each other in a circle: destinations first, then
 * verifications, each sorted by its key; whoever changes a message or an attempt holds its
 * verification's lock.
 */
export interface VerificationKey {
  accountId: AccountId;
  id: VerificationId;
}

export const KEYS: Rowset<VerificationKey> = rowset<VerificationKey>({
  account_id: ['uuid', (k) => k.accountId],
  id: ['uuid', (k) => k.id],
});

const ROWS = rowset<VerificationRow>({
  account_id: ['uuid', (r) => r.accountId],
  id: ['uuid', (r) => r.id],
  service_id: ['uuid', (r) => r.serviceId],
  mode: ['text', (r) => r.mode],
  country: ['text', (r) => r.country],
  channel: ['text', (r) => r.channel],
  locale: ['text', (r) => r.locale],
  status: ['text', (r) => r.status],
  failure_reason: ['text', (r) => r.failureReason],
  code_nonce: ['bytea', (r) => r.codeNonce],
  code_key_id: ['text', (r) => r.codeKeyId],
  code_length: ['smallint', (r) => r.codeLength],
  code_alphabet: ['text', (r) => r.codeAlphabet],
  checks_used: ['smallint', (r) => r.checksUsed],
  max_checks: ['smallint', (r) => r.maxChecks],
  sends_left: ['smallint', (r) => r.sendsLeft],
  next_send_at: ['timestamptz', (r) => r.nextSendAt],
  version: ['integer', (r) => r.version],
  created_at: ['timestamptz', (r) => r.createdAt],
  expires_at: ['timestamptz', (r) => r.expiresAt],
  settled_at: ['timestamptz', (r) => r.settledAt],
});

/** What can change after the start. */
const CHANGES = rowset<VerificationRow>({
  account_id: ['uuid', (r) => r.accountId],
  id: ['uuid', (r) => r.id],
  channel: ['text', (r) => r.channel],
  status: ['text', (r) => r.status],
  failure_reason: ['text', (r) => r.failureReason],
  code_nonce: ['bytea', (r) => r.codeNonce],
  code_key_id: ['text', (r) => r.codeKeyId],
  checks_used: ['smallint', (r) => r.checksUsed],
  sends_left: ['smallint', (r) => r.sendsLeft],
  next_send_at: ['timestamptz', (r) => r.nextSendAt],
  version: ['integer', (r) => r.version],
  settled_at: ['timestamptz', (r) => r.settledAt],
});

/** What its messages change of it. */
const PROGRESS = rowset<VerificationRow>({
  account_id: ['uuid', (r) => r.accountId],
  id: ['uuid', (r) => r.id],
  channel: ['text', (r) => r.channel],
  status: ['text', (r) => r.status],
  failure_reason: ['text', (r) => r.failureReason],
  version: ['integer', (r) => r.version],
  settled_at: ['timestamptz', (r) => r.settledAt],
});

const LOCK = `
  SELECT v.* FROM verifications v JOIN ${KEYS.from} USING (account_id, id)
  ORDER BY v.account_id, v.id
  FOR UPDATE OF v`;

const READ = `SELECT v.* FROM verifications v JOIN ${KEYS.from} USING (account_id, id)`;

const INSERT = `INSERT INTO verifications (${ROWS.names}) SELECT * FROM ${ROWS.from}`;

const UPDATE = `
  UPDATE verifications v SET channel = n.channel, status = n.status, failure_reason = n.failure_reason, code_nonce = n.code_nonce,
    code_key_id = n.code_key_id, checks_used = n.checks_used, sends_left = n.sends_left,
    next_send_at = n.next_send_at, version = n.version, settled_at = n.settled_at
  FROM ${CHANGES.from}
  WHERE v.account_id = n.account_id AND v.id = n.id`;

const UPDATE_PROGRESS = `
  UPDATE verifications v SET channel = n.channel, status = n.status, failure_reason = n.failure_reason, version = n.version,
    settled_at = n.settled_at
  FROM ${PROGRESS.from}
  WHERE v.account_id = n.account_id AND v.id = n.id`;

/** Locks verifications; those that do not exist are missing from the answer. */
export async function lockVerifications(
  tx: Tx,
  keys: readonly VerificationKey[],
): Promise<VerificationRow[]> {
  const rows = await runBatch<VerificationKey, RawVerification>(tx, LOCK, KEYS, keys);
  return rows.map(verificationFromRaw);
}

/** Reads verifications without a lock. */
export async function readVerifications(
  tx: Tx,
  keys: readonly VerificationKey[],
): Promise<VerificationRow[]> {
  const rows = await runBatch<VerificationKey, RawVerification>(tx, READ, KEYS, keys);
  return rows.map(verificationFromRaw);
}

export async function insertVerifications(tx: Tx, rows: readonly VerificationRow[]): Promise<void> {
  if (rows.length > 0) await runBatch(tx, INSERT, ROWS, rows);
}

/** Writes back what changed of verifications that are locked. */
export async function saveVerifications(tx: Tx, rows: readonly VerificationRow[]): Promise<void> {
  if (rows.length > 0) await runBatch(tx, UPDATE, CHANGES, rows);
}

/** Writes back what their messages can change of verifications that are locked: half of the columns, twice per message. */
export async function saveProgress(tx: Tx, rows: readonly VerificationRow[]): Promise<void> {
  if (rows.length > 0) await runBatch(tx, UPDATE_PROGRESS, PROGRESS, rows);
}

export interface RawVerification {
  account_id: string;
  id: string;
  service_id: string;
  mode: VerificationRow['mode'];
  country: string;
  channel: VerificationRow['channel'];
  locale: string;
  status: VerificationRow['status'];
  failure_reason: VerificationRow['failureReason'];
  code_nonce: Buffer;
  code_key_id: string;
  code_length: number;
  code_alphabet: VerificationRow['codeAlphabet'];
  checks_used: number;
  max_checks: number;
  sends_left: number;
  next_send_at: Date | null;
  version: number;
  created_at: Date;
  expires_at: Date;
  settled_at: Date | null;
}

export function verificationFromRaw(raw: RawVerification): VerificationRow {
  return {
    accountId: idFromUuid('acc', raw.account_id),
    id: idFromUuid('vrf', raw.id),
    serviceId: idFromUuid('svc', raw.service_id),
    mode: raw.mode,
    country: raw.country,
    channel: raw.channel,
    locale: raw.locale,
    status: raw.status,
    failureReason: raw.failure_reason,
    codeNonce: raw.code_nonce,
    codeKeyId: raw.code_key_id,
    codeLength: raw.code_length,
    codeAlphabet: raw.code_alphabet,
    checksUsed: raw.checks_used,
    maxChecks: raw.max_checks,
    sendsLeft: raw.sends_left,
    nextSendAt: raw.next_send_at,
    version: raw.version,
    createdAt: raw.created_at,
    expiresAt: raw.expires_at,
    settledAt: raw.settled_at,
  };
}
