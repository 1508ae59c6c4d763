import { newId } from '../crypto/new-id.ts';
import type { Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import type { Mode } from '../accounts/mode.ts';
import { idFromUuid, type AccountId, type MessageId, type RouteId, type VerificationId } from '../ids.ts';
import type { MessageRow } from './table.ts';

/** The hot statements on messages, each for a whole batch. Whoever changes one holds its verification's lock. */
export interface MessageKey {
  accountId: AccountId;
  id: MessageId;
  /** Its time says in which partition the message is, and its attempts: see retention/README.md. */
  verificationId: VerificationId;
}

export const MESSAGE_KEYS = rowset<MessageKey>({
  account_id: ['uuid', (k) => k.accountId],
  id: ['uuid', (k) => k.id],
  verification_id: ['uuid', (k) => k.verificationId],
});

const ROWS = rowset<MessageRow>({
  account_id: ['uuid', (r) => r.accountId],
  id: ['uuid', (r) => r.id],
  verification_id: ['uuid', (r) => r.verificationId],
  mode: ['text', (r) => r.mode],
  status: ['text', (r) => r.status],
  sender: ['text', (r) => r.sender],
  segments: ['smallint', (r) => r.segments],
  attempts_spent: ['smallint', (r) => r.attemptsSpent],
  due_at: ['timestamptz', (r) => (r.mode === 'live' ? r.dueAt : null)],
  sandbox_due_at: ['timestamptz', (r) => (r.mode === 'test' ? r.dueAt : null)],
  queued_at: ['timestamptz', (r) => r.queuedAt],
  sent_at: ['timestamptz', (r) => r.sentAt],
  delivered_at: ['timestamptz', (r) => r.deliveredAt],
  settled_at: ['timestamptz', (r) => r.settledAt],
  failure_reason: ['text', (r) => r.failureReason],
});

/** Few messages have one, and it is large. */
const DECISIONS = rowset<MessageRow>({
  account_id: ['uuid', (r) => r.accountId],
  id: ['uuid', (r) => r.id],
  verification_id: ['uuid', (r) => r.verificationId],
  decision: ['json', (r) => r.failureDecision],
});

/** Fewer still are sent to try a route: a statement of their own costs the others nothing. */
const PINS = rowset<MessageRow>({
  account_id: ['uuid', (r) => r.accountId],
  id: ['uuid', (r) => r.id],
  verification_id: ['uuid', (r) => r.verificationId],
  route_id: ['uuid', (r) => r.pinnedRouteId],
});

const INSERT = `
  INSERT INTO messages (${ROWS.names}, days) SELECT n.*, coalesce(a.messages_days, 365)
  FROM ${ROWS.from} LEFT JOIN accounts a ON a.id = n.account_id`;

const CHANGES = rowset<ReadMessage>({
  account_id: ['uuid', (r) => r.accountId],
  id: ['uuid', (r) => r.id],
  verification_id: ['uuid', (r) => r.verificationId],
  status: ['text', (r) => r.status],
  sender: ['text', (r) => r.sender],
  segments: ['smallint', (r) => r.segments],
  attempts_spent: ['smallint', (r) => r.attemptsSpent],
  due_at: ['timestamptz', (r) => r.dueAt],
  read_due_at: ['timestamptz', (r) => r.readDueAt],
  sent_at: ['timestamptz', (r) => r.sentAt],
  delivered_at: ['timestamptz', (r) => r.deliveredAt],
  settled_at: ['timestamptz', (r) => r.settledAt],
  failure_reason: ['text', (r) => r.failureReason],
});

// A claim and a renewal wait for no verification's lock: what they wrote since it was read stands, unless nothing is
// left to do.
const dueAt = (column: 'due_at' | 'sandbox_due_at') =>
  `CASE WHEN n.due_at IS NULL OR m.${column} = n.read_due_at THEN n.due_at ELSE m.${column} END`;

const UPDATE = `
  UPDATE messages m SET status = n.status, sender = n.sender, segments = n.segments,
    attempts_spent = n.attempts_spent, due_at = ${dueAt('due_at')}, sandbox_due_at = ${dueAt('sandbox_due_at')},
    sent_at = n.sent_at, delivered_at = n.delivered_at,
    settled_at = n.settled_at, failure_reason = n.failure_reason
  FROM ${CHANGES.from}
  WHERE m.account_id = n.account_id AND m.verification_id = n.verification_id AND m.id = n.id`;

const UPDATE_DECISION = `
  UPDATE messages m SET failure_decision = n.decision::json
  FROM ${DECISIONS.from}
  WHERE m.account_id = n.account_id AND m.verification_id = n.verification_id AND m.id = n.id`;

const PIN = `
  UPDATE messages m SET pinned_route_id = n.route_id
  FROM ${PINS.from}
  WHERE m.account_id = n.account_id AND m.verification_id = n.verification_id AND m.id = n.id`;

const READ = `SELECT m.* FROM messages m JOIN ${MESSAGE_KEYS.from} USING (account_id, verification_id, id)`;

/** A message that is due at once. @param pinnedRouteId the only route that it may take */
export function newMessage(
  { accountId, id: verificationId, mode }: { accountId: AccountId; id: VerificationId; mode: Mode },
  now: number,
  pinnedRouteId: RouteId | null = null,
): MessageRow {
  const queuedAt = new Date(now);
  return {
    accountId,
    id: newId('msg', now),
    verificationId,
    mode,
    status: 'queued',
    sender: null,
    segments: null,
    attemptsSpent: 0,
    dueAt: queuedAt,
    queuedAt,
    sentAt: null,
    deliveredAt: null,
    settledAt: null,
    failureReason: null,
    failureDecision: null,
    pinnedRouteId,
  };
}

export async function insertMessages(tx: Tx, rows: readonly MessageRow[]): Promise<void> {
  if (rows.length === 0) return;
  const pinned = rows.filter(({ pinnedRouteId }) => pinnedRouteId !== null);
  await Promise.all([runBatch(tx, INSERT, ROWS, rows), pinned.length > 0 && runBatch(tx, PIN, PINS, pinned)]);
}

/** A message as a settlement changes it. */
export interface ReadMessage extends MessageRow {
  /** When it was due as it was read. */
  readonly readDueAt: Date | null;
}

export async function saveMessages(tx: Tx, rows: readonly ReadMessage[]): Promise<void> {
  if (rows.length === 0) return;
  const decided = rows.filter(({ failureDecision }) => failureDecision !== null);
  await Promise.all([
    runBatch(tx, UPDATE, CHANGES, rows),
    decided.length > 0 && runBatch(tx, UPDATE_DECISION, DECISIONS, decided),
  ]);
}

export async function readMessages(tx: Tx, keys: readonly MessageKey[]): Promise<MessageRow[]> {
  if (keys.length === 0) return [];
  const rows = await runBatch<MessageKey, RawMessage>(tx, READ, MESSAGE_KEYS, keys);
  return rows.map(messageFromRaw);
}

/** Reads messages to change them; their verification is locked. */
export async function readToChange(tx: Tx, keys: readonly MessageKey[]): Promise<ReadMessage[]> {
  const messages = await readMessages(tx, keys);
  return messages.map((message) => ({ ...message, readDueAt: message.dueAt }));
}

export interface RawMessage {
  account_id: string;
  id: string;
  verification_id: string;
  mode: MessageRow['mode'];
  status: MessageRow['status'];
  sender: string | null;
  segments: number | null;
  attempts_spent: number;
  due_at: Date | null;
  sandbox_due_at: Date | null;
  queued_at: Date;
  sent_at: Date | null;
  delivered_at: Date | null;
  settled_at: Date | null;
  failure_reason: string | null;
  failure_decision: MessageRow['failureDecision'];
  pinned_route_id: string | null;
}

export function messageFromRaw(raw: RawMessage): MessageRow {
  return {
    accountId: idFromUuid('acc', raw.account_id),
    id: idFromUuid('msg', raw.id),
    verificationId: idFromUuid('vrf', raw.verification_id),
    mode: raw.mode,
    status: raw.status,
    sender: raw.sender,
    segments: raw.segments,
    attemptsSpent: raw.attempts_spent,
    dueAt: raw.due_at ?? raw.sandbox_due_at,
    queuedAt: raw.queued_at,
    sentAt: raw.sent_at,
    deliveredAt: raw.delivered_at,
    settledAt: raw.settled_at,
    failureReason: raw.failure_reason,
    failureDecision: raw.failure_decision,
    pinnedRouteId: raw.pinned_route_id === null ? null : idFromUuid('rte', raw.pinned_route_id),
  };
}
