import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import type { CarrierId } from '../../src/ids.ts';
import { setNumberLookup } from '../../src/numbers/set-lookup.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { updateRoute } from '../../src/routing/update-route.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createCaller, type Caller } from '../support/graphql.ts';
import { Portaris } from '../support/number-lookups.ts';
import { until } from '../support/until.ts';

let testApp: TestApp;
let app: TestApp['app'];
let who: Principal;
let caller: Caller;

beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api', OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32' });
  app = testApp.app;
});
afterAll(() => testApp[Symbol.asyncDispose]());

async function anAccount(): Promise<void> {
  who = await createTestAccount(app);
  caller = await createCaller(app, who);
}

const RESULT = `__typename ... on NumberLookup { config secrets }
  ... on InvalidInput { code field message }`;

async function set(input: object): Promise<Record<string, unknown>> {
  const { data, errors } = await caller.ask(
    `mutation ($input: SetNumberLookupInput!) { result: setNumberLookup(input: $input) { ${RESULT} } }`,
    { input },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.result as Record<string, unknown>;
}

const ABOUT = `... on NumberResolution { country operator { mccMnc name } confidence lineType ported reachable source }
  ... on InvalidPhoneNumber { code }`;

async function resolve(to: string, lookup = false): Promise<Record<string, unknown>> {
  const { data, errors } = await caller.ask(
    `query ($to: PhoneNumber!, $lookup: Boolean!) { result: resolveNumber(to: $to, lookup: $lookup) { ${ABOUT} } }`,
    { to, lookup },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.result as Record<string, unknown>;
}

const LOOKUP = '{ numberLookup { secrets problem days { answered failed cost } } }';

test('a number is resolved by its digits, asked for only if told to, and the cost is accounted for', async () => {
  await using provider = await new Portaris().start();
  await anAccount();
  expect((await caller.ask(LOOKUP)).data).toEqual({ numberLookup: null });
  expect(await set(await provider.example())).toMatchObject({ __typename: 'NumberLookup' });
  const to = '+385911234567';
  provider.networks.set(to, 'HT-HR');
  expect(await resolve(to)).toEqual({
    country: 'HR',
    operator: { mccMnc: '21910', name: 'A1' },
    confidence: expect.closeTo(2 / 3, 5) as number,
    lineType: 'MOBILE',
    ported: null,
    reachable: null,
    source: 'PREFIX',
  });
  expect(provider.asked).toEqual([]);
  const operator = { mccMnc: '21901', name: 'Hrvatski Telekom' };
  const truth = { operator, confidence: 0.99, ported: true, reachable: true };
  expect(await resolve(to, true)).toMatchObject({ ...truth, source: 'LOOKUP' });
  expect(await resolve(to, true)).toMatchObject({ ...truth, source: 'CACHE' });
  expect(await resolve(to)).toMatchObject({ ...truth, source: 'CACHE' });
  expect(provider.asked).toEqual([to]);
  const numberLookup = await until(async () => {
    const { data } = await caller.ask(LOOKUP);
    const found = data!.numberLookup as { days: object[] };
    return found.days.length > 0 ? found : undefined;
  });
  expect(numberLookup).toEqual({
    secrets: ['apiToken'],
    problem: null,
    days: [{ answered: 1, failed: 0, cost: 0.002 }],
  });
  expect((await caller.ask('mutation { clearNumberLookup }')).data).toEqual({ clearNumberLookup: true });
  expect((await caller.ask(LOOKUP)).data).toEqual({ numberLookup: null });
  expect((await caller.ask('mutation { clearNumberLookup }')).data).toEqual({ clearNumberLookup: false });
});

test('what is wrong with a lookup is said in words, and a text that is no number is refused', async () => {
  await using provider = await new Portaris().start();
  await anAccount();
  const { config, secrets } = await provider.example();
  const answer = { ...config.answer, operator: { at: '/network', values: {} } };
  await set({ config: { ...config, answer }, secrets });
  provider.networks.set('+385911234567', 'HT-HR');
  expect(await resolve('+385911234567', true)).toMatchObject({ source: 'PREFIX' });
  const { data } = await caller.ask(LOOKUP);
  expect(data!.numberLookup).toMatchObject({ problem: 'the answer has nothing at /network' });
  expect(await resolve('nobody')).toEqual({ code: 'input/phone_number' });
});

test('a configuration is refused by the field that is wrong, and no secret is shown or lost', async () => {
  await using provider = await new Portaris().start();
  await anAccount();
  const { config, secrets } = await provider.example();
  const wrong = async (change: object, more: object = {}) =>
    (await set({ config: { ...config, ...change }, secrets, ...more })).field;
  expect(await wrong({ request: { ...config.request, url: 'https://x.example/{phone}' } })).toBe(
    'config.request.url',
  );
  expect(await wrong({ answer: { operator: { at: 'x' } } })).toBe('config.answer.operator.at');
  expect(await wrong({ price: -1 })).toBe('config.price');
  expect(await wrong({ timeoutMs: 5_000 })).toBe('config.timeoutMs');
  expect(await wrong({}, { secrets: {} })).toBe('config.request.auth.token');
  expect(await wrong({}, { secrets: { ...secrets, other: 'x' } })).toBe('secrets.other');
  expect(await wrong({}, { secrets: [1] })).toBe('secrets');
  expect(await wrong({}, { currency: 'USD' })).toBe('currency');
  expect((await set({ config: 'x' })).field).toBe('config');
  expect((await caller.ask(LOOKUP)).data).toEqual({ numberLookup: null });

  const first = await set({ config, secrets, currency: 'EUR' });
  expect(JSON.stringify(first)).not.toContain(Portaris.SECRETS.apiToken);
  // Without secrets those that are set stay.
  await set({ config: { ...config, price: 0.01 } });
  provider.networks.set('+385911234568', 'A1-HR');
  expect(await resolve('+385911234568', true)).toMatchObject({ source: 'LOOKUP' });
});

test("another account's lookup is not seen, nor are its answers", async () => {
  await using provider = await new Portaris().start();
  await anAccount();
  const other = await createTestAccount(app);
  await setNumberLookup(app, other, await provider.example());
  provider.networks.set('+385911234567', 'HT-HR');
  expect((await caller.ask(LOOKUP)).data).toEqual({ numberLookup: null });
  expect(await resolve('+385911234567', true)).toMatchObject({ source: 'PREFIX' });
  expect(provider.asked).toEqual([]);
});

function anyCarrier(): Promise<CarrierId> {
  return connectCarrier(app, who.accountId, {
    name: 'any',
    config: { kind: 'smpp', host: '127.0.0.1', port: 1, systemId: 'any' },
    secrets: { password: 'x' },
  });
}

async function setCurrency(currency: string): Promise<unknown> {
  const { data } = await caller.ask(
    `mutation ($input: SetCurrencyInput!) { result: setCurrency(input: $input) {
      ... on Account { currency } ... on InvalidInput { field message } } }`,
    { input: { currency } },
  );
  return data!.result;
}

test("a route's prices and networks are refused by the field that is wrong, and kept when they are right", async () => {
  await anAccount();
  const carrierId = await anyCarrier();
  const result = `__typename ... on Route { id operators prices } ... on InvalidInput { field }`;
  const change = async (name: 'addRoute' | 'updateRoute', input: object) => {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const { data, errors } = await caller.ask(
      `mutation ($input: ${type}!) { result: ${name}(input: $input) { ${result} } }`,
      { input },
    );
    if (!data) throw new Error(JSON.stringify(errors));
    return data.result as { __typename: string; id: string; field?: string };
  };
  const add = (more: object) => change('addRoute', { carrierId, name: 'r', priority: 1, ...more });
  expect((await add({ price: -1 })).field).toBe('price');
  expect((await add({ prices: { HR: -1 } })).field).toBe('prices.HR');
  expect((await add({ prices: { XX: 1 } })).field).toBe('prices.XX');
  expect((await add({ prices: 'cheap' })).field).toBe('prices');
  expect((await add({ operators: ['A1'] })).field).toBe('operators.0');
  expect((await add({ operators: [] })).field).toBe('operators');
  expect((await add({ price: 1, currency: 'USD' })).field).toBe('currency');
  expect((await add({ price: 1, currency: 'XXQ' })).field).toBe('currency');
  expect(await setCurrency('USD')).toMatchObject({ currency: 'USD' });
  const prices = { HR: 0.02, '21910': 0.035 };
  const route = await add({ prices, operators: ['21910'], currency: 'USD' });
  expect(route).toMatchObject({ __typename: 'Route', prices, operators: ['21910'] });
  const routeId = route.id;
  expect((await change('updateRoute', { routeId, prices: { '1': 1 } })).field).toBe('prices.1');
  expect(await change('updateRoute', { routeId, price: 0.5 })).toMatchObject({ prices });
  expect(await change('updateRoute', { routeId, prices: null, operators: null })).toMatchObject({
    prices: null,
    operators: null,
  });
});

test('an account sets its currency, but not while routes have prices: nothing is converted', async () => {
  await anAccount();
  expect((await caller.ask('{ account { currency } }')).data).toEqual({ account: { currency: 'EUR' } });
  expect(await setCurrency('Euro')).toMatchObject({ field: 'currency' });
  const carrierId = await anyCarrier();
  const route = await addRoute(app, who, {
    name: 'r',
    carrierId,
    priority: 1,
    prices: { HR: 0.02 },
  });
  expect(await setCurrency('USD')).toMatchObject({
    field: 'currency',
    message: expect.stringContaining('prices in EUR') as string,
  });
  // It is that already.
  expect(await setCurrency('EUR')).toMatchObject({ currency: 'EUR' });
  await updateRoute(app, who, route.id, { prices: null, price: 0.01 });
  expect(await setCurrency('USD')).toMatchObject({ field: 'currency' });
  await updateRoute(app, who, route.id, { price: 0 });
  expect(await setCurrency('USD')).toMatchObject({ currency: 'USD' });
  expect((await caller.ask('{ account { currency } }')).data).toEqual({ account: { currency: 'USD' } });
});
