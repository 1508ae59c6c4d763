import { newId } from '../crypto/new-id.ts';
import { idFromUuid, uuidOf, type AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { EMPTY_CHAIN, follow, type ChainHead } from './chain.ts';
import { currentCheckpointKey, signCheckpoint } from './checkpoint-keys.ts';
import { readBlocks } from './read-blocks.ts';
import { auditCheckpoints, type AuditCheckpointRow } from './table.ts';

/** How often the chains that have grown are signed. */
export const CHECKPOINT_MS = 60_000;

const ACCOUNTS_AT_ONCE = 100;
/** Of one account in a turn: two a second are made at most. */
const BLOCKS_AT_ONCE = 200;

interface Due {
  accountId: AccountId;
  last: ChainHead;
  /** Of the last entry that is sealed. */
  seq: number;
}

/** Signs what the chains are that are not what their last checkpoint says. Whoever else does it meanwhile, too, does no harm. */
export async function makeCheckpoints(app: App): Promise<void> {
  for (let after = '0'.repeat(32); ;) {
    const due = await readDue(app, after);
    for (const one of due) await makeCheckpoint(app, one);
    if (due.length < ACCOUNTS_AT_ONCE) return;
    after = uuidOf(due.at(-1)!.accountId);
  }
}

/**
 * Signs a chain that goes on from its last checkpoint. One that does not was tampered with: it is not signed, so
 * that no checkpoint ever says that it was all right.
 */
async function makeCheckpoint(app: App, { accountId, last, seq }: Due): Promise<void> {
  const { head, brokenAt } = await followFrom(app, accountId, last);
  // Shorter than it was signed: its end was cut off. Meanwhile it may have grown.
  const first = brokenAt ?? (last.seq > seq ? seq + 1 : undefined);
  if (first === undefined) {
    await app.db
      .insert(auditCheckpoints)
      .values(await signHead(app, accountId, head))
      .onConflictDoNothing();
    return;
  }
  app.log.error(
    { accountId, seq: first },
    'this audit log does not go on from its last checkpoint, and is signed no more: run npm run audit:verify',
  );
}

/** Goes along a chain to its end. @returns how far it fits together, and where it does not */
export async function followFrom(
  app: App,
  accountId: AccountId,
  last: ChainHead,
): Promise<{ head: ChainHead; brokenAt: number | undefined }> {
  for (let head = last; ;) {
    const blocks = await readBlocks(app.db, accountId, head.seq, BLOCKS_AT_ONCE);
    if (blocks.length === 0) return { head, brokenAt: undefined };
    for (const block of blocks) {
      const next = follow(head, block);
      if (!next) return { head, brokenAt: head.seq + 1 };
      head = next;
    }
  }
}

/** What a checkpoint of this head is. */
export async function signHead(app: App, accountId: AccountId, head: ChainHead): Promise<AuditCheckpointRow> {
  const key = await currentCheckpointKey(app);
  const madeAt = Math.max(app.clock(), head.sealedAt);
  const { seq, chainHash } = head;
  const signature = await signCheckpoint(app, key, { accountId, seq, chainHash, madeAt });
  const id = newId('chk', madeAt);
  return { accountId, id, seq, chainHash, madeAt: new Date(madeAt), keyId: key.kid, signature };
}

/** Accounts whose last entry is not the one of their last checkpoint: a few steps in indexes for each account. */
async function readDue({ sql }: App, after: string): Promise<Due[]> {
  const rows = await sql<
    { account_id: string; head: string; seq: string | null; chain_hash: Buffer; made_at: Date }[]
  >`
    WITH RECURSIVE a (account_id) AS (
      (SELECT account_id FROM audit_blocks WHERE account_id > ${after}::uuid ORDER BY account_id LIMIT 1)
      UNION ALL
      SELECT (SELECT account_id FROM audit_blocks WHERE account_id > a.account_id ORDER BY account_id LIMIT 1)
      FROM a WHERE a.account_id IS NOT NULL)
    SELECT a.account_id, b.head, c.seq, c.chain_hash, c.made_at
    FROM a CROSS JOIN LATERAL (
      SELECT first_seq + cardinality(entry_ids) - 1 AS head FROM audit_blocks
      WHERE account_id = a.account_id ORDER BY first_seq DESC LIMIT 1) b
    LEFT JOIN LATERAL (
      SELECT seq, chain_hash, made_at FROM audit_checkpoints
      WHERE account_id = a.account_id ORDER BY seq DESC LIMIT 1) c ON true
    WHERE b.head IS DISTINCT FROM c.seq
    LIMIT ${ACCOUNTS_AT_ONCE}`;
  return rows.map((row) => ({
    accountId: idFromUuid('acc', row.account_id),
    seq: Number(row.head),
    last:
      row.seq === null
        ? EMPTY_CHAIN
        : { seq: Number(row.seq), chainHash: row.chain_hash, sealedAt: row.made_at.getTime() },
  }));
}
