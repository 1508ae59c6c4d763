import { readdirSync, readFileSync } from 'node:fs';
import {
  getNamedType,
  isObjectType,
  isInterfaceType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type GraphQLField,
  type GraphQLObjectType,
  type SelectionSetNode,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningApp } from '../../src/app.ts';
import { schema } from '../../src/graphql/schema.ts';
import { createRest } from '../../src/rest/v1/api.ts';
import { createWebhookEndpoint } from '../../src/webhooks/create-endpoint.ts';
import { createTestApp } from '../support/app.ts';
import { callerWith, createSocketClient, type Answer, type Caller } from '../support/graphql.ts';
import { asTests, idsOfTests, isOpen, namedIn } from '../support/modes.ts';
import { callOperation } from '../support/rest-calls.ts';
import { OPERATIONS } from '../support/rest-rows.ts';
import { answeredOf } from '../support/root-fields.ts';
import { nodeOperation, wholeOperation } from '../support/selections.ts';
import { LOOKUP, MUTATIONS, QUERIES, SUBSCRIPTIONS, type FieldRow } from '../support/tenant-rows.ts';
import { createTenant, type Tenant } from '../support/tenants.ts';
import { TWILIO_ROWS } from '../support/twilio-rows.ts';
import { basic, requestOf, TWILIO_OPERATIONS } from '../support/twilio.ts';
import { until } from '../support/until.ts';
import { createNumbers, start } from '../support/verifying.ts';

// Wherever something of a test is told, to a test key or to whoever looks after the account, it is said to be one.

const stack = new AsyncDisposableStack();
let app: RunningApp;
let own: Tenant;
let tests: Tenant;
let byTests: Caller;
let byOwner: Caller;

beforeAll(async () => {
  ({ app } = stack.use(await createTestApp()));
  const aNumber = createNumbers(7_900_001);
  own = await createTenant(app, { word: 'Label', ourNumber: '+385997777777', aNumber, lookup: LOOKUP });
  tests = asTests(own);
  byTests = callerWith(app, tests.credential);
  byOwner = callerWith(app, own.session);
});
afterAll(() => stack.disposeAsync());

/** How many ids of tests have been met, by where: a way that shows none proves nothing. */
const met = new Map<string, number>();

async function expectLabelled(where: string, said: unknown): Promise<void> {
  const { all, unlabelled } = namedIn(said, await idsOfTests(app, own));
  expect(unlabelled, JSON.stringify(said).slice(0, 2_000)).toEqual([]);
  met.set(where, (met.get(where) ?? 0) + all);
}

const fieldsOf = (type: GraphQLObjectType) =>
  Object.values(type.getFields()).map((field) => [field.name, field] as const);

async function askAll(
  kind: 'query' | 'mutation',
  rows: Readonly<Record<string, FieldRow>>,
  field: GraphQLField<unknown, unknown>,
): Promise<void> {
  const { query, name } = wholeOperation(schema, kind, field, isOpen);
  const asked = await byTests.ask(query, rows[name]?.args?.(tests) ?? {});
  if (answeredOf(asked, name) !== 'auth/forbidden') await expectLabelled(name, asked.data);
}

