import type { Sql, Tx } from '../db/client.ts';
import { idFromUuid, uuidOf, type AccountId, type BatchId } from '../ids.ts';
import type { vaultBatchChunks } from './table.ts';

/** The statements on rows of batches that wait. */
export type BatchChunk = typeof vaultBatchChunks.$inferSelect;

export async function insertChunk(tx: Tx, chunk: BatchChunk): Promise<void> {
  const { accountId, id, batchId, firstRow, endRow, subjects, rowsSealed } = chunk;
  await tx`
    INSERT INTO vault.batch_chunks (account_id, id, batch_id, first_row, end_row, subjects, rows_sealed)
    VALUES (${uuidOf(accountId)}, ${uuidOf(id)}, ${uuidOf(batchId)}, ${firstRow}, ${endRow}, ${subjects}, ${rowsSealed})`.execute();
}

/** The first chunk that has a row from here on. */
export async function readChunk(
  sql: Sql,
  accountId: AccountId,
  batchId: BatchId,
  nextRow: number,
): Promise<BatchChunk | undefined> {
  const [raw] = await sql<RawChunk[]>`
    SELECT * FROM vault.batch_chunks
    WHERE batch_id = ${uuidOf(batchId)} AND end_row > ${nextRow}
      AND account_id IS NOT DISTINCT FROM ${uuidOf(accountId)}::uuid
    ORDER BY end_row LIMIT 1`;
  return raw && chunkFromRaw(raw);
}

/** Destroys chunks all of whose rows are before one row, or from another one on. */
export async function deleteChunks(
  tx: Tx,
  accountId: AccountId,
  batchId: BatchId,
  { before, from }: { before: number; from: number },
): Promise<void> {
  await tx`
    DELETE FROM vault.batch_chunks
    WHERE batch_id = ${uuidOf(batchId)} AND (end_row <= ${before} OR first_row >= ${from})
      AND account_id IS NOT DISTINCT FROM ${uuidOf(accountId)}::uuid`.execute();
}

/** Chunks of a batch in which somebody is named, locked. */
export async function lockChunksOf(
  tx: Tx,
  accountId: AccountId,
  batchId: BatchId,
  subject: Buffer,
): Promise<BatchChunk[]> {
  const rows = await tx<RawChunk[]>`
    SELECT * FROM vault.batch_chunks
    WHERE batch_id = ${uuidOf(batchId)} AND position(${subject}::bytea IN subjects) > 0
      AND account_id IS NOT DISTINCT FROM ${uuidOf(accountId)}::uuid
    ORDER BY id FOR UPDATE`.execute();
  return rows.map(chunkFromRaw);
}

/** The chunks in which somebody is named; of an account the few that wait are looked through. */
export async function readChunksOf(sql: Sql, accountId: AccountId, subject: Buffer): Promise<BatchChunk[]> {
  const rows = await sql<RawChunk[]>`
    SELECT * FROM vault.batch_chunks
    WHERE account_id = ${uuidOf(accountId)} AND position(${subject}::bytea IN subjects) > 0
    ORDER BY batch_id, first_row`;
  return rows.map(chunkFromRaw);
}

/** Of an index that is as long as `destinationOf` makes it. */
export const SUBJECT_BYTES = 16;
const CHUNKS_AT_ONCE = 20;

/** Tells of everybody who is named in an account's batches that wait. */
export async function eachWaitingSubject(
  sql: Sql,
  accountId: AccountId,
  tell: (subject: Buffer) => void,
): Promise<void> {
  const all = sql<{ subjects: Buffer }[]>`
    SELECT subjects FROM vault.batch_chunks WHERE account_id = ${uuidOf(accountId)}`;
  await all.cursor(CHUNKS_AT_ONCE, (rows) => {
    for (const { subjects } of rows)
      for (let at = 0; at < subjects.length; at += SUBJECT_BYTES)
        tell(subjects.subarray(at, at + SUBJECT_BYTES));
  });
}

/** Writes back what is left of a chunk that is locked. */
export async function saveChunk(
  tx: Tx,
  { accountId, id, subjects, rowsSealed }: Pick<BatchChunk, 'accountId' | 'id' | 'subjects' | 'rowsSealed'>,
): Promise<void> {
  await tx`
    UPDATE vault.batch_chunks SET subjects = ${subjects}, rows_sealed = ${rowsSealed}
    WHERE account_id = ${uuidOf(accountId)} AND id = ${uuidOf(id)}`.execute();
}

interface RawChunk {
  account_id: string;
  id: string;
  batch_id: string;
  first_row: number;
  end_row: number;
  subjects: Buffer;
  rows_sealed: Buffer;
}

function chunkFromRaw(raw: RawChunk): BatchChunk {
  return {
    accountId: idFromUuid('acc', raw.account_id),
    id: idFromUuid('bch', raw.id),
    batchId: idFromUuid('bat', raw.batch_id),
    firstRow: raw.first_row,
    endRow: raw.end_row,
    subjects: raw.subjects,
    rowsSealed: raw.rows_sealed,
  };
}
