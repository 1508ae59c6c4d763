import type { App } from '../platform.ts';
import { readVerifications, type VerificationKey } from './store.ts';
import type { VerificationRow } from './table.ts';

const BATCH = { maxBatchSize: 100, lanes: 2 };

/** A verification with what its codes are made from: a row of the API leaves that out, one of an event or a verb has it. */
export async function codeRowOf(app: App, v: VerificationKey): Promise<VerificationRow> {
  return 'codeNonce' in v ? (v as VerificationRow) : app.batched(readRows, BATCH).add(v);
}

async function readRows(app: App, keys: readonly VerificationKey[]) {
  const rows = new Map((await readVerifications(app.sql, keys)).map((row) => [row.id, row]));
  return keys.map(({ id }) => rows.get(id) ?? new Error(`no verification ${id}`));
}
