import type { GraphQLObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isForTests } from '../../src/accounts/permissions.ts';
import type { RunningApp } from '../../src/app.ts';
import { permissionOf } from '../../src/graphql/permission-plugin.ts';
import { schema } from '../../src/graphql/schema.ts';
import { SANDBOX_CARRIER_ID, SANDBOX_ROUTE_ID } from '../../src/sandbox/place.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { callerWith, createSocketClient, type Answer, type Caller } from '../support/graphql.ts';
import {
  expectNothingOf,
  expectUnchanged,
  isOpen,
  liveNames,
  secretsOfLive,
  secretsOfTests,
  testNames,
} from '../support/modes.ts';
import { answeredOf, argsNaming, rowOf } from '../support/root-fields.ts';
import { nodeOperation, wholeOperation, wholeSelection } from '../support/selections.ts';
import { LOOKUP, MUTATIONS, NODES, QUERIES, SUBSCRIPTIONS, type FieldRow } from '../support/tenant-rows.ts';
import { createTenant, type Tenant, type Tests } from '../support/tenants.ts';
import { createNumbers, start } from '../support/verifying.ts';

// One account with live traffic and tests: each key asks for what is of the other mode, in every field that there is.
const stack = new AsyncDisposableStack();
let testApp: TestApp;
let app: RunningApp;
let own: Tenant;
let live: Caller;
let owner: Caller;
let tests: Caller;

beforeAll(async () => {
  testApp = stack.use(await createTestApp());
  app = testApp.app;
  const aNumber = createNumbers(5_400_001);
  own = await createTenant(app, { word: 'Delphi', ourNumber: '+385994444444', aNumber, lookup: LOOKUP });
  live = callerWith(app, own.credential);
  owner = callerWith(app, own.session);
  tests = callerWith(app, own.tests.credential);
});
afterAll(() => stack.disposeAsync());

const fieldsOf = (type: GraphQLObjectType) =>
  Object.values(type.getFields()).map((field) => [field.name, field] as const);

function testRootFields(
  kind: 'query' | 'mutation',
  table: Readonly<Record<string, FieldRow>>,
  type: GraphQLObjectType,
): void {
  test.each(fieldsOf(type))('%s shows and changes nothing live to a test key', async (_name, field) => {
    const row = rowOf(table, type.name, field);
    const { query, name } = wholeOperation(schema, kind, field, isOpen);
    const secrets = await secretsOfLive(app, own);
    await expectUnchanged(app, own, async () => {
      const asked = await tests.ask(query, row.args?.(own) ?? {});
      expect(answeredOf(asked, name), JSON.stringify(asked).slice(0, 500)).toBe(row.tests);
      expectNothingOf(secrets, asked);
      for (const { args, answered, about } of argsNaming(field, row, own, liveNames(own))) {
        const answer = await tests.ask(query, args);
        const expected = row.tests === 'auth/forbidden' ? [row.tests] : answered;
        expect(expected, `${about}: ${JSON.stringify(answer).slice(0, 500)}`).toContain(
          answeredOf(answer, name),
        );
        expectNothingOf(secrets, answer);
      }
    });
  });

  test.each(fieldsOf(type))('%s shows and changes no test to a live key', async (_name, field) => {
    const row = rowOf(table, type.name, field);
    const { query, name } = wholeOperation(schema, kind, field);
    await expectUnchanged(app, own, async () => {
      for (const { args, answered, about } of argsNaming(field, row, own, testNames(own))) {
        const answer = await (row.as === 'owner' ? owner : live).ask(query, args);
        expect(answered, `${about}: ${JSON.stringify(answer).slice(0, 500)}`).toContain(
          answeredOf(answer, name),
        );
        expectNothingOf(secretsOfTests(own), answer);
      }
    });
  });
}

describe('a query', () => {
  testRootFields('query', QUERIES, schema.getQueryType()!);

  test('for the number of a verification finds those of the own mode alone', async () => {
    const query =
      'query ($to: PhoneNumber!) { verifications(first: 3, filter: { to: $to }) { nodes { id mode } } }';
    const find = async (caller: Caller, to: string) =>
      ((await caller.ask(query, { to })).data as { verifications: { nodes: unknown[] } }).verifications.nodes;
    const { number, ids } = own.tests;
    expect(await find(live, number)).toEqual([]);
    expect(await find(tests, number)).toEqual([{ id: ids.vrf, mode: 'TEST' }]);
    expect(await find(tests, own.numbers.delivered)).toEqual([]);
    expect(await find(live, own.numbers.delivered)).toEqual([{ id: own.ids.vrf, mode: 'LIVE' }]);
  });
});

describe('node(id)', () => {
  /** What there is of tests, by type; all else is of no mode. */
  const ofTests = ({ ids }: Tests): Readonly<Record<string, string>> => ({
    ...{ Verification: ids.vrf, Message: ids.msg, Batch: ids.bat },
  });
  const types = schema.getPossibleTypes(schema.getType('Node') as never);

  test.each(types.map((type) => [type.name, type] as const))(
    'of a %s shows a test key nothing live, and a live key no test',
    async (name, type) => {
      const permission = permissionOf(type)!;
      const { query } = nodeOperation(schema, name, isOpen);
      const answer = await tests.ask(query, { id: NODES[name]!(own) });
      expectNothingOf(await secretsOfLive(app, own), answer);
      if (!isForTests(permission)) return expect(answeredOf(answer, 'node')).toBe('auth/forbidden');
      const id = ofTests(own.tests)[name];
      expect(answer.data).toMatchObject({ node: id ? null : { id: NODES[name]!(own) } });
      if (!id) return;
      expect((await live.ask(query, { id })).data).toEqual({ node: null });
      expect((await tests.ask(query, { id })).data).toMatchObject({ node: { id, mode: 'TEST' } });
    },
  );
});

