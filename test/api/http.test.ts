import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { callerWith, codesOf, createCaller, urlOf, type Caller } from '../support/graphql.ts';
import { serveAgain } from '../support/serve-again.ts';
import { until } from '../support/until.ts';
import { createNumbers } from '../support/verifying.ts';

const aNumber = createNumbers(4_000_000);
const logged: string[] = [];
let testApp: TestApp;
let app: TestApp['app'];
let who: Principal;
let caller: Caller;

beforeAll(async () => {
  const log = pino(
    { level: 'info' },
    new Writable({ write: (line, _, done) => (logged.push(String(line)), done()) }),
  );
  testApp = await createTestApp({ ROLES: 'api,worker' }, { log });
  app = testApp.app;
  who = await createTestAccount(app);
  caller = await createCaller(app, who);
});
afterAll(() => testApp[Symbol.asyncDispose]());

const JSON_TYPE = { 'content-type': 'application/json' };

function post(body: string, headers: Record<string, string> = JSON_TYPE): Promise<Response> {
  return fetch(urlOf(app), {
    method: 'POST',
    headers: { authorization: `Bearer ${caller.credential}`, ...headers },
    body,
  });
}

/** A body in chunks, whose size nobody says beforehand. */
function postChunked(chunk: string, count: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      urlOf(app),
      { method: 'POST', headers: { ...JSON_TYPE, authorization: `Bearer ${caller.credential}` } },
      (response) => {
        response.resume();
        resolve(response.statusCode!);
      },
    );
    sent.on('error', reject);
    for (let i = 0; i < count; i++) sent.write(chunk);
    sent.end();
  });
}

