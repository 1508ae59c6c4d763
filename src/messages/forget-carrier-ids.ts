import type { Tx } from '../db/client.ts';
import { runBatch } from '../db/rowset.ts';
import { KEYS, type VerificationKey } from '../verifications/store.ts';

// What waits under the id that the carrier gave goes first: without the id nobody finds it.
const RECEIPTS = `
  DELETE FROM receipt_inbox i USING ${KEYS.from}
  JOIN messages m ON m.account_id IS NOT DISTINCT FROM n.account_id AND m.verification_id = n.id
  JOIN attempts a ON a.account_id IS NOT DISTINCT FROM m.account_id AND a.verification_id = n.id AND a.message_id = m.id
  WHERE i.account_id IS NOT DISTINCT FROM a.account_id AND i.carrier_id = a.carrier_id
    AND i.carrier_message_id = a.carrier_message_id`;

const PARTS = `
  DELETE FROM attempt_parts p USING ${KEYS.from}
  JOIN messages m ON m.account_id IS NOT DISTINCT FROM n.account_id AND m.verification_id = n.id
  JOIN attempts a ON a.account_id IS NOT DISTINCT FROM m.account_id AND a.verification_id = n.id AND a.message_id = m.id
  WHERE p.account_id = a.account_id AND p.attempt_id = a.id`;

const ATTEMPTS = `
  UPDATE attempts a SET carrier_message_id = NULL FROM ${KEYS.from}
  JOIN messages m ON m.account_id IS NOT DISTINCT FROM n.account_id AND m.verification_id = n.id
  WHERE a.account_id IS NOT DISTINCT FROM m.account_id AND a.verification_id = n.id AND a.message_id = m.id
    AND a.carrier_message_id IS NOT NULL RETURNING a.id`;

/**
 * Forgets what carriers call the messages of verifications that are locked: with that and the carrier's own books
 * a message would lead back to its number. Receipts that come later find nothing, and are forgotten.
 * @returns of how many attempts
 */
export async function forgetCarrierIds(tx: Tx, verifications: readonly VerificationKey[]): Promise<number> {
  if (verifications.length === 0) return 0;
  await runBatch(tx, RECEIPTS, KEYS, verifications);
  await runBatch(tx, PARTS, KEYS, verifications);
  return (await runBatch<VerificationKey, object>(tx, ATTEMPTS, KEYS, verifications)).length;
}
