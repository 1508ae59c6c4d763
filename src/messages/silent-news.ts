import type { Tx } from '../db/client.ts';
import { runBatch } from '../db/rowset.ts';
import { idFromUuid, type VerificationId } from '../ids.ts';
import type { ReceiptNews } from '../routing/receipt-latencies.ts';
import { KEYS, type VerificationKey } from '../verifications/store.ts';
import type { VerificationRow } from '../verifications/table.ts';
import type { AttemptState } from './attempt-store.ts';
import type { Silent } from './silent.ts';

const ONE_MESSAGE = `
  SELECT m.verification_id FROM messages m
  JOIN ${KEYS.from} ON m.account_id IS NOT DISTINCT FROM n.account_id AND m.verification_id = n.id
  GROUP BY m.account_id, m.verification_id HAVING count(*) = 1`;

export interface SilentAttempt extends Silent<AttemptState> {
  verification: VerificationRow;
}

/** What silent attempts say of their routes' receipts. Of two messages with one code nobody knows which one arrived. */
export async function newsOfSilent(
  tx: Tx,
  silent: readonly SilentAttempt[],
  now: number,
): Promise<ReceiptNews[]> {
  const arrived = silent.flatMap(({ hasArrived, verification }) => (hasArrived ? [verification] : []));
  const proven = await withOneMessage(tx, arrived);
  return silent.flatMap(({ verification, attempt, hasArrived }): ReceiptNews[] => {
    if (hasArrived && !proven.has(verification.id)) return [];
    const { accountId, country } = verification;
    const { routeId, carrierId } = attempt;
    return [{ accountId, routeId, carrierId, country, at: now, what: { kind: 'silent', hasArrived } }];
  });
}

async function withOneMessage(
  tx: Tx,
  verifications: readonly VerificationKey[],
): Promise<ReadonlySet<VerificationId>> {
  if (verifications.length === 0) return new Set();
  const keys = verifications.map(({ accountId, id }) => ({ accountId, id }));
  const rows = await runBatch<VerificationKey, { verification_id: string }>(tx, ONE_MESSAGE, KEYS, keys);
  return new Set(rows.map(({ verification_id: id }) => idFromUuid('vrf', id)));
}
