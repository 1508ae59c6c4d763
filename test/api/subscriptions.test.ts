import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import { revokeApiKey } from '../../src/accounts/revoke-api-key.ts';
import {
  AccountEventsDocument,
  CheckVerificationDocument,
  StartVerificationDocument,
  VerificationEventsDocument,
} from '../../src/graphql/generated/graphql.ts';
import type { VerificationId } from '../../src/ids.ts';
import {
  connectSimulated,
  createTestAccount,
  createTestApp,
  createWaitingAccount,
  type TestApp,
} from '../support/app.ts';
import {
  callerWith,
  createCaller,
  createSocketClient,
  openRawSocket,
  openSocket,
  urlOf,
  type Caller,
} from '../support/graphql.ts';
import { serveAgain } from '../support/serve-again.ts';
import { until } from '../support/until.ts';
import { codeOf, createNumbers, happened } from '../support/verifying.ts';

const aNumber = createNumbers(5_000_000);
let testApp: TestApp;
let app: TestApp['app'];
let who: Principal;
let caller: Caller;

beforeAll(async () => {
  testApp = await createTestApp();
  app = testApp.app;
  who = await createTestAccount(app, { coolDownSeconds: 0 });
  await connectSimulated(app, who, ['instant']);
  caller = await createCaller(app, who);
});
afterAll(() => testApp[Symbol.asyncDispose]());

async function started(by = caller) {
  const { startVerification } = await by.run(StartVerificationDocument, { input: { to: aNumber() } });
  if (startVerification.__typename !== 'Verification') throw new Error(startVerification.message);
  return { ...startVerification, id: startVerification.id as VerificationId };
}

async function approve(id: VerificationId): Promise<void> {
  const code = await codeOf(app, { accountId: who.accountId, id });
  await caller.run(CheckVerificationDocument, { input: { verificationId: id, code } });
}

interface Told {
  data: { accountEvents: { verification: { id: VerificationId; sandboxCode: string | null } } };
}

const WATCH = VerificationEventsDocument.toString();
const CANCEL = 'mutation ($id: ID!) { cancelVerification(input: { verificationId: $id }) { __typename } }';
const subscribe = (id: string, query: string, variables: object = {}) => ({
  id,
  type: 'subscribe',
  payload: { query, variables },
});
const typesOf = (messages: unknown[]) =>
  messages.map(
    (m) => (m as { data: { verificationEvents: { __typename: string } } }).data.verificationEvents.__typename,
  );
const WHOLE_STORY = [
  'VerificationStarted',
  'MessageQueued',
  'MessageSent',
  'MessageDelivered',
  'VerificationApproved',
];

