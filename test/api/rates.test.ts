import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import { createRedisCounter } from '../../src/bus/redis-counter.ts';
import { createMemoryCounter, type SharedCounter } from '../../src/bus/shared-counter.ts';
import { StartVerificationDocument } from '../../src/graphql/generated/graphql.ts';
import { createAddressOf } from '../../src/http/client-address.ts';
import type { Rates } from '../../src/config/rates.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { callerWith, codesOf, createCaller, openSocket } from '../support/graphql.ts';
import { startPrivateRedis, type PrivateRedis } from '../support/redis.ts';
import { restCallerWith } from '../support/rest.ts';
import { serveAgain } from '../support/serve-again.ts';
import { until } from '../support/until.ts';
import { createNumbers } from '../support/verifying.ts';

const aNumber = createNumbers(5_700_001);
const OFF: Rates = {
  credential: undefined,
  account: undefined,
  clientToken: undefined,
  stranger: undefined,
  search: undefined,
};
let testApp: TestApp;
let app: TestApp['app'];
let redis: PrivateRedis;
let who: Principal;
let client: Redis;
let open: AsyncDisposableStack;

beforeAll(async () => {
  redis = await startPrivateRedis();
  client = new Redis(redis.url);
  client.on('error', () => {});
  testApp = await createTestApp({ ROLES: 'api' });
  app = testApp.app;
});
afterAll(async () => {
  await testApp[Symbol.asyncDispose]();
  client.disconnect();
  await redis[Symbol.asyncDispose]();
});
beforeEach(async () => {
  open = new AsyncDisposableStack();
  who = await createTestAccount(app);
});
afterEach(() => open.disposeAsync());

/** Questions to the other processes that are not answered yet. */
const underWay = new Set<Promise<unknown>>();

async function connectedCounter(prefix: string): Promise<SharedCounter> {
  const counter = createRedisCounter({ url: redis.url, prefix, log: app.log });
  open.defer(() => counter.close());
  // Before it is connected it counts by itself.
  await until(async () => {
    await counter.add('warm', 1, 60);
    return client.exists(`${prefix}count:60:warm`);
  });
  return counter;
}

/** A process of its own with these rates; all of one prefix share their counts, over Redis. */
async function process(rates: Partial<Rates>, prefix?: string): Promise<TestApp['app']> {
  const counter = prefix === undefined ? createMemoryCounter() : await connectedCounter(prefix);
  const singles = new Map<unknown, object>();
  const noted: SharedCounter = {
    ...counter,
    add(...args) {
      // Whoever waits for it does so behind the meter, which was handed it first.
      const answer = counter.add(...args).finally(() => underWay.delete(answer));
      underWay.add(answer);
      return answer;
    },
  };
  const parts: Partial<TestApp['app']> = {
    counter: noted,
    rates: { ...OFF, ...rates },
    single<T extends object>(create: (it: TestApp['app']) => T): T {
      if (!singles.has(create)) singles.set(create, create(own));
      return singles.get(create) as T;
    },
  };
  const own = { ...app, ...parts };
  const addressOf = createAddressOf({ by: 'networks', networks: ['127.0.0.0/8'] }, 'x-forwarded-for');
  const server = open.use(await serveAgain(own, parts, { addressOf }));
  return { ...own, server };
}

const ASK = '{ account { id } }';
const PER_MINUTE = (units: number) => ({ units, seconds: 60 });

/** How many of so many requests one after the other are let in. */
async function letIn(
  running: TestApp['app'],
  credential: string,
  count: number,
  query = ASK,
): Promise<number> {
  let admitted = 0;
  for (let i = 0; i < count; i++)
    if (!codesOf(await callerWith(running, credential).ask(query)).includes('request/rate_limited'))
      admitted++;
  return admitted;
}

