import { newId } from '../crypto/new-id.ts';
import type { Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { transaction } from '../db/transaction.ts';
import { encodeCursor, startOfTransaction, type Cursor } from '../events/cursor.ts';
import { readAccountMarks, type EventMark } from '../events/queries.ts';
import {
  idFromUuid,
  uuidOf,
  type AccountId,
  type WebhookDeliveryId,
  type WebhookEndpointId,
} from '../ids.ts';
import type { App } from '../platform.ts';
import { WEBHOOK_NAMES, type WebhookName } from './catalog.ts';

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

export interface Followed {
  /** Whether more has happened than was taken. */
  more: boolean;
  /** Who was made deliveries. */
  told: ReadonlySet<WebhookEndpointId>;
}

/**
 * Makes deliveries of what has happened in an account since its endpoints were last moved on. The table of
 * events is the queue: an event that was committed cannot be lost on its way, and starts and checks pay
 * nothing for the endpoints that there are. Deliveries and the endpoint's new place are one transaction.
 * @param horizon what `readHorizon` answered: up to there
 */
export async function followAccount(app: App, accountId: AccountId, horizon: string): Promise<Followed> {
  let more = false;
  const told = await transaction(
    app.lanes,
    async (tx) => {
      // Nearly always all of them are at one place.
      const groups = Map.groupBy(await lockFollowers(tx, accountId), ({ seen }) => encodeCursor(seen));
      return Promise.all(
        [...groups.values()].map(async (followers) => ({
          followers,
          marks: await readAccountMarks(tx, accountId, followers[0]!.seen, horizon, PAGE),
        })),
      );
    },
    async (tx, groups) => {
      const found = groups.filter(({ marks }) => marks.length > 0);
      const deliveries: NewDelivery[] = [];
      const places: Place[] = [];
      for (const { followers, marks } of found) {
        if (marks.length === PAGE) more = true;
        const seen = marks.length === PAGE ? marks.at(-1)! : startOfTransaction(horizon);
        for (const follower of followers) {
          const { id } = follower;
          places.push({ accountId, id, seen });
          for (const mark of marks)
            if (wants(follower, WEBHOOK_NAMES[mark.type]))
              deliveries.push(newDelivery(app, accountId, id, mark));
        }
      }
      await Promise.all([
        deliveries.length > 0 ? insertDeliveries(tx, deliveries, app.clock()) : undefined,
        places.length > 0 ? runBatch(tx, MOVE_ON, PLACES, places) : undefined,
      ]);
      return new Set(deliveries.map(({ endpointId }) => endpointId));
    },
  );
  return { more, told };
}

function wants({ events }: Follower, name: WebhookName): boolean {
  return events === null || events.includes(name);
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

interface Place {
  accountId: AccountId;
  id: WebhookEndpointId;
  seen: Cursor;
}

const PLACES = rowset<Place>({
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