describe('a subscription over a socket', () => {
  test('tells the whole story of a verification live, with its message, and completes', async () => {
    await using client = createSocketClient(app, caller.credential);
    const v = await started();
    const events: unknown[] = [];
    for await (const event of client.iterate({ query: WATCH, variables: { verificationId: v.id } })) {
      events.push(event);
      if (typesOf([event])[0] === 'MessageDelivered') await approve(v.id);
    }
    expect(typesOf(events)).toEqual(WHOLE_STORY);
    expect(events[3]).toMatchObject({
      data: {
        verificationEvents: {
          version: 4,
          verification: { id: v.id, status: 'PENDING' },
          message: { status: 'DELIVERED', sender: 'Otpost', segments: 1 },
        },
      },
    });
  });

  test('goes on behind a cursor, without gap or double', async () => {
    await using client = createSocketClient(app, caller.credential);
    const v = await started();
    const variables = { verificationId: v.id, after: undefined as string | undefined };
    const seen: string[] = [];
    for await (const event of client.iterate({ query: WATCH, variables })) {
      seen.push(...typesOf([event]));
      variables.after = (event.data as { verificationEvents: { cursor: string } }).verificationEvents.cursor;
      if (seen.length === 2) break;
    }
    await happened(app, { accountId: who.accountId, id: v.id }, 'MessageDelivered');
    await approve(v.id);
    for await (const event of client.iterate({ query: WATCH, variables })) seen.push(...typesOf([event]));
    expect(seen).toEqual(WHOLE_STORY);
  });

  test('to the account hears of every verification from now on', async () => {
    const reader = await createCaller(app, await createWaitingAccount(app));
    await using client = createSocketClient(app, reader.credential);
    const before = await started(reader);
    const heard = client.iterate({ query: AccountEventsDocument.toString() }).next();
    // A subscription says nothing when it has begun: start until one is heard of.
    const ids: string[] = [];
    const first = await until(async () => {
      ids.push((await started(reader)).id);
      return Promise.race([heard, delay(50).then(() => undefined)]);
    });
    const { data } = first.value as { data: { accountEvents: { verification: { id: string } } } };
    expect(ids).toContain(data.accountEvents.verification.id);
    expect(ids).not.toContain(before.id);
  });

  test('reads what lies deeper as it is when the event comes, not as it was for the last one', async () => {
    await using client = createSocketClient(app, caller.credential);
    const v = await started();
    const query = `subscription ($id: ID!) { verificationEvents(verificationId: $id) {
      __typename verification { messages(first: 5) { nodes { id status } } }
    } }`;
    const seen: [string, number][] = [];
    for await (const event of client.iterate({ query, variables: { id: v.id } })) {
      const { verificationEvents } = event.data as {
        verificationEvents: { __typename: string; verification: { messages: { nodes: object[] } } };
      };
      const { __typename, verification } = verificationEvents;
      seen.push([__typename, verification.messages.nodes.length]);
      if (__typename === 'MessageDelivered' && seen.length < 5) {
        await caller.run(StartVerificationDocument, { input: { to: v.to } });
      }
      if (__typename === 'MessageDelivered' && seen.length > 5) break;
    }
    expect(seen.filter(([type]) => type === 'MessageDelivered').map(([, messages]) => messages)).toEqual([
      1, 2,
    ]);
  });

  test.each([
    [
      'an unknown verification',
      { verificationId: 'vrf_00000000000070008000000000000000' },
      'verification/not_found',
    ],
    ['what is no id', { verificationId: 'x' }, 'verification/not_found'],
    ['an unknown cursor', { verificationId: '', after: 'A'.repeat(38) }, 'input/cursor'],
    ['a garbage cursor', { verificationId: '', after: '☃' }, 'input/cursor'],
  ])('to %s is refused with its code', async (_what, variables, code) => {
    const verificationId = variables.verificationId || (await started()).id;
    await using socket = await openSocket(app, caller.credential);
    socket.send(subscribe('1', WATCH, { ...variables, verificationId }));
    expect(await socket.next()).toMatchObject({
      id: '1',
      type: 'error',
      payload: [{ extensions: { code } }],
    });
  });

  test('that has the same question as others gets its own answers under its own id', async () => {
    const v = await started();
    await using one = await openSocket(app, caller.credential);
    await using two = await openSocket(app, caller.credential);
    one.send(subscribe('a', WATCH, { verificationId: v.id }));
    two.send(subscribe('"b\\', WATCH, { verificationId: v.id }));
    for (const [socket, id] of [
      [one, 'a'],
      [two, '"b\\'],
    ] as const)
      expect(await socket.next()).toMatchObject({ id, type: 'next' });
  });

  test('that a test key and a live key share word for word shows each of them what is its own', async () => {
    const owner = await createWaitingAccount(app);
    const own = {
      live: await createCaller(app, owner),
      test: callerWith(app, (await createApiKey(app, owner.accountId, { name: 'test', mode: 'test' })).key),
    };
    const query = `subscription ($after: String) {
      accountEvents(after: $after) { verification { id sandboxCode } } }`;
    const ids = { live: new Set<string>(), test: new Set<string>() };
    for (const order of [['live', 'test'] as const, ['test', 'live'] as const]) {
      await using open = new AsyncDisposableStack();
      for (const mode of order) {
        const { data } = await own[mode].ask('{ accountEventsCursor }');
        const { id } = await started(own[mode]);
        ids[mode].add(id);
        const socket = open.use(await openSocket(app, own[mode].credential));
        socket.send(subscribe(mode, query, { after: data!.accountEventsCursor }));
        // What was started before may still be on its way, and be told of first.
        for (let toldOf: VerificationId | undefined; toldOf !== id;) {
          const message = await socket.next();
          expect(message, order.join()).toMatchObject({ id: mode, type: 'next' });
          const { verification } = (message.payload as Told).data.accountEvents;
          toldOf = verification.id;
          expect(ids[mode], order.join()).toContain(toldOf);
          const code = await codeOf(app, { accountId: owner.accountId, id: toldOf });
          expect(verification.sandboxCode, order.join()).toBe(mode === 'test' ? code : null);
        }
      }
    }
  });

  test('of another account is refused', async () => {
    const v = await started();
    const stranger = await createCaller(app, await createTestAccount(app));
    await using socket = await openSocket(app, stranger.credential);
    socket.send(subscribe('1', WATCH, { verificationId: v.id }));
    expect(await socket.next()).toMatchObject({ type: 'error' });
  });
});

