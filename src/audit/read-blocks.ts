import { and, asc, eq, gt } from 'drizzle-orm';
import type { Db, DbTransaction } from '../db/client.ts';
import { idFromUuid, type AccountId } from '../ids.ts';
import type { Block } from './chain.ts';
import { auditBlocks } from './table.ts';

/** Blocks of an account in their order, behind a place in the chain. */
export async function readBlocks(
  db: Db | DbTransaction,
  accountId: AccountId,
  behindSeq: number,
  limit: number,
): Promise<Block[]> {
  const rows = await db
    .select()
    .from(auditBlocks)
    .where(and(eq(auditBlocks.accountId, accountId), gt(auditBlocks.firstSeq, behindSeq)))
    .orderBy(asc(auditBlocks.firstSeq))
    .limit(limit);
  return rows.map(({ entryIds, sealedAt, ...block }) => ({
    ...block,
    entryIds: entryIds.map((uuid) => idFromUuid('aud', uuid)),
    sealedAt: sealedAt.getTime(),
  }));
}
