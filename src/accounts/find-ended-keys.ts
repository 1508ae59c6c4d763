import { and, inArray } from 'drizzle-orm';
import type { AccountId, ApiKeyId } from '../ids.ts';
import type { App } from '../platform.ts';
import { holds, keyHolder, type Permission } from './permissions.ts';
import { apiKeys } from './table.ts';

export type KeyEnd = 'key_revoked' | 'permission_lost';

/**
 * Those of the accounts' keys that were revoked, or had a permission taken away. One that is only over, or has another
 * secret, is not among them.
 */
export async function findEndedKeys(
  app: App,
  accountIds: readonly AccountId[],
  ids: readonly ApiKeyId[],
  permission: Permission,
): Promise<Map<ApiKeyId, KeyEnd>> {
  if (ids.length === 0) return new Map();
  const rows = await app.db
    .select({ id: apiKeys.id, revokedAt: apiKeys.revokedAt, permissions: apiKeys.permissions })
    .from(apiKeys)
    .where(and(inArray(apiKeys.accountId, [...accountIds]), inArray(apiKeys.id, [...ids])));
  const ended = new Map<ApiKeyId, KeyEnd>();
  for (const { id, revokedAt, permissions } of rows) {
    if (revokedAt) ended.set(id, 'key_revoked');
    else if (!holds(keyHolder(permissions), permission)) ended.set(id, 'permission_lost');
  }
  return ended;
}
