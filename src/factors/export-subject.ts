import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { openIn } from './sealed.ts';
import type { FactorRow } from './table.ts';

/**
 * The entities whose identity has a subject's number, with their factors and challenges; and factors of others whose
 * name has it. Never a secret. What is not indexed yet is not found: see `indexNames`.
 */
export async function readFactorsOf(app: App, accountId: AccountId, subjects: Buffer[]) {
  const { db } = app;
  const has = { accountId, subjects: { arrayOverlaps: subjects } };
  const found = await db.query.entities.findMany({ where: has, orderBy: { id: 'asc' } });
  const ids = found.map(({ id }) => id);
  const ofThem = { where: { accountId, entityId: { in: ids } }, orderBy: { id: 'asc' } } as const;
  const factorsOf = Map.groupBy(await db.query.factors.findMany(ofThem), ({ entityId }) => entityId);
  const challengesOf = Map.groupBy(await db.query.challenges.findMany(ofThem), ({ entityId }) => entityId);
  const named = await db.query.factors.findMany({
    where: { ...has, entityId: { notIn: ids } },
    orderBy: { id: 'asc' },
  });
  return {
    entities: await Promise.all(
      found.map(async ({ identityIndex: _index, identitySealed, subjects: _subjects, ...entity }) => ({
        ...entity,
        identity: await openIn(app, entity, 'identity', identitySealed),
        factors: await Promise.all((factorsOf.get(entity.id) ?? []).map((factor) => written(app, factor))),
        challenges: (challengesOf.get(entity.id) ?? []).map(
          ({ accountId: _account, entityId: _entity, ...one }) => one,
        ),
      })),
    ),
    factorNames: await Promise.all(
      named.map(async ({ id, entityId, ...row }) => ({
        id,
        entityId,
        name: await openIn(app, { ...row, id }, 'name', row.nameSealed),
      })),
    ),
  };
}

async function written(app: App, { secretSealed: _secret, nameSealed, lastStep: _step, ...row }: FactorRow) {
  const { accountId: _account, entityId: _entity, subjects: _subjects, ...factor } = row;
  return { ...factor, name: await openIn(app, row, 'name', nameSealed) };
}