describe('an answer', () => {
  test('says what the operation could cost, what it took of the rate, and what is left', async () => {
    const one = await process({ credential: PER_MINUTE(1_000), account: PER_MINUTE(5_000) });
    const caller = await createCaller(one, who);
    const response = await fetch(`${one.server!.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${caller.credential}` },
      body: JSON.stringify({ query: '{ verifications(first: 100) { nodes { id service { id } } } }' }),
    });
    const { extensions } = (await response.json()) as { extensions: object };
    expect(extensions).toEqual({ cost: { requested: 201, limit: 10_000, units: 3, remaining: 997 } });
    expect(response.headers.get('ratelimit-policy')).toBe('"credential";q=1000;w=60, "account";q=5000;w=60');
    expect(response.headers.get('ratelimit')).toMatch(/^"credential";r=997;t=(?:60|59)$/);
  });

  test('that is refused for its cost says the cost, too', async () => {
    const caller = await createCaller(app, who);
    const query =
      '{ verifications(first: 100) { nodes { messages(first: 100) { nodes { attempts { decision { route { id } } } } } } } }';
    const answer = (await caller.ask(query)) as {
      extensions?: { cost: { requested: number; limit: number } };
    };
    const { requested, limit } = answer.extensions!.cost;
    expect(requested).toBeGreaterThan(limit);
  });

  test('over a socket says it as well', async () => {
    const caller = await createCaller(app, who);
    await using raw = await openSocket(app, caller.credential);
    raw.send({ id: '1', type: 'subscribe', payload: { query: ASK } });
    expect(await raw.next()).toMatchObject({
      type: 'next',
      payload: { extensions: { cost: { requested: 1 } } },
    });
  });
});

describe('a key that asks too often', () => {
  test('is refused with 429 and when to come again, and nobody else is', async () => {
    const one = await process({ credential: PER_MINUTE(20) });
    const { credential } = await createCaller(one, who);
    expect(await letIn(one, credential, 30)).toBe(20);
    const { status, errors } = await callerWith(one, credential).ask(ASK);
    expect(status).toBe(429);
    const { retryAfterSeconds } = errors![0]!.extensions as { retryAfterSeconds: number };
    expect(retryAfterSeconds).toBeGreaterThan(50);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
    const other = await createCaller(one, who);
    expect(await letIn(one, other.credential, 1)).toBe(1);
  });

  test('is told so in the header Retry-After, over GraphQL and REST, which count together', async () => {
    const one = await process({ credential: PER_MINUTE(20) });
    const { credential } = await createCaller(one, who);
    const rest = restCallerWith(one, credential);
    for (let i = 0; i < 10; i++) {
      expect((await rest.get('/v1/account')).status).toBe(200);
      await Promise.all(underWay);
    }
    expect((await rest.get('/v1/account')).headers.get('ratelimit')).toMatch(/^"credential";r=9;t=\d+$/);
    expect(await letIn(one, credential, 20)).toBe(9);
    const refused = await rest.get('/v1/account');
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ code: 'request/rate_limited' });
    expect(Number(refused.headers.get('retry-after'))).toBe(refused.body['retryAfterSeconds']);
    const { headers } = await fetch(`${one.server!.url}/graphql?query=${ASK}`, {
      headers: { authorization: `Bearer ${credential}` },
    });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(50);
  });

  test('is refused over a socket, too, and the socket stays', async () => {
    const one = await process({ credential: PER_MINUTE(10) });
    const { credential } = await createCaller(one, who);
    await using raw = await openSocket(one, credential);
    const answers: unknown[] = [];
    for (let i = 0; i < 12; i++) {
      raw.send({ id: String(i), type: 'subscribe', payload: { query: ASK } });
      const answer = await raw.next();
      answers.push(answer['type']);
      await Promise.all(underWay);
      if (answer['type'] === 'next') await raw.next();
    }
    expect(answers).toEqual([...Array<string>(10).fill('next'), 'error', 'error']);
    raw.send({ type: 'ping' });
    expect(await raw.next()).toMatchObject({ type: 'pong' });
  });

  test('nothing is started by what is refused', async () => {
    const one = await process({ credential: PER_MINUTE(1) });
    const { credential } = await createCaller(one, who);
    const caller = callerWith(one, credential);
    await caller.run(StartVerificationDocument, { input: { to: aNumber() } });
    const refused = await caller.ask(StartVerificationDocument.toString(), { input: { to: aNumber() } });
    expect(codesOf(refused)).toEqual(['request/rate_limited']);
    const rows = await app.sql`SELECT 1 FROM verifications WHERE account_id = ${who.accountId.slice(4)}`;
    expect(rows).toHaveLength(1);
  });

  test('pays for a large page as for many small ones', async () => {
    const one = await process({ credential: PER_MINUTE(20) });
    const { credential } = await createCaller(one, who);
    const page = '{ verifications(first: 100) { nodes { id messages(first: 9) { nodes { id } } } } }';
    expect(await letIn(one, credential, 4, page)).toBe(2);
  });
});

