import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { revokeApiKey } from '../../src/accounts/revoke-api-key.ts';
import { authenticate } from '../../src/accounts/authenticate.ts';
import type { CarrierId } from '../../src/ids.ts';
import { receiveInbound } from '../../src/inbound/receive.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { callerWith, codesOf, createCaller, createSocketClient, type Caller } from '../support/graphql.ts';
import { createCarriers } from '../support/simulated-carriers.ts';
import { until } from '../support/until.ts';
import { createNumbers } from '../support/verifying.ts';

const aNumber = createNumbers(8_900_001);
const OURS = '+385991234567';

let testApp: TestApp;
let app: TestApp['app'];
let connect: ReturnType<typeof createCarriers>;

beforeAll(async () => {
  testApp = await createTestApp();
  app = testApp.app;
  connect = createCarriers(app);
});
afterAll(() => testApp[Symbol.asyncDispose]());

interface Received {
  cursor: string;
  message: { text: string };
}

interface World {
  who: Principal;
  caller: Caller;
  carrierId: CarrierId;
  systemId: string;
}

async function createWorld(): Promise<World> {
  const who = await createTestAccount(app, { coolDownSeconds: 0 });
  const { id: carrierId, systemId } = await connect(who, 'instant');
  return { who, carrierId, systemId, caller: await createCaller(app, who) };
}

const ADD = `mutation ($input: AddInboundNumberInput!) { addInboundNumber(input: $input) { __typename
  ... on InboundNumber { id number country carrier { id } service { id } }
  ... on InvalidInput { field } ... on Error { code message } } }`;
const REMOVE = `mutation ($input: RemoveInboundNumberInput!) { removeInboundNumber(input: $input) { __typename
  ... on RemovedInboundNumber { id number } ... on Error { code } } }`;
const START = `mutation ($input: StartVerificationInput!) { startVerification(input: $input) { __typename
  ... on Verification { id channel status inboundCode inboundNumber clientToken }
  ... on InvalidInput { field } ... on Error { code message } } }`;
const LIST = `query ($first: Int!, $after: String) { inboundMessages(first: $first, after: $after) {
  nodes { id from to text kind receivedAt carrier { id } service { id } verification { id status } }
  pageInfo { hasNextPage endCursor } } }`;
const WATCH = `subscription ($after: String) { inboundMessages(after: $after) {
  cursor message { id from text kind carrier { name } verification { id } } } }`;

async function ask(caller: Caller, query: string, variables: Record<string, unknown> = {}) {
  const { data, errors } = await caller.ask(query, variables);
  if (!data) throw new Error(JSON.stringify(errors));
  return Object.values(data)[0] as Record<string, unknown> & { nodes: Record<string, unknown>[] };
}

async function addNumber({ caller, carrierId }: World, number = OURS, more: object = {}) {
  return ask(caller, ADD, { input: { carrierId, number, ...more } });
}

function text({ who, carrierId }: World, from: string, said: string): Promise<void> {
  const receivedAt = new Date();
  return receiveInbound(app, who.accountId, { carrierId, from, to: OURS, text: said, receivedAt });
}

