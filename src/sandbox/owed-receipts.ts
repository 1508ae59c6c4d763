import type { Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { idFromUuid, type AccountId, type AttemptId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { SandboxReceipt } from './table.ts';

interface Key {
  accountId: AccountId;
  attemptId: AttemptId;
}

const KEYS = rowset<Key>({
  account_id: ['uuid', (k) => k.accountId],
  attempt_id: ['uuid', (k) => k.attemptId],
});

const ROWS = rowset<SandboxReceipt>({
  account_id: ['uuid', (r) => r.accountId],
  attempt_id: ['uuid', (r) => r.attemptId],
  stat: ['text', (r) => r.stat],
  err: ['smallint', (r) => r.err],
  due_at: ['timestamptz', (r) => r.dueAt],
});

const INSERT = `
  INSERT INTO sandbox_receipts (${ROWS.names}) SELECT * FROM ${ROWS.from} ON CONFLICT DO NOTHING`;

const DELETE = `
  DELETE FROM sandbox_receipts r USING ${KEYS.from}
  WHERE r.account_id = n.account_id AND r.attempt_id = n.attempt_id`;

/** Notes receipts that are owed from now on. */
export async function oweReceipts(app: App, receipts: readonly SandboxReceipt[]): Promise<undefined[]> {
  await runBatch(app.sql, INSERT, ROWS, receipts);
  return receipts.map(() => undefined);
}

/** Forgets receipts that were given. */
export async function forgetReceipts(app: App, keys: readonly Key[]): Promise<undefined[]> {
  await runBatch(app.sql, DELETE, KEYS, keys);
  return keys.map(() => undefined);
}

/** Receipts of all accounts that should have been given by a time, oldest first. */
export async function readOverdue(tx: Tx, before: Date, limit: number): Promise<SandboxReceipt[]> {
  const rows = await tx<RawReceipt[]>`
    SELECT * FROM sandbox_receipts WHERE due_at <= ${before} ORDER BY due_at LIMIT ${limit}`;
  return rows.map((raw) => ({
    accountId: idFromUuid('acc', raw.account_id),
    attemptId: idFromUuid('att', raw.attempt_id),
    stat: raw.stat,
    err: raw.err,
    dueAt: raw.due_at,
  }));
}

interface RawReceipt {
  account_id: string;
  attempt_id: string;
  stat: SandboxReceipt['stat'];
  err: number;
  due_at: Date;
}