describe('requests', () => {
  test('with a body of 1 MB are refused with 413, and the server goes on', async () => {
    const response = await post(JSON.stringify({ query: `{ __typename } #${'x'.repeat(1_000_000)}` }));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'request/too_large' } }] });
    expect((await post('{"query":"{ __typename }"}')).status).toBe(200);
  });

  test('in chunks are read up to the same size', async () => {
    expect(await postChunked('{"query":"{ __typename }"}', 1)).toBe(200);
    expect(await postChunked(' '.repeat(10_000), 100)).toBe(413);
  });

  test.each(['{', '[1', 'null', '"text"', '', '{"query": 1}', '{"query": "{"}', '{"variables": {}}'])(
    'of malformed JSON or GraphQL (%s) are answered with 400',
    async (body) => {
      const response = await post(body, { ...JSON_TYPE, accept: 'application/graphql-response+json' });
      expect(response.status).toBe(400);
      const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
      expect(errors[0]!.extensions.code).toBe('input/invalid');
    },
  );

  test.each([
    [
      { ID: 'x' },
      'Variable "$id" has invalid value: Expected a value of non-null type "ID!" to be provided.',
    ],
    [{ id: null }, 'Variable "$id" has invalid value: Expected value of non-null type "ID!" not to be null.'],
    [
      { id: 'x', first: '482913' },
      'Variable "$first" has invalid value: Int cannot represent non-integer value: …',
    ],
  ])(
    'with variables like %j hear which one is wrong, and nothing of its value',
    async (variables, message) => {
      const query =
        'query ($id: ID!, $first: Int = 1) { node(id: $id) { id } verifications(first: $first) { edges { cursor } } }';
      const response = await post(JSON.stringify({ query, variables }));
      expect(await response.json()).toMatchObject({
        errors: [{ message, extensions: { code: 'input/invalid' } }],
      });
    },
  );

  test.each(['{', '[1', 'null', '"text"', '', '{"query": 1}', '{"variables": {}}'])(
    'that are none (%s) are answered with 400 also to clients of application/json',
    async (body) => expect((await post(body)).status).toBe(400),
  );

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
  ])('of the type %s, which a foreign page could send, are refused with 415', async (type) => {
    expect((await post('{"query":"{ __typename }"}', { 'content-type': type })).status).toBe(415);
  });

  test.each(['variables=x', 'variables=%7B', 'extensions=%7B', 'variables=%ff'])(
    'by GET whose %s is no JSON are the client’s mistake, not ours',
    async (broken) => {
      logged.length = 0;
      const response = await fetch(`${urlOf(app)}?query={__typename}&${broken}`, {
        headers: { accept: 'application/graphql-response+json' },
      });
      expect(response.status).toBe(400);
      const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
      expect(errors[0]!.extensions.code).toBe('input/invalid');
      expect(logged.filter((line) => line.includes('unexpected'))).toEqual([]);
    },
  );

  test('that break off in their body are no error in the log', async () => {
    logged.length = 0;
    for (const size of [{ 'content-length': '1000' }, {}]) {
      const sent = request(urlOf(app), { method: 'POST', headers: { ...JSON_TYPE, ...size } });
      sent.on('error', () => {});
      sent.write('{"query"');
      await once(sent, 'socket');
      // The server has the head and the beginning of the body by the time that it answers another request.
      await post('{"query":"{ __typename }"}');
      sent.destroy();
    }
    await until(() => logged.filter((line) => line.includes('"level":30')).length >= 2);
    await post('{"query":"{ __typename }"}');
    expect(logged.filter((line) => line.includes('unexpected'))).toEqual([]);
  });

  test.each(['a b', 'x/../y', '[::', 'x:port'])('to the host "%s" are answered with 400', async (host) => {
    const sent = request(urlOf(app), { headers: { host, accept: 'text/html' } }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(400);
  });

  test('may not hold several operations', async () => {
    const response = await post('[{"query":"{ __typename }"},{"query":"{ __typename }"}]');
    expect(response.status).toBe(400);
  });

  test('cannot change anything by GET', async () => {
    const query = 'mutation { startVerification(input: { to: "+385911234567" }) { __typename } }';
    const response = await fetch(`${urlOf(app)}?query=${encodeURIComponent(query)}`, {
      headers: { authorization: `Bearer ${caller.credential}` },
    });
    expect(response.status).toBe(405);
  });

  test('of another origin are let in by CORS without credentials of the browser', async () => {
    const response = await fetch(urlOf(app), {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example' },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    const allowed = response.headers.get('access-control-allow-headers');
    for (const name of ['authorization', 'idempotency-key', 'otpost-account', 'otpost-app'])
      expect(allowed).toContain(name);
    const answer = await fetch(`${app.server!.url}/v1/account`, {
      headers: { origin: 'https://app.example', authorization: `Bearer ${caller.credential}` },
    });
    for (const name of ['etag', 'ratelimit'])
      expect(answer.headers.get('access-control-expose-headers'), name).toMatch(new RegExp(`\\b${name}\\b`));
  });
});

describe('authentication', () => {
  test('is needed for everything but the schema', async () => {
    const stranger = callerWith(app, '');
    expect(await stranger.ask('{ __schema { queryType { name } } __typename }')).toMatchObject({
      status: 200,
    });
    const refused = await stranger.ask('{ services { id } }');
    expect(refused.status).toBe(401);
    expect(codesOf(refused)).toEqual(['auth/missing']);
    const hidden = await stranger.ask('{ ...A } fragment A on Query { __typename services { id } }');
    expect(codesOf(hidden)).toEqual(['auth/missing']);
  });

  test.each([
    ['of no kind', 'nonsense'],
    ['that looks like a key', 'otpost_key_000000000000000000000000'],
    ['that looks like a token', 'otpost_ct_x'],
    ['that is far too long', 'x'.repeat(5_000)],
  ])('refuses a credential %s with 401, also for the schema', async (_what, credential) => {
    const refused = await callerWith(app, credential).ask('{ __typename }');
    expect(refused.status).toBe(401);
    expect(codesOf(refused)).toEqual(['auth/invalid']);
  });

  test('tells a stranger no field names', async () => {
    const { errors } = await callerWith(app, '').ask('{ servces { id } verification(idd: 1) { statu } }');
    expect(JSON.stringify(errors)).not.toMatch(/did you mean/i);
    const coerced = await callerWith(app, '').ask('query ($c: Channel = SMSS) { __typename }');
    expect(JSON.stringify(coerced.errors)).not.toMatch(/did you mean/i);
  });
});

describe('text that no database takes', () => {
  const create = (input: object) =>
    caller.ask(
      `mutation ($input: CreateServiceInput!) {
        createService(input: $input) { __typename ... on InvalidInput { field } }
      }`,
      { input },
    );
  const code = '{code}';

  test.each([
    ['name', { name: 'a\u0000b' }],
    ['name', { name: 'a\ud800b' }],
    ['name', { name: 'two\nlines' }],
    [
      'settings.templates.hr',
      { name: 'A', settings: { templates: [{ locale: 'hr', text: `${code}\u0000` }] } },
    ],
    ['settings.defaultLocale', { name: 'A', settings: { defaultLocale: 'hr\u0000' } }],
  ])('is refused where it stands: %s', async (field, input) => {
    const { data, errors } = await create(input);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ createService: { __typename: 'InvalidInput', field } });
  });
});

