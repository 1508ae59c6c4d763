import { and, eq } from 'drizzle-orm';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import type { AccountId, SenderId } from '../ids.ts';
import type { App } from '../platform.ts';
import { SenderNotFound } from './errors.ts';
import { senders, type SenderRow } from './table.ts';

/**
 * Forgets a sender and what was said of it. A service or a route that names it goes on using it, now
 * without bounds: to stop that, take it out of use instead.
 * @returns the sender as it was
 * @throws {SenderNotFound}
 */
export async function removeSender(app: App, accountId: AccountId, id: SenderId): Promise<SenderRow> {
  const [removed] = await changeConfiguration(app, accountId, (tx) =>
    tx
      .delete(senders)
      .where(and(eq(senders.accountId, accountId), eq(senders.id, id)))
      .returning(),
  );
  if (!removed) throw new SenderNotFound();
  return removed;
}
