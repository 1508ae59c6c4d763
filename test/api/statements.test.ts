import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authenticate } from '../../src/accounts/authenticate.ts';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import { addInboundNumber } from '../../src/inbound/add-number.ts';
import type { CarrierId } from '../../src/ids.ts';
import { relations } from '../../src/db/relations.ts';
import { VerificationTraceDocument } from '../../src/graphql/generated/graphql.ts';
import { createClient } from '../../src/oauth/create-client.ts';
import { connectSimulated, createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createCaller, type Caller } from '../support/graphql.ts';
import { aMember } from '../support/member.ts';
import { serveAgain } from '../support/serve-again.ts';
import { createNumbers, received, start } from '../support/verifying.ts';

const aNumber = createNumbers(3_000_000);
const statements: string[] = [];
const stack = new AsyncDisposableStack();
let testApp: TestApp;
let who: Principal;
let caller: Caller;

// The server under test reads through a client that notes every statement.
beforeAll(async () => {
  testApp = stack.use(await createTestApp());
  const { app, databaseUrl } = testApp;
  const client = postgres(databaseUrl, { max: 2 });
  stack.defer(() => client.end());
  // As db/client.ts has it: ids lose their prefix on the way.
  const uuid = 2950;
  client.options.serializers[uuid] = (id: string) => id.slice(id.indexOf('_') + 1);
  const logger = { logQuery: (statement: string) => void statements.push(statement) };
  const server = stack.use(await serveAgain(app, { db: drizzle({ client, relations, logger }) }));
  who = await createTestAccount(app, { coolDownSeconds: 0, maxSends: 20 });
  await connectSimulated(app, who, ['rejecting', 'instant']);
  for (let n = 0; n < 4; n++) {
    const to = aNumber();
    await start(app, who, to);
    await received(app, to);
    await start(app, who, to);
    await received(app, to, 2);
  }
  caller = await createCaller({ ...app, server }, who);
  await caller.ask('{ __typename services { id } }');
});
afterAll(() => stack.disposeAsync());

async function emittedBy(work: () => Promise<unknown>): Promise<string[]> {
  statements.length = 0;
  await work();
  return [...statements];
}

test('the deepest question costs one statement, and one each for the candidates and their carriers', async () => {
  const ask = (first: number) => () => caller.run(VerificationTraceDocument, { first, messages: 2 });
  const emitted = await emittedBy(ask(4));
  await expect(`${emitted.join(';\n\n')};\n`).toMatchFileSnapshot('./statements.sql');
  expect(emitted).toHaveLength(3);
  expect(await emittedBy(ask(1))).toHaveLength(3);
});

test('two pages of the same connection in one question cost one more statement, not one per verification', async () => {
  const query = `{ verifications(first: 4) { nodes {
    a: messages(first: 1) { nodes { id } }
    b: messages(first: 2) { nodes { id attempts { id } } }
  } } }`;
  const emitted = await emittedBy(async () => {
    const { data } = await caller.ask(query);
    expect((data!.verifications as { nodes: { b: { nodes: object[] } }[] }).nodes[3]!.b.nodes).toHaveLength(
      2,
    );
  });
  expect(emitted).toHaveLength(2);
});

test('fields that a verb has answered already are not read again', async () => {
  const emitted = await emittedBy(() =>
    caller.ask(
      `mutation ($to: String!) { startVerification(input: { to: $to }) {
        ... on Verification { id to status checksLeft sendsLeft nextSendAt expiresAt clientToken }
      } }`,
      { to: aNumber() },
    ),
  );
  expect(emitted).toEqual([]);
});

test('our numbers are read with their carriers and services in one statement: one removed meanwhile fails nothing', async () => {
  const { app } = testApp;
  const [{ id: carrierId }, ...others] = (await caller.ask('{ carriers { id } }')).data!.carriers as [
    { id: CarrierId },
    ...{ id: CarrierId }[],
  ];
  for (const each of [carrierId, ...others.map(({ id }) => id)])
    await addInboundNumber(app, who, { carrierId: each, number: '+385991234567' });
  const whole = 'id number carrier { id name } service { id name }';
  const emitted = await emittedBy(async () => {
    const { data } = await caller.ask(`{ inboundNumbers { ${whole} } }`);
    expect(data!.inboundNumbers).toMatchObject([{ carrier: { id: carrierId } }, { service: null }]);
  });
  expect(emitted).toHaveLength(1);
  const input = { carrierId, number: '+385991234567' };
  const changing = await emittedBy(() =>
    caller.ask(
      `mutation ($input: AddInboundNumberInput!) { addInboundNumber(input: $input) {
        ... on InboundNumber { ${whole} } } }`,
      { input },
    ),
  );
  expect(changing.filter((statement) => /^select .* from "inbound_numbers"/.test(statement))).toHaveLength(1);
});

test('who made the keys and clients of a page is read in one statement, however many they are', async () => {
  const { app } = testApp;
  for (let n = 0; n < 3; n++) {
    const maker = await authenticate(app, (await aMember(app, who.accountId, 'owner')).token);
    await createApiKey(app, who.accountId, { name: 'Test' }, maker);
    await createClient(app, maker, { name: 'Test', permissions: ['services:read'] });
  }
  const of = 'nodes { name createdBy { kind member { role name } } }';
  const emitted = await emittedBy(async () => {
    const { data } = await caller.ask(`{ apiKeys(first: 9) { ${of} } oauthClients(first: 9) { ${of} } }`);
    const { apiKeys, oauthClients } = data as Record<string, { nodes: object[] }>;
    const byAna = { name: 'Test', createdBy: { kind: 'PERSON', member: { role: 'OWNER', name: 'Ana' } } };
    expect(apiKeys!.nodes.slice(-3)).toEqual([byAna, byAna, byAna]);
    expect(oauthClients!.nodes).toEqual([byAna, byAna, byAna]);
  });
  // A page of each, and who made what is on it.
  expect(emitted).toHaveLength(4);
});
