import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { codesOf, createCaller, type Answer, type Caller } from '../support/graphql.ts';
import { sendRaw } from '../support/raw-request.ts';
import { serveAgain } from '../support/serve-again.ts';
import { until } from '../support/until.ts';
import { createNumbers } from '../support/verifying.ts';

const aNumber = createNumbers(4_050_000);
let testApp: TestApp;
let app: TestApp['app'];
let who: Principal;
let caller: Caller;
let url: string;

beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api' });
  app = testApp.app;
  who = await createTestAccount(app);
  caller = await createCaller(app, who);
  url = app.server!.url;
});
afterAll(() => testApp[Symbol.asyncDispose]());

const CLOSE = 'Connection: close';
const HOST = 'Host: localhost';
const BODY = '{"query":"{ __typename }"}';
const HEX = BODY.length.toString(16);
const CHUNKED = 'Transfer-Encoding: chunked';
/** What a proxy that reads on where we stop would take for a request of somebody else. */
const HIDDEN = 'GET /health HTTP/1.1\r\nHost: hidden\r\n\r\n';

const ask = (line: string, ...headers: string[]) =>
  `${[`${line} HTTP/1.1`, ...headers].join('\r\n')}\r\n\r\n`;
/** A POST of GraphQL by somebody who may. */
const post = (headers: string[], body = BODY) =>
  ask(
    'POST /graphql',
    HOST,
    `Authorization: Bearer ${caller.credential}`,
    'Content-Type: application/json',
    ...headers,
  ) + body;

/** One answer, and nothing of our insides in it. */
async function send(text: string, to = url) {
  const answer = await sendRaw(to, text);
  expect(`${answer.head}${answer.body}`.match(/HTTP\/1\.1 (?!100)\d{3} /g)).toHaveLength(1);
  expect(answer.body).not.toMatch(/\n +at |node_modules|\.ts:\d/);
  return answer;
}

