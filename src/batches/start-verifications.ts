import { and, count, eq, isNull, sql } from 'drizzle-orm';
import { modeOf, type Principal } from '../accounts/principal.ts';
import { doNoted } from '../audit/act.ts';
import { actorOf } from '../audit/actor.ts';
import { BATCH_CHANNEL } from '../bus/channels.ts';
import { DomainError, InvalidInput } from '../errors.ts';
import type { ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { findService, type Service } from '../services/directory.ts';
import { isLocale } from '../services/settings.ts';
import { IdempotencyConflict, ServiceNotFound } from '../verifications/errors.ts';
import type { Channel } from '../verifications/verification.ts';
import { checkIdempotencyKey } from '../verifications/idempotency.ts';
import { MAX_OPEN_BATCHES } from './batch.ts';
import { BatchBrokenOff, BatchBusy, BatchSettled, TooManyBatches } from './errors.ts';
import { forgetBatch } from './forget.ts';
import { progressOf, publishProgress, type BatchProgress } from './progress.ts';
import { batches, type BatchRow } from './table.ts';
import { draftBatch, Upload } from './upload.ts';

export interface BatchInput {
  /** Whose rules to follow; the account's default service when absent. */
  serviceId?: ServiceId | undefined;
  /** Of rows that do not say it, BCP 47; the service's default when absent. */
  locale?: string | undefined;
  /** Of rows that do not say it; SMS when absent. */
  channel?: Channel | undefined;
  /** With the same one an upload that broke off is continued. */
  idempotencyKey?: string | undefined;
}

/**
 * Takes rows in, `{"to", "channel"?, "locale"?}` as JSON each, and has a worker start them once all have come. A row that cannot
 * be read is refused, and the others go on. What is kept when the rows end before their time can be continued, if it
 * has an idempotency key, and else is forgotten.
 * @param texts rows in their order, as many at a time as there are; throws {@link BatchBrokenOff} when they break off
 * @throws {ServiceNotFound | InvalidInput | IdempotencyConflict | TooManyBatches | BatchBusy | BatchTooLarge | BatchBrokenOff | BatchSettled}
 */
export async function startVerifications(
  app: App,
  who: Principal,
  input: BatchInput,
  texts: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
): Promise<BatchProgress> {
  const service = await findService(app, who.accountId, input.serviceId);
  if (!service) throw new ServiceNotFound();
  const locale = input.locale ?? service.settings.defaultLocale;
  if (!isLocale(locale))
    throw new InvalidInput('locale', 'A locale is a language tag such as hr, en or pt-BR.');
  const channel = input.channel ?? 'sms';
  const { batch, isNew } = await openBatch(app, who, service, { ...input, locale, channel });
  const defaults = { locale, channel, country: service.settings.defaultCountry };
  let upload: Upload | undefined;
  try {
    upload = new Upload(app, who, batch, defaults);
    for await (const some of texts) await upload.add(some);
    await upload.end();
    return progressOf(await finish(app, who, upload.batch));
  } catch (error) {
    await breakOff(app, { upload, batch, isNew }, error);
    throw error;
  }
}

/** Begins a batch, or finds the one that this idempotency key stands for. */
async function openBatch(
  app: App,
  who: Principal,
  { id: serviceId }: Service,
  { idempotencyKey: key, locale, channel }: BatchInput & { locale: string; channel: Channel },
): Promise<{ batch: BatchRow; isNew: boolean }> {
  const { accountId } = who;
  if (key !== undefined) checkIdempotencyKey(key);
  const idempotencyKey =
    key === undefined ? null : app.keys.blindIndex('idempotency', 'batch', modeOf(who), accountId, key);
  const before = await findByKey(app, who, idempotencyKey);
  if (before) return { batch: before, isNew: false };
  const [open] = await app.db
    .select({ count: count() })
    .from(batches)
    .where(and(eq(batches.accountId, accountId), isNull(batches.finishedAt)));
  if (open!.count >= MAX_OPEN_BATCHES) throw new TooManyBatches();
  const draft = draftBatch(app, who, { serviceId, idempotencyKey });
  if (idempotencyKey) draft.fingerprint = Upload.firstFingerprint(app, draft, { locale, channel });
  const [made] = await app.db.insert(batches).values(draft).onConflictDoNothing().returning();
  if (made) return { batch: made, isNew: true };
  // Somebody with the same key was first this moment.
  throw new BatchBusy();
}

async function findByKey(
  app: App,
  { accountId }: Principal,
  idempotencyKey: Buffer | null,
): Promise<BatchRow | undefined> {
  if (!idempotencyKey) return undefined;
  const [found] = await app.db
    .select()
    .from(batches)
    .where(and(eq(batches.accountId, accountId), eq(batches.idempotencyKey, idempotencyKey)));
  return found;
}

/** All rows are kept: from now on they are started. */
async function finish(app: App, who: Principal, batch: BatchRow): Promise<BatchRow> {
  if (batch.status !== 'receiving') return batch;
  const { accountId, id, rows, refused } = batch;
  if (rows === 0) throw new InvalidInput('rows', 'A batch has at least one row.');
  const now = app.clock();
  const isDone = refused === rows;
  const running = await app.db.transaction((tx) =>
    doNoted(tx, who, 'batch.start', now, async (act) => {
      act.on(id, { rows, refused });
      const [changed] = await tx
        .update(batches)
        .set({
          status: isDone ? 'done' : 'running',
          // Whoever brings the last row stands for all: the key that began it may be gone.
          actor: actorOf(who),
          finishedAt: isDone ? new Date(now) : null,
          version: sql`${batches.version} + 1`,
        })
        .where(
          and(
            eq(batches.accountId, accountId),
            eq(batches.id, id),
            eq(batches.status, 'receiving'),
            eq(batches.rows, rows),
          ),
        )
        .returning();
      if (!changed) throw new BatchBusy();
      return changed;
    }),
  );
  publishProgress(app.bus, running);
  app.bus.publish([{ channel: BATCH_CHANNEL, payload: '' }]);
  return running;
}

/** Keeps what can be continued, and forgets what nobody can. */
async function breakOff(
  app: App,
  { upload, batch, isNew }: { upload: Upload | undefined; batch: BatchRow; isNew: boolean },
  error: unknown,
): Promise<void> {
  if (error instanceof BatchBusy || error instanceof BatchSettled) return;
  const isFinal = error instanceof DomainError && !(error instanceof BatchBrokenOff);
  if (batch.idempotencyKey && !isFinal) {
    // What has come is not sent in vain. It may be that the database is away.
    await upload?.flush().catch((e: unknown) => app.log.warn({ err: e }, 'rows of a batch were not kept'));
    if (error instanceof BatchBrokenOff && upload) {
      error.batchId = batch.id;
      error.rowsKept = upload.batch.rows;
    }
    return;
  }
  if (!isNew || error instanceof IdempotencyConflict) return;
  await forgetBatch(app, batch).catch((e: unknown) => app.log.warn({ err: e }, 'a batch was not forgotten'));
}
