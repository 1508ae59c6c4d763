import { and, asc, eq, gt } from 'drizzle-orm';
import type { AccountId, OAuthClientId } from '../ids.ts';
import type { App } from '../platform.ts';
import { oauthClients, type OAuthClientRow } from './table.ts';

/** A page of an account's clients, the revoked ones among them, oldest first. */
export async function pageClients(
  app: App,
  accountId: AccountId,
  { after, limit }: { after: OAuthClientId | undefined; limit: number },
): Promise<OAuthClientRow[]> {
  return app.db
    .select()
    .from(oauthClients)
    .where(
      and(
        eq(oauthClients.accountId, accountId),
        after === undefined ? undefined : gt(oauthClients.id, after),
      ),
    )
    .orderBy(asc(oauthClients.id))
    .limit(limit);
}
