import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { heldBy } from '../accounts/held-by.ts';
import { doNoted } from '../audit/act.ts';
import type { Doer } from '../audit/actor.ts';
import type { DbTransaction } from '../db/client.ts';
import type { AccountId, OAuthClientId, PersonId } from '../ids.ts';
import { oauthClients, type OAuthClientRow } from './table.ts';

/** The OAuth clients of an account that work and whose secret, or key, any of these people knows, oldest first. */
export async function findHeldClients(
  { db }: { db: Pick<DbTransaction, 'select'> },
  accountId: AccountId,
  people: readonly PersonId[],
  now: number,
): Promise<OAuthClientRow[]> {
  return db
    .select()
    .from(oauthClients)
    .where(and(eq(oauthClients.accountId, accountId), heldBy(oauthClients, people, now)))
    .orderBy(asc(oauthClients.id));
}

/**
 * Ends clients and all their tokens with whoever held them, in the transaction that puts them out and under its lock of
 * the account. To be announced after the commit.
 */
export async function revokeHeldClients(
  tx: DbTransaction,
  who: Doer,
  ids: readonly OAuthClientId[],
  now: number,
): Promise<void> {
  if (ids.length === 0) return;
  const these = and(eq(oauthClients.accountId, who.accountId), inArray(oauthClients.id, [...ids]));
  await doNoted(tx, who, 'oauth_client.revoke', now, async (act) => {
    act.on(ids, { because: 'member_removed' });
    await tx
      .update(oauthClients)
      .set({ revokedAt: new Date(now), generation: sql`${oauthClients.generation} + 1` })
      .where(these);
  });
}
