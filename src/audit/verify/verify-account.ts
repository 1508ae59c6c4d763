import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm';
import type { DbTransaction } from '../../db/client.ts';
import { idFromUuid, uuidOf, type AccountId, type AuditEntryId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import type { Block } from '../chain.ts';
import { hashAt } from '../chain.ts';
import { hashEntry, type AuditEntry } from '../entry.ts';
import { createInspector, type FoundEntries, type Tampering, type Walk } from '../inspect.ts';
import { entryOfRow } from '../queries.ts';
import { auditBlocks, auditEntries, auditUnsealed, type AuditEntryRow } from '../table.ts';

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
  onEntries: (count: number) => void,
): Promise<Verdict> {
  return db.transaction(
    async (tx) => {
      const inspector = createInspector();
      for (let after = 0; !inspector.isSettled;) {
        const blocks = await readBlocks(tx, accountId, after);
        if (blocks.length === 0) break;
        const found = await readEntries(
          tx,
          accountId,
          blocks.flatMap(({ entryIds }) => entryIds),
        );
        for (const block of blocks) inspector.block(block, found, []);
        onEntries(found.size);
        after = blocks.at(-1)!.firstSeq;
      }
      inspector.end([]);
      const { walk } = inspector;
      if (inspector.tampering) return { accountId, ...walk, waiting: 0, tampering: inspector.tampering };
      const queue = await verifyQueue(tx, accountId);
      const tampering = queue.tampering ?? (await findUnlinked(tx, accountId, walk.entries + queue.waiting));
      return { accountId, ...walk, waiting: queue.waiting, tampering };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

async function readBlocks(tx: DbTransaction, accountId: AccountId, after: number): Promise<Block[]> {
  const rows = await tx
    .select()
    .from(auditBlocks)
    .where(and(eq(auditBlocks.accountId, accountId), gt(auditBlocks.firstSeq, after)))
    .orderBy(asc(auditBlocks.firstSeq))
    .limit(BLOCKS_AT_ONCE);
  return rows.map(({ entryIds, sealedAt, ...block }) => ({
    ...block,
    entryIds: entryIds.map((uuid) => idFromUuid('aud', uuid)),
    sealedAt: sealedAt.getTime(),
  }));
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
