import { and, eq } from 'drizzle-orm';
import { doNoted } from '../audit/act.ts';
import type { Principal } from '../accounts/principal.ts';
import type { DbTransaction } from '../db/client.ts';
import type { FactorId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { findEntity, findFactor, lockEntity, type EntityName } from './queries.ts';
import { challenges, entities, factors, type EntityRow } from './table.ts';

/** Removes a factor with its challenges: its codes prove nothing any more. @throws {EntityNotFound | FactorNotFound} */
export async function removeFactor(
  app: App,
  who: Principal,
  [serviceId, identity, id]: readonly [ServiceId, EntityName, FactorId],
): Promise<void> {
  const { accountId } = who;
  await app.db.transaction((tx) =>
    doNoted(tx, who, 'factor.remove', app.clock(), async (act) => {
      const from = { db: tx, keys: app.keys };
      const entity = await findEntity(from, who, serviceId, identity);
      await lockEntity(tx, entity);
      await findFactor(from, entity, id);
      // Before its challenges: whoever answers one locks the factor first, too, so neither waits for the other in a circle.
      await tx.delete(factors).where(and(eq(factors.accountId, accountId), eq(factors.id, id)));
      await tx
        .delete(challenges)
        .where(and(eq(challenges.accountId, accountId), eq(challenges.factorId, id)));
      await noteEmpty(tx, entity, new Date(app.clock()));
      act.on(id);
    }),
  );
}

async function noteEmpty(tx: DbTransaction, { accountId, id: entityId }: EntityRow, at: Date): Promise<void> {
  const left = await tx.query.factors.findFirst({ where: { accountId, entityId } });
  if (left) return;
  await tx
    .update(entities)
    .set({ emptySince: at })
    .where(and(eq(entities.accountId, accountId), eq(entities.id, entityId)));
}
