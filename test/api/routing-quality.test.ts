import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { bucketOf, latencyOf } from '../../src/analytics/latency.ts';
import { rollUp } from '../../src/analytics/roll-up.ts';
import {
  conversionRate,
  routingQuality,
  type Dimension,
  type RoutingQuality,
} from '../../src/analytics/routing-quality.ts';
import { HOUR_MS, hourOf } from '../../src/analytics/window.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { uuidOf, type CarrierId, type RouteId, type VerificationId } from '../../src/ids.ts';
import { convertedBy, type Sighting } from '../../src/messages/sightings.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { seededRandom } from '../../src/simulator/random.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { codesOf, createCaller, type Caller } from '../support/graphql.ts';
import { addPastTraffic, type PastAttempt, type PastVerification } from '../support/past-traffic.ts';
import { createClock } from '../support/verifying.ts';

const clock = createClock();
const ALL: Dimension[] = ['country', 'operator', 'route'];

let testApp: TestApp;
let app: TestApp['app'];
let who: Principal;
let routes: RouteId[];
let carrierId: CarrierId;
/** A full hour; the traffic of each test lies in the six behind it. */
let begin: number;

beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api' }, { clock: clock.now });
  app = testApp.app;
});
afterAll(() => testApp[Symbol.asyncDispose]());
beforeEach(async () => {
  begin = hourOf(clock.now()) - 6 * HOUR_MS;
  who = await createTestAccount(app);
  carrierId = await connectCarrier(app, who.accountId, {
    name: 'c',
    config: { kind: 'smpp', host: '127.0.0.1', port: 1, systemId: 'c' },
    secrets: { password: 'x' },
  });
  routes = [];
  for (const name of ['one', 'two', 'three'])
    routes.push((await addRoute(app, who, { name, carrierId, priority: 1, price: 0.07 })).id);
});

/** Anything that can have happened, retries within a verification and over the end of an hour among it. */
function drawTraffic(seed: number, count = 250): PastVerification[] {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  return Array.from({ length: count }, () => {
    const startedAt = begin + Math.floor(random() * 6 * HOUR_MS);
    const status = pick(['approved', 'approved', 'approved', 'canceled', 'expired', 'pending'] as const);
    const attempts: PastAttempt[] = [];
    let at = startedAt;
    for (let i = 1 + Math.floor(random() * 3); i > 0; i--) {
      const kind = pick([
        'delivered',
        'delivered',
        'submitted',
        'undelivered',
        'rejected',
        'unknown',
      ] as const);
      const settled = kind === 'delivered' || kind === 'undelivered' || kind === 'rejected';
      attempts.push({
        at,
        carrierId,
        routeId: pick(routes),
        status: kind,
        errorCode: kind === 'rejected' ? pick(['0x45', 'throttled', 'unavailable']) : null,
        answeredAt: kind === 'unknown' ? null : at + Math.floor(random() * 900),
        settledAt: settled ? at + Math.floor(random() * 200_000) : null,
        price: pick([0.01, 0.02, null]),
        segments: pick([1, 1, 2, null]),
      });
      at += 1 + Math.floor(random() * 200_000);
    }
    const settledAt = status === 'pending' ? null : at;
    return { startedAt, country: pick(['HR', 'DE']), status, settledAt, attempts };
  });
}

type Counts = Pick<
  RoutingQuality,
  'attempts' | 'accepted' | 'rejected' | 'throttled' | 'delivered' | 'undelivered' | 'converted' | 'abandoned'
> &
  Pick<RoutingQuality, 'waiting' | 'cost'> & { receipts: number[]; answers: number[] };

