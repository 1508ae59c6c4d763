import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { HOUR_MS, hourOf } from '../../src/analytics/window.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import type { CarrierId, RouteId } from '../../src/ids.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { encodeDecision } from '../../src/routing/decision.ts';
import { createPolicy, type PolicyOptions } from '../../src/routing/policy.ts';
import { listRoutes } from '../../src/routing/queries.ts';
import { seededRandom } from '../../src/simulator/random.ts';
import { createService } from '../../src/services/create.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { codesOf, createCaller, type Caller } from '../support/graphql.ts';
import { addPastTraffic, type PastVerification } from '../support/past-traffic.ts';
import { until } from '../support/until.ts';

/** Dear and good, and cheap and bad. */
const ROUTES = [
  { name: 'good', price: 0.05, converts: 0.9 },
  { name: 'bad', price: 0.01, converts: 0.3 },
];

let testApp: TestApp;
let app: TestApp['app'];
let who: Principal;
let caller: Caller;
let carrierId: CarrierId;
let routeIds: RouteId[];
let numbers: ReadonlyMap<string, number>;
const begin = hourOf(Date.now()) - 6 * HOUR_MS;

beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api' }, { random: seededRandom(1) });
  app = testApp.app;
});
afterAll(() => testApp[Symbol.asyncDispose]());
beforeEach(async () => {
  who = await createTestAccount(app);
  caller = await createCaller(app, who);
  carrierId = await connectCarrier(app, who.accountId, {
    name: 'c',
    config: { kind: 'smpp', host: '127.0.0.1', port: 1, systemId: 'c' },
    secrets: { password: 'x' },
  });
  routeIds = [];
  for (const [i, { name, price }] of ROUTES.entries())
    routeIds.push((await addRoute(app, who, { name, carrierId, priority: i + 1, price })).id);
  numbers = new Map((await listRoutes(app, who)).map(({ id, number }) => [id, number]));
});

/** Traffic by the account's order, but for a share that went astray. */
function drawTraffic(count: number, astray: number): PastVerification[] {
  const random = seededRandom(count);
  const policy = createPolicy(options('priority'));
  return Array.from({ length: count }, (_, n) => {
    const at = begin + Math.floor((n * 5 * HOUR_MS) / count);
    const candidates = ROUTES.map(({ price }, i) => ({
      ...{ routeId: routeIds[i]!, carrierId, priority: i + 1, price },
    }));
    const decision = encodeDecision(policy.choose({ country: 'HR', now: at }, candidates, random), numbers);
    const taken = random() < astray ? 1 : 0;
    const isConverted = random() < ROUTES[taken]!.converts;
    return {
      ...{ startedAt: at, country: 'HR', settledAt: at + (isConverted ? 18_000 : 600_000) },
      status: isConverted ? ('approved' as const) : ('expired' as const),
      attempts: [
        {
          ...{ at, carrierId, routeId: routeIds[taken]!, price: ROUTES[taken]!.price, decision },
          ...{ status: 'delivered' as const, answeredAt: at + 50, settledAt: at + 3_000 },
        },
      ],
    };
  });
}

const options = (strategy: PolicyOptions['strategy']): PolicyOptions => ({
  ...{ strategy, valueOfConversion: 1, codeTtlMs: 600_000 },
});

const REPLAY = `query($from: DateTime!, $to: DateTime!, $policy: ReplayPolicyInput!, $limit: Int! = 20000) {
  routeReplay(from: $from, to: $to, policy: $policy, limit: $limit) {
    attempts judged matchedShare unrouted until valueOfConversion actual { conversions cost utility }
    replayed { conversions cost utility standardError low high }
    routes { route { name } actualShare replayedShare } } }`;

interface Replay {
  valueOfConversion: number;
  attempts: number;
  judged: number;
  matchedShare: number;
  until: string | null;
  actual: { conversions: number; cost: number; utility: number };
  replayed: { conversions: number; cost: number; utility: number; low: number; high: number };
  routes: { route: { name: string }; actualShare: number; replayedShare: number }[];
}

async function replay(strategy: string, more: object = {}, by = caller): Promise<Replay> {
  const variables = {
    from: new Date(begin),
    to: new Date(begin + 6 * HOUR_MS),
    policy: { strategy },
    ...more,
  };
  const { data, errors } = await by.ask(REPLAY, variables);
  if (!data) throw new Error(JSON.stringify(errors));
  return data.routeReplay as Replay;
}

test('the policy that was in use would have done what was done', async () => {
  await addPastTraffic(app, who.accountId, drawTraffic(120, 0));
  const { actual, replayed, ...rest } = await replay('PRIORITY');
  expect(rest).toMatchObject({ attempts: 120, judged: 120, matchedShare: 1, until: null });
  expect(replayed).toMatchObject(actual);
  expect(actual.cost).toBeCloseTo(120 * 0.05, 9);
});

