import { isOutage } from '../db/outage.ts';
import { readEventsAt } from '../events/queries.ts';
import type { WebhookDeliveryId, WebhookEndpointId } from '../ids.ts';
import { HttpClient } from '../outgoing/http/client.ts';
import type { Exchange } from '../outgoing/http/exchange.ts';
import { splitUrl } from '../outgoing/http/url.ts';
import type { App } from '../platform.ts';
import { claimDeliveries } from './claim.ts';
import { outcomeOf } from './outcome.ts';
import { alarmPayload, payloadOf, testPayload } from './payload.ts';
import { webhookRequest } from './request.ts';
import { signingSecrets } from './secrets.ts';
import { settleDeliveries, SETTLE_BATCH, type Attempted } from './settle.ts';
import type { Endpoint } from './sealed.ts';
import type { WebhookDeliveryRow } from './table.ts';

/** Attempts under way to one endpoint: what a dead one holds up of itself, and of nobody else. */
const MAX_UNDER_WAY = 20;
const TIMEOUT_MS = 15_000;
const SETTLE_AGAIN_MS = 1_000;

/** One endpoint as this worker calls it. */
interface Line {
  row: Endpoint;
  residency: string | null;
  client: HttpClient;
  target: string;
  underWay: number;
}

/** Sends what is due to the endpoints that it was told of. */
export interface Sender {
  /** The endpoints in use, with the residency of their accounts; those that are missing are called no more. */
  use(endpoints: readonly { row: Endpoint; residency: string | null }[]): void;
  /** These may have something due. */
  wake(ids: Iterable<WebhookEndpointId>): void;
  /** Lets what is under way come to its end. */
  stop(): Promise<void>;
}

export function createSender(app: App): Sender {
  const lines = new Map<WebhookEndpointId, Line>();
  const dirty = new Set<WebhookEndpointId>();
  const settler = app.batched(settleDeliveries, SETTLE_BATCH);
  const underWay = new Set<Promise<void>>();
  let running: Promise<void> | undefined;
  let stopped = false;

  function open(row: Endpoint, residency: string | null): Line {
    const { origin, target } = splitUrl(row.url);
    const client = new HttpClient({
      origin,
      networks: app.networks,
      ca: undefined,
      connections: MAX_UNDER_WAY,
      timeoutMs: TIMEOUT_MS,
    });
    return { row, residency, client, target, underWay: 0 };
  }

  async function round(): Promise<void> {
    while (!stopped) {
      const rooms = [...dirty].flatMap((endpointId) => {
        const line = lines.get(endpointId);
        const free = line ? MAX_UNDER_WAY - line.underWay : 0;
        return free > 0 ? [{ endpointId, free }] : [];
      });
      // Those that are full come again when a place is free.
      if (rooms.length === 0) return;
      const claimed = await claimDeliveries(app.sql, rooms, app.clock());
      const counts = Map.groupBy(claimed, ({ endpointId }) => endpointId);
      for (const { endpointId, free } of rooms)
        if ((counts.get(endpointId)?.length ?? 0) < free) dirty.delete(endpointId);
      if (claimed.length === 0) continue;
      await send(claimed);
    }
  }

  async function send(claimed: readonly WebhookDeliveryRow[]): Promise<void> {
    const bodies = await bodiesOf(claimed);
    for (const delivery of claimed) {
      const line = lines.get(delivery.endpointId);
      if (!line) continue;
      line.underWay++;
      const done = attempt(line, delivery, bodies.get(delivery.id)).finally(() => {
        underWay.delete(done);
        if (line.underWay-- === MAX_UNDER_WAY && dirty.has(delivery.endpointId)) look();
      });
      underWay.add(done);
    }
  }

  /** What is sent, written from the events as they are now: of one that is no more, nothing. */
  async function bodiesOf(claimed: readonly WebhookDeliveryRow[]): Promise<Map<WebhookDeliveryId, string>> {
    const bodies = new Map<WebhookDeliveryId, string>();
    const positions = claimed.flatMap(({ accountId, verificationId, version }) =>
      verificationId === null || version === null ? [] : [{ accountId, verificationId, version }],
    );
    const events = await readEventsAt(app.sql, positions);
    const byPlace = new Map(
      events.map((placed) => [placeOf(placed.at.verificationId, placed.at.version), placed]),
    );
    const written = new Map<string, string>();
    for (const delivery of claimed) {
      const { verificationId, version } = delivery;
      if (verificationId === null || version === null) {
        bodies.set(delivery.id, delivery.alarm ? alarmPayload(delivery) : testPayload(delivery));
        continue;
      }
      const place = placeOf(verificationId, version);
      const placed = byPlace.get(place);
      if (!placed) continue;
      const body = written.get(place) ?? (await payloadOf(app, placed.event));
      written.set(place, body);
      bodies.set(delivery.id, body);
    }
    return bodies;
  }

  async function attempt(line: Line, delivery: WebhookDeliveryRow, body: string | undefined): Promise<void> {
    const { accountId, id, endpointId, attempts } = delivery;
    const startedAt = app.clock();
    const from = performance.now();
    const exchange = await call(line, delivery, body);
    const now = app.clock();
    const outcome =
      exchange === 'nothing'
        ? ({ kind: 'failed', problem: 'the event is no more: it was erased, or its time was up' } as const)
        : outcomeOf(exchange, attempts, now, app.random);
    await settle({
      ...{ accountId, id, endpointId, outcome },
      record: {
        at: new Date(startedAt).toISOString(),
        ...(exchange !== 'nothing' && exchange.kind === 'answer' && { status: exchange.answer.status }),
        ms: Math.round(performance.now() - from),
        ...('problem' in outcome && { problem: outcome.problem }),
      },
    });
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
    const secrets = await signingSecrets(app.keys, row, now);
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

  function look(): void {
    running ??= round()
      .catch((error: unknown) => app.log.error({ err: error }, 'webhooks were not sent'))
      .finally(() => (running = undefined));
  }

  return {
    use(endpoints) {
      const wanted = new Map(endpoints.map((endpoint) => [endpoint.row.id, endpoint]));
      for (const [id, line] of lines)
        if (!wanted.has(id)) {
          lines.delete(id);
          if (line.underWay === 0) line.client.close();
        }
      for (const [id, { row, residency }] of wanted) {
        const line = lines.get(id);
        if (line && line.row.url === row.url) Object.assign(line, { row, residency });
        else lines.set(id, open(row, residency));
      }
    },
    wake(ids) {
      for (const id of ids) if (lines.has(id)) dirty.add(id);
      if (dirty.size > 0 && !stopped) look();
    },
    async stop() {
      stopped = true;
      await running;
      // Each ends by its own deadline; what is cut here is made again under the same id.
      for (const { client } of lines.values()) client.close();
      await Promise.all(underWay);
      await settler.idle();
    },
  };
}

function placeOf(verificationId: string, version: number): string {
  return `${verificationId}/${version}`;
}
