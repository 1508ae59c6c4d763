import type { Mode } from '../accounts/mode.ts';
import type { Sql, Tx } from '../db/client.ts';
import { rowset } from '../db/rowset.ts';
import { idFromUuid, uuidOf, type AccountId, type MessageId, type VerificationId } from '../ids.ts';
import { readMessages } from '../messages/store.ts';
import type { VerificationStatus } from '../verifications/verification.ts';
import { readWithNumbers } from '../verifications/with-numbers.ts';
import { asOf, goneMessage } from './as-of.ts';
import { encodeCursor, type Cursor } from './cursor.ts';
import type { EventEnvelope } from './envelope.ts';
import type { EventRow } from './table.ts';

/** An event with its place, which its cursor tells only to who decodes it. */
export interface PlacedEvent {
  at: Cursor;
  event: EventEnvelope;
}

export interface VerificationPosition {
  accountId: AccountId;
  verificationId: VerificationId;
  /** The last event that is known; 0 for none. */
  version: number;
}

const POSITIONS = rowset<VerificationPosition>({
  account_id: ['uuid', (p) => p.accountId],
  verification_id: ['uuid', (p) => p.verificationId],
  known: ['integer', (p) => p.version],
});

// 500 verifications with nothing new: 4 ms, all from the index.
const OF_VERIFICATIONS = `
  SELECT e.* FROM ${POSITIONS.from}
  JOIN events e ON e.account_id = n.account_id AND e.verification_id = n.verification_id AND e.version > n.known
  ORDER BY e.account_id, e.verification_id, e.version LIMIT $4`;

const OF_ACCOUNT = `
  SELECT * FROM events
  WHERE account_id = $1::uuid AND (transaction, verification_id, version) > ($2::xid8, $3::uuid, $4::int)
    AND transaction < $5::xid8
  ORDER BY transaction, verification_id, version LIMIT $6`;

/**
 * Reads what follows a known event, for one verification or five hundred in one statement.
 * @returns at most `limit`, each verification's in order and without a hole
 */
export async function readVerificationEvents(
  sql: Sql,
  wanted: readonly VerificationPosition[],
  limit: number,
): Promise<PlacedEvent[]> {
  const params = [...POSITIONS.params(wanted), limit];
  return withState(sql, await sql.unsafe<RawEvent[]>(OF_VERIFICATIONS, params, { prepare: true }));
}

const EXACTLY = `
  SELECT e.* FROM ${POSITIONS.from}
  JOIN events e ON e.account_id = n.account_id AND e.verification_id = n.verification_id AND e.version = n.known`;

/** Reads events by their verification and version, in no order; what is no more is missing from the answer. */
export async function readEventsAt(
  sql: Sql,
  wanted: readonly VerificationPosition[],
): Promise<PlacedEvent[]> {
  if (wanted.length === 0) return [];
  return withState(sql, await sql.unsafe<RawEvent[]>(EXACTLY, POSITIONS.params(wanted), { prepare: true }));
}

/** An event's place, and what kind it is. */
export interface EventMark extends Cursor {
  type: EventRow['type'];
}

const MARKS_OF_ACCOUNT = OF_ACCOUNT.replace('*', 'transaction, verification_id, version, type');

/** As `readAccountEvents`, but only what each event is. */
export async function readAccountMarks(
  tx: Tx,
  accountId: AccountId,
  after: Cursor,
  horizon: string,
  limit: number,
): Promise<EventMark[]> {
  const { transaction, verificationId, version } = after;
  const params = [uuidOf(accountId), transaction, uuidOf(verificationId), version, horizon, limit];
  const rows = await tx.unsafe<Pick<RawEvent, 'transaction' | 'verification_id' | 'version' | 'type'>[]>(
    MARKS_OF_ACCOUNT,
    params,
    { prepare: true },
  );
  return rows.map((row) => ({
    transaction: row.transaction,
    verificationId: idFromUuid('vrf', row.verification_id),
    version: row.version,
    type: row.type,
  }));
}

/**
 * Reads an account's events behind a cursor, up to a horizon.
 * @param horizon what `readHorizon` answered before: transactions below it are over, so nothing
 *   can still appear between the events that this reads
 */
export async function readAccountEvents(
  sql: Sql,
  accountId: AccountId,
  after: Cursor,
  horizon: string,
  limit: number,
): Promise<PlacedEvent[]> {
  const { transaction, verificationId, version } = after;
  const params = [uuidOf(accountId), transaction, uuidOf(verificationId), version, horizon, limit];
  return withState(sql, await sql.unsafe<RawEvent[]>(OF_ACCOUNT, params, { prepare: true }));
}

/** `pg_current_snapshot()` as text. */
export async function readSnapshot(sql: Sql): Promise<string> {
  const [row] = await sql<[{ snapshot: string }]>`SELECT pg_current_snapshot()::text AS snapshot`;
  return row.snapshot;
}

