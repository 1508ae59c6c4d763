import type { App } from '../platform.ts';
import { batchFromRaw, type RawBatch } from './store.ts';
import type { BatchRow } from './table.ts';

/** How long a batch stays with a worker that does not say that it lives. */
export const LEASE_MS = 10_000;
const AT_ONCE = 200;

/** Batches of which something is to be started, for this worker alone; the oldest first. */
export async function claimBatches(app: App, worker: string): Promise<BatchRow[]> {
  const now = app.clock();
  const rows = await app.sql<RawBatch[]>`
    WITH open AS (
      SELECT account_id, id FROM batches
      WHERE finished_at IS NULL AND status <> 'receiving'
        AND (worker = ${worker}::uuid OR lease_until IS NULL OR lease_until < ${new Date(now)})
      ORDER BY id LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED)
    UPDATE batches b SET worker = ${worker}::uuid, lease_until = ${new Date(now + LEASE_MS)} FROM open
    WHERE b.account_id = open.account_id AND b.id = open.id
    RETURNING b.*`;
  return rows.map(batchFromRaw).sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** Gives them back, so that another worker takes them at once. */
export async function releaseBatches(app: App, worker: string): Promise<void> {
  await app.sql`
    UPDATE batches SET lease_until = NULL, worker = NULL
    WHERE account_id IS NOT NULL AND finished_at IS NULL AND worker = ${worker}::uuid`;
}
