import { withKeys } from '../crypto/with-keys.ts';
import { isOutage } from '../db/outage.ts';
import { transaction } from '../db/transaction.ts';
import { DomainError } from '../errors.ts';
import type { App } from '../platform.ts';
import { noteUnexpected, unexpectedMessage } from '../unexpected.ts';
import { deleteChunks, readChunk } from '../vault/batch-chunks.ts';
import { startAs } from '../verifications/start.ts';
import type { Channel } from '../verifications/verification.ts';
import { isOver, nextSlice, type WaitingRow } from './batch.ts';
import { openRows } from './chunk.ts';
import { publishProgress } from './progress.ts';
import { rowErrorOf } from './read-row.ts';
import { insertResults, lockBatch, saveBatch, takeRows } from './store.ts';
import type { BatchRow, ResultRow } from './table.ts';

/** What one slice came to. */
export interface SliceDone {
  /** As it is now; undefined when it is gone, or was ended before the slice began. */
  batch: BatchRow | undefined;
  /** How many messages it has queued. */
  queued: number;
}

/**
 * Starts the next rows of a batch, at most `limit`, each as a start of its own, and writes down what became of them.
 * Should the process die in between, the same rows come again, and each is known by its idempotency key: those that
 * were started already answer with the same verification.
 */
export async function runSlice(app: App, batch: BatchRow, limit: number): Promise<SliceDone> {
  const { accountId, id, nextRow, rows } = batch;
  const chunk = await readChunk(app.sql, accountId, id, nextRow);
  const endRow = chunk?.endRow ?? rows + 1;
  const waiting = chunk ? await withKeys(app.keys, () => openRows(app.keys, chunk, chunk.rowsSealed)) : [];
  const slice = nextSlice(batch, { waiting, endRow }, limit);
  if (slice.until > batch.takenUntil && !(await takeRows(app.sql, batch, slice.until)))
    return { batch: undefined, queued: 0 };
  const ended = await Promise.allSettled(slice.rows.map((row) => startRow(app, batch, row)));
  const results = ended.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
  const queued = results.filter(
    ({ verificationId }, i) => verificationId !== null && channelOf(slice.rows[i]!) === 'sms',
  ).length;
  return { batch: await settle(app, batch, slice.until, results), queued };
}

async function startRow(app: App, batch: BatchRow, waiting: WaitingRow): Promise<ResultRow> {
  const [row, to, locale] = waiting;
  const { accountId, id: batchId, serviceId, mode, actor: by } = batch;
  const about = { accountId, batchId, row };
  try {
    const verification = await startAs(
      app,
      { accountId, mode, by },
      {
        ...{ to, locale, serviceId, channel: channelOf(waiting) },
        idempotencyKey: `${batchId}/${row}`,
        isWithoutToken: true,
      },
    );
    return { ...about, verificationId: verification.id, error: null };
  } catch (error) {
    if (error instanceof DomainError) return { ...about, verificationId: null, error: rowErrorOf(error) };
    // Nobody knows whether it was started: the whole slice comes again.
    if (isOutage(error)) throw error;
    const message = unexpectedMessage(noteUnexpected(app.log, error, 'row of a batch'));
    return { ...about, verificationId: null, error: { code: 'internal/unexpected', message } };
  }
}

function channelOf([, , , channel = 'sms']: WaitingRow): Channel {
  return channel;
}

function settle(
  app: App,
  before: BatchRow,
  until: number,
  results: readonly ResultRow[],
): Promise<BatchRow | undefined> {
  return transaction(
    app.lanes,
    async (tx) => {
      const batch = await lockBatch(tx, before);
      // Another worker had it meanwhile, because this one was held up.
      if (!batch || batch.nextRow !== before.nextRow) return undefined;
      return { batch, written: await insertResults(tx, results) };
    },
    async (tx, state) => {
      if (!state) return undefined;
      const { batch, written } = state;
      batch.started += written.started;
      batch.refused += written.refused;
      batch.nextRow = until;
      if (batch.status === 'running' && until > batch.rows) batch.status = 'done';
      if (isOver(batch)) batch.finishedAt = new Date(app.clock());
      const from = batch.finishedAt ? 0 : batch.rows + 1;
      await Promise.all([
        saveBatch(tx, batch),
        deleteChunks(tx, batch.accountId, batch.id, { before: until, from }),
      ]);
      return batch;
    },
  ).then((batch) => {
    if (batch) publishProgress(app.bus, batch);
    return batch;
  });
}
