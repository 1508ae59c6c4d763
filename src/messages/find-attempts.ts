import type { Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import {
  firstUuidAt,
  idFromUuid,
  type AccountId,
  type AttemptId,
  type CarrierId,
  type MessageId,
  type VerificationId,
} from '../ids.ts';

/** An attempt that a carrier's id stands for. */
export interface FoundAttempt extends CarrierMessageKey {
  id: AttemptId;
  messageId: MessageId;
  verificationId: VerificationId;
  /** Which part of the message has this id, from 1. */
  part: number;
}

/** What a carrier calls a message of ours. */
export interface CarrierMessageKey {
  accountId: AccountId;
  carrierId: CarrierId;
  carrierMessageId: string;
}

export const CARRIER_MESSAGE_KEYS = rowset<CarrierMessageKey>({
  account_id: ['uuid', (k) => k.accountId],
  carrier_id: ['uuid', (k) => k.carrierId],
  carrier_message_id: ['text', (k) => k.carrierMessageId],
});

/**
 * So many days after the start of its verification a receipt still finds its attempt. It is looked for among the
 * attempts since then, and not in every partition that there is; carriers give an id again after a while, too.
 */
export const RECEIPT_DAYS = 30;

/** Attempts of verifications with ids before it hear of no receipt any more. */
export function receiptsSince(now: number): string {
  return firstUuidAt(now - RECEIPT_DAYS * 86_400_000);
}

// A column and no parameter: so that the plan which is kept looks into few partitions.
const SOUGHT = rowset<CarrierMessageKey & { since: string }>({
  account_id: ['uuid', (k) => k.accountId],
  carrier_id: ['uuid', (k) => k.carrierId],
  carrier_message_id: ['text', (k) => k.carrierMessageId],
  since: ['text', (k) => k.since],
});

/** A string that is equal for equal keys. */
export function carrierMessageName(key: Pick<CarrierMessageKey, 'carrierId' | 'carrierMessageId'>): string {
  return `${key.carrierId}/${key.carrierMessageId}`;
}

// The newest one, for the carrier that gives every message the same id.
const FIND = `
  SELECT found.* FROM ${SOUGHT.from}
  CROSS JOIN LATERAL (
    (SELECT a.account_id, a.id, a.message_id, a.verification_id, a.carrier_id, a.carrier_message_id, 1 AS part
     FROM attempts a
     WHERE a.account_id IS NOT DISTINCT FROM n.account_id
       AND a.carrier_id = n.carrier_id AND a.carrier_message_id = n.carrier_message_id
       AND a.verification_id >= n.since::uuid
     ORDER BY a.id DESC LIMIT 1)
    UNION ALL
    (SELECT p.account_id, p.attempt_id, p.message_id, p.verification_id, p.carrier_id, p.carrier_message_id, p.part
     FROM attempt_parts p
     WHERE p.account_id IS NOT DISTINCT FROM n.account_id
       AND p.carrier_id = n.carrier_id AND p.carrier_message_id = n.carrier_message_id
     ORDER BY p.attempt_id DESC LIMIT 1)
    ORDER BY id DESC LIMIT 1) AS found`;

/** The attempts that carriers' ids stand for; ids that no attempt has yet are missing. */
export async function findAttempts(
  tx: Tx,
  keys: readonly CarrierMessageKey[],
  now: number,
): Promise<FoundAttempt[]> {
  if (keys.length === 0) return [];
  const since = receiptsSince(now);
  const sought = keys.map(({ accountId, carrierId, carrierMessageId }) => ({
    accountId,
    carrierId,
    carrierMessageId,
    since,
  }));
  const rows = await runBatch<(typeof sought)[number], RawFound>(tx, FIND, SOUGHT, sought);
  return rows.map((raw) => ({
    ...placeFromRaw(raw),
    carrierMessageId: raw.carrier_message_id,
    part: raw.part,
  }));
}

export interface RawPlace {
  account_id: string;
  id: string;
  message_id: string;
  verification_id: string;
  carrier_id: string;
}

interface RawFound extends RawPlace {
  carrier_message_id: string;
  part: number;
}

export function placeFromRaw(raw: RawPlace) {
  return {
    accountId: idFromUuid('acc', raw.account_id),
    id: idFromUuid('att', raw.id),
    messageId: idFromUuid('msg', raw.message_id),
    verificationId: idFromUuid('vrf', raw.verification_id),
    carrierId: idFromUuid('car', raw.carrier_id),
  };
}
