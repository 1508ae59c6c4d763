import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import { PATHS } from '../../src/graphql/paths.ts';
import { createAddressOf, type ProxyTrust } from '../../src/http/client-address.ts';
import { securityHeaders } from '../../src/http/security-headers.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { callerWith, codesOf, openRawSocket } from '../support/graphql.ts';
import { sendRaw } from '../support/raw-request.ts';
import { serveAgain } from '../support/serve-again.ts';

let testApp: TestApp;
let app: TestApp['app'];
let who: Principal;

beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api,simulator' });
  app = testApp.app;
  who = await createTestAccount(app);
});
afterAll(() => testApp[Symbol.asyncDispose]());

/** Node's own client: it says the host that it is told to. */
async function get(url: string, headers: Record<string, string | string[]> = {}): Promise<IncomingMessage> {
  const sent = request(url, { headers }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  return response;
}

async function bodyOf(response: Response): Promise<string> {
  return response.text();
}

describe('every answer', () => {
  const paths = [
    ...PATHS,
    '/nothing/there',
    '/v1/docs',
    '/v1/openapi.json',
    '/v1/verifications',
    '/v2/Services',
    '/graphql?query={',
    '/graphql?query={__typename}',
  ];
  const HEADERS = {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };

  test.each(paths.flatMap((path) => ['GET', 'POST', 'OPTIONS', 'DELETE'].map((method) => [method, path])))(
    'to %s %s tells browsers to keep to what it is',
    async (method, path) => {
      const response = await fetch(app.server!.url + path, { method, redirect: 'manual' });
      await bodyOf(response);
      const headers = Object.fromEntries(response.headers);
      expect(headers).toMatchObject(HEADERS);
      expect(headers['content-security-policy']).toMatch(/^default-src 'none';.* frame-ancestors 'none'/);
      expect(headers['strict-transport-security']).toBeUndefined();
      expect(headers['x-powered-by']).toBeUndefined();
    },
  );

  test('of the simulator does so too', async () => {
    for (const path of ['/', '/handsets', '/handsets/+385911234567', '/nothing', '/carriers/x']) {
      const response = await fetch(app.simulator!.url + path);
      await bodyOf(response);
      expect(Object.fromEntries(response.headers)).toMatchObject(HEADERS);
      expect(response.headers.get('content-security-policy')).not.toMatch(/unsafe/);
    }
    for (const text of ['rubbish\r\n\r\n', 'GET / HTTP/1.1\r\nHost: x\r\nExpect: a-miracle\r\n\r\n']) {
      const { head } = await sendRaw(app.simulator!.url, text);
      for (const [name, value] of Object.entries(HEADERS)) expect(head).toContain(`${name}: ${value}`);
    }
  });

  test('over TLS holds browsers to TLS', async () => {
    await using server = await serveAgain(app, {}, { publicUrl: 'https://otp.example' });
    const response = await fetch(`${server.url}/health`);
    expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000');
  });
});

describe('what is refused before it is a request', () => {
  const ask = (path: string, ...lines: string[]) => [`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
  const HOST = 'Host: localhost';
  const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  const KEY = `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`;
  const chunk = `1;${'x'.repeat(20_000)}\r\n`;

  test.each([
    [400, 'octets that are no HTTP', 'rubbish\r\n\r\n'],
    [431, 'headers beyond all measure', ask('/health', HOST, `A: ${'x'.repeat(100_000)}`)],
    [
      413,
      'the extensions of a chunk beyond all measure',
      `${ask('/graphql', HOST, 'Transfer-Encoding: chunked').replace('GET', 'POST')}${chunk}`,
    ],
    [408, 'a request that does not come', 'GET /health HTTP/1.1\r\n'],
    [400, 'a request without a host', ask('/health', 'Connection: close')],
    [417, 'an expectation', ask('/health', HOST, 'Expect: a-miracle')],
    [404, 'a socket elsewhere', ask('/nothing', HOST, ...UPGRADE, KEY)],
    [400, 'a socket without a key', ask('/graphql', HOST, ...UPGRADE)],
    [400, 'a socket for a host that is none', ask('/graphql', 'Host: a b', ...UPGRADE, KEY)],
    [400, 'a socket for no host', ask('/graphql', ...UPGRADE, KEY)],
    [403, 'a socket of a page that is not named', ask('/graphql', HOST, 'Origin: null', ...UPGRADE, KEY)],
  ])('is answered with %i, and with what every answer says: %s', async (status, _what, text) => {
    await using server = await serveAgain(
      app,
      {},
      { publicUrl: 'https://otp.example', allowedOrigins: ['https://console.example'], requestMs: 400 },
    );
    const answer = await sendRaw(server.url, text);
    expect(answer.status).toBe(status);
    const lines = answer.head.toLowerCase().split('\r\n');
    for (const [name, value] of securityHeaders({ https: true }))
      expect(lines).toContain(`${name}: ${value}`.toLowerCase());
    expect(lines).toContain('connection: close');
  });
});

describe('the page of GraphiQL', () => {
  const HTML = { accept: 'text/html' };

  test('runs its own script and no other, another nonce each time', async () => {
    const nonces = new Set<string>();
    for (let i = 0; i < 2; i++) {
      const response = await fetch(`${app.server!.url}/graphql`, { headers: HTML });
      const policy = response.headers.get('content-security-policy')!;
      expect(policy).toMatch(/^default-src 'none'/);
      const [, nonce] = /script-src 'nonce-([\w+/=]{24})'/.exec(policy)!;
      const page = await bodyOf(response);
      expect(page).toContain(`<script nonce="${nonce}">`);
      nonces.add(nonce!);
    }
    expect(nonces.size).toBe(2);
  });

  test('is not given out under a name that somebody else has pointed here, for it holds a key', async () => {
    const { port } = new URL(app.server!.url);
    const page = await get(`${app.server!.url}/graphql`, { ...HTML, host: `evil.example:${port}` });
    expect(page.statusCode).toBe(421);
    expect((await get(`${app.server!.url}/graphql`, { ...HTML, host: 'localhost' })).statusCode).toBe(200);
    await using server = await serveAgain(app, {}, { graphiql: true, ownHosts: new Set(['otp.example']) });
    expect((await get(`${server.url}/graphql`, { ...HTML, host: 'OTP.example' })).statusCode).toBe(200);
  });

  test('neither are the handsets, which show every code', async () => {
    for (const path of ['/', '/handsets', '/handsets/+385911234567/messages', '/carriers'])
      expect((await get(app.simulator!.url + path, { host: 'evil.example' })).statusCode).toBe(421);
  });
});

test('security.txt says whom to tell of a hole, and until when that is true', async () => {
  const contact = { securityContact: 'mailto:security@otp.example', publicUrl: 'https://otp.example' };
  await using server = await serveAgain(app, {}, contact);
  const response = await fetch(`${server.url}/.well-known/security.txt`);
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  const text = await bodyOf(response);
  expect(text).toContain('Contact: mailto:security@otp.example\n');
  const [, expires] = /^Expires: (.+)$/m.exec(text)!;
  expect(Date.parse(expires!)).toBeGreaterThan(app.clock() + 30 * 86_400_000);
  expect(Date.parse(expires!)).toBeLessThan(app.clock() + 365 * 86_400_000);
});

describe('a key that is bound to a network', () => {
  const REAL = '192.0.2.77';

  async function ask(trust: ProxyTrust, headers: Record<string, string>) {
    const rights = { name: 'Bound', networks: ['192.0.2.0/24'] };
    const { key } = await createApiKey(app, who.accountId, rights);
    const addressOf = createAddressOf(trust, 'x-forwarded-for');
    await using server = await serveAgain(app, {}, { addressOf });
    const answer = await callerWith({ ...app, server }, key).ask('{ account { id } }', {}, headers);
    await using raw = await openRawSocket(`${server.url}/graphql`, { headers });
    raw.send({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } });
    const overSocket = await Promise.race([
      raw.next().then(({ type }) => type),
      raw.closed.then(({ code }) => code),
    ]);
    return { http: codesOf(answer)[0] ?? 'in', socket: overSocket };
  }
  const IN = { http: 'in', socket: 'connection_ack' };
  const OUT = { http: 'auth/invalid', socket: 4401 };

  test('is let in by what a trusted proxy says, over HTTP and WebSocket', async () => {
    const trust: ProxyTrust = { by: 'networks', networks: ['127.0.0.0/8'] };
    expect(await ask(trust, { 'x-forwarded-for': REAL })).toEqual(IN);
    expect(await ask(trust, { 'x-forwarded-for': `${REAL}, 203.0.113.9` })).toEqual(OUT);
    expect(await ask(trust, { forwarded: `for=${REAL}` })).toEqual(OUT);
    expect(await ask({ by: 'hops', hops: 1 }, { 'x-forwarded-for': `6.6.6.6, ${REAL}` })).toEqual(IN);
  });

  test('is not, when nobody is trusted or the caller is no proxy of ours', async () => {
    expect(await ask({ by: 'nobody' }, { 'x-forwarded-for': REAL })).toEqual(OUT);
    expect(await ask({ by: 'networks', networks: ['10.0.0.0/8'] }, { 'x-forwarded-for': REAL })).toEqual(OUT);
  });

  test('is not by pushing what the proxy says out of sight with thousands of headers', async () => {
    await using server = await serveAgain(
      app,
      {},
      {
        addressOf: createAddressOf({ by: 'hops', hops: 1 }, 'x-forwarded-for'),
      },
    );
    const { key } = await createApiKey(app, who.accountId, { name: 'Bound', networks: ['127.0.0.0/8'] });
    const junk = Object.fromEntries(Array.from({ length: 1_500 }, (_, i) => [`a${i.toString(36)}`, '']));
    const headers = { authorization: `Bearer ${key}`, ...junk, 'x-forwarded-for': '6.6.6.6' };
    const response = await get(`${server.url}/graphql?query={account{id}}`, headers);
    expect(response.statusCode).toBe(401);
  });
});

describe('a connection', () => {
  test('with more than 16 KB of headers is answered with 431', async () => {
    const response = await get(`${app.server!.url}/health`, { 'x-big': 'x'.repeat(17_000) });
    expect(response.statusCode).toBe(431);
  });

  test('beyond those that a process holds is closed', async () => {
    await using server = await serveAgain(app, {}, { maxConnections: 1 });
    await using held = await openRawSocket(`${server.url}/graphql`);
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
    await held[Symbol.asyncDispose]();
  });
});
