import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { callerWith, codesOf, createCaller, type Caller } from '../support/graphql.ts';
import { happened, received, start } from '../support/verifying.ts';

let testApp: TestApp;
let caller: Caller;
let who: Awaited<ReturnType<typeof createTestAccount>>;

beforeAll(async () => {
  testApp = await createTestApp();
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
