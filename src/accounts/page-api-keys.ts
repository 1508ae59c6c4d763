import { and, asc, eq, gt } from 'drizzle-orm';
import type { AccountId, ApiKeyId } from '../ids.ts';
import type { App } from '../platform.ts';
import { apiKeys, type ApiKeyRow } from './table.ts';

/** A page of an account's keys, the revoked ones among them, oldest first. */
export async function pageApiKeys(
  app: App,
  accountId: AccountId,
  { after, limit }: { after: ApiKeyId | undefined; limit: number },
): Promise<ApiKeyRow[]> {
  return app.db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.accountId, accountId), after === undefined ? undefined : gt(apiKeys.id, after)))
    .orderBy(asc(apiKeys.id))
    .limit(limit);
}
