import type { Tx } from '../db/client.ts';
import { bytesesText } from '../db/columns.ts';
import { idFromUuid, uuidOf, type AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { sealName } from './sealed.ts';

export interface ErasedFactors {
  /** With their factors and challenges. */
  entities: number;
  /** Of factors that stay. */
  factorNames: number;
}

/**
 * Destroys the entities whose identity has a subject's number, and blanks the names of other factors that have it:
 * those are somebody else's, who signs in with them. What is not indexed yet is not found: see `indexNames`.
 * @throws {UnknownKey}
 */
export async function eraseFactors(
  app: Pick<App, 'keys'>,
  tx: Tx,
  accountId: AccountId,
  subjects: readonly Buffer[],
): Promise<ErasedFactors> {
  if (subjects.length === 0) return { entities: 0, factorNames: 0 };
  const account = uuidOf(accountId);
  const wanted = bytesesText(subjects);
  const entities = await tx<{ id: string }[]>`
    SELECT id FROM entities
    WHERE account_id = ${account} AND subjects && ${wanted}::text::bytea[] FOR UPDATE`.execute();
  const ids = entities.map(({ id }) => id);
  if (ids.length > 0) {
    // In this order, as in remove-factor.ts.
    await tx`DELETE FROM factors WHERE account_id = ${account} AND entity_id IN ${tx(ids)}`.execute();
    await tx`DELETE FROM challenges WHERE account_id = ${account} AND entity_id IN ${tx(ids)}`.execute();
    await tx`DELETE FROM entities WHERE account_id = ${account} AND id IN ${tx(ids)}`.execute();
  }
  return { entities: ids.length, factorNames: await blankNames(app, tx, accountId, wanted) };
}

async function blankNames(
  { keys }: Pick<App, 'keys'>,
  tx: Tx,
  accountId: AccountId,
  wanted: string,
): Promise<number> {
  const account = uuidOf(accountId);
  const named = await tx<{ id: string }[]>`
    SELECT id FROM factors
    WHERE account_id = ${account} AND subjects && ${wanted}::text::bytea[] FOR UPDATE`.execute();
  for (const { id } of named) {
    const blank = sealName({ keys }, { accountId, id: idFromUuid('fac', id) }, '');
    await tx`
      UPDATE factors SET name_sealed = ${blank}, subjects = '{}'
      WHERE account_id = ${account} AND id = ${id}`.execute();
  }
  return named.length;
}
