import type { CheckBatch } from './commit-checks.ts';
import type { VerificationRow } from './table.ts';

/** Ends a pending verification whose destination wants no messages; what is still queued is not sent. */
export function blockPending(batch: CheckBatch, v: VerificationRow): void {
  if (v.status !== 'pending') return;
  v.status = 'failed';
  v.failureReason = 'blocked';
  v.settledAt = new Date(batch.now);
  batch.changed.add(v);
  batch.journal.record('VerificationFailed', v);
}