describe('over GraphQL', () => {
  test.each(fieldsOf(schema.getQueryType()!))('%s tells a test key of nothing without its mode', (_, field) =>
    askAll('query', QUERIES, field),
  );

  const types = schema.getPossibleTypes(schema.getType('Node') as never);
  test.each(types.map(({ name }) => name))('node(id) of a %s neither', async (name) => {
    const { ids } = tests;
    const id = { Verification: ids.vrf, Message: ids.msg, Batch: ids.bat }[name];
    if (id === undefined) return;
    const { data } = await byTests.ask(nodeOperation(schema, name, isOpen).query, { id });
    await expectLabelled(`node ${name}`, data);
  });

  test.each(fieldsOf(schema.getSubscriptionType()!))('%s neither', async (name, field) => {
    const row = SUBSCRIPTIONS[name]!;
    if (row.tests === 'auth/forbidden') return;
    const after = field.args.some((arg) => arg.name === 'after') ? { after: own.tests.cursor } : {};
    const { query } = wholeOperation(schema, 'subscription', field, isOpen);
    await using client = createSocketClient(app, tests.credential);
    const events = client.iterate({ query, variables: { ...row.args?.(tests), ...after } });
    const { value } = (await events.next()) as { value: Answer };
    await events.return!();
    const told = value.data![name] as { body?: string };
    await expectLabelled(name, value.data);
    if (name !== 'webhookRequests') return;
    const body = JSON.parse(told.body!) as { data: object };
    await expectLabelled('the body of a webhook', body.data);
  });

  test('deliveries of webhooks and the audit log say to the account what is a test', async () => {
    const { row } = await createWebhookEndpoint(app, own.who, { url: 'https://hook.example/' });
    const verification = await start(app, tests.who, own.aNumber());
    const DELIVERIES = `query ($id: ID!) {
      webhookDeliveries(endpointId: $id, first: 9) { nodes { verificationId mode } } }`;
    const deliveries = await until(async () => {
      const { data } = await byOwner.ask(DELIVERIES, { id: row.id });
      return JSON.stringify(data).includes(verification.id) ? data : undefined;
    });
    await expectLabelled('webhookDeliveries', deliveries);

    await byTests.ask('{ apiKeys(first: 1) { nodes { id } } }');
    await byTests.ask(
      `mutation ($input: CheckVerificationInput!) { checkVerification(input: $input) { __typename } }`,
      {
        input: { verificationId: verification.id, code: '000000' },
      },
    );
    const LOG = `query { auditLog(first: 100) { nodes { action mode outcome targets actor { kind id } } } }`;
    const { data } = await byOwner.ask(LOG);
    await expectLabelled('auditLog', data);
    const { nodes } = (data as { auditLog: { nodes: Entry[] } }).auditLog;
    const modesOf = (id: string) =>
      new Set(nodes.filter(({ actor }) => actor.id === id).map(({ mode }) => mode));
    expect(modesOf(own.tests.who.kind === 'apiKey' ? own.tests.who.apiKeyId : '')).toEqual(new Set(['TEST']));
    expect(modesOf(own.who.kind === 'apiKey' ? own.who.apiKeyId : '')).toEqual(new Set(['LIVE']));
    const ofOthers = nodes.filter(({ actor }) => !['apiKey'].includes(actor.kind));
    expect(new Set(ofOthers.map(({ mode }) => mode))).toEqual(new Set([null]));
    const outcomes = nodes.filter(({ mode }) => mode === 'TEST').map(({ outcome }) => outcome);
    expect(outcomes).toEqual(expect.arrayContaining(['ok', 'auth/forbidden', 'verification/wrong_code']));
  });

  test('an export of a subject says which of it is a test', async () => {
    const { data } = await callerWith(app, own.credential).ask(
      `mutation ($input: ExportSubjectInput!) { exportSubject(input: $input) { ... on SubjectExport { document } } }`,
      { input: { to: own.tests.number } },
    );
    const { document } = (data as { exportSubject: { document: string } }).exportSubject;
    const read = JSON.parse(document) as { limits: { mode: string }[] };
    await expectLabelled('exportSubject', read);
    for (const { mode } of read.limits) expect(['live', 'test']).toContain(mode);
  });

  interface Entry {
    mode: string | null;
    outcome: string;
    actor: { kind: string; id: string | null };
  }
});

describe('over REST', () => {
  const { operations } = createRest({} as never, {
    publicUrl: '',
    own: { publicUrl: '', allowed: undefined, hosts: new Set() },
    addressOf: () => undefined,
  });

  test.each(operations)('%s tells a test key of nothing without its mode', async (operation) => {
    const row = OPERATIONS[operation]!;
    const after: Record<string, string> = operation === 'GET /v1/events' ? { after: own.tests.cursor } : {};
    const { status, text } = await callOperation(
      app,
      tests,
      operation,
      { ...row, query: (one) => ({ ...row.query?.(one), ...after }) },
      {},
      tests.credential,
    );
    if (status < 400) for (const one of documentsIn(text)) await expectLabelled(operation, one);
  });

  test('the rows of a batch, as lines, neither', async () => {
    const path = `/v1/batches/${tests.ids.bat}/results?format=ndjson`;
    for (const one of documentsIn(await read(path, tests.credential)))
      await expectLabelled('rows of a batch', one);
  });

  test('an export of the audit log says it in each line, whatever its format', async () => {
    const lines = documentsIn(await read('/v1/audit?format=ndjson', own.credential));
    for (const one of lines) await expectLabelled('GET /v1/audit', one);
    const [head = '', ...rows] = (await read('/v1/audit?format=csv', own.credential)).split('\r\n');
    expect(head.split(',').at(-1)).toBe('mode');
    const key = own.tests.who.kind === 'apiKey' ? own.tests.who.apiKeyId : '';
    const ofTests = rows.filter((row) => row.includes(`,apiKey,${key},`));
    expect(ofTests.length).toBeGreaterThan(0);
    for (const row of ofTests) expect(row).toMatch(/,test$/);
  });

  async function read(path: string, credential: string): Promise<string> {
    const headers = { authorization: `Bearer ${credential}` };
    const response = await fetch(`${app.server!.url}${path}`, { headers });
    expect(response.status).toBe(200);
    return response.text();
  }
});

