import { and, eq, isNull } from 'drizzle-orm';
import { findAccount } from '../accounts/find-account.ts';
import type { Principal } from '../accounts/principal.ts';
import { doNoted } from '../audit/act.ts';
import { actorOf } from '../audit/actor.ts';
import { appendAudit } from '../audit/append.ts';
import { transaction } from '../db/transaction.ts';
import { uuidOf, type WebhookDeliveryId, type WebhookEndpointId } from '../ids.ts';
import type { App } from '../platform.ts';
import { checkRegion } from './endpoint-input.ts';
import { WebhookDisabled, WebhookNotFound } from './errors.ts';
import { findWebhookEndpoint } from './queries.ts';
import { webhookDeliveries, type WebhookDeliveryRow } from './table.ts';
import { wakeEndpoints } from './wake.ts';

/**
 * Sends a delivery once more, whatever became of it, under the id that it has: an endpoint that knows ids
 * takes it once.
 * @throws {WebhookNotFound | WebhookDisabled | WebhookOutsideResidency}
 */
export async function replayWebhookDelivery(
  app: App,
  who: Principal,
  id: WebhookDeliveryId,
): Promise<WebhookDeliveryRow> {
  const one = and(eq(webhookDeliveries.accountId, who.accountId), eq(webhookDeliveries.id, id));
  const [row] = await app.db.select().from(webhookDeliveries).where(one);
  if (!row) throw new WebhookNotFound();
  await needInUse(app, who, row.endpointId);
  const change = { status: 'pending', attempts: 0, dueAt: new Date(app.clock()), settledAt: null } as const;
  // One that is on its way anyhow stays as it is.
  const [again] = await app.db.transaction((tx) =>
    doNoted(tx, who, 'webhook.replay', app.clock(), async (act) => {
      act.on(id, { endpoint: row.endpointId });
      return tx
        .update(webhookDeliveries)
        .set(change)
        .where(and(one, isNull(webhookDeliveries.dueAt)))
        .returning();
    }),
  );
  wakeEndpoints(app, [row.endpointId]);
  return again ?? row;
}

/** As many as one statement sends again; the rest is done by the next. */
const BATCH = 5_000;

/**
 * Sends again all that failed for an endpoint since a moment, oldest first.
 * @returns how many
 * @throws {WebhookNotFound | WebhookDisabled | WebhookOutsideResidency}
 */
export async function replayWebhookFailures(
  app: App,
  who: Principal,
  endpointId: WebhookEndpointId,
  since: Date,
): Promise<number> {
  await needInUse(app, who, endpointId);
  let replayed = 0;
  for (;;) {
    const count = await replaySome(app, who, endpointId, since);
    replayed += count;
    if (count > 0) wakeEndpoints(app, [endpointId]);
    if (count < BATCH) return replayed;
  }
}

async function replaySome(
  app: App,
  who: Principal,
  endpointId: WebhookEndpointId,
  since: Date,
): Promise<number> {
  const now = app.clock();
  const [account, endpoint] = [uuidOf(who.accountId), uuidOf(endpointId)];
  const entry = { accountId: who.accountId, actor: actorOf(who), action: 'webhook.replay_failures' } as const;
  return transaction(
    app.lanes,
    async () => undefined,
    async (tx) => {
      const replaying = tx`
        UPDATE webhook_deliveries SET status = 'pending', attempts = 0, due_at = ${new Date(now)}, settled_at = NULL
        WHERE account_id = ${account} AND id IN (
          SELECT id FROM webhook_deliveries
          WHERE account_id IS NOT DISTINCT FROM ${account} AND endpoint_id = ${endpoint} AND status = 'failed'
            AND created_at >= ${since}
          ORDER BY id LIMIT ${BATCH})`.execute();
      const noting = appendAudit(tx, [{ ...entry, targets: [endpointId] }], now);
      const [{ count }] = await Promise.all([replaying, noting]);
      return count;
    },
  );
}

/** @throws {WebhookNotFound | WebhookDisabled | WebhookOutsideResidency} */
export async function needInUse(app: App, who: Principal, id: WebhookEndpointId): Promise<void> {
  const endpoint = await findWebhookEndpoint(app, who, id);
  if (!endpoint) throw new WebhookNotFound();
  if (endpoint.disabledAt !== null) throw new WebhookDisabled();
  checkRegion((await findAccount(app, who.accountId)).residency, endpoint.region);
}
