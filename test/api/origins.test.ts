import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import { setAllowedOrigins } from '../../src/accounts/set-allowed-origins.ts';
import { VerificationEventsDocument } from '../../src/graphql/generated/graphql.ts';
import type { ApiServer } from '../../src/graphql/server.ts';
import { createTestAccount, createTestApp, createWaitingAccount, type TestApp } from '../support/app.ts';
import { callerWith, createCaller, openRawSocket, type Answer } from '../support/graphql.ts';
import { createRestCaller } from '../support/rest.ts';
import { serveAgain } from '../support/serve-again.ts';
import { until } from '../support/until.ts';
import { createNumbers } from '../support/verifying.ts';

const aNumber = createNumbers(6_910_000);
const SHOP = 'https://shop.example';
const OTHER = 'https://other.example';
let testApp: TestApp;
let app: TestApp['app'];
let who: Principal;

beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api,simulator' });
  app = testApp.app;
  who = await createWaitingAccount(app);
});
afterAll(() => testApp[Symbol.asyncDispose]());

const START = `mutation ($input: StartVerificationInput!) { startVerification(input: $input) {
  __typename ... on Verification { id clientToken } ... on InvalidInput { field message }
} }`;

interface Started {
  __typename: string;
  id: string;
  clientToken: string;
  field?: string;
}

async function start(by: Principal, input: object): Promise<Started> {
  const { data } = (await (
    await createCaller(app, by)
  ).ask(START, { input: { to: aNumber(), ...input } })) as Answer<{ startVerification: Started }>;
  return data!.startVerification;
}