test('the cheap route would have saved money and cost conversions, as its record says', async () => {
  await addPastTraffic(app, who.accountId, drawTraffic(600, 0.3));
  const { actual, replayed, routes } = await replay('LEAST_COST');
  expect(replayed.cost).toBeCloseTo(600 * 0.01, 6);
  expect(replayed.low).toBeLessThan(600 * 0.3);
  expect(replayed.high).toBeGreaterThan(600 * 0.3);
  expect(replayed.utility).toBeLessThan(actual.utility);
  expect(routes[0]).toMatchObject({ route: { name: 'bad' }, replayedShare: 1 });
});

test('each message counts for what its own service says that it is worth, and is routed by that', async () => {
  // To one a conversion is worth any price, to the other less than the dear route costs.
  const settings = { valueOfConversion: 0.04, ttlSeconds: 120 };
  const poor = await createService(app, who, { name: 'Poor', settings });
  const traffic = drawTraffic(600, 0.3).map((v, n) => (n % 2 === 0 ? v : { ...v, serviceId: poor.id }));
  await addPastTraffic(app, who.accountId, traffic);
  const approved = (parity: number) =>
    traffic.filter(({ status }, n) => n % 2 === parity && status === 'approved').length;
  const { actual, routes, valueOfConversion } = await replay('ADAPTIVE');
  expect(actual.conversions).toBe(approved(0) + approved(1));
  expect(actual.utility).toBeCloseTo(approved(0) * 1 + approved(1) * 0.04 - actual.cost, 9);
  expect(valueOfConversion).toBeCloseTo(0.52, 9);
  const share = new Map(routes.map((one) => [one.route.name, one.replayedShare]));
  expect(share.get('good')).toBeGreaterThan(0.4);
  expect(share.get('bad')).toBeGreaterThan(0.4);
  // What the question says counts for all.
  const same = await replay('ADAPTIVE', { policy: { strategy: 'ADAPTIVE', valueOfConversion: 1 } });
  expect(same.valueOfConversion).toBe(1);
  expect(same.routes[0]).toMatchObject({ route: { name: 'good' } });
  expect(same.routes[0]!.replayedShare).toBeGreaterThan(0.8);
});

test('of more attempts than asked for the first are taken, and that is said', async () => {
  const traffic = drawTraffic(1_250, 0.1);
  await addPastTraffic(app, who.accountId, traffic);
  const some = await replay('ADAPTIVE', { limit: 1_100 });
  expect(some.attempts).toBe(1_100);
  expect(Date.parse(some.until!)).toBe(traffic[1_099]!.startedAt);
  expect((await replay('ADAPTIVE')).attempts).toBe(1_250);
});

test('an account has one replay at a time, and a process two', async () => {
  await addPastTraffic(app, who.accountId, drawTraffic(20, 0));
  const callers = await Promise.all([1, 2].map(async () => createCaller(app, await createTestAccount(app))));
  const [second, third] = callers as [Caller, Caller];
  const variables = {
    from: new Date(begin),
    to: new Date(begin + HOUR_MS),
    policy: { strategy: 'PRIORITY' },
  };
  const refusals = async (by: Caller) => codesOf(await by.ask(REPLAY, variables));
  const [running, refused] = await app.sql.begin(async (tx) => {
    await tx`LOCK TABLE attempts IN ACCESS EXCLUSIVE MODE`;
    const waiting = async () =>
      (await tx`SELECT 1 FROM pg_locks WHERE relation = 'attempts'::regclass AND NOT granted`).length;
    const first = refusals(caller);
    await until(async () => (await waiting()) === 1);
    const again = await refusals(caller);
    const other = refusals(second);
    await until(async () => (await waiting()) === 2);
    return [
      [first, other],
      [again, await refusals(third)],
    ] as const;
  });
  expect(refused).toEqual([['replay/busy'], ['replay/busy']]);
  expect(await Promise.all(running)).toEqual([[], []]);
  expect(await refusals(caller)).toEqual([]);
});

test('nobody replays the traffic of another account', async () => {
  await addPastTraffic(app, who.accountId, drawTraffic(20, 0));
  const other = await createCaller(app, await createTestAccount(app));
  expect(await replay('PRIORITY', {}, other)).toMatchObject({ attempts: 0, routes: [], matchedShare: 0 });
});

test.each([
  ['to', { to: new Date(begin) }],
  ['from', { from: new Date(begin - 100 * 24 * HOUR_MS) }],
  ['limit', { limit: 100_001 }],
  ['limit', { limit: 0 }],
  ['policy.valueOfConversion', { policy: { strategy: 'ADAPTIVE', valueOfConversion: 0 } }],
])('a replay with a wrong %s is refused by its name', async (field, wrong) => {
  const variables = { from: new Date(begin), to: new Date(begin + 1), policy: { strategy: 'PRIORITY' } };
  const answer = await caller.ask(REPLAY, { ...variables, ...wrong });
  expect(codesOf(answer)).toEqual(['input/invalid']);
  expect(answer.errors![0]!.extensions).toMatchObject({ field });
});
