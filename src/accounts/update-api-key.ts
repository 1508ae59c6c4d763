import { isDeepStrictEqual } from 'node:util';
import { changedIn } from '../audit/act.ts';
import { readName } from '../errors.ts';
import type { ApiKeyId } from '../ids.ts';
import type { App } from '../platform.ts';
import { changeApiKey, refuseLastManager } from './change-api-key.ts';
import { checkGiver } from './check-giver.ts';
import type { Principal } from './principal.ts';
import { noteRights, readRights, type Rights, type RightsInput } from './rights.ts';
import type { ApiKeyRow } from './table.ts';

/**
 * Changes a key's name or rights; what is absent stays. With other rights it counts at once, in every process:
 * what the key holds open is closed, and its holder comes again.
 * @throws {ApiKeyNotFound | BeyondOwnRights | LastManagingKey | InvalidInput}
 */
export async function updateApiKey(
  app: App,
  who: Principal,
  id: ApiKeyId,
  change: { name?: string | undefined } & RightsInput,
): Promise<ApiKeyRow> {
  const now = app.clock();
  return changeApiKey(app, who, 'api_key.update', id, async (before, tx, act) => {
    const own: Rights = before;
    const rights = readRights(change, own, now);
    await checkGiver(tx, who, now, own, rights);
    if (rights.permissions && !rights.permissions.includes('keys:manage'))
      await refuseLastManager(tx, before, now);
    const { mode, permissions, networks, expiresAt } = own;
    const same = isDeepStrictEqual(rights, { mode, permissions, networks, expiresAt });
    const name = change.name === undefined ? before.name : readName(change.name);
    const { changed } = changedIn(
      { name: before.name, mode, permissions, networks, expiresAt },
      { name, ...rights },
    );
    act.on(id, { changed, ...noteRights(rights) });
    return {
      name,
      permissions: rights.permissions && [...rights.permissions],
      networks: rights.networks && [...rights.networks],
      expiresAt: rights.expiresAt,
      generation: before.generation + (same ? 0 : 1),
    };
  });
}
