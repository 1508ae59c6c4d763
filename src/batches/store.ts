import type { Sql, Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { idFromUuid, uuidOf, type AccountId, type BatchId } from '../ids.ts';
import type { BatchRow, ResultRow } from './table.ts';

/** The statements on batches. Whoever changes one, its results or its chunks holds its lock. */
export interface BatchKey {
  accountId: AccountId;
  id: BatchId;
}

export async function lockBatch(tx: Tx, { accountId, id }: BatchKey): Promise<BatchRow | undefined> {
  const [raw] = await tx<RawBatch[]>`
    SELECT * FROM batches WHERE account_id = ${uuidOf(accountId)} AND id = ${uuidOf(id)} FOR UPDATE`.execute();
  return raw && batchFromRaw(raw);
}

export async function readBatch(sql: Sql, { accountId, id }: BatchKey): Promise<BatchRow | undefined> {
  const [raw] = await sql<RawBatch[]>`
    SELECT * FROM batches WHERE account_id = ${uuidOf(accountId)} AND id = ${uuidOf(id)}`;
  return raw && batchFromRaw(raw);
}

/** Writes back what changed of one that is locked. Its version goes up. */
export async function saveBatch(tx: Tx, batch: BatchRow): Promise<void> {
  batch.version += 1;
  const { accountId, id, status, fingerprint, rows, started, refused, canceled, version } = batch;
  const { nextRow, takenUntil, receivedAt, finishedAt } = batch;
  const isFinished = finishedAt !== null;
  await tx`
    UPDATE batches SET status = ${status}, fingerprint = ${fingerprint}, rows = ${rows}, started = ${started},
      refused = ${refused}, canceled = ${canceled}, next_row = ${nextRow}, taken_until = ${takenUntil},
      version = ${version}, received_at = ${receivedAt}, finished_at = ${finishedAt},
      worker = CASE WHEN ${isFinished} THEN NULL ELSE worker END
    WHERE account_id = ${uuidOf(accountId)} AND id = ${uuidOf(id)}`.execute();
}

/**
 * Notes that rows up to here are about to be started, unless the batch was ended meanwhile.
 * @returns whether they may be
 */
export async function takeRows(sql: Sql, { accountId, id }: BatchKey, until: number): Promise<boolean> {
  const { count } = await sql`
    UPDATE batches SET taken_until = ${until}
    WHERE account_id = ${uuidOf(accountId)} AND id = ${uuidOf(id)}
      AND (status = 'running' OR taken_until >= ${until})`;
  return count === 1;
}

const RESULTS = rowset<ResultRow>({
  account_id: ['uuid', (r) => r.accountId],
  batch_id: ['uuid', (r) => r.batchId],
  row: ['integer', (r) => r.row],
  verification_id: ['uuid', (r) => r.verificationId],
  error: ['text', (r) => r.error && JSON.stringify(r.error)],
});

// What is decided stays so: a row that was erased while it was started, for instance.
const INSERT = `
  INSERT INTO batch_results (${RESULTS.names})
  SELECT ${RESULTS.names.replace('error', 'error::jsonb')} FROM ${RESULTS.from}
  ON CONFLICT DO NOTHING RETURNING verification_id IS NULL AS refused`;

/** @returns how many of them are new */
export async function insertResults(
  tx: Tx,
  rows: readonly ResultRow[],
): Promise<{ started: number; refused: number }> {
  if (rows.length === 0) return { started: 0, refused: 0 };
  const written = await runBatch<ResultRow, { refused: boolean }>(tx, INSERT, RESULTS, rows);
  const refused = written.filter((row) => row.refused).length;
  return { started: written.length - refused, refused };
}

/** How many rows from here on have a result. */
export async function countResults(tx: Tx, { accountId, id }: BatchKey, from: number): Promise<number> {
  const [row] = await tx<{ count: number }[]>`
    SELECT count(*)::int AS count FROM batch_results
    WHERE account_id = ${uuidOf(accountId)} AND batch_id = ${uuidOf(id)} AND row >= ${from}`.execute();
  return row!.count;
}

/** The results of rows within bounds, in their order. */
export async function readResults(
  sql: Sql,
  { accountId, id }: BatchKey,
  { from, to }: { from: number; to: number },
): Promise<ResultRow[]> {
  const rows = await sql<RawResult[]>`
    SELECT * FROM batch_results
    WHERE account_id = ${uuidOf(accountId)} AND batch_id = ${uuidOf(id)} AND row >= ${from} AND row <= ${to}
    ORDER BY row`;
  return rows.map(({ row, verification_id, error }) => ({
    accountId,
    batchId: id,
    row,
    verificationId: verification_id === null ? null : idFromUuid('vrf', verification_id),
    error,
  }));
}

export interface RawBatch {
  account_id: string;
  id: string;
  service_id: string;
  mode: BatchRow['mode'];
  status: BatchRow['status'];
  actor: BatchRow['actor'];
  idempotency_key: Buffer | null;
  fingerprint: Buffer | null;
  rows: number;
  started: number;
  refused: number;
  canceled: number;
  next_row: number;
  taken_until: number;
  version: number;
  created_at: Date;
  received_at: Date;
  finished_at: Date | null;
  worker: string | null;
  lease_until: Date | null;
}

interface RawResult {
  row: number;
  verification_id: string | null;
  error: ResultRow['error'];
}

export function batchFromRaw(raw: RawBatch): BatchRow {
  return {
    accountId: idFromUuid('acc', raw.account_id),
    id: idFromUuid('bat', raw.id),
    serviceId: idFromUuid('svc', raw.service_id),
    mode: raw.mode,
    status: raw.status,
    actor: raw.actor,
    idempotencyKey: raw.idempotency_key,
    fingerprint: raw.fingerprint,
    rows: raw.rows,
    started: raw.started,
    refused: raw.refused,
    canceled: raw.canceled,
    nextRow: raw.next_row,
    takenUntil: raw.taken_until,
    version: raw.version,
    createdAt: raw.created_at,
    receivedAt: raw.received_at,
    finishedAt: raw.finished_at,
    worker: raw.worker,
    leaseUntil: raw.lease_until,
  };
}