/** The oldest transaction that is still running: all before it are over. */
export async function readHorizon(sql: Sql): Promise<string> {
  const [row] = await sql<
    [{ horizon: string }]
  >`SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon`;
  return row.horizon;
}

/** Where a verification stands: its last event, and what can still happen. */
export interface VerificationHead {
  mode: Mode;
  version: number;
  status: VerificationStatus;
  settledAt: Date | null;
  unsettledMessages: MessageId[];
}

// One statement, so one snapshot: a message that settles a moment later must not count as settled
// before the event that says so.
export async function readVerificationHead(
  sql: Sql,
  accountId: AccountId,
  id: VerificationId,
): Promise<VerificationHead | undefined> {
  const [row] = await sql<(Omit<VerificationHead, 'unsettledMessages'> & { unsettled: string[] })[]>`
    SELECT v.mode, v.version, v.status, v.settled_at AS "settledAt", ARRAY(
      SELECT m.id FROM messages m
      WHERE m.account_id IS NOT DISTINCT FROM v.account_id AND m.verification_id = v.id AND m.status IN ('queued', 'sent')
    ) AS unsettled
    FROM verifications v WHERE v.account_id = ${uuidOf(accountId)} AND v.id = ${uuidOf(id)}`;
  return (
    row && {
      mode: row.mode,
      version: row.version,
      status: row.status,
      settledAt: row.settledAt,
      unsettledMessages: row.unsettled.map((uuid) => idFromUuid('msg', uuid)),
    }
  );
}

/** Of which mode the event of the account is that has this cursor; undefined when none has. */
export async function modeOfEvent(
  sql: Sql,
  accountId: AccountId,
  { verificationId, version, transaction }: Cursor,
): Promise<Mode | undefined> {
  const [found] = await sql<{ mode: Mode }[]>`
    SELECT v.mode FROM events e JOIN verifications v ON v.account_id = e.account_id AND v.id = e.verification_id
    WHERE e.account_id = ${uuidOf(accountId)} AND e.verification_id = ${uuidOf(verificationId)}
      AND e.version = ${version} AND e.transaction = ${transaction}::text::xid8`;
  return found?.mode;
}

/** Adds the verifications and messages, as they were right after each event. */
async function withState(sql: Sql, raw: readonly RawEvent[]): Promise<PlacedEvent[]> {
  if (raw.length === 0) return [];
  const rows = raw.map(eventFromRaw);
  const verificationKeys = rows.map((e) => ({ accountId: e.accountId, id: e.verificationId }));
  const messageKeys = rows.flatMap((e) =>
    e.messageId ? { accountId: e.accountId, verificationId: e.verificationId, id: e.messageId } : [],
  );
  const [verifications, messages] = await Promise.all([
    readWithNumbers(sql, unique(verificationKeys)),
    readMessages(sql, unique(messageKeys)),
  ]);
  const verificationOf = new Map(
    verifications.map(({ verification: v, number }) => [
      nameOf(v),
      number ? { ...v, number: { sealed: number.numberSealed } } : v,
    ]),
  );
  const messageOf = new Map(messages.map((m) => [nameOf(m), m]));
  return rows.flatMap((row) => {
    const { accountId, verificationId, messageId, transaction, version, type, occurredAt } = row;
    const verification = verificationOf.get(nameOf({ accountId, id: verificationId }));
    if (!verification) return [];
    const message = messageId
      ? (messageOf.get(nameOf({ accountId, id: messageId })) ?? goneMessage(row, verification))
      : undefined;
    const at = { transaction, verificationId, version };
    const state = asOf(row, verification, message);
    return { at, event: { type, version, cursor: encodeCursor(at), occurredAt, ...state } };
  });
}

function nameOf({ accountId, id }: { accountId: AccountId; id: string }): string {
  return `${accountId}/${id}`;
}

function unique<Key extends { accountId: AccountId; id: string }>(keys: readonly Key[]): Key[] {
  return [...new Map(keys.map((key) => [nameOf(key), key])).values()];
}

interface RawEvent {
  account_id: string;
  verification_id: string;
  version: number;
  type: EventRow['type'];
  occurred_at: Date;
  transaction: string;
  verification_status: EventRow['verificationStatus'];
  checks_left: number;
  sends_left: number;
  next_send_at: Date | null;
  channel: EventRow['channel'];
  message_id: string | null;
  message_status: EventRow['messageStatus'];
}

function eventFromRaw(raw: RawEvent): EventRow {
  return {
    accountId: idFromUuid('acc', raw.account_id),
    verificationId: idFromUuid('vrf', raw.verification_id),
    version: raw.version,
    type: raw.type,
    occurredAt: raw.occurred_at,
    transaction: raw.transaction,
    verificationStatus: raw.verification_status,
    checksLeft: raw.checks_left,
    sendsLeft: raw.sends_left,
    nextSendAt: raw.next_send_at,
    channel: raw.channel,
    messageId: raw.message_id === null ? null : idFromUuid('msg', raw.message_id),
    messageStatus: raw.message_status,
  };
}
