import { ofMode } from '../accounts/of-mode.ts';
import type { Principal } from '../accounts/principal.ts';
import type { BatchId, VerificationId } from '../ids.ts';
import type { App } from '../platform.ts';
import { statusWithoutResult, type RowStatus } from './batch.ts';
import { progressOf, type BatchProgress } from './progress.ts';
import { readResults } from './store.ts';
import type { RowError } from './refusal.ts';

/** @returns undefined when the caller sees no such batch */
export async function findBatch(app: App, who: Principal, id: BatchId): Promise<BatchProgress | undefined> {
  const { accountId } = who;
  if (who.kind === 'clientToken') return undefined;
  const row = await app.db.query.batches.findFirst({ where: { accountId, id, ...ofMode(who) } });
  return row && progressOf(row);
}

/** A page of the batches that the caller sees, newest first. */
export async function listBatches(
  app: App,
  who: Principal,
  { after, limit }: { after: BatchId | undefined; limit: number },
): Promise<BatchProgress[]> {
  const { accountId } = who;
  if (who.kind === 'clientToken') return [];
  const rows = await app.db.query.batches.findMany({
    where: { accountId, ...ofMode(who), ...(after && { id: { lt: after } }) },
    orderBy: { id: 'desc' },
    limit,
  });
  return rows.map(progressOf);
}

/** What has become of one row. */
export interface RowResult {
  /** From 1. */
  row: number;
  status: RowStatus;
  /** Of one that was started. */
  verificationId: VerificationId | null;
  /** Of one that was refused. */
  error: RowError | null;
}

/** What has become of the rows behind one, in their order. @param limit at most so many */
export async function listResults(
  app: App,
  batch: BatchProgress,
  { after, limit }: { after: number; limit: number },
): Promise<RowResult[]> {
  const to = Math.min(batch.rows, after + limit);
  if (to <= after) return [];
  const found = await readResults(app.sql, batch, { from: after + 1, to });
  const byRow = new Map(found.map((result) => [result.row, result]));
  return Array.from({ length: to - after }, (_, i) => {
    const row = after + 1 + i;
    const result = byRow.get(row);
    if (!result) return { row, status: statusWithoutResult(batch, row), verificationId: null, error: null };
    const { verificationId, error } = result;
    return { row, status: error ? 'refused' : 'started', verificationId, error };
  });
}

/** The number of a row is its cursor. @returns undefined for what is none */
export function rowOfCursor(after: string | null | undefined): number | undefined {
  if (after == null) return 0;
  return /^[1-9]\d{0,8}$/.test(after) ? Number(after) : undefined;
}
