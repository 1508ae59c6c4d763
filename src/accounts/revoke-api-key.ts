import { and, eq, isNull } from 'drizzle-orm';
import { API_KEY_CHANNEL } from '../bus/channels.ts';
import type { ApiKeyId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { Principal } from './principal.ts';
import { apiKeys } from './table.ts';

/** Ends a key of the caller's account: every process forgets it at once. @returns whether it was alive */
export async function revokeApiKey(app: App, who: Principal, id: ApiKeyId): Promise<boolean> {
  const revoked = await app.db
    .update(apiKeys)
    .set({ revokedAt: new Date(app.clock()) })
    .where(and(eq(apiKeys.accountId, who.accountId), eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
    .returning({ id: apiKeys.id });
  // Only its own account's word ends a key: the announcement closes sockets.
  if (revoked.length === 0) return false;
  app.bus.publish([{ channel: API_KEY_CHANNEL, payload: id }]);
  return true;
}