/** Node's own client: it says the headers that it is told to. @returns the status, and the answer's start */
async function call(url: string, headers: Record<string, string>, body?: object) {
  const sent = request(url, { headers, method: body ? 'POST' : 'GET' }).end(body && JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  if (response.headers['content-type']?.startsWith('text/event-stream')) response.destroy();
  else for await (const chunk of response) text += String(chunk);
  const { reason, errors } = JSON.parse(text || '{}') as {
    reason?: string;
    errors?: { extensions: { code: string; reason?: string } }[];
  };
  const refused = errors?.[0]?.extensions;
  return { status: response.statusCode!, reason: refused?.reason ?? reason, headers: response.headers };
}

interface Way {
  name: string;
  /** @returns `let in`, or the code with which it was not, and why */
  use(v: Started, headers: Record<string, string>, server?: ApiServer): Promise<string>;
}

const told = ({ status, reason }: { status: number; reason: string | undefined }) =>
  status === 200 ? 'let in' : `${status} ${reason}`;

const WAYS: Way[] = [
  {
    name: 'REST',
    use: async ({ id, clientToken }, headers, { url } = app.server!) =>
      told(
        await call(`${url}/v1/verifications/${id}`, { authorization: `Bearer ${clientToken}`, ...headers }),
      ),
  },
  {
    name: 'events over REST',
    use: async ({ id, clientToken }, headers, { url } = app.server!) =>
      told(
        await call(`${url}/v1/verifications/${id}/events`, {
          authorization: `Bearer ${clientToken}`,
          ...headers,
        }),
      ),
  },
  {
    name: 'events of GraphQL over SSE',
    use: async ({ id, clientToken }, headers, { url } = app.server!) =>
      told(
        await call(
          `${url}/graphql`,
          {
            'content-type': 'application/json',
            accept: 'text/event-stream, application/graphql-response+json;q=0.5',
            authorization: `Bearer ${clientToken}`,
            ...headers,
          },
          { query: VerificationEventsDocument.toString(), variables: { verificationId: id } },
        ),
      ),
  },
  {
    name: 'WebSocket',
    async use({ id, clientToken }, headers, { url } = app.server!) {
      await using socket = await openRawSocket(`${url}/graphql`, { headers });
      socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${clientToken}` } });
      const query = VerificationEventsDocument.toString();
      const first = await Promise.race([socket.next(), socket.closed]);
      if ('code' in first) return `${String(first.code)} ${String(first.reason)}`;
      socket.send({ id: '1', type: 'subscribe', payload: { query, variables: { verificationId: id } } });
      return (await socket.next()).type === 'next' ? 'let in' : 'refused';
    },
  },
];

const REFUSED = { REST: '401', WebSocket: '4401 auth/invalid:' } as Record<string, string>;

describe.each(WAYS)('a client token over $name', ({ name, use }) => {
  const refused = (reason: string) => `${REFUSED[name] ?? '401'} ${reason}`;

  test('is good from its origin, and from nowhere else', async () => {
    const v = await start(who, { clientOrigin: SHOP });
    expect(await use(v, { origin: SHOP })).toBe('let in');
    const elsewhere: Record<string, string>[] = [
      { origin: OTHER },
      {},
      { origin: 'null' },
      { origin: 'https://www.shop.example' },
      { origin: 'https://shop.example.evil.example' },
      { origin: 'https://shop.example:8443' },
      { origin: 'https://shop.example:443' },
      { origin: 'http://shop.example' },
      { origin: 'https://SHOP.example' },
      { origin: 'https://shop.example/' },
      { 'otpost-app': SHOP },
    ];
    for (const headers of elsewhere)
      expect([headers, await use(v, headers)]).toEqual([headers, refused('wrong_client')]);
  });

  test('is good from its app, as long as no page says that it is that', async () => {
    const v = await start(who, { clientApp: 'com.example.app' });
    expect(await use(v, { 'otpost-app': 'com.example.app' })).toBe('let in');
    const elsewhere: Record<string, string>[] = [
      {},
      { 'otpost-app': 'com.example.APP' },
      { 'otpost-app': 'com.example.app.other' },
      { 'otpost-app': 'com.example.app', origin: SHOP },
      { 'otpost-app': 'com.example.app', origin: 'null' },
    ];
    for (const headers of elsewhere)
      expect([headers, await use(v, headers)]).toEqual([headers, refused('wrong_client')]);
  });

  test('that is bound to nothing is good from everywhere, until its time is up', async () => {
    const v = await start(who, {});
    const anywhere: Record<string, string>[] = [{}, { origin: SHOP }];
    for (const headers of anywhere) expect(await use(v, headers)).toBe('let in');
  });

  test('is over when its verification is, wherever it is shown', async () => {
    const v = await start(who, { clientOrigin: SHOP });
    const clock = () => app.clock() + 11 * 60_000;
    await using server = await serveAgain(app, { clock });
    expect(await use(v, { origin: SHOP }, server)).toBe(refused('expired'));
    const justBefore = () => app.clock() + 10.5 * 60_000;
    await using earlier = await serveAgain(app, { clock: justBefore });
    expect(await use(v, { origin: SHOP }, earlier)).toBe('let in');
  });
});

describe('an app over WebSocket', () => {
  test('can say what it is in connection_init, too', async () => {
    const { clientToken } = await start(who, { clientApp: 'com.example.app' });
    const authorization = `Bearer ${clientToken}`;
    await using socket = await openRawSocket(`${app.server!.url}/graphql`);
    socket.send({ type: 'connection_init', payload: { authorization, app: 'com.example.app' } });
    expect((await socket.next()).type).toBe('connection_ack');
    await using other = await openRawSocket(`${app.server!.url}/graphql`);
    other.send({ type: 'connection_init', payload: { authorization, app: 'com.example.other' } });
    expect(await other.closed).toEqual({ code: 4401, reason: 'auth/invalid: wrong_client' });
  });
});

describe('a service can want that', () => {
  test('every start says where its client token is for', async () => {
    const strict = await createWaitingAccount(app, { requireClientBinding: true });
    expect(await start(strict, {})).toMatchObject({ __typename: 'InvalidInput', field: 'clientOrigin' });
    for (const input of [{ clientOrigin: SHOP }, { clientApp: 'com.example.app' }])
      expect(await start(strict, input)).toMatchObject({ __typename: 'Verification' });
  });

  test('a resend goes without: it gives no token out', async () => {
    const strict = await createWaitingAccount(app, { requireClientBinding: true, coolDownSeconds: 0 });
    const rest = await createRestCaller(app, strict);
    const { body } = await rest.post('/v1/verifications', { to: aNumber(), clientOrigin: SHOP });
    expect((await rest.post('/v1/verifications', { to: aNumber() })).body.field).toBe('clientOrigin');
    expect((await rest.post(`/v1/verifications/${String(body.id)}/resend`)).status).toBe(200);
  });

  test('a start says one place at most, and a real one', async () => {
    const both = { clientOrigin: SHOP, clientApp: 'com.example.app' };
    expect(await start(who, both)).toMatchObject({ field: 'clientApp' });
    expect(await start(who, { clientOrigin: `${SHOP}/path` })).toMatchObject({ field: 'clientOrigin' });
    expect(await start(who, { clientOrigin: 'null' })).toMatchObject({ field: 'clientOrigin' });
  });

  test('the same idempotency key for another place is another request', async () => {
    const input = { to: aNumber(), idempotencyKey: 'once' };
    expect(await start(who, { ...input, clientOrigin: SHOP })).toMatchObject({ __typename: 'Verification' });
    expect(await start(who, { ...input, clientOrigin: SHOP })).toMatchObject({ __typename: 'Verification' });
    expect(await start(who, { ...input, clientOrigin: OTHER })).toMatchObject({
      __typename: 'IdempotencyConflict',
    });
  });
});

describe('the pages that an account lets call', () => {
  /** What a page gets that asks with the key of an account: the status, and who may read the answer. */
  async function asked(key: string, origin: string | undefined, { url } = app.server!) {
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      authorization: `Bearer ${key}`,
    };
    if (origin !== undefined) headers.origin = origin;
    const graphql = await call(`${url}/graphql`, headers, { query: '{ account { id } }' });
    const rest = await call(`${url}/v1/services`, headers);
    expect(rest.status).toBe(graphql.status);
    expect(graphql.headers.vary).toMatch(/origin/i);
    const readable = graphql.headers['access-control-allow-origin'];
    return [graphql.status, readable, graphql.headers['access-control-allow-credentials']];
  }

  async function socketOf(key: string, origin: string, { url } = app.server!) {
    await using socket = await openRawSocket(`${url}/graphql`, { origin });
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } });
    const first = await Promise.race([socket.next(), socket.closed]);
    return 'code' in first ? `${String(first.code)} ${String(first.reason)}` : first.type;
  }

  async function anAccount(origins: readonly string[] | null) {
    const by = await createTestAccount(app);
    if (origins) await setAllowedOrigins(app, by, origins);
    return { by, key: (await createApiKey(app, by.accountId, { name: 'Test' })).key };
  }

  test('are those that it lists, where the operator names none; what is no page is as before', async () => {
    const { key } = await anAccount([SHOP]);
    expect(await asked(key, SHOP)).toEqual([200, '*', undefined]);
    expect(await asked(key, OTHER)).toEqual([403, '*', undefined]);
    expect(await asked(key, 'null')).toEqual([403, '*', undefined]);
    expect(await asked(key, undefined)).toEqual([200, '*', undefined]);
    expect(await socketOf(key, SHOP)).toBe('connection_ack');
    expect(await socketOf(key, OTHER)).toBe('4403 auth/origin_not_allowed');
  });

  test('are none when its list is empty, and all when it has none', async () => {
    expect(await asked((await anAccount([])).key, SHOP)).toEqual([403, '*', undefined]);
    expect(await asked((await anAccount(null)).key, SHOP)).toEqual([200, '*', undefined]);
  });

  test('are also those that the operator names; others are asked for, and judged by the account', async () => {
    const lists = await anAccount([SHOP]);
    const others = await anAccount(null);
    const console = 'https://console.example';
    await using server = await serveAgain(app, {}, { allowedOrigins: [console] });
    const preflight = async (origin: string) => {
      const response = await fetch(`${server.url}/graphql`, { method: 'OPTIONS', headers: { origin } });
      return response.headers.get('access-control-allow-origin');
    };
    expect(await preflight(SHOP)).toBe(SHOP);
    expect(await preflight(OTHER)).toBeNull();
    for (const { key } of [lists, others])
      expect(await asked(key, console, server)).toEqual([200, console, 'true']);
    expect(await asked(lists.key, SHOP, server)).toEqual([200, SHOP, undefined]);
    expect(await asked(others.key, SHOP, server)).toEqual([403, SHOP, undefined]);
    expect(await asked(lists.key, OTHER, server)).toEqual([403, undefined, undefined]);
    expect(await socketOf(lists.key, SHOP, server)).toBe('connection_ack');
    expect(await socketOf(others.key, SHOP, server)).toBe('4403 auth/origin_not_allowed');
    await expect(socketOf(lists.key, OTHER, server)).rejects.toThrow('403');
  });

  test('are followed by every process, and say which of them a client token may be for', async () => {
    const { by, key } = await anAccount([SHOP]);
    expect(await start(by, { clientOrigin: OTHER })).toMatchObject({ field: 'clientOrigin' });
    await setAllowedOrigins(app, by, [OTHER]);
    await until(async () => (await asked(key, SHOP))[0] === 403);
    expect(await asked(key, OTHER)).toEqual([200, '*', undefined]);
    expect(await start(by, { clientOrigin: OTHER })).toMatchObject({ __typename: 'Verification' });
  });

  test('are read as browsers write them, at most 50, and shown as they are', async () => {
    const { key } = await anAccount(null);
    const caller = callerWith(app, key);
    const SET = `mutation ($origins: [String!]) { setAllowedOrigins(input: { origins: $origins }) {
      ... on Account { allowedOrigins } ... on InvalidInput { field } } }`;
    const set = async (origins: string[] | null) =>
      (await caller.ask(SET, { origins })).data!.setAllowedOrigins;
    expect(await set(['HTTPS://Shop.Example:443', SHOP])).toEqual({ allowedOrigins: [SHOP] });
    expect(await set([SHOP, '*'])).toEqual({ field: 'origins.1' });
    expect(await set([`${SHOP}/`])).toEqual({ field: 'origins.0' });
    expect(await set(Array.from({ length: 51 }, (_, i) => `https://a${i}.example`))).toEqual({
      field: 'origins',
    });
    expect(await set(null)).toEqual({ allowedOrigins: null });
  });
});
