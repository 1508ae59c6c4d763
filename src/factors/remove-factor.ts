import { and, eq } from 'drizzle-orm';
import { doNoted } from '../audit/act.ts';
import type { Principal } from '../accounts/principal.ts';
import type { FactorId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { findEntity, findFactor, type EntityName } from './queries.ts';
import { challenges, factors } from './table.ts';

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
      await findFactor(from, await findEntity(from, who, serviceId, identity), id);
      // Before its challenges: whoever answers one locks the factor first, too, so neither waits for the other in a circle.
      await tx.delete(factors).where(and(eq(factors.accountId, accountId), eq(factors.id, id)));
      await tx
        .delete(challenges)
        .where(and(eq(challenges.accountId, accountId), eq(challenges.factorId, id)));
      act.on(id);
    }),
  );
}
