import type { Sql, Tx } from '../db/client.ts';
import { idFromUuid, uuidOf, type AccountId, type ReceiptId } from '../ids.ts';
import type { Counts } from './receipt.ts';

/** The statements on the ledger in the database. */
export interface Erasure {
  accountId: AccountId;
  id: ReceiptId;
  erasedAt: Date;
  /** Of its blind indexes: see `markOf`. */
  marks: readonly Buffer[];
  /** Its opt-outs went, too, so that it may be sent to again. */
  forgetOptOut: boolean;
}

export const MARK_BYTES = 16;

/** @returns false when it was done already, by this or another process */
export async function beginErasure(
  tx: Tx,
  { accountId, id, erasedAt, marks, forgetOptOut }: Erasure,
): Promise<boolean> {
  const { count } = await tx`
    INSERT INTO vault.erasures (account_id, id, erased_at, marks, forget_opt_out, counts)
    VALUES (${uuidOf(accountId)}, ${uuidOf(id)}, ${erasedAt}, ${Buffer.concat(marks)}, ${forgetOptOut}, '{}')
    ON CONFLICT DO NOTHING`.execute();
  return count > 0;
}

export async function finishErasure(tx: Tx, { accountId, id }: Erasure, counts: Counts): Promise<void> {
  await tx`
    UPDATE vault.erasures SET counts = ${JSON.stringify(counts)}::text::jsonb
    WHERE account_id = ${uuidOf(accountId)} AND id = ${uuidOf(id)}`.execute();
}

/** Those of all accounts that a backup may still be from before. */
export async function readErasures(sql: Sql): Promise<Erasure[]> {
  const rows = await sql<RawErasure[]>`
    SELECT account_id, id, erased_at, marks, forget_opt_out FROM vault.erasures WHERE marks IS NOT NULL`;
  return rows.map((row) => ({
    accountId: idFromUuid('acc', row.account_id),
    id: idFromUuid('rcp', row.id),
    erasedAt: row.erased_at,
    marks: marksIn(row.marks),
    forgetOptOut: row.forget_opt_out,
  }));
}

interface RawErasure {
  account_id: string;
  id: string;
  erased_at: Date;
  marks: Buffer;
  forget_opt_out: boolean;
}

/** A keyed hash of a number is personal data as well: it goes when no backup is left that it is for. */
export async function forgetMarks(sql: Sql, before: Date): Promise<void> {
  await sql`UPDATE vault.erasures SET marks = NULL WHERE erased_at < ${before} AND marks IS NOT NULL`;
}

function marksIn(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length / MARK_BYTES }, (_, i) =>
    bytes.subarray(i * MARK_BYTES, (i + 1) * MARK_BYTES),
  );
}
