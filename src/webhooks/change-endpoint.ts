import { and, eq } from 'drizzle-orm';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import { changedIn } from '../audit/act.ts';
import type { AuditAction } from '../audit/actions.ts';
import type { Doer } from '../audit/actor.ts';
import type { WebhookEndpointId } from '../ids.ts';
import type { App } from '../platform.ts';
import { WebhookNotFound } from './errors.ts';
import { webhookEndpoints, type WebhookEndpointRow } from './table.ts';

/** Its owner's side of an endpoint; its place in the events is the follower's alone. */
type Change = Partial<
  Pick<
    WebhookEndpointRow,
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
  decide: (before: WebhookEndpointRow) => Change | Promise<Change>,
): Promise<WebhookEndpointRow> {
  const one = and(eq(webhookEndpoints.accountId, who.accountId), eq(webhookEndpoints.id, id));
  return changeConfiguration(app, who, action, async (tx, act) => {
    const [before] = await tx.select().from(webhookEndpoints).where(one).for('no key update');
    if (!before) throw new WebhookNotFound();
    const change = await decide(before);
    if (Object.keys(change).length > 0) await tx.update(webhookEndpoints).set(change).where(one);
    act.on(id, changedIn(before, { ...before, ...change }));
    return { ...before, ...change };
  });
}
