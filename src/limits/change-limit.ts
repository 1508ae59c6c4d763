import { and, eq } from 'drizzle-orm';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import { changedIn } from '../audit/act.ts';
import type { Doer } from '../audit/actor.ts';
import type { LimitId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { checkLimit } from './input.ts';
import { findLimit } from './queries.ts';
import { limits, type LimitRow } from './table.ts';

/** Changes what a limit says of itself. @throws {LimitNotFound | InvalidInput} */
export async function changeLimit(
  app: App,
  who: Doer,
  serviceId: ServiceId,
  id: LimitId,
  { description }: { description?: string | undefined },
): Promise<LimitRow> {
  checkLimit({ description });
  return changeConfiguration(app, who, 'limit.update', async (tx, act) => {
    const before = await findLimit({ db: tx }, who, serviceId, id);
    const after = {
      ...before,
      description: description ?? before.description,
      updatedAt: new Date(app.clock()),
    };
    await tx
      .update(limits)
      .set(after)
      .where(and(eq(limits.accountId, who.accountId), eq(limits.id, id)));
    act.on(id, changedIn(before, after));
    return after;
  });
}
