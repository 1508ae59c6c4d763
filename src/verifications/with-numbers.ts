import type { Sql } from '../db/client.ts';
import { runBatch } from '../db/rowset.ts';
import { numberFromRaw, type RawNumber } from '../vault/numbers.ts';
import type { VaultedNumber } from '../vault/table.ts';
import { KEYS, verificationFromRaw, type RawVerification, type VerificationKey } from './store.ts';
import type { VerificationRow } from './table.ts';

/** A verification beside what the vault has of it. */
export interface WithNumber {
  verification: VerificationRow;
  /** Undefined once it is gone. */
  number: VaultedNumber | undefined;
}

const READ = `
  SELECT v.*, s.verification_id, s.subject, s.number_sealed FROM ${KEYS.from}
  JOIN verifications v USING (account_id, id)
  LEFT JOIN vault.numbers s ON s.account_id = v.account_id AND s.verification_id = v.id`;

/** Reads verifications and their numbers in one statement, without a lock: for whoever sends to them. */
export async function readWithNumbers(sql: Sql, keys: readonly VerificationKey[]): Promise<WithNumber[]> {
  if (keys.length === 0) return [];
  const rows = await runBatch<VerificationKey, RawVerification & (RawNumber | Gone)>(sql, READ, KEYS, keys);
  return rows.map((raw) => ({
    verification: verificationFromRaw(raw),
    number: raw.verification_id === null ? undefined : numberFromRaw(raw),
  }));
}

interface Gone {
  account_id: string;
  verification_id: null;
}
