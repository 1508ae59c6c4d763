import { and, asc, count, desc, eq, lt } from 'drizzle-orm';
import type { Principal } from '../accounts/principal.ts';
import type { DbTransaction } from '../db/client.ts';
import type { AccountId, WebhookDeliveryId, WebhookEndpointId } from '../ids.ts';
import type { App } from '../platform.ts';
import {
  webhookDeliveries,
  webhookEndpoints,
  type DeliveryStatus,
  type WebhookDeliveryRow,
  type WebhookEndpointRow,
} from './table.ts';

/** The account's endpoints, oldest first. */
export async function listWebhookEndpoints(
  app: App,
  { accountId }: Principal,
): Promise<WebhookEndpointRow[]> {
  return app.db
    .select()
    .from(webhookEndpoints)
    .where(eq(webhookEndpoints.accountId, accountId))
    .orderBy(asc(webhookEndpoints.id));
}

export async function findWebhookEndpoint(
  app: App,
  { accountId }: Principal,
  id: WebhookEndpointId,
): Promise<WebhookEndpointRow | undefined> {
  const [row] = await app.db
    .select()
    .from(webhookEndpoints)
    .where(and(eq(webhookEndpoints.accountId, accountId), eq(webhookEndpoints.id, id)));
  return row;
}

export async function countEndpoints(tx: DbTransaction, accountId: AccountId): Promise<number> {
  const [row] = await tx
    .select({ count: count() })
    .from(webhookEndpoints)
    .where(eq(webhookEndpoints.accountId, accountId));
  return row!.count;
}

/** A page of what was sent to an endpoint, newest first. */
export async function pageWebhookDeliveries(
  app: App,
  { accountId }: Principal,
  endpointId: WebhookEndpointId,
  {
    status,
    after,
    limit,
  }: { status: DeliveryStatus | undefined; after: WebhookDeliveryId | undefined; limit: number },
): Promise<WebhookDeliveryRow[]> {
  return app.db
    .select()
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.accountId, accountId),
        eq(webhookDeliveries.endpointId, endpointId),
        status === undefined ? undefined : eq(webhookDeliveries.status, status),
        after === undefined ? undefined : lt(webhookDeliveries.id, after),
      ),
    )
    .orderBy(desc(webhookDeliveries.id))
    .limit(limit);
}
