import { modeOf, type Principal } from '../accounts/principal.ts';
import { actorOf } from '../audit/actor.ts';
import { appendAudit } from '../audit/append.ts';
import type { BatchId } from '../ids.ts';
import type { App } from '../platform.ts';
import { endBatch } from './end-batch.ts';
import { BatchNotFound, BatchSettled } from './errors.ts';
import { progressOf, type BatchProgress } from './progress.ts';
import { findBatch } from './queries.ts';

/**
 * Starts no more of a batch: a row that is not begun by now never is. Verifications that were started go on. Twice
 * is the same as once.
 * @throws {BatchNotFound | BatchSettled} the latter when it was done, or its time was up
 */
export async function cancelBatch(app: App, who: Principal, id: BatchId): Promise<BatchProgress> {
  const { accountId } = who;
  const before = await findBatch(app, who, id);
  if (before?.mode !== modeOf(who)) throw new BatchNotFound();
  const entry = { accountId, actor: actorOf(who), action: 'batch.cancel', targets: [id] } as const;
  const ended = await endBatch(app, { accountId, id }, 'canceled', (tx) =>
    appendAudit(tx, [entry], app.clock()),
  );
  if (!ended) throw new BatchNotFound();
  if (ended.status !== 'canceled') throw new BatchSettled(ended.status);
  return progressOf(ended);
}