describe('several', () => {
  test('keys of an account share what is the account’s', async () => {
    const one = await process({ credential: PER_MINUTE(100), account: PER_MINUTE(30) });
    const keys = await Promise.all([createCaller(one, who), createCaller(one, who)]);
    const admitted = [await letIn(one, keys[0].credential, 20), await letIn(one, keys[1].credential, 20)];
    expect(admitted).toEqual([20, 10]);
  });

  test('processes share their counts, to a block each', async () => {
    const prefix = `shared${Math.random()}`;
    const rates = { credential: PER_MINUTE(100) };
    const processes = await Promise.all([
      process(rates, prefix),
      process(rates, prefix),
      process(rates, prefix),
    ]);
    const { key } = await createApiKey(app, who.accountId, { name: 'Shared' });
    const admitted = await Promise.all(processes.map((one) => letIn(one, key, 100)));
    const sum = admitted.reduce((total, one) => total + one, 0);
    expect(sum).toBeGreaterThanOrEqual(100);
    expect(sum).toBeLessThanOrEqual(100 + 3 * 20);
  });

  test('client tokens cannot use up what is their account’s', async () => {
    const one = await process({
      credential: PER_MINUTE(100),
      account: PER_MINUTE(100),
      clientToken: PER_MINUTE(5),
    });
    const caller = await createCaller(one, who);
    const { startVerification } = await caller.run(StartVerificationDocument, { input: { to: aNumber() } });
    const { clientToken } = startVerification as { clientToken: string };
    expect(await letIn(one, clientToken, 40, '{ __typename }')).toBe(5);
    expect(await letIn(one, caller.credential, 99)).toBe(99);
  });
});

describe('an address', () => {
  const from = (address: string) => ({ 'x-forwarded-for': address });

  test('that tries wrong keys hears only that it is too often, and good keys are good all the same', async () => {
    const one = await process({ stranger: PER_MINUTE(10) });
    const guess = () => callerWith(one, `otpost_key_${'0'.repeat(24)}`).ask(ASK, {}, from('192.0.2.7'));
    const codes: unknown[] = [];
    for (let i = 0; i < 13; i++) {
      codes.push(codesOf(await guess())[0]);
      await Promise.all(underWay);
    }
    expect(codes).toEqual([
      ...Array<string>(10).fill('auth/invalid'),
      ...Array<string>(3).fill('request/rate_limited'),
    ]);
    const good = await createCaller(one, who);
    expect((await good.ask(ASK, {}, from('192.0.2.7'))).errors).toBeUndefined();
    const elsewhere = await callerWith(one, 'wrong').ask(ASK, {}, from('192.0.2.8'));
    expect(codesOf(elsewhere)).toEqual(['auth/invalid']);
  });

  test('without a credential may ask about the schema so often, and cannot lie about who it is', async () => {
    const one = await process({ stranger: PER_MINUTE(10) });
    const stranger = callerWith(one, '');
    const codes: unknown[] = [];
    for (let i = 0; i < 12; i++) {
      const lie = from(`6.6.6.${i}, 2001:db8::${i}`);
      codes.push(codesOf(await stranger.ask('{ __typename }', {}, lie))[0]);
      await Promise.all(underWay);
    }
    expect(codes.filter((code) => code === 'request/rate_limited')).toHaveLength(2);
  });
});

test('who sends documents that are none is refused before they are read, and known ones go on', async () => {
  const one = await process({ stranger: PER_MINUTE(10) });
  const { credential } = await createCaller(one, who);
  const caller = callerWith(one, credential);
  expect((await caller.ask(ASK)).errors).toBeUndefined();
  const codes: unknown[] = [];
  for (let i = 0; i < 14; i++) {
    codes.push(codesOf(await caller.ask(`{ nothing${i} }`))[0]);
    await Promise.all(underWay);
  }
  expect(codes.filter((code) => code === 'input/invalid')).toHaveLength(10);
  expect(codes.at(-1)).toBe('request/rate_limited');
  expect((await caller.ask(ASK)).errors).toBeUndefined();
  const { status, errors } = await caller.ask('{ account { id name } }');
  expect(status).toBe(429);
  expect(errors![0]!.extensions!['retryAfterSeconds']).toBeGreaterThan(50);
  const elsewhere = await caller.ask('{ account { id name } }', {}, { 'x-forwarded-for': '192.0.2.9' });
  expect(elsewhere.errors).toBeUndefined();
});

test('while Redis is away each process counts by itself, and nobody waits', async () => {
  const one = await process({ credential: PER_MINUTE(20) }, 'away');
  const { credential } = await createCaller(one, who);
  await redis.stop();
  try {
    expect(await letIn(one, credential, 25)).toBe(20);
  } finally {
    await redis.restart();
  }
});
