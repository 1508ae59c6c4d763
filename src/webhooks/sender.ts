import { isOutage } from '../db/outage.ts';
import type { WebhookEndpointId } from '../ids.ts';
import type { Exchange } from '../outgoing/http/exchange.ts';
import type { App } from '../platform.ts';
import { bodiesOf } from './bodies.ts';
import { claimDeliveries, releaseDeliveries } from './claim.ts';
import { Line, MAX_HELD, type Used, type Written } from './line.ts';
import { outcomeOf } from './outcome.ts';
import { webhookRequest } from './request.ts';
import { createSigningSecrets } from './secrets.ts';
import { settleDeliveries, SETTLE_BATCH, type Attempted } from './settle.ts';
import type { WebhookDeliveryRow } from './table.ts';

/** Fewer of an endpoint are not worth a claim of their own. */
const LEAST_ROOM = MAX_HELD / 4;
const SETTLE_AGAIN_MS = 1_000;

/** Sends what is due to the endpoints that it was told of. */
export interface Sender {
  /** The endpoints in use; those that are missing are called no more. */
  use(endpoints: readonly Used[]): void;
  /** These may have something due. */
  wake(ids: Iterable<WebhookEndpointId>): void;
  /** Lets what is under way come to its end. */
  stop(): Promise<void>;
}