test.each([
  ['Carrier', SANDBOX_CARRIER_ID],
  ['Route', SANDBOX_ROUTE_ID],
] as const)('node(id) has the %s of tests for a test key, and for no live one', async (name, id) => {
  const { selection, fragments } = wholeSelection(schema, schema.getType(name) as GraphQLObjectType, isOpen);
  const query = `query ($id: ID!) { node(id: $id) { id ...A } } fragment A on ${name} ${selection} ${fragments}`;
  expect(await tests.ask(query, { id })).toMatchObject({ data: { node: { id, name: 'Sandbox' } } });
  expect((await live.ask(query, { id })).data).toEqual({ node: null });
});

describe('a subscription', () => {
  const type = schema.getSubscriptionType()!;
  const WATCH = 'subscription ($id: ID!) { verificationEvents(verificationId: $id) { __typename } }';
  const FOLLOW = `subscription ($after: String) { accountEvents(after: $after) {
    __typename cursor mode verification { id mode } ... on MessageQueued { message { id mode } } } }`;

  /** What a subscription begins with. */
  async function begin(
    credential: string,
    query: string,
    variables: Record<string, unknown>,
  ): Promise<Answer> {
    await using client = createSocketClient(app, credential);
    const events = client.iterate({ query, variables });
    try {
      const { value } = (await events.next()) as { value: Answer };
      return value;
    } catch (errors) {
      return { status: 0, errors: errors as NonNullable<Answer['errors']> };
    } finally {
      await events.return!();
    }
  }

  test.each(fieldsOf(type))('%s is refused to a test key, or tells it nothing live', async (name, field) => {
    const row = rowOf(SUBSCRIPTIONS, type.name, field);
    // Silent until something happens: below.
    if (name === 'accountEvents' || name === 'webhookRequests') return expect(row.tests).toBe('own');
    const { query } = wholeOperation(schema, 'subscription', field, isOpen);
    const answer = await begin(own.tests.credential, query, row.args?.(own) ?? {});
    expect(answeredOf(answer, name), JSON.stringify(answer).slice(0, 500)).toBe(row.tests);
    expectNothingOf(await secretsOfLive(app, own), answer);
  });

  test('to a verification finds none of the other mode', async () => {
    const first = async (credential: string, id: string) => {
      const answer = await begin(credential, WATCH, { id });
      return answer.errors?.[0]!.extensions!.code ?? answer.data;
    };
    const started = { verificationEvents: { __typename: 'VerificationStarted' } };
    expect(await first(own.credential, own.tests.ids.vrf)).toBe('verification/not_found');
    expect(await first(own.tests.credential, own.ids.vrf)).toBe('verification/not_found');
    expect(await first(own.credential, own.ids.vrf)).toEqual(started);
    expect(await first(own.tests.credential, own.tests.ids.vrf)).toEqual(started);
  });

  test('to the account tells of the own mode alone, and takes no place of the other one', async () => {
    const { who, aNumber, cursors } = own;
    await using clients = new AsyncDisposableStack();
    const follow = (credential: string, after?: string) =>
      clients.use(createSocketClient(app, credential)).iterate({ query: FOLLOW, variables: { after } });
    const [ofLive, ofTests] = [follow(own.credential), follow(own.tests.credential)];
    const said = [ofLive.next(), ofTests.next()];
    // Until both are there, what happens comes again.
    const started: string[][] = [[], []];
    const told = Promise.all(said);
    for (let isTold = false; !isTold;) {
      started[0]!.push((await start(app, who, aNumber())).id);
      started[1]!.push((await start(app, own.tests.who, aNumber())).id);
      isTold = await Promise.race([
        told.then(() => true),
        new Promise<false>((resolve) => setTimeout(resolve, 50, false)),
      ]);
    }
    const events = [await told, [await ofLive.next(), await ofTests.next()]];
    for (const [i, mode] of (['LIVE', 'TEST'] as const).entries())
      for (const pair of events) {
        const { data } = pair[i]!.value as { data: { accountEvents: { verification: { id: string } } } };
        expect(data.accountEvents).toMatchObject({ mode, verification: { mode } });
        expect(started[i]).toContain(data.accountEvents.verification.id);
      }
    await expect(follow(own.credential, own.tests.cursor).next()).rejects.toMatchObject([
      { extensions: { code: 'input/cursor' } },
    ]);
    await expect(follow(own.tests.credential, cursors.event).next()).rejects.toMatchObject([
      { extensions: { code: 'input/cursor' } },
    ]);
    const again = follow(own.tests.credential, own.tests.cursor);
    expect((await again.next()).value).toMatchObject({
      data: { accountEvents: { mode: 'TEST', message: { id: own.tests.ids.msg, mode: 'TEST' } } },
    });
  });
});

// Behind the others, which need what these change.
describe('a mutation', () => testRootFields('mutation', MUTATIONS, schema.getMutationType()!));

describe('the same number, and the same idempotency key', () => {
  const START = `mutation ($input: StartVerificationInput!) { startVerification(input: $input) {
    ... on Verification { id mode } ... on Error { code } } }`;

  test('begin a verification of their own in each mode', async () => {
    const to = own.aNumber();
    const input = { to, idempotencyKey: `twice ${to}` };
    const [one, other] = [await live.ask(START, { input }), await tests.ask(START, { input })];
    expect(one.data).toMatchObject({ startVerification: { mode: 'LIVE' } });
    expect(other.data).toMatchObject({ startVerification: { mode: 'TEST' } });
    expect((await live.ask(START, { input })).data).toEqual(one.data);
    expect((await tests.ask(START, { input })).data).toEqual(other.data);
  });
});
