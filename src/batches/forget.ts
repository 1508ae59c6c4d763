import { transaction } from '../db/transaction.ts';
import { uuidOf } from '../ids.ts';
import type { App } from '../platform.ts';
import { deleteChunks } from '../vault/batch-chunks.ts';
import { KEPT_DAYS, RECEIVING_MS, RUNNING_MS } from './batch.ts';
import { endBatch } from './end-batch.ts';
import { batchFromRaw, lockBatch, type BatchKey, type RawBatch } from './store.ts';

export const FORGET_BATCHES_MS = 60_000;
const AT_ONCE = 20;
const DAY_MS = 86_400_000;

/** Destroys a batch that was never begun, or whose time is over, with all that belongs to it. */
export async function forgetBatch(app: App, key: BatchKey): Promise<void> {
  const { accountId, id } = key;
  await transaction(
    app.lanes,
    (tx) => lockBatch(tx, key),
    async (tx) => {
      await Promise.all([
        deleteChunks(tx, accountId, id, { before: 0, from: 0 }),
        tx`DELETE FROM batch_results WHERE account_id = ${uuidOf(accountId)} AND batch_id = ${uuidOf(id)}`.execute(),
        tx`DELETE FROM batches WHERE account_id = ${uuidOf(accountId)} AND id = ${uuidOf(id)}`.execute(),
      ]);
    },
  );
}

/** Ends batches that nobody waits for any more, and forgets those whose time is over. */
export async function forgetBatches(app: App): Promise<void> {
  const now = app.clock();
  const [unfinished, late, old] = await Promise.all([
    app.sql<RawBatch[]>`
      SELECT * FROM batches WHERE finished_at IS NULL AND status = 'receiving'
        AND received_at < ${new Date(now - RECEIVING_MS)} LIMIT ${AT_ONCE}`,
    app.sql<RawBatch[]>`
      SELECT * FROM batches WHERE finished_at IS NULL AND status = 'running'
        AND created_at < ${new Date(now - RUNNING_MS)} LIMIT ${AT_ONCE}`,
    app.sql<RawBatch[]>`
      SELECT * FROM batches WHERE finished_at < ${new Date(now - KEPT_DAYS * DAY_MS)}
      ORDER BY finished_at LIMIT ${AT_ONCE}`,
  ]);
  for (const raw of [...unfinished, ...old]) await forgetBatch(app, batchFromRaw(raw));
  for (const raw of late) await endBatch(app, batchFromRaw(raw), 'expired');
}