describe('a request that two readers could take for two different ones is none', () => {
  const length = `Content-Length: ${BODY.length}`;
  test.each<[string, string[], string?]>([
    ['a length and chunks', [length, CHUNKED], `0\r\n\r\n${HIDDEN}`],
    ['chunks and a length', [CHUNKED, 'Content-Length: 5'], `0\r\n\r\n${HIDDEN}`],
    ['two lengths', ['Content-Length: 5', length]],
    ['one length twice', [length, length]],
    ['a list of lengths', [`${length}, ${BODY.length}`]],
    ['a length with a sign', [`Content-Length: +${BODY.length}`]],
    ['a length below nothing', ['Content-Length: -1']],
    ['a length in hex', [`Content-Length: 0x${HEX}`]],
    ['a length beyond 64 bits', ['Content-Length: 99999999999999999999999']],
    ['a length with a blank in it', ['Content-Length: 2 6']],
    ['a length without one', ['Content-Length: ']],
    ['a blank before the colon', [`Content-Length : ${BODY.length}`]],
    ['chunks under another name', ['Transfer-Encoding: xchunked'], `0\r\n\r\n${HIDDEN}`],
    ['chunks that are not the last coding', ['Transfer-Encoding: chunked, identity'], `0\r\n\r\n${HIDDEN}`],
    ['a coding that is none', ['Transfer-Encoding: identity'], `0\r\n\r\n${HIDDEN}`],
    ['two codings', [CHUNKED, 'Transfer-Encoding: identity'], `0\r\n\r\n${HIDDEN}`],
    ['a vertical tab before the coding', ['Transfer-Encoding: \vchunked'], `0\r\n\r\n${HIDDEN}`],
    ['a line that ends with LF alone', ['A: b\nContent-Length: 0', length]],
    ['a line that ends with CR alone', ['A: b\rContent-Length: 0', length]],
    ['a folded line', ['A: b\r\n c', length]],
    ['NUL in a header', ['A: b\0c', length]],
    ['a header without a colon', ['Ab', length]],
    ['a header without a name', [': b', length]],
    ['the size of a chunk that ends with LF alone', [CHUNKED], `${HEX}\n${BODY}\r\n0\r\n\r\n`],
    ['LF in the extension of a chunk', [CHUNKED], `${HEX};a\nb\r\n${BODY}\r\n0\r\n\r\n`],
    ['the size of a chunk with 0x', [CHUNKED], `0x${HEX}\r\n${BODY}\r\n0\r\n\r\n`],
    ['a chunk beyond 64 bits', [CHUNKED], `fffffffffffffffff\r\n${BODY}\r\n0\r\n\r\n`],
    ['a chunk that is longer than it says', [CHUNKED], `5\r\n${BODY}\r\n0\r\n\r\n`],
    ['a length behind the last chunk', [CHUNKED], `${HEX}\r\n${BODY}\r\n0\r\nContent-Length: 4\r\n\r\n`],
  ])('%s', async (_what, headers, body) => {
    expect((await send(post([...headers, CLOSE], body))).status).toBe(400);
  });

  test.each([
    ['another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a version that is none', `GET /health HTTP/1.2\r\n${HOST}\r\n\r\n`],
    ['a method in small letters', ask('get /health', HOST)],
    ['a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['a folded first line', `GET /health HTTP/1.1\r\n ${HOST}\r\n\r\n`],
  ])('%s', async (_what, text) => {
    expect((await send(text)).status).toBe(400);
  });

  test('and one with the extension of a chunk, or a body that nobody asked for, is one', async () => {
    const extended = await send(post([CHUNKED, CLOSE], `${HEX};a=b\r\n${BODY}\r\n0\r\n\r\n`));
    expect(extended).toMatchObject({ status: 200, body: expect.stringContaining('"Query"') as string });
    const hidden = ask('GET /nothing', HOST, CLOSE, `Content-Length: ${HIDDEN.length}`) + HIDDEN;
    expect((await send(hidden)).status).toBe(404);
  });
});

describe('a host that no URL can have', () => {
  const paths = [
    '/graphql?query={__typename}',
    '/v1/account',
    '/v2/Services',
    '/auth/invitation',
    '/oauth/jwks',
  ];
  test.each(['999.999.999.999', '1.2.3.4.5', '1.1.1.256', '08.1', 'localhost:99999', '[1:2]', '[....]:1'])(
    '%s is answered with 400 everywhere, and with nothing of our insides',
    async (host) => {
      for (const path of paths) {
        const authorization = `Authorization: Bearer ${caller.credential}`;
        const answer = await send(ask(`GET ${path}`, `Host: ${host}`, authorization, CLOSE));
        expect(answer.status, path).toBe(400);
      }
    },
  );
});

describe('a target', () => {
  test.each([
    ['of another server', 'GET http://evil.example/graphql', 404],
    ['of all of them', 'OPTIONS *', 404],
    ['that is no path', 'GET localhost:80', 400],
    ['with dots', 'GET /x/../graphql', 404],
    ['that is encoded', 'GET /%67raphql', 404],
    ['with two slashes', 'GET //graphql', 404],
    ['of a page that breaks lines', 'GET /%0d%0aSet-Cookie:x', 404],
    ['that is a name of every object', 'GET /errors/__proto__', 404],
    ['of a tunnel', 'CONNECT evil.example:443', 405],
    ['with half an escape', 'GET /v1/verifications/%', 404],
    ['with an octet that is no text', 'GET /v1/verifications/%ff', 404],
    ['with NUL', 'GET /v1/verifications/%00', 404],
  ])('%s is not followed', async (_what, line, status) => {
    const answer = await send(ask(line, HOST, `Authorization: Bearer ${caller.credential}`, CLOSE));
    expect(answer.status).toBe(status);
    expect(answer.head).not.toMatch(/evil|Set-Cookie/i);
  });
});

describe('a page', () => {
  test.each(['/join', '/errors', '/errors/auth/missing', '/.well-known/security.txt'])(
    '%s is read, and nothing else is done with it',
    async (path) => {
      for (const method of ['POST', 'PUT', 'TRACE', 'OPTIONS']) {
        const { status, head } = await send(ask(`${method} ${path}`, HOST, CLOSE));
        expect([status, /^allow: (.*)$/im.exec(head)?.[1]], method).toEqual([405, 'GET, HEAD']);
      }
      expect((await send(ask(`HEAD ${path}`, HOST, CLOSE))).status).toBe(200);
    },
  );

  test('of health is also asked for by OPTIONS, as balancers do, and by nothing that changes anything', async () => {
    expect((await send(ask('OPTIONS /health', HOST, CLOSE))).status).toBe(200);
    expect((await send(ask('POST /health', HOST, CLOSE))).status).toBe(405);
    expect((await send(ask('DELETE /ready', HOST, CLOSE))).status).toBe(405);
  });
});

test('a client that offers another protocol with its request is answered in this one', async () => {
  const headers = {
    ...{ authorization: `Bearer ${caller.credential}`, 'content-type': 'application/json' },
    ...{
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAMAAABkAAQCAAAAAAIAAAAA',
    },
  };
  const sent = request(`${url}/graphql`, { method: 'POST', headers, agent: false }).end(BODY);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const [answer] = (await once(response, 'data')) as [Buffer];
  expect([response.statusCode, String(answer)]).toEqual([200, expect.stringContaining('"Query"')]);
  sent.destroy();
});

describe('an answer that its client does not take', () => {
  const operation = (query: string, accept: string) => {
    const body = JSON.stringify({ query });
    return post([`Accept: ${accept}`, `Content-Length: ${Buffer.byteLength(body)}`, CLOSE], body);
  };
  const refused = (body: string) => codesOf(JSON.parse(body) as Answer);

  test.each(['text/plain', 'text/html', 'application/json; charset=utf-16', ',;='])(
    'is refused before anything is done: %s',
    async (accept) => {
      const to = aNumber();
      const query = `mutation { startVerification(input: { to: "${to}" }) { __typename } }`;
      const { status, body } = await send(operation(query, accept));
      expect([status, refused(body)]).toEqual([406, ['request/not_acceptable']]);
      const { data } = await caller.ask(
        'query ($to: PhoneNumber) { verifications(first: 1, filter: { to: $to }) { nodes { id } } }',
        { to },
      );
      expect(data).toEqual({ verifications: { nodes: [] } });
    },
  );

  test.each(['application/json', 'application/graphql-response+json'])(
    'is no subscription that is left open: %s',
    async (accept) => {
      await using server = await serveAgain(app, {}, { maxSocketsPerAccount: 1 });
      const query = 'subscription { accountEvents { __typename } }';
      for (let i = 0; i < 3; i++) {
        const { status, body } = await send(operation(query, accept), server.url);
        expect([status, refused(body)]).toEqual([406, ['request/not_acceptable']]);
      }
      // The one place that there is has not been taken.
      const stream = await fetch(`${server.url}/graphql?query=${query}`, {
        headers: { authorization: `Bearer ${caller.credential}`, accept: 'text/event-stream' },
      });
      expect(stream.status).toBe(200);
      await stream.body!.cancel();
    },
  );
});

describe('a stream whose client has left before it was open is over', () => {
  const query = 'subscription{accountEvents{__typename}}';
  const authorization = () => `Authorization: Bearer ${caller.credential}`;
  const stream = 'Accept: text/event-stream';
  const body = JSON.stringify({ query });
  test.each<[string, () => string]>([
    ['that is posted', () => post([stream, `Content-Length: ${body.length}`], body)],
    ['that is got', () => ask(`GET /graphql?query=${query}`, HOST, authorization(), stream)],
    ['behind another', () => ask(`GET /graphql?query=${query}`, HOST, authorization(), stream).repeat(2)],
    ['of REST', () => ask('GET /v1/events', HOST, authorization(), stream)],
  ])('%s', async (_what, text) => {
    await using server = await serveAgain(app, {}, { maxSocketsPerAccount: 2 });
    for (let i = 0; i < 20; i++) {
      const leaving = connect(Number(new URL(server.url).port), '127.0.0.1');
      leaving.write(text(), () => leaving.destroy());
      await once(leaving, 'close');
    }
    const headers = { authorization: `Bearer ${caller.credential}`, accept: 'text/event-stream' };
    await until(
      async () => {
        const open = await Promise.all(
          [1, 2].map(() => fetch(`${server.url}/graphql?query=${query}`, { headers })),
        );
        await Promise.all(open.map((response) => response.body!.cancel()));
        return open.every(({ status }) => status === 200);
      },
      { timeoutMs: 10_000 },
    );
  });
});

test.each(['text/event-stream', 'multipart/mixed'])(
  'an answer of %s is not kept, and its connection ends when its client wants that',
  async (accept) => {
    const answer = await send(post([`Accept: ${accept}`, `Content-Length: ${BODY.length}`, CLOSE]));
    expect(answer.status).toBe(200);
    expect(answer.head).toMatch(/^cache-control: no-store$/im);
    expect(answer.head).toMatch(/^connection: close$/im);
  },
);

test('and all the while an honest request is answered', async () => {
  expect(await caller.ask('{ __typename }')).toMatchObject({ status: 200, data: { __typename: 'Query' } });
});
