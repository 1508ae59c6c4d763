import { setTimeout as delay } from 'node:timers/promises';
import { withKeys } from '../crypto/with-keys.ts';
import type { Tx } from '../db/client.ts';
import { transaction } from '../db/transaction.ts';
import type { AccountId, BatchId } from '../ids.ts';
import type { App } from '../platform.ts';
import { lockChunksOf, readChunksOf, saveChunk } from '../vault/batch-chunks.ts';
import { NumberGone } from '../verifications/errors.ts';
import type { WaitingRow } from './batch.ts';
import { openRows, sealRows, withoutRows } from './chunk.ts';
import { publishProgress } from './progress.ts';
import { rowErrorOf } from './read-row.ts';
import { insertResults, lockBatch, saveBatch, type BatchKey } from './store.ts';
import type { BatchRow } from './table.ts';

/** A worker that lives has decided what it began long before. */
const BEGUN_MS = 5_000;
const LOOK_MS = 50;

interface Erased {
  batch: BatchRow;
  /** Rows that were not decided. */
  count: number;
  /** Rows that a worker is starting. */
  begun: number;
}

/**
 * Takes a subject's rows out of the batches of an account: those that wait are refused. What a worker is starting at
 * this moment is waited for: behind this it is a verification like the others.
 * @returns how many waited
 */
export async function eraseBatchRows(
  app: App,
  accountId: AccountId,
  subjects: readonly Buffer[],
): Promise<number> {
  let count = 0;
  for (const subject of subjects) {
    const ids = new Set((await readChunksOf(app.sql, accountId, subject)).map(({ batchId }) => batchId));
    for (const id of ids) count += await eraseFrom(app, accountId, id, subject);
  }
  return count;
}

async function eraseFrom(app: App, accountId: AccountId, id: BatchId, subject: Buffer): Promise<number> {
  const until = performance.now() + BEGUN_MS;
  let count = 0;
  for (;;) {
    const isPatient = performance.now() < until;
    const erased = await withKeys(app.keys, () =>
      transaction(
        app.lanes,
        (tx) => eraseOnce(app, tx, { accountId, id }, subject, isPatient),
        (_tx, done) => Promise.resolve(done),
      ),
    );
    if (!erased) return count;
    publishProgress(app.bus, erased.batch);
    count += erased.count;
    if (erased.begun === 0 || !isPatient) return count;
    await delay(LOOK_MS);
  }
}

async function eraseOnce(
  app: App,
  tx: Tx,
  key: BatchKey,
  subject: Buffer,
  isPatient: boolean,
): Promise<Erased | undefined> {
  const { accountId, id: batchId } = key;
  const batch = await lockBatch(tx, key);
  if (!batch) return undefined;
  const isBegun = ([row]: WaitingRow) => row >= batch.nextRow && row < batch.takenUntil;
  const gone: WaitingRow[] = [];
  let begun = 0;
  for (const chunk of await lockChunksOf(tx, accountId, batchId, subject)) {
    const rows = openRows(app.keys, chunk, chunk.rowsSealed);
    const left = withoutRows(rows, chunk.subjects, (row, of) => {
      if (!of.equals(subject)) return false;
      if (isPatient && isBegun(row)) {
        begun += 1;
        return false;
      }
      if (row[0] >= batch.nextRow) gone.push(row);
      return true;
    });
    await saveChunk(tx, {
      ...chunk,
      subjects: left.subjects,
      rowsSealed: sealRows(app.keys, chunk, left.rows),
    });
  }
  const error = rowErrorOf(new NumberGone());
  const results = gone.map(([row]) => ({ accountId, batchId, row, verificationId: null, error }));
  batch.refused += (await insertResults(tx, results)).refused;
  await saveBatch(tx, batch);
  return { batch, count: gone.length, begun };
}
