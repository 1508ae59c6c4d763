import type { Doer } from '../audit/actor.ts';
import { actorOf } from '../audit/actor.ts';
import { appendAudit } from '../audit/append.ts';
import { eraseBatchRows } from '../batches/erase-rows.ts';
import { withKeys } from '../crypto/with-keys.ts';
import { transaction } from '../db/transaction.ts';
import { commitJournal, publishJournal } from '../events/commit.ts';
import { createJournal } from '../events/journal.ts';
import { eraseFactors } from '../factors/erase-subject.ts';
import { indexNames } from '../factors/index-names.ts';
import { eraseSender } from '../inbound/erase-sender.ts';
import { forgetCarrierIds } from '../messages/forget-carrier-ids.ts';
import { eraseLookups } from '../numbers/lookup-store.ts';
import type { App } from '../platform.ts';
import { eraseDestination } from '../verifications/erase-destination.ts';
import { eraseSafeNumber } from '../verifications/erase-safe-number.ts';
import { beginErasure, finishErasure, type Erasure } from './erasures.ts';
import { hashReceipt, type Receipt } from './receipt.ts';

/** Whom an erasure is about. */
export interface ErasedSubject {
  /** Its blind indexes. */
  subjects: readonly Buffer[];
  /** Not known when an erasure is done again. */
  e164?: string;
}

/**
 * Destroys what is stored of a subject, in one transaction with its line in the ledger and in the audit log.
 * @returns undefined when this erasure has been done before
 */
export async function eraseRows(
  app: App,
  who: Doer,
  erasure: Erasure,
  subject: ErasedSubject,
): Promise<Receipt | undefined> {
  const { accountId, id, erasedAt, forgetOptOut } = erasure;
  const { subjects } = subject;
  const erased = { subjects, forgetOptOut };
  // First: what a worker has begun of a batch is a verification then.
  const batchRows = await eraseBatchRows(app, accountId, subjects);
  await indexNames(app, accountId);
  const done = await withKeys(app.keys, () =>
    transaction(
      app.lanes,
      async (tx) => {
        if (!(await beginErasure(tx, erasure))) return undefined;
        const journal = createJournal(app.clock());
        // Locks destinations and verifications, in their order; all that follows is about these.
        const { verifications, ...counts } = await eraseDestination(app, tx, accountId, erased, journal);
        const receipt: Receipt = {
          kind: 'erasure',
          accountId,
          id,
          at: erasedAt,
          counts: {
            ...counts,
            carrierMessageIds: await forgetCarrierIds(tx, verifications),
            ...(await eraseSender(app, tx, accountId, subject)),
            ...(await eraseFactors(app, tx, accountId, subjects)),
            batchRows,
            numberLookups: await eraseLookups(tx, accountId, subjects),
            safeNumbers: await eraseSafeNumber(tx, accountId, subjects),
          },
        };
        return { receipt, journal };
      },
      async (tx, state) => {
        if (!state) return undefined;
        const { receipt, journal } = state;
        const details = { hash: hashReceipt(receipt), ...receipt.counts };
        const entry = {
          accountId,
          actor: actorOf(who),
          action: 'subject.erase',
          targets: [id],
          details,
        } as const;
        const [transactionId] = await Promise.all([
          commitJournal(tx, journal),
          finishErasure(tx, erasure, receipt.counts),
          appendAudit(tx, [entry], app.clock()),
        ]);
        return { receipt, journal, transactionId };
      },
    ),
  );
  if (done) publishJournal(app, done.journal, done.transactionId);
  return done?.receipt;
}
