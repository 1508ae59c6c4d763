import { and, eq } from 'drizzle-orm';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import type { Doer } from '../audit/actor.ts';
import type { SenderId } from '../ids.ts';
import type { App } from '../platform.ts';
import { SenderNotFound } from './errors.ts';
import { openSender, type Sender } from './sealed.ts';
import { senders } from './table.ts';

/**
 * Forgets a sender and what was said of it. A service or a route that names it goes on using it, now
 * without bounds: to stop that, take it out of use instead.
 * @returns the sender as it was
 * @throws {SenderNotFound}
 */
export async function removeSender(app: App, who: Doer, id: SenderId): Promise<Sender> {
  return changeConfiguration(app, who, 'sender.remove', async (tx, act) => {
    const one = and(eq(senders.accountId, who.accountId), eq(senders.id, id));
    const [removed] = await tx.delete(senders).where(one).returning();
    if (!removed) throw new SenderNotFound();
    act.on(id);
    return openSender(app, removed);
  });
}
