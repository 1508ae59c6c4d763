import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createCaller, type Caller } from '../support/graphql.ts';

let testApp: TestApp;
let caller: Caller;
let who: Awaited<ReturnType<typeof createTestAccount>>;

beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api,simulator', OTPOST_PRIVATE_NETWORKS: '10.20.0.0/16' });
  who = await createTestAccount(testApp.app);
  caller = await createCaller(testApp.app, who);
});
afterAll(() => testApp[Symbol.asyncDispose]());

async function change(name: string, input: object): Promise<Record<string, unknown>> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const about = name === 'setNumberLookup' ? '' : '... on Carrier { id config }';
  const { data, errors } = await caller.ask(
    `mutation ($input: ${type}!) { result: ${name}(input: $input) {
      __typename ... on InvalidInput { code field message } ${about} } }`,
    { input },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.result as Record<string, unknown>;
}

let carriers = 0;
const overHttp = (url: string, more: object = {}) =>
  change('connectHttpCarrier', {
    name: `http ${++carriers}`,
    config: {
      request: { url, body: { json: { to: '{to}', text: '{text}' } } },
      answer: { messageId: '/id' },
      ...more,
    },
  });
const overSmpp = (host: string, port = 2775) =>
  change('connectSmppCarrier', {
    name: `smpp ${++carriers}`,
    config: { host, port, systemId: 'x' },
    password: 'x',
  });
const lookupAt = (url: string) =>
  change('setNumberLookup', {
    config: { request: { url: `${url}{to}` }, answer: { operator: { at: '/network' } } },
  });

/** As they may be written; what a URL makes of each is one of this machine, of a network, or of its link. */
const INSIDE = [
  ...['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '0.0.0.0', '10.0.0.5', '192.168.1.1'],
  ...['172.16.0.1', '100.64.0.1', '169.254.1.1', '169.254.169.254', '192.0.2.1', '224.0.0.1'],
  ...['localhost', 'LOCALHOST', 'localhost.', 'carrier.localhost'],
];
const INSIDE_V6 = ['::1', '::', 'fe80::1', 'fd00::1', '::ffff:127.0.0.1', '::ffff:a00:5', '64:ff9b::a00:5'];

describe('an address that would not be called is refused where it is configured, with the field named:', () => {
  const REFUSED = { __typename: 'InvalidInput', code: 'input/invalid' };

  test.each([...INSIDE, ...INSIDE_V6.map((address) => `[${address}]`)])('https://%s', async (host) => {
    expect(await overHttp(`https://${host}/send`)).toMatchObject({ ...REFUSED, field: 'config.request.url' });
    expect(await lookupAt(`https://${host}:8443/`)).toMatchObject({
      ...REFUSED,
      field: 'config.request.url',
    });
  });

  test.each([...INSIDE, ...INSIDE_V6, 'fe80::1%eth0'])('over SMPP %s', async (host) => {
    expect(await overSmpp(host)).toMatchObject({ ...REFUSED, field: 'config.host' });
  });

  test('what may be done about it is said', async () => {
    expect((await overSmpp('10.0.0.5')).message).toMatch(
      /10\.0\.0\.5 is not public .*OTPOST_PRIVATE_NETWORKS/,
    );
  });

  test('a public address in the clear', async () => {
    const plain = await overHttp('http://8.8.8.8/', { allowPlainHttp: true });
    expect(plain).toMatchObject({ ...REFUSED, field: 'config.request.url' });
  });

  test('in a change, over SMPP by the field that it came in', async () => {
    const { id: carrierId } = await overSmpp('smpp.example');
    const update = (input: object) => change('updateCarrier', { carrierId, ...input });
    expect(await update({ smpp: { host: '127.0.0.1' } })).toMatchObject({ ...REFUSED, field: 'smpp.host' });
    expect(await update({ config: { host: '127.0.0.1' } })).toMatchObject({
      ...REFUSED,
      field: 'config.host',
    });
    expect(await update({ smpp: { window: 9 } })).toMatchObject({
      config: { host: 'smpp.example', window: 9 },
    });
  });
});

test('networks of the operator’s own and public addresses are taken, a metadata service in neither', async () => {
  for (const host of ['10.20.3.4', '0x0a140304', '8.8.8.8'])
    expect(await overHttp(`https://${host}/`)).toMatchObject({ __typename: 'Carrier' });
  expect(await overHttp('http://10.20.3.4/', { allowPlainHttp: true })).toMatchObject({
    __typename: 'Carrier',
  });
  expect(await overSmpp('10.20.3.4')).toMatchObject({ __typename: 'Carrier' });
  expect(await lookupAt('https://10.20.3.4/')).toMatchObject({ __typename: 'NumberLookup' });
});

test('a name is taken: what it leads to is judged when it is called', async () => {
  expect(await overHttp('https://sms.example/')).toMatchObject({ __typename: 'Carrier' });
  expect(await overSmpp('smpp.example')).toMatchObject({ __typename: 'Carrier' });
});

test('the simulator may be where it is, and nothing beside it', async () => {
  const { smppPort } = testApp.app.simulator!;
  expect(await overSmpp('127.0.0.1', smppPort)).toMatchObject({ __typename: 'Carrier' });
  const beside = await overSmpp('127.0.0.1', smppPort + 1);
  expect(beside).toMatchObject({ __typename: 'InvalidInput', field: 'config.host' });
});

test('a carrier that is there from before is changed in all else', async () => {
  const carrierId = await connectCarrier(testApp.app, who.accountId, {
    name: 'from before',
    config: { kind: 'smpp', host: '127.0.0.1', port: 9, systemId: 'x' },
    secrets: { password: 'x' },
  });
  const changed = await change('updateCarrier', { carrierId, smpp: { window: 9 } });
  expect(changed).toMatchObject({ config: { host: '127.0.0.1', window: 9 } });
});