describe('a client token', () => {
  test('watches its verification, masked, and nothing else', async () => {
    const v = await started();
    await using socket = await openSocket(app, v.clientToken!);
    const query = (id: string, fields: string) =>
      `subscription { verificationEvents(verificationId: "${id}") { __typename ${fields} } }`;
    socket.send(subscribe('1', query(v.id, 'verification { to messages(first: 1) { nodes { status } } }')));
    expect(await socket.next()).toMatchObject({
      payload: {
        data: {
          verificationEvents: { verification: { to: expect.stringMatching(/^\+385•+\d\d$/) as string } },
        },
      },
    });
    const forbidden = [
      query((await started()).id, ''),
      query(v.id, '... on MessageSent { message { attempts { id } } }'),
      query(v.id, 'verification { service { name } }'),
      'subscription { accountEvents { __typename } }',
      `{ verification(id: "${v.id}") { id } }`,
      'mutation { startVerification(input: { to: "+385911234567" }) { __typename } }',
      `mutation { checkVerification(input: { verificationId: "${v.id}", code: "000000" }) { __typename } }`,
      '{ __schema { queryType { name } } }',
    ];
    for (const [i, document] of forbidden.entries()) {
      await using other = await openSocket(app, v.clientToken!);
      other.send(subscribe(`f${i}`, document));
      expect(await other.next(), document).toMatchObject({
        type: 'error',
        payload: [{ extensions: { code: 'auth/forbidden' } }],
      });
    }
  });

  test('that ends closes its socket with 4403', async () => {
    const owner = await createTestAccount(app, { ttlSeconds: 30 });
    const v = await started(await createCaller(app, owner));
    const clock = app.clock;
    await using server = await serveAgain(app, { clock: () => clock() + 30_000 + 60_000 - 500 });
    await using socket = await openSocket({ ...app, server }, v.clientToken!);
    expect(await socket.closed).toMatchObject({ code: 4403 });
  });

  test('ends a minute after its verification: until then the outcome can be read, then it is refused and its sockets are closed', async () => {
    const v = await started();
    let ahead = 59_700;
    const clock = app.clock;
    await using server = await serveAgain(app, { clock: () => clock() + ahead });
    const there = { ...app, server };
    // With nothing asked for yet: it hears of the end as those do who watch.
    await using idle = await openSocket(there, v.clientToken!);
    await caller.ask(CANCEL, v);
    expect(await idle.closed).toEqual({ code: 4403, reason: 'auth/invalid: expired' });
    const again = async () => {
      await using socket = await openSocket(there, v.clientToken!);
      socket.send(subscribe('1', WATCH, { verificationId: v.id }));
      // Whichever is first: the answer, or the socket's end.
      return (await Promise.race([socket.next(), socket.closed])) as object;
    };
    const overRest = () =>
      fetch(`${server.url}/v1/verifications/${v.id}`, {
        headers: { authorization: `Bearer ${v.clientToken!}` },
      });
    const overHttp = () =>
      fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: {
          ...{ 'content-type': 'application/json', accept: 'text/event-stream' },
          authorization: `Bearer ${v.clientToken!}`,
        },
        body: JSON.stringify({ query: WATCH, variables: { verificationId: v.id } }),
      });
    ahead = 0;
    expect(await again()).toMatchObject({ type: 'next' });
    expect((await (await overRest()).json()) as object).toMatchObject({ status: 'canceled' });
    ahead = 60_000;
    expect(JSON.stringify(await again())).toMatch(/"reason":"(?:auth\/invalid: )?expired"/);
    expect([(await overRest()).status, (await overHttp()).status]).toEqual([401, 401]);
  });
});

