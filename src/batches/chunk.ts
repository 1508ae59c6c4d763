import type { Keyring } from '../crypto/keyring.ts';
import { open, seal } from '../crypto/seal.ts';
import type { AccountId, BatchChunkId } from '../ids.ts';
import { SUBJECT_BYTES } from '../vault/batch-chunks.ts';
import type { WaitingRow } from './batch.ts';

interface Place {
  accountId: AccountId;
  id: BatchChunkId;
}

export function sealRows(keys: Keyring, { accountId, id }: Place, rows: readonly WaitingRow[]): Buffer {
  return seal(keys, JSON.stringify(rows), at(accountId, id));
}

/** @throws {UnknownKey | KeyDestroyed} */
export function openRows(keys: Keyring, { accountId, id }: Place, sealed: Buffer): readonly WaitingRow[] {
  return JSON.parse(open(keys, sealed, at(accountId, id))) as WaitingRow[];
}

function at(account: AccountId, row: BatchChunkId) {
  return { account, table: 'vault.batch_chunks', column: 'rows', row };
}

/** Takes rows out. @param subjects those of the rows, in their order */
export function withoutRows(
  rows: readonly WaitingRow[],
  subjects: Buffer,
  isUnwanted: (row: WaitingRow, subject: Buffer) => boolean,
): { rows: WaitingRow[]; subjects: Buffer } {
  const subjectOf = (i: number) => subjects.subarray(i * SUBJECT_BYTES, (i + 1) * SUBJECT_BYTES);
  const left = [...rows.keys()].filter((i) => !isUnwanted(rows[i]!, subjectOf(i)));
  return { rows: left.map((i) => rows[i]!), subjects: Buffer.concat(left.map(subjectOf)) };
}
