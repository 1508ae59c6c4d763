import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectSimulated, createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createCaller, type Caller } from '../support/graphql.ts';
import { happened, start } from '../support/verifying.ts';

let testApp: TestApp;
let caller: Caller;
let who: Awaited<ReturnType<typeof createTestAccount>>;

beforeAll(async () => {
  testApp = await createTestApp();
  who = await createTestAccount(testApp.app);
  caller = await createCaller(testApp.app, who);
});
afterAll(() => testApp[Symbol.asyncDispose]());

const CARRIER =
  '__typename ... on Carrier { id config } ... on InvalidInput { field } ... on Error { code message }';

async function run(mutation: 'connectSmppCarrier' | 'updateCarrier', input: object) {
  const type = mutation === 'updateCarrier' ? 'UpdateCarrierInput' : 'ConnectSmppCarrierInput';
  const { data, errors } = await caller.ask(
    `mutation($input: ${type}!) { result: ${mutation}(input: $input) { ${CARRIER} } }`,
    { input },
  );
  return { carrier: data?.result as Record<string, unknown> | undefined, errors };
}

const place = (systemId: string) => ({ host: '127.0.0.1', port: testApp.app.simulator!.smppPort, systemId });

async function connect(name: string, config: object) {
  return (await run('connectSmppCarrier', { name, config, password: 'x' })).carrier!;
}

test.each<[string, object]>([
  ['config.host', { port: 2775, systemId: 'x' }],
  ['config.bindCount', { bindCount: 0 }],
  ['config.dataCoding', { dataCoding: 8 }],
  ['config.sourceTon', { sourceTon: 9 }],
  ['config.tlvs.0.tag', { tlvs: [{ tag: '0x0424', type: 'TEXT', value: 'x' }] }],
  ['config.tlvs.0.value', { tlvs: [{ tag: '0x1400', type: 'INT8', value: '256' }] }],
  ['config.statusOverrides.0.status', { statusOverrides: [{ status: '0x0', class: 'PERMANENT' }] }],
  ['config.tlvs', { version: 'V3_3', tlvs: [{ tag: '0x1400', type: 'TEXT', value: 'x' }] }],
])('a configuration with a bad %s is refused with that field named', async (field, config) => {
  const whole = field === 'config.host' ? config : { ...place('normal'), ...config };
  expect(await connect('bad', whole)).toMatchObject({ code: 'input/invalid', field });
});

test('a class of status that there is not is refused before anything runs', async () => {
  const config = { ...place('normal'), statusOverrides: [{ status: '0x0400', class: 'FATAL' }] };
  const { carrier, errors } = await run('connectSmppCarrier', { name: 'bad', config, password: 'x' });
  expect(carrier).toBeUndefined();
  expect(errors![0]!.message).toContain('SmppStatusClass');
});

test('what changes is told, what is absent stays, and null goes back to the default', async () => {
  const made = await connect('options', {
    ...place('normal'),
    bindMode: 'TRANSMITTER_RECEIVER',
    receiverCount: 2,
    window: 7,
    validity: 'ABSOLUTE',
    version: null,
    tls: { servername: 'smsc.example', ca: null },
    statusOverrides: [{ status: '0x00000400', class: 'LINK_FAULT' }],
    tlvs: [{ tag: '0x1400', type: 'TEXT', value: '1101' }],
  });
  const before = {
    bindMode: 'transmitterReceiver',
    bindCount: 1,
    receiverCount: 2,
    validity: 'absolute',
    version: '3.4',
    tls: { servername: 'smsc.example' },
    statusOverrides: [{ status: '0x00000400', class: 'linkFault' }],
    tlvs: [{ tag: '0x1400', type: 'text', value: '1101' }],
  };
  expect(made.config).toMatchObject({ ...before, window: 7 });
  const { carrier } = await run('updateCarrier', {
    carrierId: made.id,
    smpp: { window: null, validity: 'NONE', tls: null },
  });
  expect(carrier!.config).toMatchObject({ ...before, window: 50, validity: 'none', tls: null });
  expect((await run('updateCarrier', { carrierId: made.id, smpp: { window: 0 } })).carrier).toMatchObject({
    field: 'smpp.window',
  });
  const both = { carrierId: made.id, smpp: { window: 1 }, config: { window: 1 } };
  expect((await run('updateCarrier', both)).carrier).toMatchObject({ field: 'smpp' });
});

test('a carrier with every option delivers', async () => {
  const config = {
    ...place('instant'),
    bindMode: 'TRANSMITTER_RECEIVER',
    bindCount: 2,
    receiverCount: 2,
    version: 'V5_0',
    addressRange: '^385',
    throughput: 100,
    alphabet: 'GSM',
    dataCoding: 0,
    sourceTon: 5,
    sourceNpi: 0,
    destinationTon: 1,
    destinationNpi: 1,
    validity: 'ABSOLUTE',
    receiptIdForm: 'AUTO',
    messageIds: 'UNIQUE',
    multipartReceipts: 'PER_PART',
    statusOverrides: [{ status: '0x00000400', class: 'THROTTLE' }],
    tlvs: [{ tag: '0x1400', type: 'TEXT', value: '1101234567890' }],
  };
  const { id: carrierId } = await connect('all', config);
  await caller.ask(`mutation($input: AddRouteInput!) { addRoute(input: $input) { __typename } }`, {
    input: { carrierId, name: 'all', priority: 1 },
  });
  const v = await start(testApp.app, who, '+385911234567');
  expect(await happened(testApp.app, v, 'MessageDelivered')).toContain('MessageSent');
});

test('an attempt shows what receipts said of each segment, and nothing where there is one', async () => {
  const parts = async (text: string) => {
    const their = await createTestAccount(testApp.app, { templates: { en: text } });
    const by = await createCaller(testApp.app, their);
    await connectSimulated(testApp.app, their, ['instant']);
    const v = await start(testApp.app, their, '+385911234568');
    await happened(testApp.app, v, 'MessageDelivered');
    const { data } = await by.ask(
      'query($id: ID!) { verification(id: $id) { messages(first: 1) { nodes { segments attempts { parts } } } } }',
      { id: v.id },
    );
    return (data!.verification as { messages: { nodes: unknown[] } }).messages.nodes;
  };
  expect(await parts('{code}')).toEqual([{ segments: 1, attempts: [{ parts: null }] }]);
  expect(await parts(`{code} ${'x'.repeat(160)}`)).toEqual([
    { segments: 2, attempts: [{ parts: ['DELIVERED', 'DELIVERED'] }] },
  ]);
});
