import { eq } from 'drizzle-orm';
import { keptDays } from '../accounts/retention-days.ts';
import { newId } from '../crypto/new-id.ts';
import type { DbTransaction } from '../db/client.ts';
import type { AccountId, WebhookEndpointId } from '../ids.ts';
import type { AlarmName } from './catalog.ts';
import { webhookDeliveries, webhookEndpoints, type AlarmData } from './table.ts';

/** An alarm as endpoints are told of it. */
export interface AlarmNews {
  name: AlarmName;
  data: AlarmData;
}

/**
 * Makes deliveries of alarms, in the transaction that raises or clears them: neither is there without the other. An
 * endpoint that is disabled has them waiting, as it has events. Call it while the account's configuration is locked, so
 * that no endpoint comes or goes.
 * @returns whom to wake once it is committed
 */
export async function enqueueAlarms(
  tx: DbTransaction,
  accountId: AccountId,
  news: readonly AlarmNews[],
  now: Date,
): Promise<WebhookEndpointId[]> {
  if (news.length === 0) return [];
  const endpoints = await tx
    .select({ id: webhookEndpoints.id, events: webhookEndpoints.events })
    .from(webhookEndpoints)
    .where(eq(webhookEndpoints.accountId, accountId));
  const rows = endpoints.flatMap(({ id: endpointId, events }) =>
    news
      .filter(({ name }) => events === null || events.includes(name))
      .map(({ name, data }) => ({
        ...{ accountId, id: newId('whd', now.getTime()), endpointId, name, alarm: data },
        ...{ verificationId: null, version: null, status: 'pending' as const, attempts: 0, log: [] },
        ...{ dueAt: now, createdAt: now, settledAt: null, days: keptDays(accountId, 'deliveriesDays') },
      })),
  );
  if (rows.length > 0) await tx.insert(webhookDeliveries).values(rows);
  return [...new Set(rows.map(({ endpointId }) => endpointId))];
}