/** The same numbers, counted one by one and by the learner's own rule. */
function countByHand(traffic: readonly PastVerification[], from: number, to: number): Map<string, Counts> {
  const groups = new Map<string, Counts>();
  for (const v of traffic) {
    const sightings = v.attempts.map((a): Sighting => ({
      attemptId: newId('att'),
      messageId: newId('msg'),
      routeId: a.routeId,
      failed: a.status === 'rejected' || a.status === 'undelivered',
      isOvertaken: false,
      ...(a.status === 'delivered' && { deliveredAt: a.settledAt! }),
    }));
    const winner = v.status === 'approved' ? sightings.indexOf(convertedBy(sightings)!) : -1;
    for (const [i, a] of v.attempts.entries()) {
      if (a.at < from || a.at >= to) continue;
      const key = `${v.country}/${a.routeId}`;
      let g = groups.get(key);
      if (!g) groups.set(key, (g = { ...NOTHING, receipts: [], answers: [] }));
      const throttled = a.errorCode === 'throttled' || a.errorCode === 'unavailable';
      const accepted = ['submitted', 'delivered', 'undelivered'].includes(a.status);
      g.attempts += 1;
      if (accepted) g.accepted += 1;
      if (a.status === 'rejected' && !throttled) g.rejected += 1;
      if (throttled) g.throttled += 1;
      if (a.status === 'delivered') g.delivered += 1;
      if (a.status === 'undelivered') g.undelivered += 1;
      if (i === winner) g.converted += 1;
      else if ((v.status === 'approved' || v.status === 'canceled') && !throttled) g.abandoned += 1;
      if (v.status === 'pending' && !throttled) g.waiting += 1;
      if (accepted) g.cost += (a.price ?? 0.07) * (a.segments ?? 1);
      if (a.status === 'delivered') g.receipts.push(a.settledAt! - a.at);
      if (a.answeredAt != null) g.answers.push(a.answeredAt - a.at);
    }
  }
  return groups;
}

const NOTHING = {
  ...{ attempts: 0, accepted: 0, rejected: 0, throttled: 0, delivered: 0, undelivered: 0, converted: 0 },
  ...{ abandoned: 0, waiting: 0, cost: 0 },
};

function quality(from: number, to: number, groupBy = ALL, by = who): Promise<RoutingQuality[]> {
  const page = { limit: 1_000, after: undefined };
  return routingQuality(app, by, { from: new Date(from), to: new Date(to), groupBy }, page);
}

async function expectExact(traffic: readonly PastVerification[], from: number, to: number): Promise<void> {
  const byHand = countByHand(traffic, from, to);
  const found = await quality(from, to);
  expect(new Set(found.map((g) => `${g.country}/${g.routeId}`))).toEqual(new Set(byHand.keys()));
  const all = found.reduce((sum, { attempts }) => sum + attempts, 0);
  for (const g of found) {
    const { receipts, answers, cost, ...counts } = byHand.get(`${g.country}/${g.routeId}`)!;
    expect(g).toMatchObject(counts);
    expect(g.cost).toBeCloseTo(cost, 9);
    expect(g.share).toBeCloseTo(g.attempts / all, 9);
    expectLatency(g.receiptLatency, receipts);
    expectLatency(g.submitLatency, answers);
  }
}

function expectLatency(found: RoutingQuality['receiptLatency'], all: number[]): void {
  const sorted = all.sort((a, b) => a - b);
  expect(found?.count ?? 0).toBe(sorted.length);
  if (!found) return;
  const quantile = (q: number) => sorted[Math.ceil(q * sorted.length) - 1]!;
  expect(found.p50).toBe(latencyOf(bucketOf(quantile(0.5))));
  expect(found.p95).toBe(latencyOf(bucketOf(quantile(0.95))));
}

/** Windows that end within hours, at their ends, and where nothing is. */
const windows = (): [from: number, to: number][] => [
  [begin, begin + 7 * HOUR_MS],
  [begin + 1_234_567, begin + 4 * HOUR_MS + 765_432],
  [begin + HOUR_MS, begin + 3 * HOUR_MS],
  [begin + 10_000, begin + 50_000],
  [begin - 48 * HOUR_MS, begin + 1],
];

test.each([1, 2, 3])(
  'every number is exact before and after the hours are counted (seed %i)',
  async (seed) => {
    const traffic = drawTraffic(seed);
    await addPastTraffic(app, who.accountId, traffic);
    for (const [from, to] of windows()) await expectExact(traffic, from, to);
    await rollUp(app);
    for (const [from, to] of windows()) await expectExact(traffic, from, to);
    clock.advance(2 * HOUR_MS);
    await Promise.all([rollUp(app), rollUp(app)]);
    await rollUp(app);
    for (const [from, to] of windows()) await expectExact(traffic, from, to);
  },
);

