import { doNoted } from '../audit/act.ts';
import { bySystem, type Doer } from '../audit/actor.ts';
import { newId } from '../crypto/new-id.ts';
import { readName } from '../errors.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { hintOf, writeApiKey } from './api-key.ts';
import { checkGiver } from './check-giver.ts';
import { lockConfiguration } from './lock-configuration.ts';
import { madeBy } from './maker.ts';
import type { Mode } from './mode.ts';
import { ALL_RIGHTS, noteRights, readRights, type RightsInput } from './rights.ts';
import { SECRET_BYTES } from './secret-text.ts';
import { apiKeys, type ApiKeyRow } from './table.ts';

/**
 * Makes a key of 192 random bits for an account: a live one, or one whose verifications are tests. It can do no more,
 * from nowhere else, and for no longer than whoever makes it.
 * @param who makes it; by itself the system, which gives everything
 * @returns the row, and the key itself: shown this once, kept nowhere
 * @throws {BeyondOwnRights | InvalidInput}
 */
export async function createApiKey(
  app: App,
  accountId: AccountId,
  input: { name: string; mode?: Mode } & RightsInput,
  who: Doer = bySystem(accountId),
): Promise<{ row: ApiKeyRow; key: string }> {
  const { mode = 'live' } = input;
  const now = app.clock();
  const rights = readRights(input, { ...ALL_RIGHTS, mode }, now);
  const { permissions, networks, expiresAt } = rights;
  const key = writeApiKey(mode, app.keys.randomBytes(SECRET_BYTES));
  const made = {
    accountId,
    id: newId('key', now),
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
    createdAt: new Date(now),
    revokedAt: null,
  };
  const row = await app.db.transaction(async (tx) => {
    await lockConfiguration(tx, accountId);
    const whole: ApiKeyRow = { ...made, ...madeBy(who, await checkGiver(tx, who, now, rights)) };
    return doNoted(tx, who, 'api_key.create', now, async (act) => {
      act.on(whole.id, noteRights(rights));
      await tx.insert(apiKeys).values(whole);
      return whole;
    });
  });
  return { row, key };
}
