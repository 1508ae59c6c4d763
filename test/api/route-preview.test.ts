import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { HEALTH_CHANNEL } from '../../src/bus/channels.ts';
import type { CarrierHealth } from '../../src/carriers/carrier.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { createHealthBoard } from '../../src/carriers/health-board.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { idFromUuid, uuidOf } from '../../src/ids.ts';
import { passingExclusion } from '../../src/messages/exclusion.ts';
import { drawChoices, previewRoute } from '../../src/messages/preview-route.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { createPolicies } from '../../src/routing/policies.ts';
import type { Policy } from '../../src/routing/policy.ts';
import { STRATEGY_NAMES } from '../../src/routing/policy/strategies.ts';
import { findService } from '../../src/services/directory.ts';
import { updateService } from '../../src/services/update.ts';
import { connectSimulated, createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { callerWith, codesOf, createCaller, type Caller } from '../support/graphql.ts';
import { createProcess } from '../support/process-app.ts';
import { createCarriers } from '../support/simulated-carriers.ts';
import { until } from '../support/until.ts';
import { createNumbers, happened, start } from '../support/verifying.ts';

let testApp: TestApp;
let app: TestApp['app'];
const aNumber = createNumbers(8_000_000);

beforeAll(async () => {
  testApp = await createTestApp();
  app = testApp.app;
});
afterAll(() => testApp[Symbol.asyncDispose]());

const PREVIEW = `query($to: String!, $serviceId: ID) { routePreview(to: $to, serviceId: $serviceId) {
  serviceId strategy at number { country operator { mccMnc name } confidence lineType } notConsidered
  chosen { sender price rate share candidate { route { name carrier { name } } } }
  candidates { sender price rate share candidate { route { name } score reasons { factor value } } }
  excluded { route { name } excluded } } }`;

interface Preview {
  strategy: string;
  candidates: { share: number; rate: number | null; candidate: { route: { name: string }; score: number } }[];
  excluded: { route: { name: string }; excluded: string }[];
  chosen: { candidate: { route: { name: string } } } | null;
}

async function preview(by: Caller, to = aNumber()): Promise<Preview> {
  const { data, errors } = await by.ask(PREVIEW, { to });
  if (!data) throw new Error(JSON.stringify(errors));
  return data.routePreview as Preview;
}

const ATTEMPT = `query($id: ID!) { verification(id: $id) { messages(first: 1) { nodes {
  attempts { route { name } lineType decision { route { name } score excluded } } } } } }`;

test.each(STRATEGY_NAMES)(
  'by %s the preview names the route that the next message takes, with the same ranking',
  async (routing) => {
    const who = await createTestAccount(app, { routing });
    const caller = await createCaller(app, who);
    await connectSimulated(app, who, ['normal', 'instant', 'slow']);
    await priced(who, 'slow', 0.01);
    await priced(who, 'instant', 0.02);
    await priced(who, 'normal', 0.03);
    await until(async () => (await decisionOfNext(caller, who)).decision.every((one) => !one.excluded));
    // A receipt of a message before that comes between the two changes what is known: then they are asked anew.
    await until(async () => {
      const { candidates, chosen, strategy } = await preview(caller);
      expect(strategy).toBe(routing.toUpperCase());
      expect(candidates.map(({ rate }) => rate !== null)).toEqual(
        candidates.map(() => routing === 'adaptive'),
      );
      const { route, decision } = await decisionOfNext(caller, who);
      const ranked = decision.map(({ route: { name }, score }) => ({ name, score: score.toFixed(2) }));
      const previewed = candidates.map(({ candidate: { route: to, score } }) => ({
        name: to.name,
        score: score.toFixed(2),
      }));
      return chosen?.candidate.route.name === route.name && isDeepStrictEqual(previewed, ranked);
    });
  },
);

interface Attempt {
  route: { name: string };
  decision: { route: { name: string }; score: number; excluded: string | null }[];
}

/** What is chosen for one more message. */
async function decisionOfNext(caller: Caller, who: Principal): Promise<Attempt> {
  const v = await start(app, who, aNumber());
  await happened(app, v, 'MessageSent');
  const { data } = await caller.ask(ATTEMPT, { id: v.id });
  const { nodes } = (data!.verification as { messages: { nodes: { attempts: Attempt[] }[] } }).messages;
  return nodes[0]!.attempts.at(-1)!;
}

async function priced(who: Principal, name: string, price: number): Promise<void> {
  await app.sql`UPDATE routes SET price = ${price} WHERE account_id = ${uuidOf(who.accountId)} AND name = ${name}`;
  app.bus.publish([{ channel: 'config', payload: who.accountId }]);
}

test('a preview sends nothing and teaches nothing, however often it is asked for', async () => {
  const who = await createTestAccount(app, { routing: 'adaptive' });
  const caller = await createCaller(app, who);
  await connectSimulated(app, who, ['instant', 'normal']);
  await happened(app, await start(app, who, aNumber()), 'MessageDelivered');
  const options = { strategy: 'adaptive', valueOfConversion: 1, codeTtlMs: 600_000 } as const;
  const policy = await app.single(createPolicies).of(who.accountId, options);
  const told = () => policy.snapshot().sources.map((source) => source.told);
  // Submitted, accepted, delivered: the last comes over the bus.
  await until(() => told()[0] === 3);
  const before = told();
  for (let i = 0; i < 20; i++) await preview(caller);
  expect(told()).toEqual(before);
  const [{ count }] = (await app.sql`
    SELECT count(*)::int FROM messages WHERE account_id = ${uuidOf(who.accountId)}`) as unknown as [
    { count: number },
  ];
  expect(count).toBe(1);
});

test('every route that could not be taken says why, and what a preview cannot see is said', async () => {
  const who = await createTestAccount(app);
  const caller = await createCaller(app, who);
  await connectSimulated(app, who, ['instant', 'normal', 'slow']);
  await app.sql`
    UPDATE routes SET countries = '{DE}' WHERE account_id = ${uuidOf(who.accountId)} AND name = 'normal'`;
  await app.sql`
    UPDATE carriers SET enabled = false WHERE account_id = ${uuidOf(who.accountId)} AND name = 'slow'`;
  app.bus.publish([{ channel: 'config', payload: who.accountId }]);
  const answer = await preview(caller);
  expect(answer.candidates.map(({ candidate, share }) => [candidate.route.name, share])).toEqual([
    ['instant', 1],
  ]);
  const reasons = Object.fromEntries(answer.excluded.map((one) => [one.route.name, one.excluded]));
  expect(reasons).toEqual({ normal: 'does not serve HR', slow: 'the carrier is not enabled' });
  expect(answer).toMatchObject({
    number: { country: 'HR', operator: { mccMnc: '21910', name: 'A1' }, lineType: 'MOBILE' },
    chosen: { sender: 'Otpost', price: 0 },
    notConsidered: expect.arrayContaining(['the limits of the number and of the service']) as unknown,
  });
});

test('a fixed line is shut out of every route, as for a message, and its attempts say what a number was', async () => {
  const who = await createTestAccount(app);
  const caller = await createCaller(app, who);
  await connectSimulated(app, who, ['instant']);
  expect(await preview(caller, '+38514567890')).toMatchObject({
    number: { lineType: 'FIXED' },
    ...{ chosen: null, candidates: [] },
    excluded: [{ excluded: 'the number is a fixed line, which gets no text messages' }],
  });
  expect(await decisionOfNext(caller, who)).toMatchObject({ lineType: 'MOBILE' });
});

test('a carrier whose throughput is used up is shut out, with the words of the messages that find it so', async () => {
  const who = await createTestAccount(app, { routing: 'priority' });
  const caller = await createCaller(app, who);
  const { id } = await createCarriers(app)(who, 'normal', { throughput: 1 });
  await connectSimulated(app, who, ['instant']);
  const reason = 'its throughput is used up at this moment';
  const shutOut = (all: readonly { route: { name: string }; excluded: string | null }[]) =>
    all.filter(({ excluded }) => excluded === reason).map(({ route }) => route.name);
  // The carrier's health is told every second or two; the messages keep it busy meanwhile.
  await until(async () => {
    const { decision } = await decisionOfNext(caller, who);
    const { excluded, chosen } = await preview(caller);
    if (shutOut(decision)[0] !== 'normal' || shutOut(excluded)[0] !== 'normal') return false;
    return chosen?.candidate.route.name === 'instant';
  });
  expect(app.single(createHealthBoard).of(who.accountId, id)).toMatchObject({ state: 'up', free: 0 });
});

describe('a process without links', () => {
  const PROBING = 'breaker half open: 5 of the last 5 submits got no answer; single messages probe it';
  const STANDS: CarrierHealth = {
    ...{ state: 'up', inFlight: 1, window: 10, binds: [] },
    pace: { perSecond: 0, throttles: 0, backOff: 1 },
  };
  const HALF_OPEN: CarrierHealth = { ...STANDS, problem: PROBING, breaker: { state: 'halfOpen' } };

  test.each<[string, CarrierHealth[]]>([
    ['has room', [{ ...STANDS, free: 9 }]],
    ['has used up its throughput', [{ ...STANDS, free: 0 }]],
    ['has a full window', [{ ...STANDS, inFlight: 10, free: 0 }]],
    ['is half open, a probe under way', [{ ...HALF_OPEN, free: 0 }]],
    ['is half open, and may be probed', [{ ...HALF_OPEN, free: 1 }]],
    ['is open', [{ ...HALF_OPEN, free: 0, breaker: { state: 'open' } }]],
    ['is down', [{ ...STANDS, state: 'down', problem: 'ECONNREFUSED', free: 0 }]],
    ['is on its way up', [{ ...STANDS, state: 'connecting', free: 0 }]],
    [
      'is down for one of two workers',
      [
        { ...STANDS, state: 'down', free: 0 },
        { ...STANDS, free: 9 },
      ],
    ],
  ])('opens and shuts the route of a carrier that %s as its workers do', async (_state, workers) => {
    await using api = await createTestApp({ ROLES: 'api' });
    const who = await createTestAccount(api.app);
    const { accountId } = who;
    const carrierId = await connectCarrier(api.app, accountId, {
      ...{ name: 'told of', secrets: { password: 'x' } },
      config: { kind: 'smpp', host: '127.0.0.1', port: 1, systemId: 'told-of' },
    });
    await addRoute(api.app, who, { name: 'told of', carrierId, priority: 1 });
    const board = api.app.single(createHealthBoard);
    for (const [i, health] of workers.entries()) {
      const message = { worker: `w${i}`, asOf: Date.now(), reports: [{ accountId, carrierId, health }] };
      api.app.bus.publish([{ channel: HEALTH_CHANNEL, payload: JSON.stringify(message) }]);
    }
    await until(() => board.of(accountId, carrierId).workers.length === workers.length);
    const { excluded } = await previewRoute(api.app, who, { to: aNumber() });
    // What each worker's dispatcher would say.
    const said = workers.map((health) =>
      passingExclusion(newId('rte'), {
        carrier: { freeWindow: () => health.free!, health: () => health },
        ...{ taken: 0, tried: [] },
      }),
    );
    const expected = said.includes(undefined) ? [] : said.map((one) => one!.reason);
    expect(excluded.map((one) => one.excluded)).toEqual(expected);
  });
});

test('an account without an open route is told so', async () => {
  const caller = await createCaller(app, await createTestAccount(app));
  expect(await preview(caller)).toMatchObject({ chosen: null, candidates: [], excluded: [] });
});

test('nobody previews with the services and routes of another account', async () => {
  const [mine, theirs] = [await createTestAccount(app), await createTestAccount(app)];
  await connectSimulated(app, theirs, ['instant']);
  const [{ id }] = (await app.sql`
    SELECT id FROM services WHERE account_id = ${uuidOf(theirs.accountId)}`) as unknown as [{ id: string }];
  const caller = await createCaller(app, mine);
  const serviceId = `svc_${id.replaceAll('-', '')}`;
  expect(codesOf(await caller.ask(PREVIEW, { to: aNumber(), serviceId }))).toEqual(['service/not_found']);
  expect(codesOf(await caller.ask(PREVIEW, { to: aNumber(), serviceId: 'x' }))).toEqual([
    'service/not_found',
  ]);
  expect(await preview(caller)).toMatchObject({ candidates: [] });
});

test('a number that cannot be, or that the service may not verify, is refused as a start would', async () => {
  const caller = await createCaller(app, await createTestAccount(app, { allowedCountries: ['DE'] }));
  expect(codesOf(await caller.ask(PREVIEW, { to: '12' }))).toEqual(['input/phone_number']);
  expect(codesOf(await caller.ask(PREVIEW, { to: aNumber() }))).toEqual(['service/country_not_allowed']);
  expect(codesOf(await callerWith(app, 'none').ask(PREVIEW, { to: aNumber() }))).toEqual(['auth/invalid']);
});

test('a preview shows the same learned rate after a conversion is worth another sum, and codes live longer', async () => {
  const who = await createTestAccount(app, { routing: 'adaptive' });
  const caller = await createCaller(app, who);
  await connectSimulated(app, who, ['normal']);
  const [route] = await app.sql`SELECT id FROM routes WHERE account_id = ${uuidOf(who.accountId)}`;
  const first = async () => (await preview(caller)).candidates[0]!;
  const unknown = await first();
  const now = Date.now();
  for (let i = 0; i < 60; i++) {
    const about = { attemptId: newId('att'), routeId: idFromUuid('rte', route!.id as string), country: 'HR' };
    app.single(createPolicies).observe(who.accountId, { ...about, kind: 'submitted', at: now + i });
    const kind = i % 2 === 0 ? 'converted' : 'rejected';
    app.single(createPolicies).observe(who.accountId, { ...about, kind, at: now + i });
  }
  const learned = await first();
  expect(learned.rate).toBeLessThan(unknown.rate! - 0.1);
  const service = await findService(app, who.accountId, undefined);
  await updateService(app, who, service!.id, { settings: { valueOfConversion: 1.1, ttlSeconds: 900 } });
  await until(async () => (await first()).candidate.score > 1.05 * learned.candidate.score);
  expect((await first()).rate).toBeCloseTo(learned.rate!, 3);
});

test('a process without links ranks by the evidence of the workers, and saves none of its own', async () => {
  const who = await createTestAccount(app, { routing: 'adaptive' });
  const carriers = await connectSimulated(app, who, ['normal', 'instant']).then(
    () =>
      app.sql<
        { id: string; name: string }[]
      >`SELECT id, name FROM routes WHERE account_id = ${uuidOf(who.accountId)} ORDER BY priority`,
  );
  const [first] = carriers.map(({ id }) => `rte_${id.replaceAll('-', '')}`);
  const options = { strategy: 'adaptive', valueOfConversion: 1, codeTtlMs: 600_000 } as const;
  // A worker of which nothing over the first route ever converted.
  await using worker = createProcess({ database: app });
  const policies = worker.single(createPolicies);
  await policies.of(who.accountId, options);
  const now = Date.now();
  for (let i = 0; i < 60; i++) {
    const about = { attemptId: newId('att'), routeId: first!, country: 'HR' };
    policies.observe(who.accountId, { ...about, kind: 'submitted', at: now - 5_000 + i });
    policies.observe(who.accountId, { ...about, kind: 'rejected', at: now - 4_000 + i });
  }
  await policies.exchange();
  const saved = () => app.sql`
    SELECT worker, updated_at FROM routing_evidence WHERE account_id = ${uuidOf(who.accountId)} ORDER BY 1`;
  const before = await saved();
  expect(before).toHaveLength(1);
  const api = createProcess({ database: app });
  const answer = await previewRoute(api, who, { to: aNumber() });
  await api.single(createPolicies).exchange();
  await api[Symbol.asyncDispose]();
  expect(answer.candidates.at(-1)!.ranked.routeId).toBe(first);
  expect([...(await saved())]).toEqual([...before]);
});

test('what a policy leaves to chance is told as the share of each route', () => {
  const routes = [newId('rte'), newId('rte')] as const;
  const candidates = routes.map((routeId) => ({ routeId, carrierId: newId('car'), priority: 1, price: 0 }));
  // Three times of four the first one.
  const policy: Policy = {
    observe: () => {},
    snapshot: () => ({ version: 1, sources: [] }),
    merge: () => {},
    choose: (_request, all, random) => {
      const ranked = all.map(({ routeId }) => ({ routeId, score: 1, reasons: [] }));
      return random() < 0.75 ? ranked : ranked.reverse();
    },
  };
  let next = 0;
  const random = () => (next = (next + 0.25) % 1);
  const { shares } = drawChoices(policy, { country: 'HR', now: 0 }, candidates, random);
  expect(shares.get(routes[0])).toBeCloseTo(0.75, 9);
  expect(shares.get(routes[1])).toBeCloseTo(0.25, 9);
});

test('a route over another sender shows that sender', async () => {
  const who = await createTestAccount(app, { sender: 'Shop' });
  const caller = await createCaller(app, who);
  await connectSimulated(app, who, ['instant']);
  expect((await preview(caller)).chosen).toMatchObject({ sender: 'Shop' });
  const [{ id }] = (await app.sql`
    SELECT carrier_id AS id FROM routes WHERE account_id = ${uuidOf(who.accountId)}`) as unknown as [
    { id: string },
  ];
  const carrierId = `car_${id.replaceAll('-', '')}` as const;
  await addRoute(app, who, { name: 'own', carrierId, priority: 1, sender: '12345', price: 0.04 });
  const { candidates } = await preview(caller);
  const own = candidates.find(({ candidate }) => candidate.route.name === 'own');
  expect(own).toMatchObject({ sender: '12345', price: 0.04 });
});
