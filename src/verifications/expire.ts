import type { Tx } from '../db/client.ts';
import { transaction } from '../db/transaction.ts';
import { commitJournal, publishJournal } from '../events/commit.ts';
import { createJournal } from '../events/journal.ts';
import type { App } from '../platform.ts';
import { saveVerifications, verificationFromRaw, type RawVerification } from './store.ts';
import type { VerificationRow } from './table.ts';
import { IDEMPOTENCY_HOURS } from './idempotency.ts';

const BATCH_SIZE = 500;

/**
 * Ends pending verifications whose time is up, a batch in one transaction; several workers share
 * the work by skipping what another one holds.
 * @returns how many it ended; when that is a full batch there may be more
 */
export async function expireVerifications(app: App): Promise<{ expired: number; more: boolean }> {
  const now = app.clock();
  const { journal, transactionId } = await transaction(
    app.lanes,
    (tx) => lockExpired(tx, now),
    async (tx, due) => {
      const journal = createJournal(now);
      for (const v of due) {
        v.status = 'expired';
        v.settledAt = new Date(now);
        journal.record('VerificationExpired', v);
      }
      const [transactionId] = await Promise.all([commitJournal(tx, journal), saveVerifications(tx, due)]);
      return { journal, transactionId };
    },
  );
  publishJournal(app, journal, transactionId);
  const expired = journal.entries.length;
  return { expired, more: expired === BATCH_SIZE };
}

async function lockExpired(tx: Tx, now: number): Promise<VerificationRow[]> {
  const rows = await tx<RawVerification[]>`
    SELECT * FROM verifications
    WHERE status = 'pending' AND expires_at <= ${new Date(now)}
    ORDER BY expires_at LIMIT ${BATCH_SIZE}
    FOR UPDATE SKIP LOCKED`.execute();
  return rows.map(verificationFromRaw);
}

/** Forgets idempotency keys that are too old to answer. */
export async function forgetIdempotencyKeys(app: App): Promise<void> {
  const before = new Date(app.clock() - IDEMPOTENCY_HOURS * 3_600_000);
  await app.sql`DELETE FROM idempotency_keys WHERE created_at < ${before}`;
}
