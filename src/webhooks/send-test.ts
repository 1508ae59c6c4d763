import type { Principal } from '../accounts/principal.ts';
import { keptDays } from '../accounts/retention-days.ts';
import { doNoted } from '../audit/act.ts';
import { newId } from '../crypto/new-id.ts';
import type { WebhookEndpointId } from '../ids.ts';
import type { App } from '../platform.ts';
import { TEST_NAME } from './catalog.ts';
import { needInUse } from './replay.ts';
import { webhookDeliveries, type WebhookDeliveryRow } from './table.ts';
import { wakeEndpoints } from './wake.ts';

/**
 * Sends an endpoint a test, whatever events it wants.
 * @throws {WebhookNotFound | WebhookDisabled | WebhookOutsideResidency}
 */
export async function sendTestWebhook(
  app: App,
  who: Principal,
  endpointId: WebhookEndpointId,
): Promise<WebhookDeliveryRow> {
  await needInUse(app, who, endpointId);
  const now = new Date(app.clock());
  const row = {
    accountId: who.accountId,
    id: newId('whd', app.clock()),
    endpointId,
    name: TEST_NAME as typeof TEST_NAME,
    verificationId: null,
    version: null,
    alarm: null,
    status: 'pending' as const,
    attempts: 0,
    dueAt: now,
    log: [],
    createdAt: now,
    settledAt: null,
    days: keptDays(who.accountId, 'deliveriesDays'),
  };
  const sent = await app.db.transaction((tx) =>
    doNoted(tx, who, 'webhook.test', app.clock(), async (act) => {
      act.on(endpointId, { delivery: row.id });
      const [inserted] = await tx.insert(webhookDeliveries).values(row).returning();
      return inserted!;
    }),
  );
  wakeEndpoints(app, [endpointId]);
  return sent;
}
