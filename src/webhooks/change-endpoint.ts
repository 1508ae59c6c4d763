import { and, eq } from 'drizzle-orm';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import { changedIn } from '../audit/act.ts';
import type { AuditAction } from '../audit/actions.ts';
import type { Doer } from '../audit/actor.ts';
import type { DbTransaction } from '../db/client.ts';
import type { WebhookEndpointId } from '../ids.ts';
import type { App } from '../platform.ts';
import { WebhookNotFound } from './errors.ts';
import { openEndpoint, sealUrl, type Endpoint } from './sealed.ts';
import { webhookEndpoints } from './table.ts';

/** Its owner's side of an endpoint; its place in the events is the follower's alone. */
type Change = Partial<
  Pick<
    Endpoint,
    | 'url'
    | 'description'
    | 'events'
    | 'region'
    | 'secretsSealed'
    | 'previousEndsAt'
    | 'failingSince'
    | 'disabledAt'
    | 'disabledReason'
  >
>;

/**
 * Changes an endpoint, in a transaction that no other such change of the account comes between.
 * @throws {WebhookNotFound}
 */
export async function changeEndpoint(
  app: App,
  who: Doer,
  action: Extract<AuditAction, `webhook.${string}`>,
  id: WebhookEndpointId,
  decide: (before: Endpoint, tx: DbTransaction) => Change | Promise<Change>,
): Promise<Endpoint> {
  const one = and(eq(webhookEndpoints.accountId, who.accountId), eq(webhookEndpoints.id, id));
  return changeConfiguration(app, who, action, async (tx, act) => {
    const [row] = await tx.select().from(webhookEndpoints).where(one).for('no key update');
    if (!row) throw new WebhookNotFound();
    const before = await openEndpoint(app, row);
    const change = await decide(before, tx);
    const after = { ...before, ...change };
    // Sealed with the first change of whatever kind, where an earlier version had it in the clear.
    const sealed = after.url !== before.url || row.url !== null ? await sealUrl(app, after) : {};
    const stored = { ...change, ...sealed };
    if (Object.keys(stored).length > 0) await tx.update(webhookEndpoints).set(stored).where(one);
    act.on(id, changedIn(before, after));
    return after;
  });
}
