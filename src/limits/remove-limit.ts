import { and, eq } from 'drizzle-orm';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import type { Doer } from '../audit/actor.ts';
import type { LimitId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { findLimit } from './queries.ts';
import { limitBuckets, limits } from './table.ts';

/** Removes a limit with its buckets: a start that names it is refused from now on. @throws {LimitNotFound} */
export async function removeLimit(app: App, who: Doer, serviceId: ServiceId, id: LimitId): Promise<void> {
  const { accountId } = who;
  await changeConfiguration(app, who, 'limit.remove', async (tx, act) => {
    await findLimit({ db: tx }, who, serviceId, id);
    await tx
      .delete(limitBuckets)
      .where(and(eq(limitBuckets.accountId, accountId), eq(limitBuckets.limitId, id)));
    await tx.delete(limits).where(and(eq(limits.accountId, accountId), eq(limits.id, id)));
    act.on(id);
  });
}
