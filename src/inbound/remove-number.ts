import { and, eq } from 'drizzle-orm';
import type { Principal } from '../accounts/principal.ts';
import { CONFIG_CHANNEL } from '../bus/channels.ts';
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
  { accountId }: Principal,
  id: InboundNumberId,
): Promise<InboundNumberRow> {
  const [removed] = await app.db
    .delete(inboundNumbers)
    .where(and(eq(inboundNumbers.accountId, accountId), eq(inboundNumbers.id, id)))
    .returning();
  if (!removed) throw new InboundNumberNotFound();
  app.bus.publish([{ channel: CONFIG_CHANNEL, payload: accountId }]);
  return removed;
}
