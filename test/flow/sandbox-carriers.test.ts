import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import { setResidency } from '../../src/accounts/set-residency.ts';
import type { RunningApp } from '../../src/app.ts';
import type { OutboundMessage } from '../../src/carriers/carrier.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { guardCarrier } from '../../src/carriers/guarded.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { uuidOf } from '../../src/ids.ts';
import { setNumberLookup } from '../../src/numbers/set-lookup.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { createReceiptLatencies } from '../../src/routing/receipt-latencies.ts';
import { routingQuality } from '../../src/analytics/routing-quality.ts';
import { rollUp } from '../../src/analytics/roll-up.ts';
import { SANDBOX_CARRIER_ID, SANDBOX_ROUTE_ID } from '../../src/sandbox/place.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { TestHttpServer } from '../support/http-server.ts';
import { Portaris } from '../support/number-lookups.ts';
import { startOtpost, type RunningProcess } from '../support/processes.ts';
import { redisUrl } from '../support/redis.ts';
import { ForeignSmsc } from '../support/smpp-foreign.ts';
import { until } from '../support/until.ts';
import {
  codeOf,
  createClock,
  createNumbers,
  happened,
  historyOf,
  messagesOf,
  start,
  stateOf,
} from '../support/verifying.ts';

// Whatever an account has set up, and whatever happens to a test: no carrier of it sees a byte.

const aNumber = createNumbers(8_200_000);
const clock = createClock();
const stack = new AsyncDisposableStack();

/** A carrier over SMPP, one over HTTP, and a provider of lookups, with all that they were ever sent. */
interface Outside {
  smscPort: number;
  smsc: ForeignSmsc;
  /** What came over the wire to the SMSC, octet by octet. */
  wire: Buffer[];
  http: TestHttpServer;
  lookups: Portaris;
}

async function startOutside(): Promise<Outside> {
  const smsc = stack.use(await ForeignSmsc.start());
  const wire: Buffer[] = [];
  const tap = createServer((client) => {
    const upstream = connect(smsc.port, '127.0.0.1');
    client.on('data', (chunk: Buffer) => void wire.push(chunk));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.once('close', () => other.destroy());
      one.pipe(other);
    }
  }).listen(0, '127.0.0.1');
  await once(tap, 'listening');
  stack.defer(async () => {
    const closed = once(tap, 'close');
    tap.close();
    await closed;
  });
  const http = stack.use(
    await TestHttpServer.start((response) => void response.writeHead(200).end('{"id":"1"}')),
  );
  const lookups = stack.use(await new Portaris().start());
  return { smscPort: (tap.address() as AddressInfo).port, smsc, wire, http, lookups };
}

interface Account {
  live: Principal;
  tests: Principal;
}

/** Routes that would take every message, and much that would stop one. */
async function anAccount(app: RunningApp, outside: Outside, settings = {}): Promise<Account> {
  const live = await createTestAccount(app, { coolDownSeconds: 0, maxSends: 20, ...settings });
  const { accountId } = live;
  const smpp = await connectCarrier(app, accountId, {
    name: 'smpp',
    region: 'EU',
    config: { kind: 'smpp', host: '127.0.0.1', port: outside.smscPort, systemId: 'real', window: 100 },
    secrets: { password: 'test' },
  });
  const http = await connectCarrier(app, accountId, {
    name: 'http',
    region: 'EU',
    config: {
      kind: 'http',
      request: { url: `${outside.http.url}/send`, body: { json: { to: '{to}', text: '{text}' } } },
      answer: { messageId: '/id' },
      allowPlainHttp: true,
    },
    secrets: {},
  });
  await addRoute(app, live, { name: 'smpp', carrierId: smpp, priority: 1 });
  await addRoute(app, live, { name: 'http', carrierId: http, priority: 2 });
  await setNumberLookup(app, live, await outside.lookups.example());
  const { row } = await createApiKey(app, accountId, { name: 'CI', mode: 'test' });
  return { live, tests: { kind: 'apiKey', accountId, apiKeyId: row.id, mode: 'test' } };
}

