import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import { revokeApiKey } from '../../src/accounts/revoke-api-key.ts';
import { HEALTH_CHANNEL } from '../../src/bus/channels.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import type { OverallHealth } from '../../src/carriers/health.ts';
import { createHealthBoard } from '../../src/carriers/health-board.ts';
import { watchCarrierHealth } from '../../src/carriers/watch-health.ts';
import {
  CarrierHealthDocument,
  CarrierHealthNowDocument,
  type CarrierHealthSubscription,
} from '../../src/graphql/generated/graphql.ts';
import { freePort } from '../../src/db/embedded/free-port.ts';
import type { CarrierId } from '../../src/ids.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { codesOf, createCaller, openSocket, type Caller, type RawSocket } from '../support/graphql.ts';
import { redisUrl } from '../support/redis.ts';
import { createCarriers } from '../support/simulated-carriers.ts';
import { until } from '../support/until.ts';

let main: TestApp;
let app: TestApp['app'];
let connect: ReturnType<typeof createCarriers>;
let who: Principal;
let caller: Caller;

beforeAll(async () => {
  main = await createTestApp({ OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32' });
  app = main.app;
  connect = createCarriers(app);
  who = await createTestAccount(app);
  caller = await createCaller(app, who);
});
afterAll(() => main[Symbol.asyncDispose]());

const WATCH = CarrierHealthDocument.toString();
type Health = CarrierHealthSubscription['carrierHealth'];

async function healthOf(carrierId: CarrierId, by = caller) {
  const { carrier } = await by.run(CarrierHealthNowDocument, { carrierId });
  return carrier!.health;
}

function stands(id: CarrierId, state: string, by = caller) {
  const like = async () => {
    const health = await healthOf(id, by);
    return health.state === state ? health : undefined;
  };
  return until(like, { what: state });
}

/** Reads answers until one is like this. */
async function next(socket: RawSocket, like: (health: Health) => boolean): Promise<Health> {
  for (;;) {
    const message = await socket.next();
    if (message.type !== 'next') throw new Error(JSON.stringify(message));
    const { data } = message.payload as { data: CarrierHealthSubscription };
    if (like(data.carrierHealth)) return data.carrierHealth;
  }
}

/** Says something new about a carrier, as one more worker would. */
function say({ accountId }: Principal, carrierId: CarrierId, problem: string): void {
  const pace = { perSecond: 0, throttles: 0, backOff: 1 };
  const health = { state: 'up', problem, inFlight: 0, window: 1, pace, binds: [] };
  const message = { worker: 'test', asOf: Date.now(), reports: [{ accountId, carrierId, health }] };
  app.bus.publish([{ channel: HEALTH_CHANNEL, payload: JSON.stringify(message) }]);
}

async function watching(by: Caller, ids?: readonly CarrierId[]): Promise<RawSocket> {
  const socket = await openSocket(app, by.credential);
  socket.send({
    id: '1',
    type: 'subscribe',
    payload: { query: WATCH, variables: { carrierIds: ids ?? null } },
  });
  return socket;
}

test('the health of a carrier tells its binds, its load and its breaker as its worker has them', async () => {
  const { id } = await connect(who, 'instant', { bindMode: 'transmitterReceiver', throughput: 20 });
  await until(async () => (await stands(id, 'UP')).workers[0]!.binds.every(({ state }) => state === 'UP'));
  const health = await healthOf(id);
  const load = { inFlight: 0, window: 100, perSecond: 0, allowedPerSecond: 20, throttles: 0 };
  expect(health).toMatchObject({ ...load, problem: null, windowUse: 0, breaker: 'CLOSED' });
  const [worker] = health.workers;
  expect(worker).toMatchObject({ ...load, state: 'UP', problem: null, backOff: 1, nextProbeAt: null });
  expect(worker!.binds).toEqual([
    { mode: 'TRANSMITTER', state: 'UP', problem: null, inFlight: 0, window: 100 },
    { mode: 'RECEIVER', state: 'UP', problem: null, inFlight: 0, window: 0 },
  ]);
  expect(Date.parse(health.asOf!)).toBeGreaterThan(Date.now() - 10_000);
});

test('what is wrong is said in words, and so is that nobody tells of a carrier that is off', async () => {
  const { id } = await connect(who, 'normal', { port: await freePort() });
  expect(await stands(id, 'DOWN')).toMatchObject({
    problem: expect.stringMatching(/ECONNREFUSED/) as string,
  });
  await caller.ask(
    'mutation($id: ID!) { setCarrierEnabled(input: { carrierId: $id, enabled: false }) { __typename } }',
    { id },
  );
  const off = await stands(id, 'UNKNOWN');
  expect(off).toMatchObject({ workers: [], asOf: null });
  expect(off.problem).toMatch(/not enabled/);
});

describe('a subscription to the health of carriers', () => {
  test('tells how each stands now, then what becomes of it', async () => {
    const own = await createTestAccount(app);
    const by = await createCaller(app, own);
    const first = await connect(own, 'instant');
    const second = await connect(own, 'normal', { port: await freePort() });
    await stands(first.id, 'UP', by);
    await stands(second.id, 'DOWN', by);
    await using socket = await watching(by);
    const told = [await next(socket, () => true), await next(socket, () => true)];
    expect(told).toMatchObject([
      { carrierId: first.id, state: 'UP', carrier: { name: 'instant' } },
      { carrierId: second.id, state: 'DOWN' },
    ]);
    // One that is connected later, and then goes out of use.
    const third = await connect(own, 'hexIds');
    await next(socket, ({ carrierId, state }) => carrierId === third.id && state === 'UP');
    await by.ask(
      'mutation($id: ID!) { setCarrierEnabled(input: { carrierId: $id, enabled: false }) { __typename } }',
      {
        id: third.id,
      },
    );
    await next(socket, ({ carrierId, state }) => carrierId === third.id && state === 'UNKNOWN');
  });

  test('to some of them tells of these only', async () => {
    const own = await createTestAccount(app);
    const by = await createCaller(app, own);
    const [one, other] = [await connect(own, 'instant'), await connect(own, 'normal')];
    await stands(one.id, 'UP', by);
    await stands(other.id, 'UP', by);
    await using socket = await watching(by, [one.id]);
    await next(socket, () => true);
    say(own, other.id, 'not asked for');
    say(own, one.id, 'asked for');
    const seen: Health[] = [];
    await next(socket, (health) => seen.push(health) > 0 && (health.problem ?? '').includes('asked for'));
    expect(new Set(seen.map(({ carrierId }) => carrierId))).toEqual(new Set([one.id]));
  });

  test('has nothing of another account: asked for its carrier by id, that is not found', async () => {
    const stranger = await createTestAccount(app);
    const { id } = await connect(stranger, 'instant');
    await using refused = await watching(caller, [id]);
    expect(await refused.next()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'carrier/not_found' } }],
    });
    await using noId = await watching(caller, ['x' as CarrierId]);
    expect(await noId.next()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'carrier/not_found' } }],
    });

    const mine = await connect(who, 'hexIds');
    await stands(mine.id, 'UP');
    await using socket = await watching(caller);
    say(stranger, id, 'a secret of theirs');
    say(who, mine.id, 'ours');
    const seen: Health[] = [];
    await next(socket, (health) => seen.push(health) > 0 && (health.problem ?? '').includes('ours'));
    expect(JSON.stringify(seen)).not.toContain(id);
    expect(JSON.stringify(seen)).not.toContain('theirs');
    // Nor does the board have it under an account that is not its own.
    expect(app.single(createHealthBoard).of(who.accountId, id).state).toBe('unknown');
    expect(app.single(createHealthBoard).of(stranger.accountId, id).state).not.toBe('unknown');
  });

  test('is closed to a client token', async () => {
    const { data } = await caller.ask(
      'mutation { startVerification(input: { to: "+385911234567" }) { ... on Verification { clientToken } } }',
    );
    const { clientToken } = data!.startVerification as { clientToken: string };
    await using socket = await watching({ ...caller, credential: clientToken });
    expect(await socket.next()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'auth/forbidden' } }],
    });
    const query = `{ carriers { health { state } } }`;
    expect(codesOf(await createCaller(app, who).then(() => caller.ask(query)))).toEqual([]);
  });

  test('fails when its credential ends, and leaves nothing behind', async () => {
    const own = await createTestAccount(app);
    const { row } = await createApiKey(app, own.accountId, { name: 'Test' });
    const stream = await watchCarrierHealth(app, {
      kind: 'apiKey',
      accountId: own.accountId,
      apiKeyId: row.id,
    });
    const waiting = stream.next();
    await revokeApiKey(app, own, row.id);
    await expect(waiting).rejects.toMatchObject({ code: 'auth/invalid' });
    expect(await stream.next()).toMatchObject({ done: true });
  });

  test('that is read slowly has the newest of each carrier and nothing else', async () => {
    const own = await createTestAccount(app);
    const stream = await watchCarrierHealth(app, own);
    const carrierId = (await connect(own, 'instant')).id;
    const board = app.single(createHealthBoard);
    await until(() => board.of(own.accountId, carrierId).state === 'up');
    for (let i = 0; i < 1_000; i += 1) say(own, carrierId, 'problem '.repeat(1 + (i % 2)));
    say(own, carrierId, 'the last one');
    await until(() => board.of(own.accountId, carrierId).problem?.includes('the last one'));
    expect((await stream.next()).value).toMatchObject({
      problem: expect.stringContaining('the last one') as string,
    });
    const waiting = stream.next();
    say(own, carrierId, 'and one more');
    const { value } = await waiting;
    expect((value as OverallHealth).workers).toHaveLength(2);
    await stream.return();
    expect(await stream.next()).toMatchObject({ done: true });
  });
});

