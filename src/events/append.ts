import type { Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import type { JournalEntry } from './journal.ts';

const COLUMNS = rowset<JournalEntry>({
  account_id: ['uuid', (e) => e.verification.accountId],
  verification_id: ['uuid', (e) => e.verification.id],
  version: ['integer', (e) => e.verification.version],
  type: ['text', (e) => e.type],
  occurred_at: ['timestamptz', (e) => e.occurredAt],
  verification_status: ['text', (e) => e.verification.status],
  checks_left: ['smallint', (e) => e.verification.maxChecks - e.verification.checksUsed],
  sends_left: ['smallint', (e) => e.verification.sendsLeft],
  next_send_at: ['timestamptz', (e) => e.verification.nextSendAt],
  // Null stands for the usual one, so that a text need not be written for every event.
  channel: ['text', (e) => (e.verification.channel === 'sms' ? null : e.verification.channel)],
  message_id: ['uuid', (e) => e.message?.id],
  message_status: ['text', (e) => e.message?.status],
});

const INSERT = `
  WITH appended AS (
    INSERT INTO events (${COLUMNS.names}, days) SELECT ${COLUMNS.names}, coalesce(a.events_days, 90)
    FROM ${COLUMNS.from} LEFT JOIN accounts a ON a.id = n.account_id)
  SELECT pg_current_xact_id()::text AS transaction`;

/**
 * Appends events, in the transaction that makes them true.
 * @param entries at least one
 * @returns the transaction's id, which makes their cursors: for `publishEvents`, after the commit
 */
export async function appendEvents(tx: Tx, entries: readonly JournalEntry[]): Promise<string> {
  const [row] = await runBatch<JournalEntry, { transaction: string }>(tx, INSERT, COLUMNS, entries);
  return row!.transaction;
}
