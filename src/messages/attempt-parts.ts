import type { Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { firstUuidAt, idFromUuid, type AttemptId, type CarrierId, type MessageId } from '../ids.ts';
import type { AccountId, VerificationId } from '../ids.ts';
import { INBOX_HOURS } from './inbox.ts';
import { LONE_RECEIPT_MS } from './parts.ts';

/** What the carrier calls the second part of a message or one behind it; the attempt itself has the first. */
export interface AttemptPart {
  accountId: AccountId;
  attemptId: AttemptId;
  part: number;
  carrierId: CarrierId;
  carrierMessageId: string;
  messageId: MessageId;
  verificationId: VerificationId;
}

const ROWS = rowset<AttemptPart>({
  account_id: ['uuid', (r) => r.accountId],
  attempt_id: ['uuid', (r) => r.attemptId],
  part: ['smallint', (r) => r.part],
  carrier_id: ['uuid', (r) => r.carrierId],
  carrier_message_id: ['text', (r) => r.carrierMessageId],
  message_id: ['uuid', (r) => r.messageId],
  verification_id: ['uuid', (r) => r.verificationId],
});

// An answer that is committed again after an outage names the same parts.
const INSERT = `
  INSERT INTO attempt_parts (${ROWS.names}) SELECT ${ROWS.names} FROM ${ROWS.from} ON CONFLICT DO NOTHING`;

export async function insertParts(tx: Tx, parts: readonly AttemptPart[]): Promise<void> {
  if (parts.length > 0) await runBatch(tx, INSERT, ROWS, parts);
}

/** A receipt of one part that the others have not followed in their time. */
export interface LoneReceipt {
  accountId: AccountId;
  attemptId: AttemptId;
  carrierId: CarrierId;
  carrierMessageId: string;
  messageId: MessageId;
  verificationId: VerificationId;
  receivedAt: Date;
  /** The carrier has reported a second part of some message: those of this one will come. */
  isPerPart: boolean;
}

/** Up to 500 of them, the oldest first. */
export async function findLoneReceipts(tx: Tx, now: number): Promise<LoneReceipt[]> {
  const rows = await tx<RawLone[]>`
    SELECT a.account_id, a.id, a.carrier_id, a.carrier_message_id, a.message_id, a.verification_id, a.parts_due_at,
      EXISTS (
        SELECT FROM attempts b
        WHERE b.carrier_id = a.carrier_id AND b.account_id IS NOT DISTINCT FROM a.account_id
          AND b.parts ~ ':.*[du].*[du]') AS is_per_part
    FROM attempts a WHERE a.parts_due_at <= ${new Date(now)} ORDER BY a.parts_due_at LIMIT 500`;
  return rows.map((raw) => ({
    accountId: idFromUuid('acc', raw.account_id),
    attemptId: idFromUuid('att', raw.id),
    carrierId: idFromUuid('car', raw.carrier_id),
    carrierMessageId: raw.carrier_message_id,
    messageId: idFromUuid('msg', raw.message_id),
    verificationId: idFromUuid('vrf', raw.verification_id),
    receivedAt: new Date(raw.parts_due_at.getTime() - LONE_RECEIPT_MS),
    isPerPart: raw.is_per_part,
  }));
}

/** Forgets what parts were called, of attempts whose receipts are not waited for any more: ids go by time. */
export async function forgetOldParts(tx: Tx, now: number): Promise<void> {
  await tx`DELETE FROM attempt_parts WHERE attempt_id < ${firstUuidAt(now - INBOX_HOURS * 3_600_000)}`;
}

interface RawLone {
  account_id: string;
  id: string;
  carrier_id: string;
  carrier_message_id: string;
  message_id: string;
  verification_id: string;
  parts_due_at: Date;
  is_per_part: boolean;
}