test('what comes after an hour was counted is counted for that hour', async () => {
  const traffic = drawTraffic(4, 60).map((v) => ({ ...v, status: 'pending' as const, settledAt: null }));
  const ids = await addPastTraffic(app, who.accountId, traffic);
  clock.advance(HOUR_MS);
  await rollUp(app);
  await expectExact(traffic, begin, begin + 7 * HOUR_MS);
  for (const [i, id] of ids.entries()) if (i % 2 === 0) await approve(id, clock.now());
  const after = traffic.map((v, i) =>
    i % 2 === 0 ? { ...v, status: 'approved' as const, settledAt: clock.now() } : v,
  );
  await rollUp(app);
  await expectExact(after, begin, begin + 7 * HOUR_MS);
});

/** As a check does it: the state and its event in one transaction. */
async function approve(id: VerificationId, at: number): Promise<void> {
  const key = { account: uuidOf(who.accountId), id: uuidOf(id) };
  await app.sql.begin(async (tx) => {
    await tx`UPDATE verifications SET status = 'approved', settled_at = ${new Date(at)}
      WHERE account_id = ${key.account} AND id = ${key.id}`;
    await tx`INSERT INTO events (account_id, verification_id, version, type, occurred_at, verification_status,
        checks_left, sends_left) VALUES (${key.account}, ${key.id}, 1, 'VerificationApproved', ${new Date(at)},
        'approved', 5, 5)`;
  });
}

test('a receipt of which no event tells is counted when its hour is final', async () => {
  const traffic = drawTraffic(5, 40);
  await addPastTraffic(app, who.accountId, traffic);
  clock.advance(HOUR_MS);
  await rollUp(app);
  await app.sql`UPDATE attempts SET status = 'delivered', settled_at = submitted_at + interval '1 hour'
    WHERE account_id = ${uuidOf(who.accountId)} AND status = 'submitted'`;
  for (const { attempts } of traffic)
    for (const a of attempts)
      if (a.status === 'submitted') Object.assign(a, { status: 'delivered', settledAt: a.at + HOUR_MS });
  clock.advance(75 * HOUR_MS);
  await rollUp(app);
  await expectExact(traffic, begin, begin + 7 * HOUR_MS);
});

test('a verification that was in vain for no fault of the route does not lower its rate', async () => {
  const attempt = (i: number, status: PastAttempt['status']): PastAttempt => ({
    ...{ at: begin + i * 1_000, routeId: routes[i]!, carrierId, status },
    settledAt: status === 'delivered' ? begin + 5_000 : null,
  });
  await addPastTraffic(app, who.accountId, [
    {
      ...{ startedAt: begin, country: 'HR', status: 'approved', settledAt: begin + 9_000 },
      attempts: [attempt(0, 'delivered'), attempt(1, 'submitted')],
    },
    {
      ...{ startedAt: begin + 1, country: 'HR', status: 'expired', settledAt: begin + 600_000 },
      attempts: [attempt(1, 'submitted')],
    },
  ]);
  const rates = new Map((await quality(begin, begin + HOUR_MS)).map((g) => [g.routeId, conversionRate(g)]));
  expect(rates.get(routes[0])).toBe(1);
  expect(rates.get(routes[1])).toBe(0);
});

const QUESTION = `query($from: DateTime!, $to: DateTime!, $first: Int!, $after: String, $groupBy: [QualityDimension!],
    $filter: RoutingQualityFilter) {
  routeQuality(from: $from, to: $to, first: $first, after: $after, groupBy: $groupBy, filter: $filter) {
    nodes { country operator route { id name carrier { name } } attempts share accepted rejected throttled delivered
      undelivered converted abandoned waiting deliveredRate conversionRate cost costPerConversion
      receiptLatency { p50 p95 count } submitLatency { p50 p95 count } }
    pageInfo { hasNextPage endCursor } } }`;

