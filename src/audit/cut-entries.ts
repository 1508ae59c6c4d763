import { and, eq, gte, inArray, lt } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { firstUuidAt, idFromUuid, uuidOf, type AccountId, type AuditEntryId } from '../ids.ts';
import type { App } from '../platform.ts';
import { hashAt, madeAt } from './chain.ts';
import { currentCheckpointKey, signCut } from './checkpoint-keys.ts';
import { rangesOf } from './cut.ts';
import { hashEntry } from './entry.ts';
import { entryOfRow } from './queries.ts';
import { readBlocks } from './read-blocks.ts';
import { sealAll } from './seal-entries.ts';
import { auditEntries, type AuditCutRow } from './table.ts';

/** Entries of all accounts that are about to go together. */
export interface Over {
  /** For how many days they were kept. */
  days: number;
  /** When they were made, in epoch milliseconds; `until` is not in it. */
  from: number;
  until: number;
}

// Of at most 500 entries each: what is in memory at a time.
const BLOCKS_AT_ONCE = 16;

const ROWS = rowset<AuditCutRow>({
  account_id: ['uuid', (r) => r.accountId],
  days: ['smallint', (r) => r.days],
  until: ['timestamptz', (r) => r.until],
  key_id: ['uuid', (r) => r.keyId],
  signature: ['text', (r) => r.signature],
});

const INSERT = `INSERT INTO audit_cuts (${ROWS.names}) SELECT ${ROWS.names} FROM ${ROWS.from} ON CONFLICT DO NOTHING`;

/**
 * Signs which entries go. Each is looked at once more: one that is not what it was when it was written is not among
 * them, so that `audit:verify` goes on naming it.
 */
export async function signCuts(app: App, over: Over): Promise<AuditCutRow[]> {
  await sealAll(app);
  const cuts: AuditCutRow[] = [];
  for (let accountId = await accountBehind(app, over); accountId;) {
    const { seqs, odd } = await findWhole(app, accountId, over);
    if (odd > 0)
      app.log.error(
        { accountId, entries: odd },
        'entries of this audit log are not what was written, and their time is over: run npm run audit:verify',
      );
    if (seqs.length > 0) {
      const key = await currentCheckpointKey(app);
      const { days, until } = over;
      const cut = { accountId, days, until, ranges: rangesOf(seqs), madeAt: app.clock() };
      const signature = await signCut(app, key, cut);
      cuts.push({ accountId, days, until: new Date(until), keyId: key.kid, signature });
    }
    accountId = await accountBehind(app, over, accountId);
  }
  return cuts;
}

/** In the transaction in which they go. */
export async function noteCuts(tx: Tx, cuts: readonly AuditCutRow[]): Promise<void> {
  if (cuts.length > 0) await runBatch(tx, INSERT, ROWS, cuts);
}

/** Which of an account's entries are what the chain says, and how many are not. */
async function findWhole(
  { db, sql }: App,
  accountId: AccountId,
  { days, from, until }: Over,
): Promise<{ seqs: number[]; odd: number }> {
  const [row] = await sql<[{ count: number }]>`
    SELECT count(*)::int AS count FROM audit_entries
    WHERE account_id = ${uuidOf(accountId)} AND days = ${days}
      AND id >= ${firstUuidAt(from)}::uuid AND id < ${firstUuidAt(until)}::uuid`;
  const seqs: number[] = [];
  let found = 0;
  let behind = await seqBefore(sql, accountId, from);
  while (found < row.count) {
    const blocks = await readBlocks(db, accountId, behind, BLOCKS_AT_ONCE);
    if (blocks.length === 0) break;
    behind = blocks.at(-1)!.firstSeq;
    const ids = blocks.flatMap(({ entryIds }) => entryIds).filter((id) => isWithin(id, from, until));
    if (ids.length === 0) continue;
    const rows = await db
      .select()
      .from(auditEntries)
      .where(
        and(
          eq(auditEntries.accountId, accountId),
          eq(auditEntries.days, days),
          inArray(auditEntries.id, ids),
          gte(auditEntries.id, idFromUuid('aud', firstUuidAt(from))),
          lt(auditEntries.id, idFromUuid('aud', firstUuidAt(until))),
        ),
      );
    found += rows.length;
    const entries = new Map(rows.map((one) => [one.id, one]));
    for (const { firstSeq, entryIds, hashes } of blocks)
      for (const [i, id] of entryIds.entries()) {
        const entry = entries.get(id);
        if (entry && hashOf(entry)?.equals(hashAt(hashes, i))) seqs.push(firstSeq + i);
      }
  }
  return { seqs, odd: row.count - seqs.length };
}

function isWithin(id: AuditEntryId, from: number, until: number): boolean {
  return madeAt(id) >= from && madeAt(id) < until;
}

/** Undefined for one that nobody of us can have written. */
function hashOf(row: Parameters<typeof entryOfRow>[0]): Buffer | undefined {
  try {
    return hashEntry(entryOfRow(row));
  } catch {
    return undefined;
  }
}

/** What was made at a time or later is sealed behind it. */
async function seqBefore(sql: App['sql'], accountId: AccountId, from: number): Promise<number> {
  const [row] = await sql<{ seq: string }[]>`
    SELECT first_seq AS seq FROM audit_blocks
    WHERE account_id = ${uuidOf(accountId)} AND sealed_at < ${new Date(from)} ORDER BY first_seq DESC LIMIT 1`;
  return Number(row?.seq ?? 0);
}

/** The next account that has any. */
async function accountBehind(
  { sql }: App,
  { days, from, until }: Over,
  after?: AccountId,
): Promise<AccountId | undefined> {
  const [row] = await sql<{ account_id: string }[]>`
    SELECT account_id FROM audit_entries
    WHERE account_id > ${after ? uuidOf(after) : '0'.repeat(32)} AND days = ${days}
      AND id >= ${firstUuidAt(from)}::uuid AND id < ${firstUuidAt(until)}::uuid
    ORDER BY account_id LIMIT 1`;
  return row && idFromUuid('acc', row.account_id);
}
