import { randomBytes } from 'node:crypto';
import { newId } from '../crypto/new-id.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { apiKeys, type ApiKeyRow } from './table.ts';

/** Recognisable, so that a secret scanner finds a key that was committed by mistake. */
export const API_KEY_PREFIX = 'otpost_key_';

/**
 * Makes a key of 192 random bits for an account.
 * @returns the row, and the key itself: shown this once, kept nowhere
 */
export async function createApiKey(
  app: App,
  accountId: AccountId,
  input: { name: string },
): Promise<{ row: ApiKeyRow; key: string }> {
  const key = API_KEY_PREFIX + randomBytes(24).toString('base64url');
  const row: ApiKeyRow = {
    accountId,
    id: newId('key', app.clock()),
    name: input.name,
    hash: app.keys.blindIndex('api-key', key),
    createdAt: new Date(app.clock()),
    revokedAt: null,
  };
  await app.db.insert(apiKeys).values(row);
  return { row, key };
}
