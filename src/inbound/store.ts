import type { Keyring } from '../crypto/keyring.ts';
import { open, seal } from '../crypto/seal.ts';
import { newId } from '../crypto/new-id.ts';
import type { Sql, Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { idFromUuid, uuidOf, type AccountId, type InboundMessageId } from '../ids.ts';
import type { InboundCursor } from './cursor.ts';
import type { InboundMessageRow } from './table.ts';

/** A row before its transaction is known. */
export type NewInboundMessage = Omit<InboundMessageRow, 'transaction' | 'days'>;

/** What a message is, before it is sealed. */
export type OpenInboundMessage = Omit<NewInboundMessage, 'id' | 'fromSealed' | 'textSealed'> & {
  from: string;
  text: string;
};

const ROWS = rowset<NewInboundMessage>({
  account_id: ['uuid', (r) => r.accountId],
  id: ['uuid', (r) => r.id],
  carrier_id: ['uuid', (r) => r.carrierId],
  service_id: ['uuid', (r) => r.serviceId],
  kind: ['text', (r) => r.kind],
  our_number: ['text', (r) => r.ourNumber],
  sender: ['bytea', (r) => r.sender],
  from_sealed: ['bytea', (r) => r.fromSealed],
  text_sealed: ['bytea', (r) => r.textSealed],
  verification_id: ['uuid', (r) => r.verificationId],
  received_at: ['timestamptz', (r) => r.receivedAt],
});

const INSERT = `
  WITH stored AS (
    INSERT INTO vault.inbound_messages (${ROWS.names}, days) SELECT n.*, coalesce(a.inbound_days, 30)
    FROM ${ROWS.from} LEFT JOIN accounts a ON a.id = n.account_id)
  SELECT pg_current_xact_id()::text AS transaction`;

export function sealInboundMessage(
  keys: Keyring,
  message: OpenInboundMessage,
  now: number,
): NewInboundMessage {
  const { from, text, ...plain } = message;
  const id = newId('inb', now);
  const sealed = (column: 'from' | 'text', value: string) =>
    seal(keys, value.toWellFormed(), placeOf(message.accountId, id, column));
  return { ...plain, id, fromSealed: sealed('from', from), textSealed: sealed('text', text) };
}

/** @returns the transaction's id; undefined when there was nothing to store */
export async function insertInboundMessages(
  tx: Tx,
  rows: readonly NewInboundMessage[],
): Promise<string | undefined> {
  if (rows.length === 0) return undefined;
  const [row] = await runBatch<NewInboundMessage, { transaction: string }>(tx, INSERT, ROWS, rows);
  return row!.transaction;
}

/** What is needed to open a message. */
export type SealedMessage = Pick<InboundMessageRow, 'accountId' | 'id' | 'fromSealed' | 'textSealed'>;

/** E.164 with `+`, or a name or short code as the carrier wrote it. */
export function openFrom(keys: Keyring, row: SealedMessage): string {
  return open(keys, row.fromSealed, placeOf(row.accountId, row.id, 'from'));
}

export function openText(keys: Keyring, row: SealedMessage): string {
  return open(keys, row.textSealed, placeOf(row.accountId, row.id, 'text'));
}

function placeOf(account: AccountId, row: InboundMessageId, column: 'from' | 'text') {
  return { account, table: 'inbound_messages', column, row };
}

const AFTER = `
  SELECT * FROM vault.inbound_messages
  WHERE account_id = $1::uuid AND (transaction, id) > ($2::xid8, $3::uuid) AND transaction < $4::xid8
  ORDER BY transaction, id LIMIT $5`;

/**
 * Reads an account's messages behind a place, up to a horizon.
 * @param horizon transactions below it are over, so nothing can still appear between what this reads
 */
export async function readInboundAfter(
  sql: Sql,
  accountId: AccountId,
  after: InboundCursor,
  horizon: string,
  limit: number,
): Promise<InboundMessageRow[]> {
  const params = [uuidOf(accountId), after.transaction, uuidOf(after.id), horizon, limit];
  return (await sql.unsafe<RawInboundMessage[]>(AFTER, params, { prepare: true })).map(fromRaw);
}

interface RawInboundMessage {
  account_id: string;
  id: string;
  carrier_id: string;
  service_id: string | null;
  kind: InboundMessageRow['kind'];
  our_number: string;
  sender: Buffer | null;
  from_sealed: Buffer;
  text_sealed: Buffer;
  verification_id: string | null;
  received_at: Date;
  transaction: string;
  days: number;
}

function fromRaw(raw: RawInboundMessage): InboundMessageRow {
  return {
    accountId: idFromUuid('acc', raw.account_id),
    id: idFromUuid('inb', raw.id),
    carrierId: idFromUuid('car', raw.carrier_id),
    serviceId: raw.service_id === null ? null : idFromUuid('svc', raw.service_id),
    kind: raw.kind,
    ourNumber: raw.our_number,
    sender: raw.sender,
    fromSealed: raw.from_sealed,
    textSealed: raw.text_sealed,
    verificationId: raw.verification_id === null ? null : idFromUuid('vrf', raw.verification_id),
    receivedAt: raw.received_at,
    transaction: raw.transaction,
    days: raw.days,
  };
}
