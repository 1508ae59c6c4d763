import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { frame, openBareSocket } from '../support/bare-socket.ts';
import { createCaller, openRawSocket, openSocket, urlOf, type Caller } from '../support/graphql.ts';
import { serveAgain } from '../support/serve-again.ts';
import { createNumbers } from '../support/verifying.ts';

const aNumber = createNumbers(4_060_000);
const failures: string[] = [];
let testApp: TestApp;
let app: TestApp['app'];
let caller: Caller;

beforeAll(async () => {
  const write = (line: Buffer, _: unknown, done: () => void) => (failures.push(String(line)), done());
  testApp = await createTestApp({ ROLES: 'api' }, { log: pino({ level: 'error' }, new Writable({ write })) });
  app = testApp.app;
  caller = await createCaller(app, await createTestAccount(app));
});
afterAll(() => testApp[Symbol.asyncDispose]());

afterEach(async () => {
  // Whatever somebody sends, it is no failure of ours, and nobody else notices.
  expect(failures.splice(0)).toEqual([]);
  expect(await caller.ask('{ __typename }')).toMatchObject({ status: 200 });
});

const TEXT = 1;
const PING = 9;
const CLOSE = 8;
const message = (value: object) => frame(TEXT, JSON.stringify(value));
const init = () =>
  message({ type: 'connection_init', payload: { authorization: `Bearer ${caller.credential}` } });
const LIVE = 'subscription { accountEvents { __typename } }';

describe('a socket over which comes', () => {
  test.each<[string, number, () => Buffer[]]>([
    ['a frame without a mask', 1002, () => [frame(TEXT, '{}', { isMasked: false })]],
    ['the bit of a compression that nobody agreed on', 1002, () => [frame(TEXT, '{}', { reserved: 4 })]],
    ['a reserved bit', 1002, () => [frame(TEXT, '{}', { reserved: 1 })]],
    ['a frame of no kind', 1002, () => [frame(3, '{}')]],
    ['a control frame of no kind', 1002, () => [frame(11)]],
    ['the continuation of nothing', 1002, () => [frame(0, '{}')]],
    ['a message inside of another', 1002, () => [frame(TEXT, '{', { isLast: false }), frame(TEXT, '}')]],
    ['a ping in fragments', 1002, () => [frame(PING, 'x', { isLast: false })]],
    ['a ping that is too long', 1002, () => [frame(PING, 'x'.repeat(126))]],
    ['a close frame with half a code', 1002, () => [frame(CLOSE, 'a')]],
    ['a close frame with a code that is none', 1002, () => [frame(CLOSE, Buffer.from([0, 5]))]],
    ['text that is none', 1007, () => [frame(TEXT, Buffer.from([0xff, 0xfe]))]],
    ['a reason that is no text', 1007, () => [frame(CLOSE, Buffer.from([0x03, 0xe8, 0xff]))]],
    ['a message that is too long', 1009, () => [frame(TEXT, 'x'.repeat(70_000))]],
    ['one that says that it will be', 1009, () => [frame(TEXT, '', { length: 2n ** 40n })]],
    ['one beyond 63 bits', 1009, () => [frame(TEXT, '', { length: 2n ** 64n - 1n })]],
    [
      'one that grows too long in fragments',
      1009,
      () => [frame(TEXT, 'x'.repeat(40_000), { isLast: false }), frame(0, 'x'.repeat(40_000))],
    ],
    ['octets', 4400, () => [frame(2, Buffer.from([0xff, 0, 1]))]],
    ['a list', 4400, () => [frame(TEXT, '[]')]],
    ['a type that every object has', 4400, () => [message({ type: 'constructor' })]],
    ['what only servers say', 4400, () => [message({ type: 'connection_ack' })]],
    ['lists in lists', 4400, () => [frame(TEXT, '['.repeat(30_000))]],
    [
      'a ping with ten thousand levels',
      4400,
      () => [frame(TEXT, `{"type":"ping","payload":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_001)}`)],
    ],
    [
      'a credential that is no text',
      4401,
      () => [message({ type: 'connection_init', payload: { authorization: ['x'] } })],
    ],
    [
      'an operation before it is let in',
      4401,
      () => [message({ type: 'subscribe', id: '1', payload: { query: LIVE } })],
    ],
    ['a number in the place of an id', 4400, () => [init(), message({ type: 'subscribe', id: 1 })]],
  ])('%s is closed with %i', async (_what, code, frames) => {
    await using bare = await openBareSocket(urlOf(app));
    bare.write(...frames());
    expect((await bare.closed).code).toBe(code);
  });
});

test.each(['i'.repeat(500), 'ž'.repeat(100), '\ud800'])(
  'an id that comes twice closes the socket with 4409, however long it is',
  async (id) => {
    await using socket = await openSocket(app, caller.credential);
    for (let i = 0; i < 2; i++) socket.send({ id, type: 'subscribe', payload: { query: LIVE } });
    const { code, reason } = await socket.closed;
    expect(code).toBe(4409);
    expect(reason).toMatch(/^Subscriber for /);
  },
);

test('names that every object has are ids like any other, and there is nothing to complete under them', async () => {
  await using socket = await openSocket(app, caller.credential);
  for (const id of ['__proto__', 'x']) {
    for (const unknown of [id, 'constructor', 'never']) socket.send({ id: unknown, type: 'complete' });
    socket.send({ id, type: 'subscribe', payload: { query: '{ __typename }', operationName: null } });
    expect(await socket.next()).toMatchObject({
      id,
      type: 'next',
      payload: { data: { __typename: 'Query' } },
    });
    expect(await socket.next()).toMatchObject({ id, type: 'complete' });
  }
});

test('a socket that never says who it is, but pings, is closed all the same', async () => {
  await using server = await serveAgain(app, {}, { sockets: { initMs: 300 } });
  await using socket = await openRawSocket(`${server.url}/graphql`);
  const pings = setInterval(() => socket.send({ type: 'ping' }), 50);
  const { code } = await socket.closed.finally(() => clearInterval(pings));
  expect(code).toBe(4408);
});

test('what comes over a socket that the server has closed is not done', async () => {
  const to = aNumber();
  const start = (number: string) =>
    `mutation { startVerification(input: { to: "${number}" }) { __typename } }`;
  {
    await using bare = await openBareSocket(urlOf(app));
    bare.write(init(), init());
    expect((await bare.closed).code).toBe(4429);
    // Its client has not answered that, and goes on.
    const goOn = message({ id: '1', type: 'subscribe', payload: { query: start(to) } });
    bare.write(goOn, frame(CLOSE, Buffer.from([0x03, 0xe8])));
    await bare.ended;
  }
  // Behind it: commits are in the order in which they were asked for.
  await caller.ask(start(aNumber()));
  const query = 'query ($to: PhoneNumber) { verifications(first: 1, filter: { to: $to }) { nodes { id } } }';
  expect((await caller.ask(query, { to })).data).toEqual({ verifications: { nodes: [] } });
});
