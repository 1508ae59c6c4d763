import { newId } from '../crypto/new-id.ts';
import type { Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { transaction } from '../db/transaction.ts';
import { compareTransactions, startOfTransaction, type Cursor } from '../events/cursor.ts';
import { readAccountMarks, readHorizon, type EventMark } from '../events/queries.ts';
import {
  idFromUuid,
  uuidOf,
  type AccountId,
  type WebhookDeliveryId,
  type WebhookEndpointId,
} from '../ids.ts';
import type { App } from '../platform.ts';
import { WEBHOOK_NAMES, type WebhookName } from './catalog.ts';
import { wakeEndpoints } from './wake.ts';

/** Events that one endpoint is moved on by in one transaction. */
const PAGE = 500;

interface Follower {
  id: WebhookEndpointId;
  events: readonly WebhookName[] | null;
  seen: Cursor;
}

interface NewDelivery {
  accountId: AccountId;
  id: WebhookDeliveryId;
  endpointId: WebhookEndpointId;
  mark: EventMark;
}

/**
 * Makes deliveries of what has happened in an account since its endpoints were last moved on. The table of
 * events is the queue: an event that was committed cannot be lost on its way, and starts and checks pay
 * nothing for the endpoints that there are. Deliveries and the endpoint's new place are one transaction.
 * @returns whether there is more, and up to where all is done
 */
export async function followAccount(
  app: App,
  accountId: AccountId,
): Promise<{ more: boolean; horizon: string }> {
  const horizon = await readHorizon(app.sql);
  let more = false;
  const moved = await transaction(
    app.lanes,
    async (tx) => {
      const followers = await lockFollowers(tx, accountId);
      return Promise.all(
        followers.map(async (follower) => ({
          follower,
          marks: await readAccountMarks(tx, accountId, follower.seen, horizon, PAGE),
        })),
      );
    },
    async (tx, found) => {
      const steps = found.flatMap(({ follower, marks }) => {
        if (marks.length === PAGE) more = true;
        const seen =
          marks.length === PAGE ? marks.at(-1)! : laterOf(follower.seen, startOfTransaction(horizon));
        return seen === follower.seen ? [] : [{ follower, seen, marks }];
      });
      const deliveries = steps.flatMap(({ follower, marks }) =>
        marks
          .filter(({ type }) => wants(follower, WEBHOOK_NAMES[type]))
          .map((mark) => newDelivery(app, accountId, follower.id, mark)),
      );
      await Promise.all([
        deliveries.length > 0 ? insertDeliveries(tx, deliveries, app.clock()) : undefined,
        ...steps.map(({ follower, seen }) => moveOn(tx, accountId, follower.id, seen)),
      ]);
      return new Set(deliveries.map(({ endpointId }) => endpointId));
    },
  );
  wakeEndpoints(app, moved);
  return { more, horizon };
}

function wants({ events }: Follower, name: WebhookName): boolean {
  return events === null || events.includes(name);
}

function laterOf(one: Cursor, other: Cursor): Cursor {
  return compareTransactions(one.transaction, other.transaction) >= 0 ? one : other;
}

// One worker at a time for each endpoint: those that another one is moving on are left to it.
async function lockFollowers(tx: Tx, accountId: AccountId): Promise<Follower[]> {
  const rows = await tx<
    {
      id: string;
      events: WebhookName[] | null;
      seen_transaction: string;
      seen_verification_id: string;
      seen_version: number;
    }[]
  >`SELECT id, events, seen_transaction, seen_verification_id, seen_version FROM webhook_endpoints
    WHERE account_id = ${uuidOf(accountId)} AND disabled_at IS NULL ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`;
  return rows.map((row) => ({
    id: idFromUuid('whk', row.id),
    events: row.events,
    seen: {
      transaction: row.seen_transaction,
      verificationId: idFromUuid('vrf', row.seen_verification_id),
      version: row.seen_version,
    },
  }));
}

const ROWS = rowset<NewDelivery>({
  account_id: ['uuid', (d) => d.accountId],
  id: ['uuid', (d) => d.id],
  endpoint_id: ['uuid', (d) => d.endpointId],
  name: ['text', (d) => WEBHOOK_NAMES[d.mark.type]],
  verification_id: ['uuid', (d) => d.mark.verificationId],
  version: ['integer', (d) => d.mark.version],
});

function insertDeliveries(tx: Tx, rows: readonly NewDelivery[], now: number) {
  const at = new Date(now).toISOString();
  const insert = `
    INSERT INTO webhook_deliveries (${ROWS.names}, status, attempts, due_at, log, created_at, days)
    SELECT n.*, 'pending', 0, $7::timestamptz, '[]', $7::timestamptz, coalesce(a.deliveries_days, 90)
    FROM ${ROWS.from} LEFT JOIN accounts a ON a.id = n.account_id`;
  return tx.unsafe(insert, [...ROWS.params(rows), at], { prepare: true }).execute();
}

function newDelivery(
  app: App,
  accountId: AccountId,
  endpointId: WebhookEndpointId,
  mark: EventMark,
): NewDelivery {
  return { accountId, id: newId('whd', app.clock()), endpointId, mark };
}

const PLACES = rowset<{ accountId: AccountId; id: WebhookEndpointId; seen: Cursor }>({
  account_id: ['uuid', (p) => p.accountId],
  id: ['uuid', (p) => p.id],
  transaction: ['text', (p) => p.seen.transaction],
  verification_id: ['uuid', (p) => p.seen.verificationId],
  version: ['integer', (p) => p.seen.version],
});

const MOVE_ON = `
  UPDATE webhook_endpoints e SET seen_transaction = n.transaction::xid8, seen_verification_id = n.verification_id,
    seen_version = n.version
  FROM ${PLACES.from} WHERE e.account_id = n.account_id AND e.id = n.id`;

function moveOn(tx: Tx, accountId: AccountId, id: WebhookEndpointId, seen: Cursor) {
  return runBatch(tx, MOVE_ON, PLACES, [{ accountId, id, seen }]);
}