interface Page {
  nodes: { country: string | null; route: { id: string } | null; attempts: number }[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
}

async function ask(by: Caller, variables: object = {}): Promise<Page> {
  const about = { from: new Date(begin), to: new Date(begin + 7 * HOUR_MS), first: 100, ...variables };
  const { data, errors } = await by.ask(QUESTION, about);
  if (!data) throw new Error(JSON.stringify(errors));
  return data.routeQuality as Page;
}

test('pages together are the whole, in order, and groups are made by what was asked for', async () => {
  await addPastTraffic(app, who.accountId, drawTraffic(6));
  const caller = await createCaller(app, who);
  const whole = (await ask(caller)).nodes;
  expect(whole).toHaveLength(6);
  const paged: Page['nodes'] = [];
  for (let after: string | null = null, more = true; more;) {
    const { nodes, pageInfo } = await ask(caller, { first: 2, after });
    paged.push(...nodes);
    ({ endCursor: after, hasNextPage: more } = pageInfo);
  }
  expect(paged).toEqual(whole);
  const byRoute = (await ask(caller, { groupBy: ['ROUTE'] })).nodes;
  expect(byRoute.map(({ country }) => country)).toEqual([null, null, null]);
  const [all] = (await ask(caller, { groupBy: [] })).nodes;
  const total = whole.reduce((sum, { attempts }) => sum + attempts, 0);
  expect(all).toMatchObject({ attempts: total, share: 1, route: null, country: null });
  const filter = { countries: ['DE'], routeIds: [routes[1]] };
  const [only, ...none] = (await ask(caller, { filter })).nodes;
  expect([only!.country, only!.route!.id, none]).toEqual(['DE', routes[1], []]);
});

test('nobody sees the numbers of another account, nor finds its routes', async () => {
  await addPastTraffic(app, who.accountId, drawTraffic(7, 20));
  const other = await createCaller(app, await createTestAccount(app));
  expect((await ask(other)).nodes).toEqual([]);
  await rollUp(app);
  expect((await ask(other, { filter: { routeIds: [routes[0]] } })).nodes).toEqual([]);
});

test.each([
  ['to', () => ({ to: new Date(begin - 1) })],
  ['to', () => ({ to: new Date(begin) })],
  ['from', () => ({ from: new Date(begin - 93 * 24 * HOUR_MS) })],
  ['first', () => ({ first: 0 })],
  ['filter.countries', () => ({ filter: { countries: ['Croatia'] } })],
  ['filter.operators', () => ({ filter: { operators: ['A1'] } })],
  ['filter.routeIds', () => ({ filter: { routeIds: ['one'] } })],
])('a question with a wrong %s is refused by its name', async (field, wrong) => {
  const caller = await createCaller(app, who);
  const about = { from: new Date(begin), to: new Date(begin + HOUR_MS), first: 10, ...wrong() };
  const answer = await caller.ask(QUESTION, about);
  expect(codesOf(answer)).toEqual(['input/invalid']);
  expect(answer.errors![0]!.extensions).toMatchObject({ field });
});

test('hours of one account that cannot be counted keep nobody else waiting', async () => {
  const traffic = drawTraffic(8, 30);
  const other = await createTestAccount(app);
  await addPastTraffic(app, other.accountId, traffic);
  await addPastTraffic(app, who.accountId, traffic);
  // A row that stands in the way of counting.
  await app.sql`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''refused''; END'`;
  await app.sql.unsafe(`CREATE TRIGGER refuse BEFORE INSERT ON routing_hourly FOR EACH ROW
    WHEN (NEW.account_id = '${uuidOf(other.accountId)}') EXECUTE FUNCTION refuse()`);
  clock.advance(HOUR_MS);
  await rollUp(app);
  await app.sql`DROP TRIGGER refuse ON routing_hourly`;
  const counted = await app.sql<{ account: string }[]>`
    SELECT DISTINCT replace(account_id::text, '-', '') AS account FROM routing_hourly
    WHERE account_id IN (${uuidOf(who.accountId)}, ${uuidOf(other.accountId)})`;
  expect(counted.map(({ account }) => account)).toEqual([uuidOf(who.accountId)]);
  await rollUp(app);
  // The routes are not the other account's: what they cost now is not known there.
  const apartFromCost = async (by: Principal) =>
    (await quality(begin, begin + 7 * HOUR_MS, ['country'], by)).map((group) => ({ ...group, cost: 0 }));
  expect(await apartFromCost(other)).toEqual(await apartFromCost(who));
});

test('a cursor that was never given out is refused', async () => {
  const caller = await createCaller(app, who);
  const about = { from: new Date(begin), to: new Date(begin + HOUR_MS), first: 10, after: 'x' };
  expect(codesOf(await caller.ask(QUESTION, about))).toEqual(['input/cursor']);
});
