import type { Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import {
  idFromUuid,
  type AccountId,
  type AttemptId,
  type CarrierId,
  type MessageId,
  type RouteId,
  type VerificationId,
} from '../ids.ts';
import { MESSAGE_KEYS, type MessageKey } from './store.ts';
import type { AttemptRow } from './table.ts';

/** The hot statements on attempts, each for a whole batch. */
export interface AttemptKey {
  accountId: AccountId;
  id: AttemptId;
}

const KEYS = rowset<AttemptKey>({
  account_id: ['uuid', (k) => k.accountId],
  id: ['uuid', (k) => k.id],
});

const ROWS = rowset<AttemptRow>({
  account_id: ['uuid', (r) => r.accountId],
  id: ['uuid', (r) => r.id],
  message_id: ['uuid', (r) => r.messageId],
  verification_id: ['uuid', (r) => r.verificationId],
  carrier_id: ['uuid', (r) => r.carrierId],
  route_id: ['uuid', (r) => r.routeId],
  status: ['text', (r) => r.status],
  decision: ['json', (r) => r.decision],
  price: ['double precision', (r) => r.price],
  submitted_at: ['timestamptz', (r) => r.submittedAt],
});

/** What can still change of an attempt, and what finds it. The decision stays in the table: parsing it costs more than all the rest. */
export type AttemptState = Omit<AttemptRow, 'decision' | 'routeId' | 'price' | 'submittedAt'>;

const STATE = `a.account_id, a.id, a.message_id, a.verification_id, a.carrier_id, a.status, a.carrier_message_id,
  a.error_code, a.error_message, a.answered_at, a.settled_at`;

const CHANGES = rowset<AttemptState>({
  account_id: ['uuid', (r) => r.accountId],
  id: ['uuid', (r) => r.id],
  status: ['text', (r) => r.status],
  carrier_message_id: ['text', (r) => r.carrierMessageId],
  error_code: ['text', (r) => r.errorCode],
  error_message: ['text', (r) => r.errorMessage],
  answered_at: ['timestamptz', (r) => r.answeredAt],
  settled_at: ['timestamptz', (r) => r.settledAt],
});

/** An attempt that a carrier's id stands for. */
export interface FoundAttempt extends CarrierMessageKey {
  id: AttemptId;
  messageId: MessageId;
  verificationId: VerificationId;
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

/** A string that is equal for equal keys. */
export function carrierMessageName(key: Pick<CarrierMessageKey, 'carrierId' | 'carrierMessageId'>): string {
  return `${key.carrierId}/${key.carrierMessageId}`;
}

const INSERT = `
  INSERT INTO attempts (${ROWS.names})
  SELECT account_id, id, message_id, verification_id, carrier_id, route_id, status, decision::json, price, submitted_at
  FROM ${ROWS.from}`;

const UPDATE = `
  UPDATE attempts a SET status = n.status, carrier_message_id = n.carrier_message_id, error_code = n.error_code,
    error_message = n.error_message, answered_at = n.answered_at, settled_at = n.settled_at
  FROM ${CHANGES.from}
  WHERE a.account_id = n.account_id AND a.id = n.id`;

const READ = `SELECT ${STATE} FROM attempts a JOIN ${KEYS.from} USING (account_id, id)`;

// The newest one, for the carrier that gives every message the same id.
const FIND = `
  SELECT a.* FROM ${CARRIER_MESSAGE_KEYS.from}
  CROSS JOIN LATERAL (
    SELECT a.account_id, a.id, a.message_id, a.verification_id, a.carrier_id, a.carrier_message_id FROM attempts a
    WHERE a.account_id IS NOT DISTINCT FROM n.account_id
      AND a.carrier_id = n.carrier_id AND a.carrier_message_id = n.carrier_message_id
    ORDER BY a.id DESC LIMIT 1) a`;

// A worker died between writing these down and hearing of them: nobody knows whether they went out.
const ABANDON = `
  UPDATE attempts a SET status = 'unknown', error_message = 'the worker died before the carrier answered'
  FROM ${MESSAGE_KEYS.from}
  WHERE a.account_id IS NOT DISTINCT FROM n.account_id AND a.message_id = n.id AND a.status = 'submitting'`;

const TRIED = `
  SELECT a.message_id, a.route_id FROM attempts a
  JOIN ${MESSAGE_KEYS.from} ON a.account_id IS NOT DISTINCT FROM n.account_id AND a.message_id = n.id`;

/** The routes that messages were tried over already. */
export async function triedRoutes(
  tx: Tx,
  messages: readonly MessageKey[],
): Promise<Map<MessageId, RouteId[]>> {
  const tried = new Map<MessageId, RouteId[]>();
  if (messages.length === 0) return tried;
  const rows = await runBatch<MessageKey, { message_id: string; route_id: string }>(
    tx,
    TRIED,
    MESSAGE_KEYS,
    messages,
  );
  for (const row of rows) {
    const id = idFromUuid('msg', row.message_id);
    tried.set(id, [...(tried.get(id) ?? []), idFromUuid('rte', row.route_id)]);
  }
  return tried;
}

export async function insertAttempts(tx: Tx, rows: readonly AttemptRow[]): Promise<void> {
  if (rows.length > 0) await runBatch(tx, INSERT, ROWS, rows);
}

export async function saveAttempts(tx: Tx, rows: readonly AttemptState[]): Promise<void> {
  if (rows.length > 0) await runBatch(tx, UPDATE, CHANGES, rows);
}

export async function readAttempts(tx: Tx, keys: readonly AttemptKey[]): Promise<AttemptState[]> {
  if (keys.length === 0) return [];
  return (await runBatch<AttemptKey, RawState>(tx, READ, KEYS, keys)).map(stateFromRaw);
}

/** The attempts that carriers' ids stand for; ids that no attempt has yet are missing. */
export async function findAttempts(tx: Tx, keys: readonly CarrierMessageKey[]): Promise<FoundAttempt[]> {
  if (keys.length === 0) return [];
  const rows = await runBatch<CarrierMessageKey, RawFound>(tx, FIND, CARRIER_MESSAGE_KEYS, keys);
  return rows.map((raw) => ({ ...placeFromRaw(raw), carrierMessageId: raw.carrier_message_id }));
}

/** Marks what a dead worker left in the middle of a submit as unknown. */
export async function abandonAttempts(tx: Tx, messages: readonly MessageKey[]): Promise<void> {
  if (messages.length > 0) await runBatch(tx, ABANDON, MESSAGE_KEYS, messages);
}

interface RawPlace {
  account_id: string;
  id: string;
  message_id: string;
  verification_id: string;
  carrier_id: string;
}

interface RawFound extends RawPlace {
  carrier_message_id: string;
}

interface RawState extends RawPlace {
  status: AttemptState['status'];
  carrier_message_id: string | null;
  error_code: string | null;
  error_message: string | null;
  answered_at: Date | null;
  settled_at: Date | null;
}

function placeFromRaw(raw: RawPlace) {
  return {
    accountId: idFromUuid('acc', raw.account_id),
    id: idFromUuid('att', raw.id),
    messageId: idFromUuid('msg', raw.message_id),
    verificationId: idFromUuid('vrf', raw.verification_id),
    carrierId: idFromUuid('car', raw.carrier_id),
  };
}

function stateFromRaw(raw: RawState): AttemptState {
  return {
    ...placeFromRaw(raw),
    status: raw.status,
    carrierMessageId: raw.carrier_message_id,
    errorCode: raw.error_code,
    errorMessage: raw.error_message,
    answeredAt: raw.answered_at,
    settledAt: raw.settled_at,
  };
}
