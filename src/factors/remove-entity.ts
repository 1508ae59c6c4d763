import { and, eq } from 'drizzle-orm';
import { doNoted } from '../audit/act.ts';
import type { Principal } from '../accounts/principal.ts';
import type { ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { findEntity, lockEntity, type EntityName } from './queries.ts';
import { challenges, entities, factors } from './table.ts';

/** Forgets somebody, with their factors and what these were asked for. @throws {EntityNotFound} */
export async function removeEntity(
  app: App,
  who: Principal,
  serviceId: ServiceId,
  name: EntityName,
): Promise<void> {
  const { accountId } = who;
  await app.db.transaction((tx) =>
    doNoted(tx, who, 'entity.remove', app.clock(), async (act) => {
      const entity = await findEntity({ db: tx, keys: app.keys }, who, serviceId, name);
      const { id } = entity;
      await lockEntity(tx, entity);
      // In this order, as in remove-factor.ts.
      await tx.delete(factors).where(and(eq(factors.accountId, accountId), eq(factors.entityId, id)));
      await tx
        .delete(challenges)
        .where(and(eq(challenges.accountId, accountId), eq(challenges.entityId, id)));
      await tx.delete(entities).where(and(eq(entities.accountId, accountId), eq(entities.id, id)));
      act.on(id);
    }),
  );
}
