import { CONFIG_CHANNEL, webhookDisabledChannel } from '../bus/channels.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { transaction } from '../db/transaction.ts';
import { idFromUuid, type AccountId, type WebhookDeliveryId, type WebhookEndpointId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { AttemptRecord, DeliveryOutcome } from './outcome.ts';
import { RETRY_SECONDS } from './schedule.ts';
import type { DeliveryStatus, DisabledReason } from './table.ts';

/** What became of one attempt of a delivery. */
export interface Attempted {
  accountId: AccountId;
  id: WebhookDeliveryId;
  endpointId: WebhookEndpointId;
  outcome: DeliveryOutcome;
  record: AttemptRecord;
}

export const SETTLE_BATCH = { maxBatchSize: 500, lanes: 1, paceMs: 10 };

/** Nothing has arrived for as long as one delivery is tried: 75 hours. */
const FAILING_MS = RETRY_SECONDS.reduce((sum, seconds) => sum + seconds, 0) * 1_000;

const ROWS = rowset<Attempted & { now: number }>({
  account_id: ['uuid', (a) => a.accountId],
  id: ['uuid', (a) => a.id],
  status: ['text', (a) => statusOf(a.outcome)],
  due_at: ['timestamptz', (a) => (a.outcome.kind === 'retry' ? new Date(a.now + a.outcome.waitMs) : null)],
  settled_at: ['timestamptz', (a) => (a.outcome.kind === 'retry' ? null : new Date(a.now))],
  record: ['json', (a) => a.record],
});

const SETTLE = `
  UPDATE webhook_deliveries d SET status = n.status, due_at = n.due_at, settled_at = n.settled_at,
    log = d.log || n.record::jsonb
  FROM ${ROWS.from} WHERE d.account_id = n.account_id AND d.id = n.id AND d.due_at IS NOT NULL`;

interface Health {
  accountId: AccountId;
  id: WebhookEndpointId;
  arrived: boolean;
  gone: boolean;
}

const HEALTHS = rowset<Health>({
  account_id: ['uuid', (h) => h.accountId],
  id: ['uuid', (h) => h.id],
  arrived: ['boolean', (h) => h.arrived],
  gone: ['boolean', (h) => h.gone],
});

// An endpoint that is well is not written to: `failing_since` is null before and after.
const NOTE_HEALTH = `
  UPDATE webhook_endpoints e SET
    failing_since = CASE WHEN n.arrived THEN NULL ELSE coalesce(e.failing_since, $5::timestamptz) END,
    disabled_at = CASE WHEN ${isOver()} THEN $5::timestamptz ELSE e.disabled_at END,
    disabled_reason = CASE WHEN n.gone THEN 'gone' WHEN ${isOver()} THEN 'failing' ELSE e.disabled_reason END
  FROM ${HEALTHS.from}
  WHERE e.account_id = n.account_id AND e.id = n.id AND e.disabled_at IS NULL
    AND (NOT n.arrived OR e.failing_since IS NOT NULL)
  RETURNING e.account_id, e.id, e.disabled_at, e.disabled_reason`;

function isOver(): string {
  return `(n.gone OR (NOT n.arrived AND e.failing_since <= $6::timestamptz))`;
}

/** Writes down what became of a batch of attempts, and what that says of their endpoints. */
export async function settleDeliveries(app: App, attempted: readonly Attempted[]): Promise<undefined[]> {
  const now = app.clock();
  const healths = healthsOf(attempted);
  const disabled = await transaction(
    app.lanes,
    () => Promise.resolve(undefined),
    async (tx) => {
      const rows = attempted.map((one) => ({ ...one, now }));
      const times = [new Date(now), new Date(now - FAILING_MS)].map((at) => at.toISOString());
      const [, changed] = await Promise.all([
        runBatch(tx, SETTLE, ROWS, rows),
        tx
          .unsafe<RawEndpoint[]>(NOTE_HEALTH, [...HEALTHS.params(healths), ...times], { prepare: true })
          .execute(),
      ]);
      return changed.filter((row) => row.disabled_at !== null);
    },
  );
  if (disabled.length > 0) announce(app, disabled);
  return attempted.map(() => undefined);
}

interface RawEndpoint {
  account_id: string;
  id: string;
  disabled_at: Date | null;
  disabled_reason: DisabledReason | null;
}

function announce(app: App, rows: readonly RawEndpoint[]): void {
  for (const row of rows) {
    const [accountId, endpointId] = [idFromUuid('acc', row.account_id), idFromUuid('whk', row.id)];
    app.log.warn({ endpointId, reason: row.disabled_reason }, 'a webhook endpoint was disabled');
    app.bus.publish([
      { channel: CONFIG_CHANNEL, payload: accountId },
      { channel: webhookDisabledChannel(accountId), payload: endpointId },
    ]);
  }
}

function statusOf(outcome: DeliveryOutcome): DeliveryStatus {
  switch (outcome.kind) {
    case 'delivered':
      return 'delivered';
    case 'retry':
      return 'pending';
    case 'failed':
    case 'gone':
      return 'failed';
    default:
      throw new Error(`unhandled outcome: ${outcome satisfies never}`);
  }
}

/** One word for each endpoint: something arrived, or nothing did. */
function healthsOf(attempted: readonly Attempted[]): Health[] {
  const byEndpoint = Map.groupBy(attempted, ({ endpointId }) => endpointId);
  return [...byEndpoint].map(([id, of]) => ({
    accountId: of[0]!.accountId,
    id,
    arrived: of.some(({ outcome }) => outcome.kind === 'delivered'),
    gone: of.some(({ outcome }) => outcome.kind === 'gone'),
  }));
}
