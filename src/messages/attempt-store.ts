import type { Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { idFromUuid, type AttemptId, type MessageId } from '../ids.ts';
import { placeFromRaw, type RawPlace } from './find-attempts.ts';
import { MESSAGE_KEYS, type MessageKey } from './store.ts';
import type { AttemptRow } from './table.ts';
import type { Tried } from './tried.ts';

/** The hot statements on attempts, each for a whole batch. */
const ROWS = rowset<AttemptRow>({
  account_id: ['uuid', (r) => r.accountId],
  id: ['uuid', (r) => r.id],
  message_id: ['uuid', (r) => r.messageId],
  verification_id: ['uuid', (r) => r.verificationId],
  carrier_id: ['uuid', (r) => r.carrierId],
  route_id: ['uuid', (r) => r.routeId],
  country: ['text', (r) => r.country],
  operator: ['text', (r) => r.operator],
  operator_confidence: ['double precision', (r) => r.operatorConfidence],
  status: ['text', (r) => r.status],
  is_late: ['boolean', (r) => r.isLate],
  decision: ['json', (r) => r.decision],
  price: ['double precision', (r) => r.price],
  submitted_at: ['timestamptz', (r) => r.submittedAt],
});

/** What can still change of an attempt, and what finds it. The decision stays in the table: parsing it costs more than all the rest. */
export type AttemptState = Omit<
  AttemptRow,
  'decision' | 'price' | 'submittedAt' | 'country' | 'operator' | 'operatorConfidence'
>;

const STATE = `a.account_id, a.id, a.message_id, a.verification_id, a.carrier_id, a.route_id, a.status, a.is_late,
  a.carrier_message_id, a.error_code, a.error_message, a.retry, a.parts, a.parts_due_at, a.answered_at, a.settled_at`;

const CHANGES = rowset<AttemptState>({
  account_id: ['uuid', (r) => r.accountId],
  id: ['uuid', (r) => r.id],
  verification_id: ['uuid', (r) => r.verificationId],
  status: ['text', (r) => r.status],
  carrier_message_id: ['text', (r) => r.carrierMessageId],
  error_code: ['text', (r) => r.errorCode],
  error_message: ['text', (r) => r.errorMessage],
  parts: ['text', (r) => r.parts],
  parts_due_at: ['timestamptz', (r) => r.partsDueAt],
  retry: ['text', (r) => r.retry],
  answered_at: ['timestamptz', (r) => r.answeredAt],
  settled_at: ['timestamptz', (r) => r.settledAt],
});

// Also when it ended a moment ago, while a route was chosen. By a value of each row, and no EXISTS: that may be turned
// round, to read every verification there is.
const INSERT = `
  INSERT INTO attempts (${ROWS.names}, days)
  SELECT n.account_id, n.id, message_id, verification_id, carrier_id, route_id, country, operator,
    operator_confidence, status, is_late, decision::json, price, submitted_at, coalesce(a.messages_days, 365)
  FROM ${ROWS.from} LEFT JOIN accounts a ON a.id = n.account_id
  WHERE (SELECT v.status FROM verifications v WHERE v.account_id = n.account_id AND v.id = n.verification_id) = 'pending'
  RETURNING id`;

const UPDATE = `
  UPDATE attempts a SET status = n.status, carrier_message_id = n.carrier_message_id, error_code = n.error_code,
    error_message = n.error_message, retry = n.retry, parts = n.parts, parts_due_at = n.parts_due_at,
    answered_at = n.answered_at, settled_at = n.settled_at
  FROM ${CHANGES.from}
  WHERE a.account_id = n.account_id AND a.verification_id = n.verification_id AND a.id = n.id`;

const READ = `
  SELECT ${STATE} FROM attempts a
  JOIN ${MESSAGE_KEYS.from} ON a.account_id IS NOT DISTINCT FROM n.account_id
    AND a.verification_id = n.verification_id AND a.message_id = n.id
  ORDER BY a.id`;

const TRIED = `
  SELECT a.message_id, a.route_id, a.carrier_id, a.status, a.retry, a.is_late FROM attempts a
  JOIN ${MESSAGE_KEYS.from} ON a.account_id IS NOT DISTINCT FROM n.account_id
    AND a.verification_id = n.verification_id AND a.message_id = n.id
  ORDER BY a.id`;

/** What messages were tried over already, oldest first. */
export async function readTried(tx: Tx, messages: readonly MessageKey[]): Promise<Map<MessageId, Tried[]>> {
  const tried = new Map<MessageId, Tried[]>();
  if (messages.length === 0) return tried;
  for (const row of await runBatch<MessageKey, RawTried>(tx, TRIED, MESSAGE_KEYS, messages)) {
    const id = idFromUuid('msg', row.message_id);
    const before = tried.get(id);
    if (before) before.push(triedFromRaw(row));
    else tried.set(id, [triedFromRaw(row)]);
  }
  return tried;
}

/** @returns those that were written: of a verification that has ended nothing more is sent */
export async function insertAttempts(tx: Tx, rows: readonly AttemptRow[]): Promise<Set<AttemptId>> {
  if (rows.length === 0) return new Set();
  const written = await runBatch<AttemptRow, { id: string }>(tx, INSERT, ROWS, rows);
  return new Set(written.map(({ id }) => idFromUuid('att', id)));
}

export async function saveAttempts(tx: Tx, rows: readonly AttemptState[]): Promise<void> {
  if (rows.length > 0) await runBatch(tx, UPDATE, CHANGES, rows);
}

/** All attempts of messages, oldest first. */
export async function readAttempts(tx: Tx, messages: readonly MessageKey[]): Promise<AttemptState[]> {
  if (messages.length === 0) return [];
  return (await runBatch<MessageKey, RawState>(tx, READ, MESSAGE_KEYS, messages)).map(stateFromRaw);
}

interface RawTried {
  message_id: string;
  route_id: string;
  carrier_id: string;
  status: AttemptState['status'];
  retry: AttemptState['retry'];
  is_late: boolean;
}

interface RawState extends RawPlace, RawTried {
  carrier_message_id: string | null;
  error_code: string | null;
  error_message: string | null;
  parts: string | null;
  parts_due_at: Date | null;
  answered_at: Date | null;
  settled_at: Date | null;
}

function triedFromRaw(raw: RawTried): Tried {
  return {
    routeId: idFromUuid('rte', raw.route_id),
    carrierId: idFromUuid('car', raw.carrier_id),
    status: raw.status,
    retry: raw.retry,
    isLate: raw.is_late,
  };
}

function stateFromRaw(raw: RawState): AttemptState {
  return {
    ...placeFromRaw(raw),
    ...triedFromRaw(raw),
    carrierMessageId: raw.carrier_message_id,
    errorCode: raw.error_code,
    errorMessage: raw.error_message,
    parts: raw.parts,
    partsDueAt: raw.parts_due_at,
    answeredAt: raw.answered_at,
    settledAt: raw.settled_at,
  };
}