test('a worker in another process tells over Redis, and is forgotten once it says nothing any more', async () => {
  const shared = { REDIS_URL: redisUrl(), REDIS_PREFIX: `health-${process.pid}-${Date.now()}:` };
  await using api = await createTestApp({ ...shared, ROLES: 'api,simulator' });
  const own = await createTestAccount(api.app);
  const by = await createCaller(api.app, own);
  const { id } = await createCarriers(api.app)(own, 'instant');
  expect(await stands(id, 'UNKNOWN', by)).toMatchObject({ workers: [] });
  const env = { ...shared, OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32', DATABASE_URL: api.databaseUrl };
  const one = await createTestApp({ ...env, ROLES: 'worker' });
  await using two = await createTestApp({ ...env, ROLES: 'worker' });
  expect(two.app.dispatcher).toBeDefined();
  await until(async () => (await stands(id, 'UP', by)).workers.length === 2);
  await one[Symbol.asyncDispose]();
  await until(async () => (await healthOf(id, by)).workers.length === 1);

  // As a worker that was killed, or cut off: it takes nothing back.
  const accountId = own.accountId;
  const [{ worker: _worker, asOf: _asOf, ...health }] = api.app.single(createHealthBoard).of(accountId, id)
    .workers as [OverallHealth['workers'][number]];
  const payload = JSON.stringify({
    worker: 'killed',
    asOf: 0,
    reports: [{ accountId, carrierId: id, health }],
  });
  api.app.bus.publish([{ channel: HEALTH_CHANNEL, payload }]);
  await until(async () => (await healthOf(id, by)).workers.length === 2);
  await until(async () => (await healthOf(id, by)).workers.length === 1);
});

test('a carrier whose secrets cannot be read is down, in words', async () => {
  const own = await createTestAccount(app);
  const by = await createCaller(app, own);
  const { id } = await connect(own, 'instant');
  await stands(id, 'UP', by);
  await app.sql`UPDATE carriers SET secrets_sealed = ${Buffer.from('sealed by nobody')} WHERE id = ${id.slice(4)}`;
  await connectCarrier(app, own.accountId, {
    name: 'another',
    config: { kind: 'smpp', host: '127.0.0.1', port: app.simulator!.smppPort, systemId: 'instant' },
    secrets: { password: 'x' },
  });
  expect(await stands(id, 'DOWN', by)).toMatchObject({
    problem: expect.stringMatching(/cannot be opened/) as string,
  });
});