/** What there is of JSON: all of it, by lines, or as data of events. */
function documentsIn(text: string): unknown[] {
  if (text.startsWith('{') && !text.includes('\n{')) return [JSON.parse(text)];
  return text.split('\n').flatMap((line) => {
    const json = line.replace(/^data: ?/, '');
    return json.startsWith('{') ? [JSON.parse(json) as unknown] : [];
  });
}

test.each(TWILIO_OPERATIONS.map(({ operation }) => operation))(
  '%s says in a header whether it is for real or a test, also when it is refused',
  async (operation) => {
    const ask = async (who: Tenant) => {
      const { path, ...request } = requestOf(operation, TWILIO_ROWS[operation]!, who);
      const response = await fetch(app.server!.url + path, {
        ...request,
        headers: {
          authorization: basic(who.who.accountId, who.credential),
          origin: 'https://shop.example',
          ...(request.body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
        },
      });
      await response.text();
      expect(response.headers.get('access-control-expose-headers')).toContain('otpost-mode');
      return response.headers.get('otpost-mode');
    };
    expect(await ask(tests)).toBe('test');
    expect(await ask(own)).toBe('live');
  },
);

// Behind the others, which need what these change.
test.each(fieldsOf(schema.getMutationType()!))(
  '%s answers a test key with nothing without its mode',
  (_, field) => askAll('mutation', MUTATIONS, field),
);

test('each of these ways was looked at with something of a test in it', () => {
  const ways = [
    ...['verification', 'verifications', 'message', 'batch', 'batches', 'node Verification', 'node Message'],
    ...['node Batch', 'verificationEvents', 'batchProgress', 'accountEvents', 'webhookRequests'],
    ...['the body of a webhook', 'webhookDeliveries', 'auditLog', 'exportSubject', 'startVerification'],
    ...['startVerifications', 'GET /v1/verifications', 'GET /v1/verifications/{id}'],
    ...['GET /v1/verifications/{id}/messages', 'GET /v1/messages/{id}', 'GET /v1/verifications/{id}/events'],
    ...['GET /v1/events', 'GET /v1/batches', 'GET /v1/batches/{id}', 'GET /v1/batches/{id}/results'],
    ...['GET /v1/batches/{id}/events', 'rows of a batch', 'GET /v1/audit', 'POST /v1/verifications'],
  ];
  expect(ways.filter((way) => (met.get(way) ?? 0) === 0)).toEqual([]);
});

describe('our own operations', () => {
  const folders = ['schema/operations', 'src/sdk/operations'];
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`));

  test.each(files)('%s asks for the mode of whatever it asks for that has one', (file) => {
    const info = new TypeInfo(schema);
    const missing: string[] = [];
    const labelled: boolean[] = [];
    visit(
      parse(readFileSync(file, 'utf8')),
      visitWithTypeInfo(info, {
        SelectionSet: {
          enter(node) {
            const type = getNamedType(info.getType());
            const asks = fieldNames(node).includes('mode');
            const hasOne = (isObjectType(type) || isInterfaceType(type)) && isMode(type.getFields().mode);
            if (hasOne && !asks && !labelled.at(-1) && fieldNames(node).includes('id'))
              missing.push(type.name);
            labelled.push((labelled.at(-1) ?? false) || asks);
          },
          leave: () => void labelled.pop(),
        },
      }),
    );
    // A fragment of a message stands in events, which have said it.
    expect(missing.filter((name) => !(name === 'Message' && /Event|Watch/.test(file)))).toEqual([]);
  });

  const fieldNames = ({ selections }: SelectionSetNode) =>
    selections.flatMap((one) => (one.kind === 'Field' ? [one.name.value] : []));
  const isMode = (field: GraphQLField<unknown, unknown> | undefined) =>
    field !== undefined && getNamedType(field.type).name === 'Mode';
});
