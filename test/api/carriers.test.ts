import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { listCarriers } from '../../src/carriers/queries.ts';
import { openSecrets } from '../../src/carriers/secrets.ts';
import { updateCarrier } from '../../src/carriers/update-carrier.ts';
import type { CarrierId } from '../../src/ids.ts';
import { ensureRoute } from '../../src/routing/ensure-route.ts';
import { listRoutes } from '../../src/routing/queries.ts';
import { updateRoute } from '../../src/routing/update-route.ts';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { callerWith, codesOf, createCaller, type Caller } from '../support/graphql.ts';
import { happened, received, start } from '../support/verifying.ts';

let testApp: TestApp;
let caller: Caller;
let who: Awaited<ReturnType<typeof createTestAccount>>;

beforeAll(async () => {
  testApp = await createTestApp({ OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32' });
  who = await createTestAccount(testApp.app);
  caller = await createCaller(testApp.app, who);
});
afterAll(() => testApp[Symbol.asyncDispose]());

const ABOUT = `__typename ... on Carrier { region senderRules id name enabled config secrets } ... on Route { id name enabled }
  ... on InvalidInput { field } ... on Error { code message }`;

async function change(name: string, input: object, by = caller): Promise<Record<string, unknown>> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const about = /Route/.test(name)
    ? ABOUT.replace(/\.\.\. on Carrier {.*?}/, '')
    : ABOUT.replace(/\.\.\. on Route {.*?}/, '');
  const fields = name === 'setCarrierEnabled' ? about.replace(/\.\.\. on InvalidInput {.*?}/, '') : about;
  const { data, errors } = await by.ask(
    `mutation($input: ${type}!) { result: ${name}(input: $input) { ${fields} } }`,
    { input },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.result as Record<string, unknown>;
}

const smpp = (systemId: string) => ({
  host: '127.0.0.1',
  port: testApp.app.simulator!.smppPort,
  systemId,
});

test.each(['nordwave', 'telegrafo'])('the example %s can be pasted, and shows no secret', async (name) => {
  const input = JSON.parse(await readFile(`src/carriers/http/examples/${name}.json`, 'utf8')) as {
    secrets: Record<string, string>;
  };
  const carrier = await change('connectHttpCarrier', input);
  expect(carrier).toMatchObject({ __typename: 'Carrier', config: { kind: 'http' } });
  expect([...(carrier.secrets as string[])].sort()).toEqual(Object.keys(input.secrets).sort());
  for (const secret of Object.values(input.secrets)) expect(JSON.stringify(carrier)).not.toContain(secret);
});

test('what is wrong is named by its field, and a name is taken once', async () => {
  const connect = (name: string, config: object) =>
    change('connectSmppCarrier', { name, config: { ...smpp('normal'), ...config }, password: 'x' });
  expect(await connect('a', { window: 0 })).toMatchObject({
    code: 'input/invalid',
    field: 'config.window',
  });
  expect(await connect(' ', {})).toMatchObject({ field: 'name' });
  expect(await connect('a', {})).toMatchObject({ __typename: 'Carrier', secrets: ['password'] });
  expect(await connect('a', {})).toMatchObject({ code: 'input/name_taken' });
});

test('a carrier of another account is not found, read or changed', async () => {
  const mine = await change('connectSmppCarrier', { name: 'm', config: smpp('normal'), password: 'x' });
  const other = await createCaller(testApp.app, await createTestAccount(testApp.app));
  const read = await other.ask('query($id: ID!) { carriers { id } routes { id } carrier(id: $id) { id } }', {
    id: mine.id,
  });
  expect(read.data).toEqual({ carriers: [], routes: [], carrier: null });
  expect(await change('setCarrierEnabled', { carrierId: mine.id, enabled: false }, other)).toMatchObject({
    code: 'carrier/not_found',
  });
  expect(await change('addRoute', { carrierId: mine.id, name: 'r', priority: 1 }, other)).toMatchObject({
    code: 'carrier/not_found',
  });
});

test('a second carrier takes over when the first is switched off, without a restart', async () => {
  const [first, second] = await Promise.all(
    ['rejecting', 'instant'].map((systemId) =>
      change('connectSmppCarrier', { name: systemId, config: smpp(systemId), password: 'x' }),
    ),
  );
  const bad = await change('addRoute', { carrierId: first!.id, name: 'one', priority: 0 });
  expect(bad).toMatchObject({ code: 'input/invalid', field: 'priority' });
  await change('addRoute', { carrierId: first!.id, name: 'one', priority: 1 });
  const route = await change('addRoute', { carrierId: second!.id, name: 'two', priority: 2 });
  expect(await change('updateRoute', { routeId: route.id, countries: ['XX'] })).toMatchObject({
    field: 'countries.0',
  });
  const off = await change('setCarrierEnabled', { carrierId: first!.id, enabled: false });
  expect(off).toMatchObject({ enabled: false });
  const updated = await change('updateCarrier', {
    carrierId: second!.id,
    config: { window: 7 },
    secrets: { password: 'y' },
  });
  expect(updated).toMatchObject({ config: { window: 7, systemId: 'instant' } });
  await start(testApp.app, who, '+385911234567');
  expect(await received(testApp.app, '+385911234567')).toHaveLength(1);
});

test('a client token reads and changes nothing of this', async () => {
  const { clientToken } = await tokenOf('+385911234568');
  const frontend = callerWith(testApp.app, clientToken);
  for (const query of [
    '{ carriers { id } }',
    '{ routes { id } }',
    'mutation { setCarrierEnabled(input: { carrierId: "car_", enabled: false }) { __typename } }',
  ])
    expect(codesOf(await frontend.ask(query))).toEqual(['auth/forbidden']);
});

test('the region and the sender rules of a carrier are given, changed and left alone', async () => {
  const input = { name: 'r', config: smpp('normal'), password: 'x', region: 'EU', senderRules: 'CHECK' };
  const carrier = await change('connectSmppCarrier', input);
  expect(carrier).toMatchObject({ region: 'EU', senderRules: 'CHECK' });
  const carrierId = carrier.id;
  expect(await change('updateCarrier', { carrierId, region: 'Europe!' })).toMatchObject({ field: 'region' });
  expect(await change('updateCarrier', { carrierId, name: 'r2' })).toMatchObject({ region: 'EU' });
  const changed = await change('updateCarrier', { carrierId, region: null, senderRules: 'OFF' });
  expect(changed).toMatchObject({ region: null, senderRules: 'OFF' });
});

test('a null in the configuration goes back to the default, and what is absent stays', async () => {
  const input = { name: 'n', config: { ...smpp('normal'), window: 7, throughput: 9 }, password: 'x' };
  const { id: carrierId } = await change('connectSmppCarrier', input);
  expect(await change('updateCarrier', { carrierId, config: { window: null } })).toMatchObject({
    config: { window: 50, throughput: 9, systemId: 'normal' },
  });
  expect(await change('updateCarrier', { carrierId, config: { host: null } })).toMatchObject({
    field: 'config.host',
  });
});

test('secrets that a configuration no longer names are dropped, and must be given again', async () => {
  const input = JSON.parse(await readFile('src/carriers/http/examples/nordwave.json', 'utf8')) as {
    name: string;
    config: { request: object };
    secrets: Record<string, string>;
  };
  const { id, config } = await change('connectHttpCarrier', { ...input, name: 'drops' });
  const { request } = config as typeof input.config;
  const plain = { ...request, auth: undefined };
  const dropped = await change('updateCarrier', { carrierId: id, config: { request: plain } });
  expect(dropped.secrets).not.toContain('apiToken');
  const [row] = await testApp.app.db.query.carriers.findMany({ where: { id: id as CarrierId } });
  const { apiToken: _, ...kept } = input.secrets;
  expect(openSecrets(testApp.app.keys, row!, row!.secretsSealed)).toEqual(kept);
  expect(await change('updateCarrier', { carrierId: id, config: { request } })).toMatchObject({
    code: 'input/invalid',
    message: expect.stringContaining('apiToken') as string,
  });
});

test.each([
  ['connectSmppCarrier', () => ({ name: 'twin', config: smpp('normal'), password: 'x' })],
  ['addRoute', (carrierId: string) => ({ carrierId, name: 'twin', priority: 1 })],
])('of two that are added at once under one name by %s, one wins', async (mutation, inputOf) => {
  const by = await createCaller(testApp.app, await createTestAccount(testApp.app));
  const first = { name: 'first', config: smpp('normal'), password: 'x' };
  const input = inputOf((await change('connectSmppCarrier', first, by)).id as string);
  const results = await Promise.all(Array.from({ length: 5 }, () => change(mutation, input, by)));
  expect(results.filter((result) => result.id !== undefined)).toHaveLength(1);
  expect(results.filter((result) => result.code === 'input/name_taken')).toHaveLength(4);
});

test('what a seed adds is added once, however often it runs, and stays switched off', async () => {
  const { app } = testApp;
  const theirs = await createTestAccount(app);
  const { accountId } = theirs;
  const seed = async (window: number, price: number) => {
    const carrierId = await connectCarrier(app, accountId, {
      name: 'seeded',
      config: { kind: 'smpp', ...smpp('normal'), window },
      secrets: { password: 'x' },
    });
    return ensureRoute(app, accountId, { name: 'seeded', carrierId, priority: 1, price });
  };
  const [first, ...others] = await Promise.all([seed(1, 0.1), seed(1, 0.1), seed(1, 0.1)]);
  for (const other of others) expect(other).toEqual(first);
  await updateCarrier(app, theirs, first.carrierId, { enabled: false, config: { throughput: 5 } });
  await updateRoute(app, theirs, first.id, { enabled: false, sender: 'Acme' });
  expect(await seed(2, 0.2)).toEqual({ ...first, enabled: false, price: 0.2 });
  expect(await listCarriers(app, theirs)).toMatchObject([
    { id: first.carrierId, enabled: false, config: { window: 2, throughput: null } },
  ]);
  expect(await listRoutes(app, theirs)).toHaveLength(1);
});

test('a route says where it goes, with which sender, and what a segment costs', async () => {
  const by = await createCaller(testApp.app, await createTestAccount(testApp.app));
  const { id: carrierId } = await change(
    'connectSmppCarrier',
    { name: 'f', config: smpp('normal'), password: 'x' },
    by,
  );
  const about = { name: 'full', priority: 3, countries: ['HR', 'DE'], sender: 'Acme', price: 0.045 };
  const { id } = await change('addRoute', { carrierId, ...about }, by);
  await change('addRoute', { carrierId, name: 'plain', priority: 4 }, by);
  const fields = 'name priority countries sender price enabled carrier { id }';
  const { data } = await by.ask(
    `query($id: ID!) { routes { ${fields} } node(id: $id) { ... on Route { ${fields} } } }`,
    { id },
  );
  const whole = { ...about, enabled: true, carrier: { id: carrierId } };
  expect(data).toEqual({
    routes: [whole, { ...whole, name: 'plain', priority: 4, countries: null, sender: null, price: 0 }],
    node: whole,
  });
});

test('a changed password is the one that workers use next', async () => {
  const simulator = await createSimulator({
    host: '127.0.0.1',
    httpPort: 0,
    smppPort: 0,
    profiles: {},
    password: 'right',
  });
  await using _ = simulator;
  const theirs = await createTestAccount(testApp.app);
  const by = await createCaller(testApp.app, theirs);
  const config = { host: '127.0.0.1', port: simulator.smppPort, systemId: 'instant' };
  const carrier = await change('connectSmppCarrier', { name: 'p', config, password: 'wrong' }, by);
  await change('addRoute', { carrierId: carrier.id, name: 'p', priority: 1 }, by);
  await change('updateCarrier', { carrierId: carrier.id, secrets: { password: 'right' } }, by);
  const { id } = await start(testApp.app, theirs, '+385911234569');
  await happened(testApp.app, { accountId: theirs.accountId, id }, 'MessageDelivered');
});

async function tokenOf(to: string): Promise<{ clientToken: string }> {
  const { data } = await caller.ask(
    'mutation($to: String!) { startVerification(input: { to: $to }) { ... on Verification { clientToken } } }',
    { to },
  );
  return data!.startVerification as { clientToken: string };
}
