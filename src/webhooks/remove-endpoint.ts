import { and, eq, isNotNull } from 'drizzle-orm';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import type { Principal } from '../accounts/principal.ts';
import type { WebhookEndpointId } from '../ids.ts';
import type { App } from '../platform.ts';
import { WebhookNotFound } from './errors.ts';
import { webhookDeliveries, webhookEndpoints, type WebhookEndpointRow } from './table.ts';

/**
 * Removes an endpoint: what was on its way to it goes no further. Its log stays as long as logs are kept.
 * @returns the endpoint as it was
 * @throws {WebhookNotFound}
 */
export async function removeWebhookEndpoint(
  app: App,
  who: Principal,
  id: WebhookEndpointId,
): Promise<WebhookEndpointRow> {
  const { accountId } = who;
  return changeConfiguration(app, who, 'webhook.remove', async (tx, act) => {
    act.on(id);
    const [removed] = await tx
      .delete(webhookEndpoints)
      .where(and(eq(webhookEndpoints.accountId, accountId), eq(webhookEndpoints.id, id)))
      .returning();
    if (!removed) throw new WebhookNotFound();
    await tx
      .update(webhookDeliveries)
      .set({ status: 'failed', dueAt: null, settledAt: new Date(app.clock()) })
      .where(
        and(
          eq(webhookDeliveries.accountId, accountId),
          eq(webhookDeliveries.endpointId, id),
          isNotNull(webhookDeliveries.dueAt),
        ),
      );
    return removed;
  });
}
