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

const INSERT = `
  INSERT INTO vault.numbers (${ROWS.names}, days) SELECT ${ROWS.names}, coalesce(a.phones_days, 30)
  FROM ${ROWS.from} LEFT JOIN accounts a ON a.id = n.account_id`;

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

const SUBJECTS = rowset<{ accountId: AccountId; subject: Buffer }>({
  account_id: ['uuid', (s) => s.accountId],
  subject: ['bytea', (s) => s.subject],
});

const OF_SUBJECTS = `
  SELECT v.verification_id FROM ${SUBJECTS.from}
  JOIN vault.numbers v ON v.subject = n.subject AND v.account_id IS NOT DISTINCT FROM n.account_id
  ORDER BY v.verification_id`;

const DELETE = `
  DELETE FROM vault.numbers v USING ${SUBJECTS.from}
  WHERE v.subject = n.subject AND v.account_id IS NOT DISTINCT FROM n.account_id RETURNING v.verification_id`;

/** The verifications of one person, by the blind indexes of their number. */
export async function readVerificationsOf(
  sql: Sql | Tx,
  accountId: AccountId,
  subjects: readonly Buffer[],
): Promise<VerificationId[]> {
  const rows = subjects.map((subject) => ({ accountId, subject }));
  const found = await runBatch<(typeof rows)[0], { verification_id: string }>(
    sql,
    OF_SUBJECTS,
    SUBJECTS,
    rows,
  );
  return found.map((row) => idFromUuid('vrf', row.verification_id));
}

/** Destroys the numbers of a subject. @returns how many there were */
export async function deleteNumbers(
  tx: Tx,
  accountId: AccountId,
  subjects: readonly Buffer[],
): Promise<number> {
  const rows = subjects.map((subject) => ({ accountId, subject }));
  return (await runBatch<(typeof rows)[0], object>(tx, DELETE, SUBJECTS, rows)).length;
}
