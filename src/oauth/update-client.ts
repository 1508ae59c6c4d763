import { isDeepStrictEqual } from 'node:util';
import type { JWK } from 'jose';
import { checkGiver } from '../accounts/check-giver.ts';
import type { Principal } from '../accounts/principal.ts';
import { changedIn } from '../audit/act.ts';
import { noteRights } from '../accounts/rights.ts';
import { InvalidInput, readName } from '../errors.ts';
import type { OAuthClientId, PersonId } from '../ids.ts';
import type { App } from '../platform.ts';
import { changeClient } from './change-client.ts';
import {
  readClientRights,
  readPublicKeys,
  readTokenSeconds,
  rightsOf,
  type ClientRightsInput,
} from './client-input.ts';
import type { OAuthClientRow } from './table.ts';

export interface ClientChange extends ClientRightsInput {
  name?: string | undefined;
  tokenSeconds?: number | undefined;
  /** A JWK set instead of the one until now. */
  publicKeys?: unknown;
}

/**
 * Changes a client; what is absent stays. With other rights, or other keys, the tokens until now are over at
 * once, in every process, and the client asks for another one.
 * @throws {OAuthClientNotFound | BeyondOwnRights | InvalidInput}
 */
export async function updateClient(
  app: App,
  who: Principal,
  id: OAuthClientId,
  change: ClientChange,
): Promise<OAuthClientRow> {
  const now = app.clock();
  const publicKeys = change.publicKeys == null ? undefined : await readPublicKeys(change.publicKeys);
  return changeClient(app, who, 'oauth_client.update', id, async (before, tx, act) => {
    const own = rightsOf(before);
    const rights = readClientRights(change, own, now);
    const people = await checkGiver(tx, who, now, own, rights);
    if (publicKeys && !before.publicKeys)
      throw new InvalidInput('publicKeys', 'This client has a secret. Make another client for these keys.');
    const keys = publicKeys ?? before.publicKeys;
    const same = isDeepStrictEqual(rights, own) && isDeepStrictEqual(keys, before.publicKeys);
    const after = {
      name: change.name === undefined ? before.name : readName(change.name),
      permissions: [...rights.permissions],
      networks: rights.networks && [...rights.networks],
      expiresAt: rights.expiresAt,
      tokenSeconds:
        change.tokenSeconds === undefined ? before.tokenSeconds : readTokenSeconds(change.tokenSeconds),
      publicKeys: keys,
      generation: before.generation + (same ? 0 : 1),
    };
    act.on(id, { ...changedIn<object>(before, { ...before, ...after }), ...noteRights(rights) });
    return { ...after, holders: holdersAfter(before, keys, people) };
  });
}

/** Who has a key that the client signs with: whoever gave it, so far as one that was there before stays. */
function holdersAfter(
  { publicKeys: before, holders }: Pick<OAuthClientRow, 'publicKeys' | 'holders'>,
  keys: readonly JWK[] | null,
  givers: readonly PersonId[],
): PersonId[] {
  if (!before || !keys || isDeepStrictEqual(keys, before)) return holders;
  const stays = before.some((old) => keys.some((key) => isDeepStrictEqual(key, old)));
  return [...new Set([...givers, ...(stays ? holders : [])])];
}
