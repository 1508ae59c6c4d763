import type { Doer } from '../audit/actor.ts';
import type { DbTransaction } from '../db/client.ts';
import type { PersonId } from '../ids.ts';
import { BeyondOwnRights } from './errors.ts';
import { beyond, type Rights } from './rights.ts';
import { standingOf } from './standing.ts';

/**
 * Whether somebody may give rights who makes a credential, changes one, or is shown the new secret of one. Under the lock
 * of the account (`lockConfiguration`): whoever is put out behind it has nothing that was not seen then, and whoever was
 * put out before it is given nothing.
 * @param given what they must have themselves; the system gives everything
 * @returns the people who they may be: a key is used by whoever knows its secret
 * @throws {BeyondOwnRights} when they have not, or no longer
 */
export async function checkGiver(
  tx: DbTransaction,
  who: Doer,
  now: number,
  ...given: readonly Rights[]
): Promise<PersonId[]> {
  if (who.kind === 'system') return [];
  const standing = await standingOf(tx, who, now);
  if (!standing) throw new BeyondOwnRights('permissions');
  for (const rights of given) {
    const excess = beyond(standing.who, rights);
    if (excess) throw new BeyondOwnRights(excess);
  }
  return standing.people;
}
