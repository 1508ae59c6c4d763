import type { Sql, Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { idFromUuid, type AccountId, type VerificationId } from '../ids.ts';
import type { VaultedNumber } from './table.ts';

/** The statements on the numbers of verifications, each for a whole batch. */
export interface NumberKey {
  accountId: AccountId;
  verificationId: VerificationId;
}

const KEYS = rowset<NumberKey>({
  account_id: ['uuid', (k) => k.accountId],
  verification_id: ['uuid', (k) => k.verificationId],
});

const ROWS = rowset<VaultedNumber>({
  account_id: ['uuid', (r) => r.accountId],
  verification_id: ['uuid', (r) => r.verificationId],
  subject: ['bytea', (r) => r.subject],
  number_sealed: ['bytea', (r) => r.numberSealed],
});

const INSERT = `INSERT INTO vault.numbers (${ROWS.names}) SELECT ${ROWS.names} FROM ${ROWS.from}`;

const READ = `SELECT v.* FROM vault.numbers v JOIN ${KEYS.from} USING (account_id, verification_id)`;

export async function insertNumbers(tx: Tx, rows: readonly VaultedNumber[]): Promise<void> {
  if (rows.length > 0) await runBatch(tx, INSERT, ROWS, rows);
}

/** The numbers of verifications, by their ids; those that are gone are missing from the answer. */
export async function readNumbers(
  sql: Sql,
  keys: readonly NumberKey[],
): Promise<Map<VerificationId, VaultedNumber>> {
  if (keys.length === 0) return new Map();
  const rows = await runBatch<NumberKey, RawNumber>(sql, READ, KEYS, keys);
  return new Map(rows.map((raw) => [idFromUuid('vrf', raw.verification_id), numberFromRaw(raw)]));
}

export interface RawNumber {
  account_id: string;
  verification_id: string;
  subject: Buffer;
  number_sealed: Buffer;
}

export function numberFromRaw(raw: RawNumber): VaultedNumber {
  return {
    accountId: idFromUuid('acc', raw.account_id),
    verificationId: idFromUuid('vrf', raw.verification_id),
    subject: raw.subject,
    numberSealed: raw.number_sealed,
  };
}