/** What the carriers and the provider were told: nothing of a message, and nothing of these numbers. */
function expectNothingTold({ smsc, wire, http, lookups }: Outside, numbers: readonly string[]): void {
  expect(smsc.count('submit_sm')).toBe(0);
  expect(http.connections).toBe(0);
  expect(lookups.asked).toEqual([]);
  const bytes = Buffer.concat(wire).toString('latin1');
  expect(numbers.filter((number) => bytes.includes(number.slice(1)))).toEqual([]);
}

let outside: Outside;
let main: TestApp;
let app: RunningApp;

beforeAll(async () => {
  outside = await startOutside();
  const env = { ROLES: 'api,worker', OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32' };
  main = stack.use(await createTestApp(env, { clock: clock.now }));
  app = main.app;
});
afterAll(() => stack.disposeAsync());

const settled = async (v: VerificationRow) => (await messagesOf(app, v)).every(({ dueAt }) => dueAt === null);

test('a carrier sees no byte of a test, however it goes: delivered, resent, refused, undelivered, lost', async () => {
  const { live, tests } = await anAccount(app, outside, { routing: 'adaptive', resend: 'rotate' });
  await until(() => outside.smsc.count('bind_transceiver') > 0);
  // Late receipts send a message over another route. Even where the sandbox's are known to be quick, none of its are late.
  const latencies = app.single(createReceiptLatencies);
  await latencies.of(tests.accountId);
  const way = { routeId: SANDBOX_ROUTE_ID, carrierId: SANDBOX_CARRIER_ID, country: 'US' };
  const about = { accountId: tests.accountId, ...way, at: clock.now() };
  latencies.tell(
    Array.from({ length: 50 }, () => [
      { ...about, what: { kind: 'taken' } as const },
      { ...about, what: { kind: 'delivered', afterMs: 10 } as const },
    ]).flat(),
  );
  const numbers = [
    '+12025550100',
    '+12025550133',
    '+12025550144',
    '+12025550155',
    '+12025550166',
    '+12025550188',
  ];
  const [delivered, undelivered, delayed, rejected, lost, expired] = await Promise.all(
    [...numbers].map((to) => start(app, tests, to)),
  );
  await happened(app, delivered!, 'MessageDelivered');
  await start(app, tests, numbers[0]!);
  await until(async () => (await messagesOf(app, delivered!)).length === 2 && settled(delivered!));
  await checkVerification(app, tests, { verificationId: delivered!.id, code: await codeOf(app, delivered!) });
  await happened(app, undelivered!, 'MessageUndelivered');
  await happened(app, rejected!, 'VerificationFailed');
  await happened(app, expired!, 'VerificationExpired');
  for (const v of [lost!, delayed!]) await happened(app, v, 'MessageSent');
  expect((await messagesOf(app, lost!))[0]!.dueAt).toEqual(lost!.expiresAt);
  clock.advance(60_000);
  app.dispatcher!.wake();
  await happened(app, delayed!, 'MessageDelivered');
  clock.advance(600_000);
  app.dispatcher!.wake();
  await happened(app, lost!, 'VerificationExpired');
  expectNothingTold(outside, numbers);
  // That they would have been told: the same in earnest.
  const number = aNumber();
  await start(app, live, number);
  await until(() => outside.smsc.count('submit_sm') + outside.http.received.length === 1);
  await until(() => outside.lookups.asked.length === 1);
});

test('neither residency nor senders nor an opt-out stop a test, and nothing that it does is learned or counted', async () => {
  const { live, tests } = await anAccount(app, outside, {
    routing: 'adaptive',
    sender: 'NotAllowed',
    allowedCountries: ['HR'],
  });
  await setResidency(app, tests, 'US');
  await app.sql`UPDATE carriers SET sender_rules = 'check' WHERE account_id = ${uuidOf(tests.accountId)}`;
  const numbers = ['+6581234567', '+919876543210', aNumber()];
  for (const to of numbers)
    await app.sql`INSERT INTO opt_outs ${app.sql({
      account_id: uuidOf(tests.accountId),
      destination: app.keys.blindIndex('destination', tests.accountId, to),
      created_at: new Date(),
    })}`;
  const before = outside.smsc.count('submit_sm');
  for (const to of numbers) {
    const v = await start(app, tests, to);
    expect(await happened(app, v, 'MessageDelivered')).toContain('MessageDelivered');
    await checkVerification(app, tests, { verificationId: v.id, code: await codeOf(app, v) });
  }
  expect(outside.smsc.count('submit_sm')).toBe(before);
  clock.advance(7_200_000);
  while (await rollUp(app));
  const hour = 3_600_000;
  const now = clock.now();
  const window = { from: new Date(now - 24 * hour), to: new Date(now), groupBy: [] };
  expect(await routingQuality(app, live, window, { limit: 3, after: undefined })).toEqual([]);
  const learned = await app.sql`
    SELECT 1 FROM routing_evidence e WHERE account_id = ${uuidOf(tests.accountId)}
      AND e::text LIKE ${`%${SANDBOX_ROUTE_ID}%`}`;
  expect(learned).toEqual([]);
});

test('a carrier that is given a test all the same refuses it before its wire', async () => {
  let submitted = 0;
  const carrier = guardCarrier(
    {
      id: newId('car'),
      name: 'real',
      freeWindow: () => 1,
      inFlightShare: () => 0,
      health: () => ({
        ...{ state: 'up', inFlight: 0, window: 1, binds: [] },
        pace: { perSecond: 0, throttles: 0, backOff: 1 },
      }),
      shareWith: () => {},
      submit: () => Promise.resolve({ kind: 'accepted', carrierMessageId: String(++submitted), segments: 1 }),
      close: () => Promise.resolve(),
    },
    { onReady: () => {} },
    { clock: Date.now, random: Math.random },
  );
  const message: OutboundMessage = {
    ...{ attemptId: newId('att'), to: '+385911234567', sender: 'Otpost', text: '123456' },
    expiresAt: new Date(Date.now() + 60_000),
  };
  expect(await carrier.submit({ ...message, isTest: true })).toMatchObject({ kind: 'unavailable' });
  expect(submitted).toBe(0);
  expect(await carrier.submit(message)).toMatchObject({ kind: 'accepted' });
});

test('a worker that is killed loses no test, and none of its receipts, and sends none to a carrier', async () => {
  const secret = () => randomBytes(32).toString('base64');
  const env = {
    OTPOST_KEYS: `test:${secret()},index:${secret()}`,
    REDIS_URL: redisUrl(),
    REDIS_PREFIX: `otpost-test-${randomBytes(6).toString('hex')}`,
    OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32',
  };
  const others = await startOutside();
  const world = stack.use(await createTestApp({ ...env, ROLES: 'api' }));
  const { tests } = await anAccount(world.app, others);
  const own = { ROLES: 'worker', DATABASE_URL: world.databaseUrl, DATABASE_POOL_SIZE: '4' };
  const addWorker = () => startOtpost({ ...env, ...own }).then((worker) => stack.use(worker));
  const workers: RunningProcess[] = await Promise.all([addWorker(), addWorker()]);
  const numbers: string[] = [];
  const started: VerificationRow[] = [];
  while (started.length < 300) {
    const wave = Array.from({ length: 20 }, aNumber);
    numbers.push(...wave);
    started.push(...(await Promise.all(wave.map((to) => start(world.app, tests, to)))));
  }
  const owed = () => world.app.sql`SELECT 1 FROM sandbox_receipts`;
  await until(async () => (await owed()).length > 10);
  await workers[0]!.kill();
  const states = () =>
    world.app.sql<{ status: string; count: number }[]>`
      SELECT status, count(*)::int AS count FROM messages WHERE mode = 'test' GROUP BY status`;
  await until(async () => (await states()).every(({ status }) => status === 'delivered'));
  expect(await states()).toEqual([{ status: 'delivered', count: 300 }]);
  await until(async () => (await owed()).length === 0);
  for (const v of started) {
    expect(await historyOf(world.app, v)).toEqual([
      'VerificationStarted',
      'MessageQueued',
      'MessageSent',
      'MessageDelivered',
    ]);
    expect(await stateOf(world.app, v)).toMatchObject({ status: 'pending', mode: 'test' });
  }
  expectNothingTold(others, numbers);
});