describe('our numbers', () => {
  test('are added, changed, listed and removed', async () => {
    const world = await createWorld();
    const { caller, carrierId } = world;
    const { id: serviceId } = (
      (await caller.ask('{ services { id } }')).data!.services as { id: string }[]
    )[0]!;
    const added = await addNumber(world, ' +385 99 123 4567 ');
    expect(added).toMatchObject({ number: OURS, country: 'HR', carrier: { id: carrierId }, service: null });
    const changed = await addNumber(world, OURS, { serviceId });
    expect(changed).toMatchObject({ id: added.id, service: { id: serviceId } });
    await addNumber(world, '12345', { country: 'HR' });
    const { data } = await caller.ask('{ inboundNumbers { id number country } }');
    expect(data!.inboundNumbers).toMatchObject([{ number: OURS }, { number: '12345', country: 'HR' }]);
    const remove = { input: { inboundNumberId: added.id } };
    expect(await ask(caller, REMOVE, remove)).toMatchObject({ id: added.id, number: OURS });
    expect(await ask(caller, REMOVE, remove)).toMatchObject({ code: 'inbound_number/not_found' });
  });

  test.each([
    ['a short code without a country', '12345', {}, 'country'],
    ['a country that is none', '12345', { country: 'hrv' }, 'country'],
    ['a number that does not exist', '+38591', {}, 'number'],
    ['a name', 'INFO', {}, 'number'],
  ])('%s is refused, with its field', async (_what, number, more, field) => {
    expect(await addNumber(await createWorld(), number, more)).toMatchObject({
      code: 'input/invalid',
      field,
    });
  });

  test('of another account, its carriers and services, are not found', async () => {
    const [mine, theirs] = [await createWorld(), await createWorld()];
    const { id } = await addNumber(theirs);
    expect(await ask(mine.caller, REMOVE, { input: { inboundNumberId: id } })).toMatchObject({
      code: 'inbound_number/not_found',
    });
    expect(await addNumber(mine, OURS, { carrierId: theirs.carrierId })).toMatchObject({
      code: 'carrier/not_found',
    });
    const [service] = (await theirs.caller.ask('{ services { id } }')).data!.services as { id: string }[];
    expect(await addNumber(mine, OURS, { serviceId: service!.id })).toMatchObject({
      code: 'service/not_found',
    });
    expect((await mine.caller.ask('{ inboundNumbers { id } }')).data).toEqual({ inboundNumbers: [] });
  });
});

describe('inbound verification', () => {
  test('from the start over the handset to the event, as an app and its frontend see it', async () => {
    const world = await createWorld();
    await addNumber(world);
    const to = aNumber();
    const v = await ask(world.caller, START, { input: { to, channel: 'INBOUND_SMS' } });
    expect(v).toMatchObject({ channel: 'INBOUND_SMS', status: 'PENDING', inboundNumber: OURS });
    expect(v.inboundCode).toMatch(/^\d{6}$/);
    await using frontend = createSocketClient(app, v.clientToken as string);
    const query = `subscription ($id: ID!) { verificationEvents(verificationId: $id) { __typename
      verification { status inboundCode inboundNumber } } }`;
    const seen: unknown[] = [];
    for await (const { data } of frontend.iterate({ query, variables: { id: v.id } })) {
      seen.push(data!.verificationEvents);
      if (seen.length > 1) continue;
      await until(async () => {
        const body = JSON.stringify({
          to: OURS,
          text: `code ${String(v.inboundCode)}`,
          carrier: world.systemId,
        });
        const address = `${app.simulator!.url}/handsets/${to}/messages`;
        return (await fetch(address, { method: 'POST', body })).status === 202;
      });
    }
    expect(seen).toEqual([
      {
        __typename: 'VerificationStarted',
        verification: { status: 'PENDING', inboundCode: v.inboundCode, inboundNumber: OURS },
      },
      {
        __typename: 'VerificationApproved',
        verification: { status: 'APPROVED', inboundCode: null, inboundNumber: null },
      },
    ]);
  });

  test('is shown the same when it is read again, in a list too', async () => {
    const world = await createWorld();
    await addNumber(world);
    const v = await ask(world.caller, START, { input: { to: aNumber(), channel: 'INBOUND_SMS' } });
    const list = await ask(
      world.caller,
      '{ verifications(first: 5) { nodes { id inboundCode inboundNumber } } }',
    );
    const { id, inboundCode, inboundNumber } = v;
    expect(list.nodes).toEqual([{ id, inboundCode, inboundNumber }]);
  });

  test('without a number of ours says what is missing; an opted-out destination is refused by its own type', async () => {
    const world = await createWorld();
    const start = (channel: string, to = aNumber()) => ask(world.caller, START, { input: { to, channel } });
    expect(await start('INBOUND_SMS')).toMatchObject({ code: 'input/invalid', field: 'channel' });
    await addNumber(world);
    const to = aNumber();
    await text(world, to, 'STOP');
    expect(await start('SMS', to)).toMatchObject({
      __typename: 'DestinationOptedOut',
      code: 'destination/opted_out',
    });
    // Nothing is sent this way: its owner writes to us.
    expect(await start('INBOUND_SMS', to)).toMatchObject({ status: 'PENDING' });
  });
});

