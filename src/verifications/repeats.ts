import type { Tx } from '../db/client.ts';
import type { App } from '../platform.ts';
import {
  claimName,
  readIdempotencyKeys,
  type IdempotencyClaim,
  type IdempotencyRecord,
} from './idempotency.ts';
import { readVerifications } from './store.ts';
import type { AnsweredVerification } from './number-of.ts';

/** What a start is answered with. */
export type StartResult = AnsweredVerification | Error;

/** Stands for a verification that another start made: read once the batch is written. */
export class Repeat extends Error {
  readonly record: IdempotencyRecord;
  constructor(record: IdempotencyRecord) {
    super('repeat');
    this.record = record;
  }
}

/** Which idempotency keys stand for a verification already. */
export async function areAnswered(app: App, claims: readonly IdempotencyClaim[]): Promise<boolean[]> {
  const answered = new Set((await readIdempotencyKeys(app.sql, claims)).map(claimName));
  return claims.map((claim) => answered.has(claimName(claim)));
}

/** A repeated start gets its verification as it is now: the first answer, with what happened since. */
export async function answerRepeats(tx: Tx, results: readonly StartResult[]): Promise<StartResult[]> {
  const keys = results.flatMap((r) =>
    r instanceof Repeat ? [{ accountId: r.record.accountId, id: r.record.verificationId }] : [],
  );
  if (keys.length === 0) return [...results];
  const rows = new Map((await readVerifications(tx, keys)).map((row) => [row.id, row]));
  return results.map((r) => (r instanceof Repeat ? rows.get(r.record.verificationId)! : r));
}
