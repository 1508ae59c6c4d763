import { randomUUID } from 'node:crypto';
import type { CarrierReceipt, Retry } from '../carriers/carrier.ts';
import type { Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { idFromUuid, type AccountId } from '../ids.ts';
import { CARRIER_MESSAGE_KEYS, receiptsSince, type CarrierMessageKey } from './find-attempts.ts';

/**
 * Where receipts wait until their attempt is known by the carrier's id. Receipts overtake the
 * answer to the submit: of those that came 20 ms after it, 99 in 100 found no attempt yet.
 */
export interface AccountReceipt extends CarrierReceipt {
  accountId: AccountId;
}

/** How long a receipt waits: carriers send them days late. */
export const INBOX_HOURS = 72;

const ROWS = rowset<AccountReceipt & { id: string }>({
  account_id: ['uuid', (r) => r.accountId],
  id: ['text', (r) => r.id],
  carrier_id: ['uuid', (r) => r.carrierId],
  carrier_message_id: ['text', (r) => r.carrierMessageId],
  state: ['text', (r) => r.state],
  error_code: ['text', (r) => r.error?.code],
  error_message: ['text', (r) => r.error?.message],
  retry: ['text', (r) => r.retry],
  received_at: ['timestamptz', (r) => r.receivedAt],
});

const INSERT = `
  INSERT INTO receipt_inbox (${ROWS.names})
  SELECT account_id, id::uuid, carrier_id, carrier_message_id, state, error_code, error_message, retry, received_at
  FROM ${ROWS.from}`;

const TAKE = `
  DELETE FROM receipt_inbox i USING ${CARRIER_MESSAGE_KEYS.from}
  WHERE i.account_id IS NOT DISTINCT FROM n.account_id AND i.carrier_id = n.carrier_id AND i.carrier_message_id = n.carrier_message_id
  RETURNING i.*`;

export async function putIntoInbox(tx: Tx, receipts: readonly AccountReceipt[]): Promise<void> {
  if (receipts.length === 0) return;
  const rows = receipts.map((r) => ({ ...r, id: randomUUID() }));
  await runBatch(tx, INSERT, ROWS, rows);
}

/** Takes out the receipts that waited for these ids, in the order in which they came. */
export async function takeFromInbox(tx: Tx, keys: readonly CarrierMessageKey[]): Promise<AccountReceipt[]> {
  if (keys.length === 0) return [];
  return inOrder(await runBatch<CarrierMessageKey, RawReceipt>(tx, TAKE, CARRIER_MESSAGE_KEYS, keys));
}

/** Which of the receipts that can be matched. */
export interface Wanted {
  /** These alone, by their ids here; undefined: up to 500 of all. */
  only?: readonly string[];
  /** Not these. */
  except: readonly string[];
}

/**
 * Takes out receipts whose attempt is known by now: when one worker heard the receipt while another one was
 * committing the answer, neither saw the other's row.
 */
export async function takeMatched(tx: Tx, now: number, wanted: Wanted): Promise<AccountReceipt[]> {
  return inOrder(
    await tx<RawReceipt[]>`
      DELETE FROM receipt_inbox WHERE (account_id, id) IN (
        SELECT i.account_id, i.id FROM receipt_inbox i ${isMatched(tx, now, wanted)}
        LIMIT 500 FOR UPDATE OF i SKIP LOCKED)
      RETURNING *`,
  );
}

/** The ids of those that would be taken. */
export async function listMatched(tx: Tx, now: number, wanted: Wanted): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    SELECT i.id FROM receipt_inbox i ${isMatched(tx, now, wanted)} LIMIT 500`;
  return rows.map(({ id }) => id);
}

function isMatched(tx: Tx, now: number, { only, except }: Wanted) {
  return tx`
    -- One probe per waiting receipt; as EXISTS it may be turned round, to read every attempt there is.
    CROSS JOIN LATERAL (
      (SELECT FROM attempts a
       WHERE a.account_id IS NOT DISTINCT FROM i.account_id AND a.carrier_id = i.carrier_id
         AND a.carrier_message_id = i.carrier_message_id AND a.verification_id >= ${receiptsSince(now)}::uuid
       LIMIT 1)
      UNION ALL
      (SELECT FROM attempt_parts p
       WHERE p.account_id IS NOT DISTINCT FROM i.account_id AND p.carrier_id = i.carrier_id
         AND p.carrier_message_id = i.carrier_message_id
       LIMIT 1)
      LIMIT 1) AS known
    WHERE (${only === undefined} OR i.id = ANY (${uuids(only ?? [])}::uuid[])) AND i.id <> ALL (${uuids(except)}::uuid[])`;
}

function uuids(ids: readonly string[]): string {
  return `{${ids.join()}}`;
}

export async function forgetOldReceipts(tx: Tx, now: number): Promise<void> {
  await tx`DELETE FROM receipt_inbox WHERE received_at < ${new Date(now - INBOX_HOURS * 3_600_000)}`;
}

interface RawReceipt {
  account_id: string;
  carrier_id: string;
  carrier_message_id: string;
  state: CarrierReceipt['state'];
  error_code: string | null;
  error_message: string | null;
  retry: Retry | null;
  received_at: Date;
}

function inOrder(rows: readonly RawReceipt[]): AccountReceipt[] {
  return rows
    .map((raw) => ({
      accountId: idFromUuid('acc', raw.account_id),
      carrierId: idFromUuid('car', raw.carrier_id),
      carrierMessageId: raw.carrier_message_id,
      state: raw.state,
      ...(raw.error_code !== null && { error: { code: raw.error_code, message: raw.error_message ?? '' } }),
      ...(raw.retry && { retry: raw.retry }),
      receivedAt: raw.received_at,
    }))
    .sort((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime());
}