describe('a socket', () => {
  const open = (options?: Parameters<typeof openRawSocket>[1]) => openRawSocket(urlOf(app), options);

  test.each([
    ['no JSON', '{'],
    ['binary rubbish', '\u0000\u0001'],
    ['a number', '1'],
    ['no type', '{}'],
    ['an unknown type', { type: 'hello' }],
    ['a payload that is no object', { type: 'connection_init', payload: 'x' }],
    ['a message of the server', { type: 'connection_ack' }],
  ])('that begins with %s is closed with 4400', async (_what, message) => {
    await using socket = await open();
    socket.send(message);
    expect(await socket.closed).toMatchObject({ code: 4400 });
  });

  test.each([
    ['no credential', {}],
    ['a credential that is no text', { authorization: 1 }],
    ['a wrong credential', { authorization: 'Bearer nonsense' }],
  ])('that begins with %s is closed with 4401', async (_what, payload) => {
    await using socket = await open();
    socket.send({ type: 'connection_init', payload });
    expect((await socket.closed).code).toBe(4401);
  });

  test('that subscribes before it was let in is closed with 4401', async () => {
    await using socket = await open();
    socket.send(subscribe('1', '{ __typename }'));
    expect((await socket.closed).code).toBe(4401);
  });

  test('that introduces itself twice is closed with 4429, one that repeats an id with 4409', async () => {
    await using twice = await openSocket(app, caller.credential);
    twice.send({ type: 'connection_init' });
    expect((await twice.closed).code).toBe(4429);
    await using same = await openSocket(app, caller.credential);
    same.send(subscribe('1', AccountEventsDocument.toString()));
    same.send(subscribe('1', AccountEventsDocument.toString()));
    expect((await same.closed).code).toBe(4409);
  });

  test('that says nothing is closed with 4408', async () => {
    await using server = await serveAgain(app, {}, { sockets: { initMs: 50 } });
    await using socket = await openRawSocket(`${server.url}/graphql`);
    expect((await socket.closed).code).toBe(4408);
  });

  test('of another protocol is closed with 4406', async () => {
    await using socket = await open({ protocol: 'graphql-ws' }).catch(() => undefined as never);
    if (socket) expect((await socket.closed).code).toBe(4406);
  });

  test('runs fifty operations at a time and refuses the next one', async () => {
    await using socket = await openSocket(app, caller.credential);
    for (let i = 1; i <= 51; i++) socket.send(subscribe(String(i), AccountEventsDocument.toString()));
    expect(await socket.next()).toMatchObject({
      id: '51',
      type: 'error',
      payload: [{ extensions: { code: 'request/too_complex' } }],
    });
    socket.send({ id: '1', type: 'complete' });
    socket.send(subscribe('52', '{ __typename }'));
    expect(await socket.next()).toMatchObject({ id: '52', type: 'next' });
  });

  test('runs queries and mutations too, under the same limits', async () => {
    await using socket = await openSocket(app, caller.credential);
    socket.send(subscribe('1', '{ services { name } }'));
    expect(await socket.next()).toMatchObject({
      id: '1',
      type: 'next',
      payload: { data: { services: [{}] } },
    });
    expect(await socket.next()).toMatchObject({ id: '1', type: 'complete' });
    socket.send(subscribe('2', '{ nope }'));
    expect(await socket.next()).toMatchObject({
      id: '2',
      type: 'error',
      payload: [{ extensions: { code: 'input/invalid' } }],
    });
    socket.send(subscribe('3', '{'));
    expect(await socket.next()).toMatchObject({ id: '3', type: 'error' });
    socket.send({
      id: '5',
      type: 'subscribe',
      payload: { query: 'query A { __typename }', operationName: 'B' },
    });
    expect(await socket.next()).toMatchObject({
      id: '5',
      type: 'error',
      payload: [{ extensions: { code: 'input/invalid' } }],
    });
    socket.send(subscribe('4', `{ ${'a: __typename '.repeat(31)} }`));
    expect(await socket.next()).toMatchObject({
      id: '4',
      type: 'error',
      payload: [{ extensions: { code: 'request/too_complex' } }],
    });
  });

  test('that sends more than 64 KB at once is closed with 1009', async () => {
    await using socket = await openSocket(app, caller.credential);
    socket.send(subscribe('1', `{ __typename } #${'x'.repeat(65 * 1024)}`));
    expect((await socket.closed).code).toBe(1009);
  });

  test('whose key is revoked is closed with 4403', async () => {
    const { key, id } = await aKey();
    await using socket = await openSocket(app, key);
    await revokeApiKey(app, who, id);
    expect((await socket.closed).code).toBe(4403);
  });

  test('that does not answer pings any more is dropped', async () => {
    await using server = await serveAgain(app, {}, { sockets: { pingMs: 50 } });
    await using socket = await openSocket({ ...app, server }, caller.credential, { autoPong: false });
    expect((await socket.closed).code).toBe(1006);
  });

  test('from a foreign origin does not come in where origins are listed', async () => {
    await using server = await serveAgain(app, {}, { allowedOrigins: ['https://app.example'] });
    const from = (origin: string) => openRawSocket(`${server.url}/graphql`, { origin });
    await expect(from('https://evil.example')).rejects.toThrow('403');
    await using socket = await from('https://app.example');
    expect(socket.socket.readyState).toBe(socket.socket.OPEN);
  });

  test('is one of so many of its address, and is asked to come again when they are all taken', async () => {
    await using server = await serveAgain(app, {}, { maxSocketsPerAddress: 2 });
    const url = `${server.url}/graphql`;
    const first = await openRawSocket(url);
    await using second = await openSocket({ ...app, server }, caller.credential);
    await using third = await openRawSocket(url);
    expect(await third.closed).toEqual({ code: 1013, reason: 'socket/too_many: address' });
    await first[Symbol.asyncDispose]();
    await until(async () => {
      await using again = await openRawSocket(url);
      again.send({ type: 'connection_init', payload: { authorization: `Bearer ${caller.credential}` } });
      return 'type' in (await Promise.race([again.next(), again.closed]));
    });
    expect(second.socket.readyState).toBe(second.socket.OPEN);
  });

  test('is one of so many of its account, whichever its key; others are not kept out by it', async () => {
    await using server = await serveAgain(app, {}, { maxSocketsPerAccount: 1 });
    const init = async (credential: string) => {
      const socket = await openRawSocket(`${server.url}/graphql`);
      socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${credential}` } });
      const first = await Promise.race([socket.next(), socket.closed]);
      return {
        ...socket,
        told: 'code' in first ? `${String(first.code)} ${String(first.reason)}` : first.type,
      };
    };
    const open = await init(caller.credential);
    const sibling = await createCaller(app, who);
    expect((await init(sibling.credential)).told).toBe('1013 socket/too_many: account');
    const stranger = await createCaller(app, await createTestAccount(app));
    await using other = await init(stranger.credential);
    expect(other.told).toBe('connection_ack');
    // A verification's client tokens neither take a place of the account, nor want for one; they have their own.
    const { clientToken } = await started();
    await using stack = new AsyncDisposableStack();
    for (let i = 0; i < 20; i++) expect(stack.use(await init(clientToken!)).told).toBe('connection_ack');
    expect((await init(clientToken!)).told).toBe('1013 socket/too_many: client_token');
    await open[Symbol.asyncDispose]();
    await until(async () => {
      await using again = await init(sibling.credential);
      return again.told === 'connection_ack';
    });
  });

  test('shares its places with event streams over HTTP, which are refused when all are taken', async () => {
    await using server = await serveAgain(app, {}, { maxSocketsPerAccount: 1 });
    const headers = { authorization: `Bearer ${caller.credential}`, accept: 'text/event-stream' };
    let stop = new AbortController();
    const ways = {
      rest: () => fetch(`${server.url}/v1/events`, { headers, signal: stop.signal }),
      graphql: () =>
        fetch(`${server.url}/graphql`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify({ query: AccountEventsDocument.toString() }),
          signal: stop.signal,
        }),
    };
    const isRefused = async (way: () => Promise<Response>) => {
      const response = await way();
      if (response.status !== 429) return false;
      expect(await response.text()).toContain('socket/too_many');
      return true;
    };
    for (const way of Object.values(ways)) {
      stop = new AbortController();
      const socket = await openSocket({ ...app, server }, caller.credential);
      expect([await isRefused(ways.rest), await isRefused(ways.graphql)]).toEqual([true, true]);
      await socket[Symbol.asyncDispose]();
      await until(async () => !(await isRefused(way)));
      expect([await isRefused(ways.rest), await isRefused(ways.graphql)]).toEqual([true, true]);
      stop.abort();
      await until(async () => {
        await using again = await openRawSocket(`${server.url}/graphql`);
        again.send({ type: 'connection_init', payload: { authorization: headers.authorization } });
        return 'type' in (await Promise.race([again.next(), again.closed]));
      });
    }
  });

  test('to another path does not come in', async () => {
    await expect(openRawSocket(`${app.server!.url}/nothing`)).rejects.toThrow('404');
  });

  test('is sent away with 1012 when the server stops', async () => {
    const server = await serveAgain(app, {});
    await using socket = await openSocket({ ...app, server }, caller.credential);
    socket.send(subscribe('1', AccountEventsDocument.toString()));
    await server[Symbol.asyncDispose]();
    expect((await socket.closed).code).toBe(1012);
  });

  test('that takes nothing of what it asks for is cut off, and the others go on', async () => {
    const text = `{code} ${'x'.repeat(590)}`;
    const templates = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`en-${100 + i}`, text]));
    const rich = await createCaller(app, await createTestAccount(app, { templates }));
    await using slow = await openSocket(app, rich.credential);
    slow.socket.pause();
    // A megabyte each: more than the buffers of both ends take.
    const asked = Array.from({ length: 30 }, (_, i) => `a${i}: services { settings { templates { text } } }`);
    const large = `{ ${asked.join(' ')} }`;
    const flood = async () => {
      for (let i = 0; i < 20; i++) slow.send(subscribe(String(i), large));
      let gone = false;
      void slow.closed.then(() => (gone = true));
      // Any message behind them meets a full socket.
      await until(() => {
        slow.send({ type: 'ping' });
        return gone;
      });
      return slow.closed;
    };
    const [{ code }, { status }] = await Promise.all([flood(), caller.ask('{ services { id } }')]);
    expect(code).toBe(1006);
    expect(status).toBe(200);
  });
});

describe('server-sent events', () => {
  async function open(
    query: string,
    variables: object,
    accept = 'text/event-stream',
  ): Promise<AsyncIterator<string>> {
    const response = await fetch(urlOf(app), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept,
        authorization: `Bearer ${caller.credential}`,
      },
      body: JSON.stringify({ query, variables }),
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    return linesOf(response.body!)[Symbol.asyncIterator]();
  }

  test.each(['text/event-stream', '*/*', 'application/json, text/event-stream'])(
    'tell the same story to who accepts %s, and complete',
    async (accept) => {
      const v = await started();
      await happened(app, { accountId: who.accountId, id: v.id }, 'MessageDelivered');
      await approve(v.id);
      const lines = await open(WATCH, { verificationId: v.id }, accept);
      const events: unknown[] = [];
      for (let line = await lines.next(); !line.done; line = await lines.next()) {
        if (line.value.startsWith('event: complete')) break;
        if (line.value.startsWith('data: {')) events.push(JSON.parse(line.value.slice(6)));
      }
      expect(typesOf(events)).toEqual(WHOLE_STORY);
    },
  );

  test('are not what who accepts JSON only is answered with', async () => {
    const body = JSON.stringify({ query: AccountEventsDocument.toString() });
    const { status } = await fetch(urlOf(app), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: `Bearer ${caller.credential}`,
      },
      body,
    });
    expect(status).toBe(406);
  });

  test('end with the code of what was refused', async () => {
    const lines = await open(WATCH, { verificationId: 'x' });
    let data: string | undefined;
    for (let line = await lines.next(); !line.done && !data; line = await lines.next())
      if (line.value.startsWith('data: {')) data = line.value;
    expect(data).toContain('verification/not_found');
  });

  test('end when the server stops', async () => {
    const server = await serveAgain(app, {});
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${caller.credential}`,
      },
      body: JSON.stringify({ query: AccountEventsDocument.toString() }),
    });
    const read = response.text().then(
      () => 'ended',
      () => 'cut off',
    );
    await server[Symbol.asyncDispose]();
    expect(await read).toMatch(/ended|cut off/);
  });
});

async function aKey() {
  const { createApiKey } = await import('../../src/accounts/create-api-key.ts');
  const { key, row } = await createApiKey(app, who.accountId, { name: 'Short-lived' });
  return { key, id: row.id };
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    text = lines.pop()!;
    yield* lines;
  }
}
