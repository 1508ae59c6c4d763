import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm';
import type { DbTransaction } from '../../db/client.ts';
import { idFromUuid, uuidOf, type AccountId, type AuditEntryId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { hashAt, type Block } from '../chain.ts';
import { isCutBy } from '../cut.ts';
import { hashEntry, type AuditEntry } from '../entry.ts';
import { createInspector, type FoundEntries, type KnownHead, type Tampering, type Walk } from '../inspect.ts';
import { entryOfRow } from '../queries.ts';
import { readCuts } from '../read-cuts.ts';
import { readBlocks } from '../read-blocks.ts';
import { auditEntries, auditUnsealed, type AuditEntryRow } from '../table.ts';
import { knownBehind, knownBetween, type Evidence } from './known-heads.ts';

/** What is to be said of an account's log. */
export interface Verdict extends Walk {
  accountId: AccountId;
  /** Entries that no block has yet: of the last moment. */
  waiting: number;
  tampering: Tampering | undefined;
}

// Of at most 500 entries each: what is in memory at a time.
const BLOCKS_AT_ONCE = 16;
const QUEUED_AT_ONCE = 200;

/** Walks along all of an account's log, as it is at one moment. */
export async function verifyAccount(
  { db }: Pick<App, 'db'>,
  accountId: AccountId,
  evidence: Evidence,
  onEntries: (count: number) => void,
): Promise<Verdict> {
  return db.transaction(
    async (tx) => {
      const { cuts, forged } = await readCuts(tx, accountId, evidence.keys);
      const inspector = createInspector(isCutBy(cuts));
      inspector.note(forged);
      for (let after = 0; !inspector.isSettled;) {
        const blocks = await readBlocks(tx, accountId, after, BLOCKS_AT_ONCE);
        if (blocks.length === 0) break;
        const ids = blocks.flatMap(({ entryIds }) => entryIds);
        const [first, last] = [blocks[0]!.firstSeq, blocks.at(-1)!];
        const end = last.firstSeq + last.entryIds.length - 1;
        const known = await knownBetween(tx, accountId, evidence, first - 1, end);
        const found = await readEntries(tx, accountId, ids);
        for (const block of blocks) inspector.block(block, found, headsOf(block, known.heads));
        inspector.note(known.forged);
        onEntries(found.size);
        after = last.firstSeq;
      }
      const behind = await knownBehind(tx, accountId, evidence, inspector.walk.lastSeq);
      inspector.end(behind.heads);
      inspector.note(behind.forged);
      const { walk } = inspector;
      if (inspector.tampering) return { accountId, ...walk, waiting: 0, tampering: inspector.tampering };
      const queue = await verifyQueue(tx, accountId);
      const tampering = queue.tampering ?? (await findUnlinked(tx, accountId, walk.entries + queue.waiting));
      return { accountId, ...walk, waiting: queue.waiting, tampering };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

/** What is known of a block, and of the place right before it. */
function headsOf({ firstSeq, entryIds }: Block, heads: readonly KnownHead[]): readonly KnownHead[] {
  const end = firstSeq + entryIds.length - 1;
  return heads.filter(({ seq }) => seq <= end && seq >= firstSeq - 1);
}

async function readEntries(
  tx: DbTransaction,
  accountId: AccountId,
  ids: readonly AuditEntryId[],
): Promise<FoundEntries> {
  const rows = await tx
    .select()
    .from(auditEntries)
    .where(and(eq(auditEntries.accountId, accountId), inArray(auditEntries.id, [...ids])));
  return new Map(rows.map((row) => [row.id, readable(row)]));
}

function readable(row: AuditEntryRow): AuditEntry | undefined {
  try {
    return entryOfRow(row);
  } catch {
    // An action that there is none of: not what we wrote.
    return undefined;
  }
}

/** What waits for the chain has its hash, too. */
async function verifyQueue(
  tx: DbTransaction,
  accountId: AccountId,
): Promise<{ waiting: number; tampering: Tampering | undefined }> {
  let waiting = 0;
  for (let after = 0; ;) {
    const rows = await tx
      .select()
      .from(auditUnsealed)
      .where(and(eq(auditUnsealed.accountId, accountId), gt(auditUnsealed.id, after)))
      .orderBy(asc(auditUnsealed.id))
      .limit(QUEUED_AT_ONCE);
    if (rows.length === 0) return { waiting, tampering: undefined };
    after = rows.at(-1)!.id;
    const links = rows.flatMap(({ entryIds, hashes }) =>
      entryIds.map((uuid, i) => ({ id: idFromUuid('aud', uuid), hash: hashAt(hashes, i) })),
    );
    const found = await readEntries(
      tx,
      accountId,
      links.map(({ id }) => id),
    );
    for (const { id, hash } of links) {
      const entry = found.get(id);
      if (entry && hashEntry(entry).equals(hash)) waiting += 1;
      else return { waiting, tampering: ofQueue(found.has(id) ? 'edited' : 'deleted', id) };
    }
  }
}

function ofQueue(kind: 'edited' | 'deleted', entryId: AuditEntryId): Tampering {
  const about =
    kind === 'edited' ? 'It is not what it was when it was written.' : 'It is gone; its hash waits.';
  return { kind, seq: undefined, entryId, about };
}

/** Of entries that are neither in a block nor waiting for one, the oldest. */
async function findUnlinked(
  tx: DbTransaction,
  accountId: AccountId,
  linked: number,
): Promise<Tampering | undefined> {
  const account = uuidOf(accountId);
  const [count] = (await tx.execute(
    sql`SELECT count(*)::text AS n FROM audit_entries WHERE account_id = ${account}`,
  )) as unknown as [{ n: string }];
  if (Number(count.n) === linked) return undefined;
  const [row] = (await tx.execute(sql`
    SELECT id FROM audit_entries WHERE account_id = ${account}
    EXCEPT SELECT unnest(entry_ids) FROM audit_blocks WHERE account_id = ${account}
    EXCEPT SELECT unnest(entry_ids) FROM audit_unsealed WHERE account_id = ${account}
    ORDER BY id LIMIT 1`)) as unknown as { id: string }[];
  return (
    row && {
      kind: 'unlinked',
      seq: undefined,
      entryId: idFromUuid('aud', row.id),
      about: 'It is neither in the chain nor waiting for it: it was put in by hand, or its link was cut off.',
    }
  );
}
