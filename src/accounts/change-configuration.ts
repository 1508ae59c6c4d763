import { CONFIG_CHANNEL } from '../bus/channels.ts';
import type { DbTransaction } from '../db/client.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { lockConfiguration } from './lock-configuration.ts';

/**
 * Changes how an account's messages go (services, carriers, routes, senders, lookup, residency, currency): in a
 * transaction that no other such change comes between, and every process follows at once.
 */
export async function changeConfiguration<T>(
  app: App,
  accountId: AccountId,
  change: (tx: DbTransaction) => Promise<T>,
): Promise<T> {
  const done = await app.db.transaction(async (tx) => {
    await lockConfiguration(tx, accountId);
    return change(tx);
  });
  app.bus.publish([{ channel: CONFIG_CHANNEL, payload: accountId }]);
  return done;
}