describe('failures', () => {
  test('that nobody expected are answered with an id and nothing else, and logged under it', async () => {
    const broken = Object.create(app.db, {
      query: {
        get: () => {
          throw new Error('secret +385911234567');
        },
      },
    }) as typeof app.db;
    await using server = await serveAgain(app, { db: broken });
    const answer = await callerWith({ ...app, server }, caller.credential).ask('{ services { id } }');
    const { id } = answer.errors![0]!.extensions as { id: string };
    expect(codesOf(answer)).toEqual(['internal/unexpected']);
    expect(answer.errors![0]!.message).toContain(id);
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(logged.some((line) => line.includes(id) && line.includes('unexpected error'))).toBe(true);
  });

  test('of the domain outside a union carry their code and their page', async () => {
    const answer = await caller.ask('{ verifications(first: 1, after: "x") { nodes { id } } }');
    expect(answer.errors![0]!.extensions).toEqual({
      code: 'input/cursor',
      docUrl: `${app.publicUrl}/errors/input/cursor`,
    });
  });
});

describe('the log', () => {
  test('has one line per operation with its name and outcome, and neither number nor code', async () => {
    const to = aNumber();
    logged.length = 0;
    const query = `mutation Canary($to: String!, $code: String!) {
      startVerification(input: { to: $to }) { __typename }
      checkVerification(input: { verificationId: "vrf_x", code: $code }) { __typename }
    }`;
    await caller.ask(query, { to, code: '739154' });
    const lines = logged.filter((line) => line.includes('Canary')).map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject([
      { operation: 'Canary', kind: 'mutation', account: who.accountId, outcome: 'ok' },
    ]);
    expect(lines[0]).toHaveProperty('ms');
    expect(logged.join('')).not.toContain(to.slice(4));
    expect(logged.join('')).not.toContain('739154');
  });
});

describe('the server', () => {
  test('says that it lives, and that it is ready when database, bus and worker answer', async () => {
    const { url } = app.server!;
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const ready = await until(async () => {
      const response = await fetch(`${url}/ready`);
      return response.status === 200 && ((await response.json()) as object);
    });
    expect(ready).toMatchObject({ ready: true, database: true, bus: true, worker: true });
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
  });

  test('is not ready without its bus, and lives all the same', async () => {
    await using server = await serveAgain(app, { bus: { ...app.bus, ready: () => Promise.resolve(false) } });
    expect((await fetch(`${server.url}/ready`)).status).toBe(503);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  });

  test('keeps introspection and GraphiQL to itself where they are switched off', async () => {
    await using server = await serveAgain(app, {}, { introspection: false, graphiql: false });
    const closed = callerWith({ ...app, server }, caller.credential);
    expect(codesOf(await closed.ask('{ __schema { queryType { name } } }'))).toContain('input/invalid');
    const page = await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type') ?? '').not.toContain('text/html');
  });

  test.each([
    'GET /graphql HTTP/1.1\r\nHost: x\r\n',
    `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n`,
  ])('hangs up on a client that never ends its request', async (beginning) => {
    await using server = await serveAgain(app, {}, { requestMs: 100 });
    const slow = connect(Number(new URL(server.url).port), '127.0.0.1');
    slow.write(beginning);
    // A reset is one way of being hung up on.
    const closed = new Promise((resolve) => slow.once('close', resolve));
    const drip = setInterval(() => slow.write('X'), 20);
    slow.on('error', () => {});
    slow.resume();
    await closed;
    clearInterval(drip);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  });

  test.each([
    ['HTTP/1.1', 'Host: a.example\r\nHost: b.example\r\n', 400],
    ['HTTP/1.1', 'Host: localhost\r\nAuthorization: Bearer x\r\n', 401],
    // One that need not say where it is going.
    ['HTTP/1.0', '', 200],
  ])('over %s a header is one thing, or none: %j', async (version, headers, status) => {
    const socket = connect(Number(new URL(app.server!.url).port), '127.0.0.1');
    const credential = `Authorization: Bearer ${caller.credential}\r\n`;
    socket.write(`GET /v1/account ${version}\r\n${credential}${headers}Connection: close\r\n\r\n`);
    const answer = Buffer.concat(await Array.fromAsync(socket as AsyncIterable<Buffer>)).toString();
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test('lets no page of another origin read the one of GraphiQL, which may hold a key', async () => {
    await using server = await serveAgain(app, {}, { graphiql: true, demoApiKey: 'the demo key' });
    for (const accept of ['text/html', 'application/json, text/html;q=0.1']) {
      const page = await fetch(`${server.url}/graphql`, {
        headers: { accept, origin: 'https://evil.example' },
      });
      expect(await page.text()).toContain('the demo key');
      expect(page.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  test('lets only the allowed origins read its answers', async () => {
    await using server = await serveAgain(app, {}, { allowedOrigins: ['https://app.example'] });
    const originOf = async (origin: string) =>
      (await fetch(`${server.url}/graphql`, { method: 'OPTIONS', headers: { origin } })).headers.get(
        'access-control-allow-origin',
      );
    expect(await originOf('https://app.example')).toBe('https://app.example');
    expect(await originOf('https://evil.example')).toBeNull();
  });
});
