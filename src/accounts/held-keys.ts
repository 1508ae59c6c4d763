import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { doNoted } from '../audit/act.ts';
import type { Doer } from '../audit/actor.ts';
import type { DbTransaction } from '../db/client.ts';
import type { AccountId, ApiKeyId, PersonId } from '../ids.ts';
import { revokeOfInviter } from '../people/revoke-of-inviter.ts';
import { heldBy } from './held-by.ts';
import { apiKeys, type ApiKeyRow } from './table.ts';

/** The API keys of an account that work and whose secret any of these people knows, oldest first. */
export async function findHeldKeys(
  { db }: { db: Pick<DbTransaction, 'select'> },
  accountId: AccountId,
  people: readonly PersonId[],
  now: number,
): Promise<ApiKeyRow[]> {
  return db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.accountId, accountId), heldBy(apiKeys, people, now)))
    .orderBy(asc(apiKeys.id));
}

/**
 * Ends keys with whoever held them, in the transaction that puts them out and under its lock of the account. To be
 * announced after the commit.
 * @param ids in their order, as those who note when keys are used take them: nobody waits in a circle
 */
export async function revokeHeldKeys(
  tx: DbTransaction,
  who: Doer,
  ids: readonly ApiKeyId[],
  now: number,
): Promise<void> {
  if (ids.length === 0) return;
  const these = and(eq(apiKeys.accountId, who.accountId), inArray(apiKeys.id, [...ids]));
  await doNoted(tx, who, 'api_key.revoke', now, async (act) => {
    act.on(ids, { because: 'member_removed' });
    await tx.select({ id: apiKeys.id }).from(apiKeys).where(these).orderBy(asc(apiKeys.id)).for('update');
    await tx
      .update(apiKeys)
      .set({ revokedAt: new Date(now), generation: sql`${apiKeys.generation} + 1` })
      .where(these);
  });
  for (const id of ids) await revokeOfInviter(tx, who, { inviter: id, left: undefined }, now);
}
