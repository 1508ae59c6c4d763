import { and, eq } from 'drizzle-orm';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import type { Doer } from '../audit/actor.ts';
import type { InboundNumberId } from '../ids.ts';
import type { App } from '../platform.ts';
import { InboundNumberNotFound } from './errors.ts';
import { inboundNumbers, type InboundNumberRow } from './table.ts';

/**
 * Forgets a number. What still comes to it is kept for the account, without a service.
 * @throws {InboundNumberNotFound}
 */
export async function removeInboundNumber(
  app: App,
  who: Doer,
  id: InboundNumberId,
): Promise<InboundNumberRow> {
  return changeConfiguration(app, who, 'inbound_number.remove', async (tx, act) => {
    const one = and(eq(inboundNumbers.accountId, who.accountId), eq(inboundNumbers.id, id));
    const [removed] = await tx.delete(inboundNumbers).where(one).returning();
    if (!removed) throw new InboundNumberNotFound();
    act.on(id);
    return removed;
  });
}
