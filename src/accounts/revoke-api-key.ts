import type { ApiKeyId } from '../ids.ts';
import type { App } from '../platform.ts';
import { changeApiKey, refuseLastManager } from './change-api-key.ts';
import type { Principal } from './principal.ts';
import type { ApiKeyRow } from './table.ts';

/**
 * Ends a key of the caller's account, whatever it may do: every process forgets it at once, and closes what it opened.
 * @param options.keepLast do not end the last key that can make others
 * @throws {ApiKeyNotFound | LastManagingKey}
 */
export async function revokeApiKey(
  app: App,
  who: Principal,
  id: ApiKeyId,
  { keepLast = false }: { keepLast?: boolean } = {},
): Promise<ApiKeyRow> {
  const now = app.clock();
  return changeApiKey(app, who, 'api_key.revoke', id, async (before, tx) => {
    if (keepLast) await refuseLastManager(tx, before, now);
    return { revokedAt: new Date(now), generation: before.generation + 1 };
  });
}
