import { modeOf, type Principal } from '../accounts/principal.ts';
import { actorOf } from '../audit/actor.ts';
import { appendAudit } from '../audit/append.ts';
import type { Tx } from '../db/client.ts';
import { transaction } from '../db/transaction.ts';
import { commitJournal, publishJournal } from '../events/commit.ts';
import { createJournal, type Journal } from '../events/journal.ts';
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
  const { verification, journal, transactionId } = await transaction(
    app.lanes,
    async (tx) => {
      const [verification] = await lockVerifications(tx, [{ accountId: who.accountId, id }]);
      if (verification?.mode !== modeOf(who)) throw new VerificationNotFound();
      return { verification, journal: cancel(verification, app.clock()) };
    },
    async (tx, { verification, journal }) => {
      const [transactionId] = await Promise.all([
        commitJournal(tx, journal),
        saveVerifications(tx, journal.entries.length > 0 ? [verification] : []),
        noteCancel(tx, who, id, journal),
      ]);
      return { verification, journal, transactionId };
    },
  );
  publishJournal(app, journal, transactionId);
  return verification;
}

/** Canceling again does nothing, so it is not noted. */
async function noteCancel(tx: Tx, who: Principal, id: VerificationId, { entries }: Journal): Promise<void> {
  const { accountId } = who;
  const [done] = entries;
  const entry = { accountId, actor: actorOf(who), action: 'verification.cancel', targets: [id] } as const;
  if (done) await appendAudit(tx, [entry], done.occurredAt.getTime());
}

/** Changes the row. @returns what happened: nothing when it was canceled before */
function cancel(verification: VerificationRow, now: number): Journal {
  const journal = createJournal(now);
  if (verification.status === 'canceled') return journal;
  if (verification.status !== 'pending') throw new VerificationSettled(verification.status);
  verification.status = 'canceled';
  verification.settledAt = new Date(now);
  journal.record('VerificationCanceled', verification);
  return journal;
}
