import { runBatch } from '../db/rowset.ts';
import { idFromUuid, type VerificationId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { AnsweredVerification, QueuedMessage } from '../verifications/number-of.ts';
import { KEYS, type VerificationKey } from '../verifications/store.ts';

const BATCH = { maxBatchSize: 500, lanes: 2 };

const READ = `
  SELECT m.verification_id, m.id, m.queued_at FROM ${KEYS.from}
  JOIN messages m ON m.account_id = n.account_id AND m.verification_id = n.id
  ORDER BY m.id`;

/**
 * When a verification was sent, oldest first. That of a start which has just begun it is at hand; all others that ask
 * in one turn cost one statement.
 */
export async function sendsOf(app: App, v: AnsweredVerification): Promise<readonly QueuedMessage[]> {
  // Its second event, behind its start: there was no other message.
  if (v.queued && v.version === 2) return [v.queued];
  return app.batched(readSends, BATCH).add(v);
}

interface RawSend {
  verification_id: string;
  id: string;
  queued_at: Date;
}

async function readSends(app: App, keys: readonly VerificationKey[]): Promise<QueuedMessage[][]> {
  const rows = await runBatch<VerificationKey, RawSend>(app.sql, READ, KEYS, keys);
  const byVerification = Map.groupBy(rows, (row) => idFromUuid('vrf', row.verification_id));
  const sendsOfOne = (id: VerificationId) =>
    (byVerification.get(id) ?? []).map((row) => ({ id: idFromUuid('msg', row.id), queuedAt: row.queued_at }));
  return keys.map(({ id }) => sendsOfOne(id));
}
