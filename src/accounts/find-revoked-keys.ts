import { and, inArray, isNotNull } from 'drizzle-orm';
import type { AccountId, ApiKeyId } from '../ids.ts';
import type { App } from '../platform.ts';
import { apiKeys } from './table.ts';

/** Those of the accounts' keys that were revoked. One that is only over, or has another secret, is not among them. */
export async function findRevokedKeys(
  app: App,
  accountIds: readonly AccountId[],
  ids: readonly ApiKeyId[],
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await app.db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(
      and(
        inArray(apiKeys.accountId, [...accountIds]),
        inArray(apiKeys.id, [...ids]),
        isNotNull(apiKeys.revokedAt),
      ),
    );
  return new Set(rows.map(({ id }) => id));
}
