import type { Sql } from '../db/client.ts';
import { rowset } from '../db/rowset.ts';
import { idFromUuid, type WebhookDeliveryId, type WebhookEndpointId } from '../ids.ts';
import type { WebhookDeliveryRow } from './table.ts';

/**
 * How long a claimed delivery stays with its worker: more than twice what an attempt can take (15 s for a connection,
 * and as long for the answer), for it may wait until another one is over.
 */
export const LEASE_MS = 90_000;

export interface Room {
  endpointId: WebhookEndpointId;
  /** How many more may be claimed of it. */
  free: number;
}

const ROOMS = rowset<Room>({
  endpoint_id: ['uuid', (room) => room.endpointId],
  free: ['integer', (room) => room.free],
});

// For each endpoint apart: one that is dead keeps as many under way as it may, and nobody else waits for it.
const CLAIM = `
  WITH due AS (
    SELECT d.account_id, d.id FROM ${ROOMS.from} CROSS JOIN LATERAL (
      SELECT account_id, id FROM webhook_deliveries
      WHERE account_id IS NOT NULL AND endpoint_id = n.endpoint_id AND due_at <= $3
      ORDER BY due_at LIMIT n.free FOR UPDATE SKIP LOCKED) d)
  UPDATE webhook_deliveries w SET due_at = $4, attempts = attempts + 1 FROM due
  WHERE w.account_id = due.account_id AND w.id = due.id
  RETURNING w.*`;

/** Takes deliveries that are due, for each endpoint as many as there is room for, oldest first. */
export async function claimDeliveries(
  sql: Sql,
  rooms: readonly Room[],
  now: number,
): Promise<WebhookDeliveryRow[]> {
  const params = [...ROOMS.params(rooms), new Date(now), new Date(now + LEASE_MS)];
  return (await sql.unsafe<RawDelivery[]>(CLAIM, params as never[], { prepare: true })).map(fromRaw);
}

const ROWS = rowset<WebhookDeliveryRow>({
  account_id: ['uuid', (row) => row.accountId],
  id: ['uuid', (row) => row.id],
});

const RELEASE = `
  UPDATE webhook_deliveries w SET due_at = $3, attempts = attempts - 1 FROM ${ROWS.from}
  WHERE w.account_id = n.account_id AND w.id = n.id AND w.due_at IS NOT NULL`;

/** Gives back claimed deliveries of which no attempt was made. */
export async function releaseDeliveries(
  sql: Sql,
  rows: readonly WebhookDeliveryRow[],
  now: number,
): Promise<void> {
  await sql.unsafe(RELEASE, [...ROWS.params(rows), new Date(now)] as never[], { prepare: true });
}

// Jumps from one endpoint to the next by the index, however many deliveries each has waiting.
const WITH_DUE = `
  WITH RECURSIVE one AS (
    (SELECT endpoint_id FROM webhook_deliveries WHERE account_id IS NOT NULL AND due_at IS NOT NULL ORDER BY endpoint_id LIMIT 1)
    UNION ALL
    SELECT (SELECT endpoint_id FROM webhook_deliveries d
            WHERE d.account_id IS NOT NULL AND d.due_at IS NOT NULL AND d.endpoint_id > one.endpoint_id
            ORDER BY endpoint_id LIMIT 1) FROM one WHERE one.endpoint_id IS NOT NULL)
  SELECT one.endpoint_id FROM one WHERE one.endpoint_id IS NOT NULL AND EXISTS (
    SELECT FROM webhook_deliveries d WHERE d.account_id IS NOT NULL AND d.endpoint_id = one.endpoint_id AND d.due_at <= $1)`;

/** The endpoints that have something due. */
export async function endpointsWithDue(sql: Sql, now: number): Promise<WebhookEndpointId[]> {
  const rows = await sql.unsafe<{ endpoint_id: string }[]>(WITH_DUE, [new Date(now)] as never[], {
    prepare: true,
  });
  return rows.map((row) => idFromUuid('whk', row.endpoint_id));
}

interface RawDelivery {
  account_id: string;
  id: string;
  endpoint_id: string;
  name: WebhookDeliveryRow['name'];
  verification_id: string | null;
  version: number | null;
  alarm: WebhookDeliveryRow['alarm'];
  status: WebhookDeliveryRow['status'];
  attempts: number;
  due_at: Date | null;
  log: WebhookDeliveryRow['log'];
  created_at: Date;
  settled_at: Date | null;
  days: number;
}

function fromRaw(raw: RawDelivery): WebhookDeliveryRow {
  const id: WebhookDeliveryId = idFromUuid('whd', raw.id);
  return {
    accountId: idFromUuid('acc', raw.account_id),
    id,
    endpointId: idFromUuid('whk', raw.endpoint_id),
    name: raw.name,
    verificationId: raw.verification_id === null ? null : idFromUuid('vrf', raw.verification_id),
    version: raw.version,
    alarm: raw.alarm,
    status: raw.status,
    attempts: raw.attempts,
    dueAt: raw.due_at,
    log: raw.log,
    createdAt: raw.created_at,
    settledAt: raw.settled_at,
    days: raw.days,
  };
}
