import type { Principal } from '../accounts/principal.ts';
import { transaction } from '../db/transaction.ts';
import { commitJournal, publishJournal } from '../events/commit.ts';
import { createJournal } from '../events/journal.ts';
import type { VerificationId } from '../ids.ts';
import type { App } from '../platform.ts';
import { VerificationNotFound, VerificationSettled } from './errors.ts';
import { lockVerifications, saveVerifications } from './store.ts';
import type { VerificationRow } from './table.ts';

/**
 * Cancels a pending verification: its code no longer approves, and what is still queued is not sent.
 * Canceling twice is the same as once.
 * @throws {VerificationNotFound | VerificationSettled}
 */
export async function cancelVerification(
  app: App,
  who: Principal,
  id: VerificationId,
): Promise<VerificationRow> {
  const now = app.clock();
  const journal = createJournal(now);
  const { verification, transactionId } = await transaction(app.sql, async (tx) => {
    const [v] = await lockVerifications(tx, [{ accountId: who.accountId, id }]);
    if (!v) throw new VerificationNotFound();
    if (v.status === 'canceled') return { verification: v, transactionId: undefined };
    if (v.status !== 'pending') throw new VerificationSettled(v.status);
    v.status = 'canceled';
    v.settledAt = new Date(now);
    journal.record('VerificationCanceled', v);
    const [transactionId] = await Promise.all([commitJournal(tx, journal), saveVerifications(tx, [v])]);
    return { verification: v, transactionId };
  });
  publishJournal(app, journal, transactionId);
  return verification;
}
