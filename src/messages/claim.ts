import type { Tx } from '../db/client.ts';
import type { Mode } from '../accounts/mode.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { idFromUuid, type AccountId, type MessageId, type VerificationId } from '../ids.ts';
import { messageFromRaw, type RawMessage } from './store.ts';
import type { MessageRow } from './table.ts';

/**
 * How long a claimed message stays with its worker before another one may take it. A worker that
 * lives renews its leases, so this bounds only what a dead one holds up.
 */
export const LEASE_MS = 6_000;

/** Each mode has a column of its own: no claim of one finds a message of the other. */
const DUE_AT = { live: 'due_at', test: 'sandbox_due_at' } as const satisfies Record<Mode, string>;

export interface ClaimedMessage extends MessageRow {
  /** Set by the claim: the end of the lease. */
  dueAt: Date;
  /** When it was due. */
  wasDueAt: Date;
  /** No worker has had it before. */
  isFirst: boolean;
}

/**
 * Takes up to `limit` messages of a mode that are due, oldest first; those that another worker is taking are
 * skipped. Measured: one by one 3,700 a second, in batches of 50 70,000.
 */
export async function claimMessages(
  tx: Tx,
  mode: Mode,
  limit: number,
  now: number,
): Promise<ClaimedMessage[]> {
  const dueAt = tx(DUE_AT[mode]);
  const rows = await tx<(RawMessage & { was_due_at: Date })[]>`
    WITH due AS (
      SELECT account_id, verification_id, id, ${dueAt} AS was_due_at FROM messages WHERE ${dueAt} <= ${new Date(now)}
      ORDER BY ${dueAt} LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    UPDATE messages m SET ${dueAt} = ${new Date(now + LEASE_MS)} FROM due
    WHERE m.account_id = due.account_id AND m.verification_id = due.verification_id AND m.id = due.id
    RETURNING m.*, due.was_due_at`;
  return rows.map((raw) => ({
    ...messageFromRaw(raw),
    dueAt: raw[DUE_AT[mode]]!,
    wasDueAt: raw.was_due_at,
    isFirst: raw.attempts_spent === 0 && raw.was_due_at.getTime() === raw.queued_at.getTime(),
  }));
}

export interface Lease {
  accountId: AccountId;
  messageId: MessageId;
  verificationId: VerificationId;
  /** As it was written: only then is it still ours. */
  until: Date;
}

export function leaseOf(message: ClaimedMessage): Lease {
  const { accountId, verificationId, id: messageId, dueAt: until } = message;
  return { accountId, messageId, verificationId, until };
}

const LEASES = rowset<Lease>({
  account_id: ['uuid', (l) => l.accountId],
  id: ['uuid', (l) => l.messageId],
  verification_id: ['uuid', (l) => l.verificationId],
  due_at: ['timestamptz', (l) => l.until],
});

// What another transaction holds is being settled: waiting for it here could make each wait for the other.
const RENEWED = `
  SELECT m.account_id, m.verification_id, m.id FROM messages m
  JOIN ${LEASES.from} ON m.account_id = n.account_id AND m.verification_id = n.verification_id AND m.id = n.id
    AND coalesce(m.due_at, m.sandbox_due_at) = n.due_at
  FOR UPDATE OF m SKIP LOCKED`;

// Moved by a millisecond: who settles what was heard of earlier attempts, and read the lease before these were written
// down, leaves it alone. What a worker was submitting when it died, nobody knows about.
const HELD = `
  WITH held AS (${RENEWED}), moved AS (
    UPDATE messages m SET due_at = m.due_at + interval '1 ms', sandbox_due_at = m.sandbox_due_at + interval '1 ms'
    FROM held
    WHERE m.account_id = held.account_id AND m.verification_id = held.verification_id AND m.id = held.id
    RETURNING m.account_id, m.verification_id, m.id
  ), abandoned AS (
    UPDATE attempts a SET status = 'unknown', error_message = 'the worker died before the carrier answered'
    FROM moved
    WHERE a.account_id IS NOT DISTINCT FROM moved.account_id AND a.verification_id = moved.verification_id
      AND a.message_id = moved.id AND a.status = 'submitting'
  ) SELECT id FROM moved`;

/**
 * Makes sure of claims of messages that were tried before, in the transaction that writes their next attempts down,
 * and takes what is left of the last ones for unknown.
 * @returns the new leases of those that are still ours: others were settled meanwhile, or taken over
 */
export async function holdClaims(tx: Tx, leases: readonly Lease[]): Promise<Map<MessageId, Date>> {
  const rows = await runBatch<Lease, { id: string }>(tx, HELD, LEASES, leases);
  const held = new Set(rows.map(({ id }) => idFromUuid('msg', id)));
  return new Map(
    leases.flatMap(({ messageId, until }) =>
      held.has(messageId) ? [[messageId, new Date(until.getTime() + 1)]] : [],
    ),
  );
}

/**
 * Keeps messages whose submit is still under way, and notes in each lease until when; those that were
 * settled meanwhile are left alone.
 */
export async function renewLeases(tx: Tx, leases: readonly Lease[], now: number): Promise<void> {
  if (leases.length === 0) return;
  const until = new Date(now + LEASE_MS);
  const rows = await tx.unsafe<{ id: string }[]>(
    `WITH renewed AS (${RENEWED})
     UPDATE messages m SET due_at = CASE m.mode WHEN 'live' THEN '${until.toISOString()}'::timestamptz END,
       sandbox_due_at = CASE m.mode WHEN 'test' THEN '${until.toISOString()}'::timestamptz END
     FROM renewed
     WHERE m.account_id = renewed.account_id AND m.verification_id = renewed.verification_id AND m.id = renewed.id
     RETURNING m.id`,
    LEASES.params(leases),
  );
  const renewed = new Set(rows.map(({ id }) => idFromUuid('msg', id)));
  for (const lease of leases) if (renewed.has(lease.messageId)) lease.until = until;
}
