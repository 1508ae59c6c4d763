import { doNoted } from '../audit/act.ts';
import { bySystem, type Doer } from '../audit/actor.ts';
import { newId } from '../crypto/new-id.ts';
import { readName } from '../errors.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { hintOf, writeApiKey } from './api-key.ts';
import type { Mode } from './mode.ts';
import { ALL_RIGHTS, noteRights, readRights, type RightsInput } from './rights.ts';
import { SECRET_BYTES } from './secret-text.ts';
import { apiKeys, type ApiKeyRow } from './table.ts';

/**
 * Makes a key of 192 random bits for an account: a live one, or one whose verifications are tests.
 * @param who makes it; by itself the system
 * @returns the row, and the key itself: shown this once, kept nowhere
 * @throws {InvalidInput}
 */
export async function createApiKey(
  app: App,
  accountId: AccountId,
  input: { name: string; mode?: Mode } & RightsInput,
  who: Doer = bySystem(accountId),
): Promise<{ row: ApiKeyRow; key: string }> {
  const { mode = 'live' } = input;
  const rights = readRights(input, { ...ALL_RIGHTS, mode }, app.clock());
  const { permissions, networks, expiresAt } = rights;
  const key = writeApiKey(mode, app.keys.randomBytes(SECRET_BYTES));
  const row: ApiKeyRow = {
    accountId,
    id: newId('key', app.clock()),
    name: readName(input.name),
    hash: app.keys.blindIndex('api-key', key),
    hint: hintOf(key),
    previousHash: null,
    previousEndsAt: null,
    mode,
    permissions: permissions && [...permissions],
    networks: networks && [...networks],
    expiresAt,
    generation: 0,
    lastUsedAt: null,
    createdAt: new Date(app.clock()),
    revokedAt: null,
  };
  await app.db.transaction((tx) =>
    doNoted(tx, who, 'api_key.create', app.clock(), async (act) => {
      act.on(row.id, noteRights(rights));
      await tx.insert(apiKeys).values(row);
    }),
  );
  return { row, key };
}