describe('messages from handsets', () => {
  test('are listed newest first, page by page, without their codes', async () => {
    const world = await createWorld();
    await addNumber(world);
    const from = aNumber();
    for (const said of ['first', 'PIN 4821', 'third']) await text(world, from, said);
    const page = await ask(world.caller, LIST, { first: 2 });
    expect(page.nodes.map((node) => [node.from, node.to, node.text, node.kind])).toEqual([
      [from, OURS, 'third', 'MESSAGE'],
      [from, OURS, 'PIN ••••••', 'MESSAGE'],
    ]);
    expect(page.nodes[0]).toMatchObject({
      carrier: { id: world.carrierId },
      service: null,
      verification: null,
    });
    const { hasNextPage, endCursor } = page.pageInfo as { hasNextPage: boolean; endCursor: string };
    expect(hasNextPage).toBe(true);
    const rest = await ask(world.caller, LIST, { first: 2, after: endCursor });
    expect(rest.nodes.map((node) => node.text)).toEqual(['first']);
  });

  test('come to a subscriber from now on, or behind a cursor, each once', async () => {
    const world = await createWorld();
    await addNumber(world);
    const from = aNumber();
    await text(world, from, 'before');
    await using client = createSocketClient(app, world.caller.credential);
    const watch = (after?: string) => client.iterate({ query: WATCH, variables: { after } });
    type Watch = ReturnType<typeof watch>;
    const next = async (messages: Watch) => {
      const { value } = (await messages.next()) as { value: { data: { inboundMessages: Received } } };
      return value.data.inboundMessages;
    };
    const live = watch();
    let heard: Received | undefined;
    const first = next(live).then((received) => (heard = received));
    // The subscription begins a moment after it is asked for: what is texted until then is left out.
    let said = 0;
    await until(async () => {
      if (!heard) await text(world, from, `live ${++said}`);
      return heard;
    });
    const { cursor, message } = await first;
    expect(message.text).toMatch(/^live \d+$/);
    const all = Array.from({ length: said }, (_, i) => `live ${i + 1}`);
    const following = [...all.slice(all.indexOf(message.text) + 1), 'STOP', 'HELP'];
    await text(world, from, 'STOP');
    const resumed = watch(cursor);
    await text(world, from, 'HELP');
    for (const messages of [live, resumed])
      for (const said of following) expect((await next(messages)).message.text).toBe(said);
    for (const messages of [live, resumed]) await messages.return?.();
  });

  test('are the account’s own, and closed to a client token', async () => {
    const [mine, theirs] = [await createWorld(), await createWorld()];
    await addNumber(mine);
    await text(mine, aNumber(), 'mine');
    expect((await ask(theirs.caller, LIST, { first: 5 })).nodes).toEqual([]);
    const v = await ask(mine.caller, START, { input: { to: aNumber(), channel: 'INBOUND_SMS' } });
    const frontend = callerWith(app, v.clientToken as string);
    expect(codesOf(await frontend.ask(LIST, { first: 5 }))).toEqual(['auth/forbidden']);
    expect(codesOf(await frontend.ask('{ inboundNumbers { id } }'))).toEqual(['auth/forbidden']);
  });

  test('end for a subscriber whose key is revoked', async () => {
    const { who, caller } = await createWorld();
    await using client = createSocketClient(app, caller.credential);
    const heard = client.iterate({ query: WATCH }).next();
    const me = await authenticate(app, `Bearer ${caller.credential}`);
    if (me?.kind !== 'apiKey') throw new Error('not an API key');
    await revokeApiKey(app, who, me.apiKeyId);
    await expect(heard).rejects.toMatchObject({ code: 4403 });
  });

  test('a cursor that is none is refused', async () => {
    const { caller } = await createWorld();
    await using client = createSocketClient(app, caller.credential);
    const heard = await client
      .iterate({ query: WATCH, variables: { after: 'nonsense' } })
      .next()
      .catch((error: unknown) => error);
    expect(JSON.stringify(heard)).toContain('input/cursor');
  });
});
