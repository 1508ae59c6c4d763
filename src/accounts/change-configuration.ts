import type { AuditAction } from '../audit/actions.ts';
import { doNoted, type Act } from '../audit/act.ts';
import type { Doer } from '../audit/actor.ts';
import { CONFIG_CHANNEL } from '../bus/channels.ts';
import type { DbTransaction } from '../db/client.ts';
import type { App } from '../platform.ts';
import { lockConfiguration } from './lock-configuration.ts';

/**
 * Changes how an account's messages go (services, carriers, routes, senders, lookup, residency, currency): in a
 * transaction that no other such change comes between, with its line in the audit log, and every process
 * follows at once.
 * @param change says with `act.on` what was changed
 */
export async function changeConfiguration<T>(
  app: App,
  who: Doer,
  action: AuditAction,
  change: (tx: DbTransaction, act: Act) => Promise<T>,
): Promise<T> {
  const done = await app.db.transaction(async (tx) => {
    await lockConfiguration(tx, who.accountId);
    return doNoted(tx, who, action, app.clock(), (act) => change(tx, act));
  });
  app.bus.publish([{ channel: CONFIG_CHANNEL, payload: who.accountId }]);
  return done;
}
