import type { Tx } from '../db/client.ts';
import { transaction } from '../db/transaction.ts';
import type { App } from '../platform.ts';
import { deleteChunks } from '../vault/batch-chunks.ts';
import { isOver } from './batch.ts';
import { publishProgress } from './progress.ts';
import { countResults, lockBatch, saveBatch, type BatchKey } from './store.ts';
import type { BatchRow } from './table.ts';

/**
 * Has none of a batch's rows begun from now on; those that a worker is starting already go on to their end.
 * @param noted writes what else there is to write in the same transaction
 * @returns the batch as it is then, ended by this or before; undefined when there is none
 */
export async function endBatch(
  app: App,
  key: BatchKey,
  status: 'canceled' | 'expired' | 'revoked',
  noted?: (tx: Tx) => Promise<unknown>,
): Promise<BatchRow | undefined> {
  const ended = await transaction(
    app.lanes,
    async (tx) => {
      const batch = await lockBatch(tx, key);
      if (batch?.status !== 'receiving' && batch?.status !== 'running') return { batch, decided: 0 };
      return { batch, decided: await countResults(tx, key, batch.takenUntil) };
    },
    async (tx, { batch, decided }) => {
      if (batch?.status !== 'receiving' && batch?.status !== 'running') return batch;
      batch.status = status;
      batch.canceled = batch.rows - (batch.takenUntil - 1) - decided;
      if (isOver(batch)) batch.finishedAt = new Date(app.clock());
      await Promise.all([
        saveBatch(tx, batch),
        deleteChunks(tx, key.accountId, key.id, { before: 0, from: batch.finishedAt ? 0 : batch.takenUntil }),
        noted?.(tx),
      ]);
      return batch;
    },
  );
  if (ended) publishProgress(app.bus, ended);
  return ended;
}
