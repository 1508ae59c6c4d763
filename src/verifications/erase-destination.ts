import type { Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import type { Journal } from '../events/journal.ts';
import { uuidOf, type AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { createServiceDirectory } from '../services/directory.ts';
import { deleteNumbers, readVerificationsOf } from '../vault/numbers.ts';
import { deleteDestinations, lockDestinations } from './destinations.ts';
import { lockVerifications, saveVerifications } from './store.ts';
import type { VerificationRow } from './table.ts';

export interface ErasedDestination {
  /** Whose number it was. */
  verifications: readonly VerificationRow[];
  numbers: number;
  verificationsEnded: number;
  destinations: number;
  idempotencyKeys: number;
  optOuts: number;
}

/**
 * Destroys the numbers of a subject's verifications and everything that is kept under its blind indexes. What was
 * pending is canceled: its code approves no longer, and nothing more is sent.
 */
export async function eraseDestination(
  app: App,
  tx: Tx,
  accountId: AccountId,
  { subjects, forgetOptOut }: { subjects: readonly Buffer[]; forgetOptOut: boolean },
  journal: Journal,
): Promise<ErasedDestination> {
  const services = await app.single(createServiceDirectory).of(accountId);
  const keys = services.flatMap(({ id: serviceId }) =>
    subjects.map((destination) => ({ accountId, serviceId, destination })),
  );
  const locked = keys.length > 0 ? await lockDestinations(tx, keys) : [];
  const ids = await readVerificationsOf(tx, accountId, subjects);
  const verifications =
    ids.length > 0
      ? await lockVerifications(
          tx,
          ids.map((id) => ({ accountId, id })),
        )
      : [];
  const pending = verifications.filter(({ status }) => status === 'pending');
  for (const verification of pending) {
    verification.status = 'canceled';
    verification.settledAt = new Date(app.clock());
    journal.record('VerificationCanceled', verification);
  }
  await saveVerifications(tx, pending);
  await deleteDestinations(tx, locked);
  return {
    verifications,
    numbers: await deleteNumbers(tx, accountId, subjects),
    verificationsEnded: pending.length,
    destinations: locked.length,
    idempotencyKeys: await forgetAnswers(tx, verifications),
    optOuts: forgetOptOut ? await forgetOptOuts(tx, accountId, subjects) : 0,
  };
}

/** Clocks of processes differ. */
const MARGIN_MS = 60_000;

const LIVES = rowset<VerificationRow>({
  account_id: ['uuid', (v) => v.accountId],
  verification_id: ['uuid', (v) => v.id],
  first: ['timestamptz', (v) => new Date(v.createdAt.getTime() - MARGIN_MS)],
  last: ['timestamptz', (v) => new Date(v.expiresAt.getTime() + MARGIN_MS)],
});

// No index leads from a verification to its keys; they are found among those of its minutes.
const FORGET_ANSWERS = `
  DELETE FROM idempotency_keys i USING ${LIVES.from}
  WHERE i.account_id IS NOT DISTINCT FROM n.account_id AND i.verification_id = n.verification_id
    AND i.created_at BETWEEN n.first AND n.last RETURNING i.verification_id`;

/** The keys of its starts: the hash beside each is of a body that has the number. */
async function forgetAnswers(tx: Tx, verifications: readonly VerificationRow[]): Promise<number> {
  if (verifications.length === 0) return 0;
  return (await runBatch<VerificationRow, object>(tx, FORGET_ANSWERS, LIVES, verifications)).length;
}

async function forgetOptOuts(tx: Tx, accountId: AccountId, subjects: readonly Buffer[]): Promise<number> {
  const { count } = await tx`
    DELETE FROM opt_outs WHERE account_id = ${uuidOf(accountId)} AND destination IN ${tx(subjects as Buffer[])}`.execute();
  return count;
}
