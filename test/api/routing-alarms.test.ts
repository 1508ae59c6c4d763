import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { rollUp } from '../../src/analytics/roll-up.ts';
import { watchRouting } from '../../src/analytics/watch-routing.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import type { CarrierId, RouteId } from '../../src/ids.ts';
import type { AttemptStatus } from '../../src/messages/attempt.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { readOpenAlarms } from '../../src/routing/alarms.ts';
import { SANDBOX_CARRIER_ID, SANDBOX_ROUTE_ID } from '../../src/sandbox/place.ts';
import { createWebhookEndpoint } from '../../src/webhooks/create-endpoint.ts';
import { pageWebhookDeliveries } from '../../src/webhooks/queries.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createCaller, createSocketClient, type Caller } from '../support/graphql.ts';
import { addPastTraffic, type PastAttempt } from '../support/past-traffic.ts';
import { createClock } from '../support/verifying.ts';

const clock = createClock();
const MINUTE = 60_000;

let testApp: TestApp;
let app: TestApp['app'];
let who: Principal;
let caller: Caller;
let carriers: CarrierId[];
let routes: RouteId[];

beforeAll(async () => {
  testApp = await createTestApp(
    { ROLES: 'api', OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32' },
    { clock: clock.now },
  );
  app = testApp.app;
});
afterAll(() => testApp[Symbol.asyncDispose]());
beforeEach(async () => {
  who = await createTestAccount(app, { routing: 'least_cost' });
  caller = await createCaller(app, who);
  carriers = [];
  routes = [];
  for (const [i, name] of ['one', 'two'].entries()) {
    const config = { kind: 'smpp', host: '127.0.0.1', port: 1, systemId: name } as const;
    const secrets = { password: 'x' };
    const carrierId = await connectCarrier(app, who.accountId, { name, config, secrets });
    carriers.push(carrierId);
    routes.push((await addRoute(app, who, { name, carrierId, priority: 1, price: 0.01 * (i + 1) })).id);
  }
});

interface Shape {
  route: number;
  count: number;
  status: AttemptStatus;
  country?: string;
  receiptMs?: number;
  /** The code was typed in after so long. */
  convertsMs?: number;
  /** The route that the message went out over once more, half a minute later, and was delivered by. */
  rescuedBy?: number;
  agoMs?: number;
}

/** Attempts that were made, one a second, until so long ago. */
async function happened(...shapes: Shape[]): Promise<void> {
  for (const shape of shapes) {
    const { route, count, status, country = 'HR', receiptMs = 2_000, agoMs = 4 * MINUTE } = shape;
    const { convertsMs, rescuedBy } = shape;
    await addPastTraffic(
      app,
      who.accountId,
      Array.from({ length: count }, (_, i) => {
        const at = clock.now() - agoMs - i * 1_000;
        const settledAt = status === 'submitted' ? null : at + receiptMs;
        const about = { carrierId: carriers[route]!, routeId: routes[route]! };
        const end =
          convertsMs === undefined
            ? ({ status: 'pending', settledAt: null } as const)
            : ({ status: 'approved', settledAt: at + convertsMs } as const);
        return {
          ...{ startedAt: at, country, ...end },
          attempts: [
            { ...about, at, status, answeredAt: at + 50, settledAt },
            ...(rescuedBy === undefined ? [] : [copyOf(rescuedBy, at + 30_000)]),
          ],
        };
      }),
    );
  }
  await look();
}

function copyOf(route: number, at: number): PastAttempt {
  const about = { carrierId: carriers[route]!, routeId: routes[route]! };
  return { ...about, at, status: 'delivered', answeredAt: at + 50, settledAt: at + 2_000 };
}

/** What the workers do every minute. */
async function look(): Promise<void> {
  clock.advance(MINUTE);
  await rollUp(app);
  await Promise.all([watchRouting(app), watchRouting(app)]);
}

const ABOUT = `kind route { name } carrierId country operator attempts observed expected raisedAt clearedAt`;

interface Alarm {
  kind: string;
  route: { name: string } | null;
  carrierId: string | null;
  country: string | null;
  clearedAt: string | null;
}

/** The alarms by the group of `routeQuality` that they are shown with. */
async function alarmsByGroup(by = caller): Promise<Record<string, Alarm[]>> {
  const { data, errors } = await by.ask(
    `query($from: DateTime!, $to: DateTime!) { routeQuality(from: $from, to: $to, first: 100) {
      nodes { country route { name } alarms { ${ABOUT} } } } }`,
    { from: new Date(clock.now() - 60 * MINUTE), to: new Date(clock.now()) },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  const { nodes } = data.routeQuality as {
    nodes: { country: string; route: { name: string }; alarms: Alarm[] }[];
  };
  return Object.fromEntries(nodes.map((group) => [`${group.country}/${group.route.name}`, group.alarms]));
}

async function promise(sla: object | null, by = caller): Promise<Record<string, unknown>> {
  const { data, errors } = await by.ask(
    `mutation($input: UpdateCarrierInput!) { updateCarrier(input: $input) {
      ... on Carrier { sla { deliveryRate receiptP95Ms windowMinutes } } ... on InvalidInput { code field }
      ... on CarrierNotFound { code } } }`,
    { input: { carrierId: carriers[0], sla } },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.updateCarrier as Record<string, unknown>;
}

test('a promise is given, read, changed and taken back, and a wrong one is named by its field', async () => {
  const sla = { deliveryRate: 0.9, receiptP95Ms: 10_000, windowMinutes: 30 };
  expect(await promise(sla)).toEqual({ sla });
  expect(await promise({ deliveryRate: 0.8 })).toEqual({
    sla: { deliveryRate: 0.8, receiptP95Ms: null, windowMinutes: 60 },
  });
  expect(await promise({ deliveryRate: 1.2 })).toMatchObject({ field: 'sla.deliveryRate' });
  expect(await promise({ receiptP95Ms: 10 })).toMatchObject({ field: 'sla.receiptP95Ms' });
  expect(await promise({ deliveryRate: 0.9, windowMinutes: 1 })).toMatchObject({
    field: 'sla.windowMinutes',
  });
  expect(await promise({})).toMatchObject({ code: 'input/invalid', field: 'sla' });
  expect(await promise(null)).toEqual({ sla: null });
});

test('a broken promise is shown, counts against the routes of its carrier, and is forgotten once kept', async () => {
  await promise({ deliveryRate: 0.95 });
  await happened(
    { route: 0, count: 60, status: 'undelivered' },
    { route: 0, count: 60, status: 'delivered' },
    { route: 1, count: 60, status: 'delivered' },
  );
  const alarm = {
    kind: 'SLA_DELIVERY',
    carrierId: carriers[0],
    attempts: 120,
    observed: 0.5,
    expected: 0.95,
  };
  expect(await alarmsByGroup()).toMatchObject({ 'HR/one': [alarm], 'HR/two': [] });
  const { data } = await caller.ask(
    `query($id: ID!) { carrier(id: $id) { alarms { ${ABOUT} } }
      routePreview(to: "+385911234567") { candidates {
        candidate { route { name } reasons { factor value } } } } }`,
    { id: carriers[0] },
  );
  expect((data!.carrier as { alarms: Alarm[] }).alarms).toMatchObject([alarm]);
  const { candidates } = data!.routePreview as {
    candidates: { candidate: { route: { name: string }; reasons: { factor: string; value: number }[] } }[];
  };
  // The cheaper one is behind: its shortfall weighs more than the difference of a cent.
  expect(candidates.map(({ candidate }) => candidate.route.name)).toEqual(['two', 'one']);
  const penalty = candidates[1]!.candidate.reasons.find(({ factor }) => factor === 'penalty')!;
  expect(penalty.value).toBeGreaterThan(0.3);
  await promise(null);
  await look();
  expect((await alarmsByGroup())['HR/one']).toEqual([]);
});

test('a carrier whose receipts come later than it promised is told of', async () => {
  await promise({ receiptP95Ms: 5_000 });
  await happened({ route: 0, count: 60, status: 'delivered', receiptMs: 20_000 });
  expect((await alarmsByGroup())['HR/one']).toMatchObject([{ kind: 'SLA_LATENCY', expected: 5_000 }]);
});

test('a route that swallows messages and one that refuses them are told apart', async () => {
  await happened(
    { route: 0, count: 40, status: 'submitted' },
    { route: 1, count: 12, status: 'rejected', agoMs: 1_000 },
    { route: 1, count: 40, status: 'delivered', agoMs: 1_000 },
  );
  expect(await alarmsByGroup()).toMatchObject({
    'HR/one': [{ kind: 'BLACK_HOLE', route: { name: 'one' } }],
    'HR/two': [],
  });
  clock.advance(5 * MINUTE);
  await happened({ route: 1, count: 30, status: 'rejected', agoMs: 1_000 });
  expect((await alarmsByGroup())['HR/two']).toMatchObject([{ kind: 'REJECTS', route: { name: 'two' } }]);
});

test('a route that delivered until a moment ago and then swallows messages is told of within two minutes', async () => {
  await happened(
    { route: 0, count: 80, status: 'delivered', agoMs: MINUTE },
    { route: 0, count: 12, status: 'submitted', agoMs: 20_000 },
    { route: 1, count: 80, status: 'delivered', agoMs: MINUTE },
    { route: 1, count: 9, status: 'submitted', agoMs: 20_000, country: 'DE' },
  );
  expect(await alarmsByGroup()).toMatchObject({
    'HR/one': [{ kind: 'BLACK_HOLE', route: { name: 'one' }, attempts: 12, observed: 0 }],
    'HR/two': [],
  });
  // It lasts while nothing is heard, and ends with what is.
  clock.advance(12 * MINUTE);
  await look();
  expect((await alarmsByGroup())['HR/one']).toMatchObject([{ kind: 'BLACK_HOLE' }]);
  await happened({ route: 0, count: 5, status: 'delivered', agoMs: 1_000 });
  expect((await alarmsByGroup())['HR/one']).toEqual([]);
});

test('a code that is typed in is as good a sign as a receipt, where none come', async () => {
  await happened(
    { route: 0, count: 80, status: 'submitted', convertsMs: 15_000, agoMs: 2 * MINUTE },
    { route: 1, count: 80, status: 'submitted', convertsMs: 15_000, agoMs: 2 * MINUTE },
    { route: 1, count: 40, status: 'submitted', agoMs: 50_000, country: 'DE' },
  );
  expect(await alarmsByGroup()).toMatchObject({
    'HR/one': [],
    'HR/two': [{ kind: 'BLACK_HOLE', attempts: 40 }],
  });
});

test('a route whose messages are all rescued by another one is told of: their codes were no sign of it', async () => {
  await happened(
    { route: 0, count: 80, status: 'delivered', agoMs: 3 * MINUTE },
    { route: 0, count: 12, status: 'submitted', rescuedBy: 1, convertsMs: 45_000, agoMs: 2 * MINUTE },
  );
  expect(await alarmsByGroup()).toMatchObject({
    'HR/one': [{ kind: 'BLACK_HOLE', route: { name: 'one' }, attempts: 12 }],
    'HR/two': [],
  });
});

test('tests raise no alarm, whatever becomes of them', async () => {
  carriers.push(SANDBOX_CARRIER_ID);
  routes.push(SANDBOX_ROUTE_ID);
  await happened({ route: 2, count: 60, status: 'submitted' }, { route: 0, count: 9, status: 'delivered' });
  expect(await readOpenAlarms(app, who.accountId)).toEqual([]);
});

test('a country that no route reaches is the trouble of the country, not of the routes', async () => {
  await happened(
    { route: 0, count: 20, status: 'submitted', country: 'DE' },
    { route: 1, count: 20, status: 'submitted', country: 'DE' },
    { route: 0, count: 40, status: 'delivered' },
    { route: 1, count: 40, status: 'delivered' },
  );
  const place = { kind: 'PLACE_OUTAGE', country: 'DE', route: null };
  expect(await alarmsByGroup()).toMatchObject({
    'DE/one': [place],
    'DE/two': [place],
    'HR/one': [],
    'HR/two': [],
  });
});

test('a subscriber hears of what lasts, of what is new, and of its end, and of no other account', async () => {
  const sub = `subscription { routingAlarms { ${ABOUT} } }`;
  await happened({ route: 0, count: 40, status: 'submitted' });
  const other = await createCaller(app, await createTestAccount(app));
  await using mine = createSocketClient(app, caller.credential);
  await using theirs = createSocketClient(app, other.credential);
  const heard = mine.iterate<{ routingAlarms: Alarm }>({ query: sub });
  const overheard: unknown[] = [];
  theirs.subscribe(
    { query: sub },
    { next: (value) => overheard.push(value), error: () => {}, complete: () => {} },
  );
  const next = async (): Promise<Alarm> => {
    const { value } = (await heard.next()) as { value: { data: { routingAlarms: Alarm } } };
    return value.data.routingAlarms;
  };
  expect(await next()).toMatchObject({ kind: 'BLACK_HOLE', clearedAt: null });
  await happened({ route: 1, count: 20, status: 'rejected', agoMs: 1_000 });
  expect(await next()).toMatchObject({ kind: 'REJECTS', route: { name: 'two' }, clearedAt: null });
  clock.advance(20 * MINUTE);
  await look();
  const cleared = [await next(), await next()];
  expect(cleared.map(({ kind }) => kind).sort()).toEqual(['BLACK_HOLE', 'REJECTS']);
  expect(cleared.every(({ clearedAt }) => clearedAt !== null)).toBe(true);
  expect(overheard).toEqual([]);
  await heard.return?.();
});

test('webhooks are told of each alarm as it is raised and as it is over, once', async () => {
  const { row } = await createWebhookEndpoint(app, who, { url: 'https://127.0.0.1/hook' });
  const queued = async () => {
    const page = { status: undefined, after: undefined, limit: 10 };
    return (await pageWebhookDeliveries(app, who, row.id, page)).map(({ name, alarm }) => ({
      name,
      ...alarm,
    }));
  };
  await happened({ route: 0, count: 40, status: 'submitted' });
  await look();
  const raised = { name: 'routing_alarm.raised', kind: 'blackHole', routeId: routes[0], attempts: 40 };
  expect(await queued()).toMatchObject([{ ...raised, observed: 0, carrierId: null, clearedAt: null }]);
  clock.advance(20 * MINUTE);
  await look();
  const [cleared, ...before] = await queued();
  expect(cleared).toMatchObject({
    ...raised,
    name: 'routing_alarm.cleared',
    clearedAt: expect.any(String) as string,
  });
  expect(before).toHaveLength(1);
});

test('no account learns of the alarms of another', async () => {
  await promise({ deliveryRate: 0.95 });
  await happened({ route: 0, count: 80, status: 'undelivered' });
  const other = await createCaller(app, await createTestAccount(app));
  expect(await alarmsByGroup(other)).toEqual({});
  expect(await promise({ deliveryRate: 0.5 }, other)).toEqual({ code: 'carrier/not_found' });
});
