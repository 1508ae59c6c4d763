import { findRevokedKeys } from '../accounts/find-revoked-keys.ts';
import { actorOf, bySystem } from '../audit/actor.ts';
import { appendAudit } from '../audit/append.ts';
import { parseId } from '../ids.ts';
import type { App } from '../platform.ts';
import { endBatch } from './end-batch.ts';
import type { BatchRow } from './table.ts';

/**
 * Ends those whose API key was revoked: whoever had it is not to go on sending with what they left behind.
 * @returns those that are left, of an ended one what a worker had begun
 */
export async function endRevoked(app: App, batches: readonly BatchRow[]): Promise<BatchRow[]> {
  const running = batches.filter(({ status }) => status === 'running');
  const keys = running.flatMap(({ actor }) => parseId('key', actor.id ?? '') ?? []);
  const accountIds = [...new Set(running.map(({ accountId }) => accountId))];
  const revoked = await findRevokedKeys(app, accountIds, [...new Set(keys)]);
  if (revoked.size === 0) return [...batches];
  const left = await Promise.all(
    batches.map(async (batch) => {
      const isRevoked = batch.status === 'running' && revoked.has(batch.actor.id ?? '');
      return isRevoked ? end(app, batch) : batch;
    }),
  );
  return left.filter((batch) => batch !== undefined && !batch.finishedAt) as BatchRow[];
}

function end(app: App, { accountId, id }: BatchRow): Promise<BatchRow | undefined> {
  const entry = {
    accountId,
    actor: actorOf(bySystem(accountId)),
    action: 'batch.cancel',
    targets: [id],
    details: { because: 'key_revoked' },
  } as const;
  return endBatch(app, { accountId, id }, 'revoked', (tx) => appendAudit(tx, [entry], app.clock()));
}
