import { createHash } from 'node:crypto';
import { modeOf, type Principal } from '../accounts/principal.ts';
import { actorOf } from '../audit/actor.ts';
import { newId } from '../crypto/new-id.ts';
import { withKeys } from '../crypto/with-keys.ts';
import { transaction } from '../db/transaction.ts';
import { DomainError } from '../errors.ts';
import type { App } from '../platform.ts';
import { insertChunk } from '../vault/batch-chunks.ts';
import { IdempotencyConflict } from '../verifications/errors.ts';
import { destinationOf } from '../verifications/phone.ts';
import { MAX_ROWS, type WaitingRow } from './batch.ts';
import { sealRows } from './chunk.ts';
import { BatchBusy, BatchSettled, BatchTooLarge } from './errors.ts';
import { publishProgress } from './progress.ts';
import { readRow, rowErrorOf, type RowDefaults } from './read-row.ts';
import { insertResults, lockBatch, saveBatch } from './store.ts';
import type { BatchRow, ResultRow } from './table.ts';

/** So many are read, sealed and written at once: 10 ms, in which nobody else is served. */
const CHUNK_ROWS = 500;

/**
 * Takes the rows of a batch as they come, and keeps them. Of a batch of which rows are kept already, those are
 * only compared.
 */
export class Upload {
  readonly #app: App;
  readonly #who: Principal;
  readonly #defaults: RowDefaults;
  readonly #digest = createHash('sha256');
  /** As of its last write. */
  batch: BatchRow;
  #received = 0;
  #texts: string[] = [];

  constructor(app: App, who: Principal, batch: BatchRow, defaults: RowDefaults) {
    this.#app = app;
    this.#who = who;
    this.batch = batch;
    this.#defaults = defaults;
    // What was asked for besides the rows.
    this.#digest.update(askedFor(batch, defaults));
    this.#compare();
  }

  /** @throws {BatchTooLarge | IdempotencyConflict | BatchSettled | BatchBusy} */
  async add(texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      if (this.#received === MAX_ROWS) throw new BatchTooLarge();
      this.#received += 1;
      if (this.#received <= this.batch.rows) {
        this.#digest.update(text).update('\n');
        if (this.#received === this.batch.rows) this.#compare();
        continue;
      }
      this.#needReceiving();
      this.#texts.push(text);
      if (this.#texts.length === CHUNK_ROWS) await this.flush();
    }
  }

  /** That all rows have come. @throws {IdempotencyConflict} when there are fewer than before */
  async end(): Promise<void> {
    if (this.#received < this.batch.rows) throw new IdempotencyConflict();
    await this.flush();
  }

  /** Keeps what has come. @throws {BatchBusy | BatchSettled} */
  async flush(): Promise<void> {
    const texts = this.#texts.splice(0);
    if (texts.length === 0) return;
    for (const text of texts) this.#digest.update(text).update('\n');
    const fingerprint = this.#fingerprint();
    const firstRow = this.batch.rows + 1;
    const { waiting, subjects, refused } = this.#read(texts, firstRow);
    const { accountId, id: batchId } = this.batch;
    const id = newId('bch', this.#app.clock());
    const endRow = firstRow + texts.length;
    const rowsSealed = await withKeys(this.#app.keys, () =>
      sealRows(this.#app.keys, { accountId, id }, waiting),
    );
    const chunk = { accountId, id, batchId, firstRow, endRow, subjects, rowsSealed };
    this.batch = await transaction(
      this.#app.lanes,
      (tx) => lockBatch(tx, this.batch),
      async (tx, batch) => {
        if (batch?.status !== 'receiving') throw new BatchSettled(batch?.status ?? 'expired');
        if (batch.rows !== firstRow - 1) throw new BatchBusy();
        batch.rows += texts.length;
        batch.refused += refused.length;
        batch.fingerprint = fingerprint;
        batch.receivedAt = new Date(this.#app.clock());
        await Promise.all([
          saveBatch(tx, batch),
          waiting.length > 0 && insertChunk(tx, chunk),
          insertResults(tx, refused),
        ]);
        return batch;
      },
    );
    publishProgress(this.#app.bus, this.batch);
  }

  #read(texts: readonly string[], firstRow: number) {
    const { accountId, id: batchId } = this.batch;
    const waiting: WaitingRow[] = [];
    const subjects: Buffer[] = [];
    const refused: ResultRow[] = [];
    const mode = modeOf(this.#who);
    for (const [i, text] of texts.entries()) {
      const row = firstRow + i;
      try {
        const { to, locale, channel } = readRow(text, this.#defaults);
        waiting.push(channel === 'sms' ? [row, to, locale] : [row, to, locale, channel]);
        subjects.push(destinationOf(this.#app.keys, accountId, to, mode));
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        refused.push({ accountId, batchId, row, verificationId: null, error: rowErrorOf(error) });
      }
    }
    return { waiting, subjects: Buffer.concat(subjects), refused };
  }

  #needReceiving(): void {
    const { status } = this.batch;
    if (status === 'receiving') return;
    // It has more rows than the batch that this key stands for.
    if (status === 'running' || status === 'done') throw new IdempotencyConflict();
    throw new BatchSettled(status);
  }

  /** Whether what has come so far is what is kept. @throws {IdempotencyConflict} */
  #compare(): void {
    const { fingerprint, rows } = this.batch;
    if (this.#received !== rows || fingerprint === null) return;
    if (!fingerprint.equals(this.#fingerprint())) throw new IdempotencyConflict();
  }

  #fingerprint(): Buffer {
    // Keyed: the numbers of some account could be tried out on a plain hash.
    const digest = this.#digest.copy().digest('hex');
    return this.#app.keys.blindIndex('idempotency', 'batch', this.batch.accountId, digest);
  }

  /** That of a batch without rows. */
  static firstFingerprint(app: App, batch: BatchRow, defaults: Asked): Buffer {
    const digest = createHash('sha256').update(askedFor(batch, defaults)).digest('hex');
    return app.keys.blindIndex('idempotency', 'batch', batch.accountId, digest);
  }
}

type Asked = Pick<RowDefaults, 'locale' | 'channel'>;

/** Besides the rows. The usual channel goes unsaid, as before there was another one. */
function askedFor({ serviceId }: BatchRow, { locale, channel }: Asked): string {
  return `${serviceId} ${locale}${channel === 'sms' ? '' : ` ${channel}`}\n`;
}

/** A batch that has nothing yet. */
export function draftBatch(
  app: App,
  who: Principal,
  { serviceId, idempotencyKey }: Pick<BatchRow, 'serviceId' | 'idempotencyKey'>,
): BatchRow {
  const now = new Date(app.clock());
  return {
    accountId: who.accountId,
    id: newId('bat', now.getTime()),
    serviceId,
    mode: modeOf(who),
    status: 'receiving',
    actor: actorOf(who),
    idempotencyKey,
    fingerprint: null,
    ...{ rows: 0, started: 0, refused: 0, canceled: 0, nextRow: 1, takenUntil: 1, version: 1 },
    ...{ createdAt: now, receivedAt: now, finishedAt: null, worker: null, leaseUntil: null },
  };
}