export function createSender(app: App): Sender {
  const lines = new Map<WebhookEndpointId, Line>();
  const dirty = new Set<WebhookEndpointId>();
  /** How many were claimed of each that have no body yet. */
  const claimed = new Map<WebhookEndpointId, number>();
  const secretsOf = createSigningSecrets(app.keys);
  const settler = app.batched(settleDeliveries, SETTLE_BATCH);
  const underWay = new Set<Promise<void>>();
  let running: Promise<void> | undefined;
  let stopped = false;

  async function round(): Promise<void> {
    while (!stopped) {
      const rooms = [...dirty].flatMap((endpointId) => {
        const free = roomOf(endpointId);
        return free > 0 ? [{ endpointId, free }] : [];
      });
      // Those that are full come again when there is room.
      if (rooms.length === 0) return;
      // Who is woken from here on has something that this claim may not see.
      for (const { endpointId } of rooms) dirty.delete(endpointId);
      const rows = await claimDeliveries(app.sql, rooms, app.clock());
      const byEndpoint = Map.groupBy(rows, ({ endpointId }) => endpointId);
      for (const { endpointId, free } of rooms) {
        const count = byEndpoint.get(endpointId)?.length ?? 0;
        if (count === free) dirty.add(endpointId);
        claimed.set(endpointId, (claimed.get(endpointId) ?? 0) + count);
      }
      // The next ones are claimed while these are written.
      if (rows.length > 0) keep(write(rows));
    }
  }

  function roomOf(id: WebhookEndpointId): number {
    const line = lines.get(id);
    const room = line ? MAX_HELD - line.held - (claimed.get(id) ?? 0) : 0;
    return room >= LEAST_ROOM ? room : 0;
  }

  async function write(rows: readonly WebhookDeliveryRow[]): Promise<void> {
    const left: WebhookDeliveryRow[] = [];
    try {
      const bodies = await bodiesOf(app, rows);
      for (const delivery of rows) {
        const line = stopped ? undefined : lines.get(delivery.endpointId);
        if (line) line.add({ delivery, body: bodies.get(delivery.id) });
        else left.push(delivery);
      }
    } catch (error) {
      app.log.error({ err: error }, 'webhooks were not written');
      left.push(...rows);
    }
    for (const { endpointId } of rows) claimed.set(endpointId, claimed.get(endpointId)! - 1);
    await release(left);
  }

  /** Gives back what was claimed and not begun: at once, and not when its lease ends. */
  async function release(left: readonly WebhookDeliveryRow[]): Promise<void> {
    if (left.length === 0) return;
    await releaseDeliveries(app.sql, left, app.clock()).catch((error: unknown) =>
      app.log.error({ err: error }, 'webhooks were not given back'),
    );
  }

  async function attempt(line: Line, written: Written): Promise<void> {
    try {
      await make(line, written);
    } catch (error) {
      // The lease ends, and it is made again.
      app.log.error({ err: error, deliveryId: written.delivery.id }, 'a webhook was not sent');
    }
  }

  async function make(line: Line, { delivery, body }: Written): Promise<void> {
    const { accountId, id, endpointId, attempts } = delivery;
    const startedAt = app.clock();
    const from = performance.now();
    const exchange = await call(line, delivery, body);
    const now = app.clock();
    const outcome =
      exchange === 'nothing'
        ? ({ kind: 'failed', problem: 'the event is no more: it was erased, or its time was up' } as const)
        : outcomeOf(exchange, attempts, now, app.random);
    // Its place is for the next one meanwhile.
    keep(
      settle({
        ...{ accountId, id, endpointId, outcome },
        record: {
          at: new Date(startedAt).toISOString(),
          ...(exchange !== 'nothing' && exchange.kind === 'answer' && { status: exchange.answer.status }),
          ms: Math.round(performance.now() - from),
          ...('problem' in outcome && { problem: outcome.problem }),
        },
      }),
    );
  }

  async function call(
    { row, residency, client, target }: Line,
    { id }: WebhookDeliveryRow,
    body: string | undefined,
  ): Promise<Exchange | 'nothing'> {
    if (body === undefined) return 'nothing';
    if (residency !== null && row.region !== residency)
      return { kind: 'none', written: false, reason: `the account's data stays in ${residency}` };
    const now = app.clock();
    const secrets = await secretsOf(row, now);
    return client.exchange({ method: 'POST', target, ...webhookRequest(secrets, id, now, body) });
  }

  async function settle(attempted: Attempted): Promise<void> {
    try {
      await settler.add(attempted);
    } catch (error) {
      app.log.error({ err: error, deliveryId: attempted.id }, 'the outcome of a webhook was not committed');
      // Should it be lost all the same, the lease ends and the delivery is made again, under the same id.
      if (isOutage(error) && !stopped) setTimeout(() => void settle(attempted), SETTLE_AGAIN_MS).unref();
    }
  }

  function keep(work: Promise<void>): void {
    const done = work.finally(() => underWay.delete(done));
    underWay.add(done);
  }

  function look(): void {
    if (stopped) return;
    running ??= round()
      .catch((error: unknown) => app.log.error({ err: error }, 'webhooks were not sent'))
      .finally(() => (running = undefined));
  }

  function freed(id: WebhookEndpointId): void {
    if (dirty.has(id) && roomOf(id) > 0) look();
  }

  return {
    use(endpoints) {
      const wanted = new Map(endpoints.map((endpoint) => [endpoint.row.id, endpoint]));
      for (const [id, line] of lines)
        if (!wanted.has(id)) {
          lines.delete(id);
          dirty.delete(id);
          keep(release(line.retire().map(deliveryOf)));
        }
      for (const [id, endpoint] of wanted) {
        const before = lines.get(id);
        if (before?.row.url === endpoint.row.url) Object.assign(before, endpoint);
        else {
          const line = new Line(endpoint, { networks: app.networks, attempt, freed });
          lines.set(id, line);
          for (const written of before?.retire() ?? []) line.add(written);
        }
      }
    },
    wake(ids) {
      for (const id of ids) if (lines.has(id)) dirty.add(id);
      if (dirty.size > 0) look();
    },
    async stop() {
      stopped = true;
      await running;
      // What is cut here is made again under the same id.
      const left = [...lines.values()].flatMap((line) => line.stop());
      await release(left.map(deliveryOf));
      while (underWay.size > 0) await Promise.all(underWay);
      await settler.idle();
    },
  };
}

function deliveryOf({ delivery }: Written): WebhookDeliveryRow {
  return delivery;
}
