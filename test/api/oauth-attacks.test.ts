import { createHmac, sign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import { createClient } from '../../src/oauth/create-client.ts';
import { createTestApp, createWaitingAccount, type TestApp } from '../support/app.ts';
import { basic, sendForm, type OAuthAnswer } from '../support/oauth.ts';
import { sendRaw } from '../support/raw-request.ts';

// The endpoints of OAuth, attacked: by whoever forges a proof, changes one, sends one again, or sends what is none.

const PUBLIC_URL = 'https://otp.example';
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const failures: string[] = [];
let testApp: TestApp;
let app: TestApp['app'];
let who: Principal;
let ahead = 0;
let key: KeyObject;
let publicKey: KeyObject;
/** Signs its assertions; another one; one with a secret. */
let signer: string;
let other: string;
let client: { id: string; secret: string };

beforeAll(async () => {
  const write = (line: Buffer, _: unknown, done: () => void) => (failures.push(String(line)), done());
  const log = pino({ level: 'error' }, new Writable({ write }));
  const clock = () => Date.now() + ahead;
  testApp = await createTestApp({ ROLES: 'api', PUBLIC_URL }, { clock, log });
  app = testApp.app;
  who = await createWaitingAccount(app);
  ({ privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  const permissions = ['services:read', 'verifications:read'] as const;
  const publicKeys = { keys: [publicKey.export({ format: 'jwk' })] };
  const make = (more: object) => createClient(app, who, { name: 'Partner', permissions, ...more });
  signer = (await make({ publicKeys })).row.id;
  other = (await make({ publicKeys })).row.id;
  const { row, secret } = await make({});
  client = { id: row.id, secret: secret! };
});
afterAll(() => testApp[Symbol.asyncDispose]());
// Past the window of the failures before.
beforeEach(() => void (ahead += 61_000));
// Whatever was tried: nothing failed, and whoever is right is let in.
afterEach(async () => {
  expect(failures).toEqual([]);
  ahead += 61_000;
  expect((await askWith(assertion())).status).toBe(200);
  expect((await askToken({}, basic(client.id, client.secret))).status).toBe(200);
});

const askToken = (form: Record<string, string>, headers: Record<string, string> = {}) =>
  sendForm(app, '/oauth/token', { grant_type: 'client_credentials', ...form }, headers);
const askWith = (client_assertion: string, form: Record<string, string> = {}) =>
  askToken({ client_assertion_type: JWT_BEARER, client_assertion, ...form });

function expectRefused({ status, headers, body }: OAuthAnswer, expected: readonly [number, string]): void {
  expect([status, body.error], JSON.stringify(body)).toEqual(expected);
  expect(Object.keys(body).sort()).toEqual(['error', 'error_description']);
  // RFC 6749 §5.2.
  expect(body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  expect(headers.get('cache-control')).toBe('no-store');
  if (status === 401) expect(headers.get('www-authenticate')).toMatch(/^(?:Basic|Bearer) realm="otpost"/);
}
const INVALID = [401, 'invalid_client'] as const;

const encode = (part: unknown) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
const seconds = () => Math.floor((Date.now() + ahead) / 1_000);
const claimsOf = (claims: object = {}, of = signer) => ({
  ...{ iss: of, sub: of, aud: PUBLIC_URL, exp: seconds() + 60, jti: crypto.randomUUID() },
  ...claims,
});
/** Signed with the right key, whatever it says. */
function jws(header: unknown, claims: unknown, by = key): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), { key: by, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}
const assertion = (claims: object = {}, header: object = { alg: 'ES256' }) => jws(header, claimsOf(claims));
/** By a secret that is none. */
function hmacked(secret: string | Buffer, alg = 'HS256'): string {
  const signed = `${encode({ alg })}.${encode(claimsOf())}`;
  return `${signed}.${createHmac(alg.replace('HS', 'sha'), secret).update(signed).digest('base64url')}`;
}

describe('an assertion is refused', () => {
  const unsigned = (alg: unknown) => `${encode({ alg })}.${encode(claimsOf())}.`;
  const jwk = () => publicKey.export({ format: 'jwk' });
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const byStranger = (header: object) => jws({ alg: 'ES256', ...header }, claimsOf(), stranger.privateKey);

  test.each<[string, () => string]>([
    ['that is not signed', () => unsigned('none')],
    ['that is not signed, in capitals', () => unsigned('NONE')],
    ['that is not signed, in some capitals', () => unsigned('nOnE')],
    ['that is signed with the word none', () => `${unsigned('none')}bm9uZQ`],
    ['that is not signed and says that it is', () => unsigned('ES256')],
    ['without an algorithm', () => jws({}, claimsOf())],
    ['with a list of algorithms', () => jws({ alg: ['ES256'] }, claimsOf())],
    ['with another algorithm than its key’s', () => jws({ alg: 'RS256' }, claimsOf())],
    ['with one of another curve', () => jws({ alg: 'ES384' }, claimsOf())],
    ['with one of Edwards', () => jws({ alg: 'EdDSA' }, claimsOf())],
    [
      'by the public key as a secret, as PEM',
      () => hmacked(publicKey.export({ format: 'pem', type: 'spki' })),
    ],
    [
      'by the public key as a secret, as DER',
      () => hmacked(publicKey.export({ format: 'der', type: 'spki' })),
    ],
    ['by the public key as a secret, as JWK', () => hmacked(JSON.stringify(jwk()))],
    ['by the public key as a longer secret', () => hmacked(JSON.stringify(jwk()), 'HS512')],
    ['by the id of the client as a secret', () => hmacked(signer)],
    ['by nothing as a secret', () => hmacked('')],
    ['by a key that it brings', () => byStranger({ jwk: stranger.publicKey.export({ format: 'jwk' }) })],
    ['by a key that it says where to get', () => byStranger({ jku: 'https://evil.example/jwks' })],
    ['by a certificate that it says where to get', () => byStranger({ x5u: 'https://evil.example/x5' })],
    ['by a certificate that it brings', () => byStranger({ x5c: ['AAAA'] })],
    ['by a key of another name', () => byStranger({ kid: '../../../dev/null' })],
    ['by a key whose name is none', () => byStranger({ kid: { a: 1 } })],
    [
      'by a key of RSA',
      () => {
        const signed = `${encode({ alg: 'RS256' })}.${encode(claimsOf())}`;
        return `${signed}.${sign('sha256', Buffer.from(signed), rsa.privateKey).toString('base64url')}`;
      },
    ],
    [
      'whose signature is of zeros',
      () => `${encode({ alg: 'ES256' })}.${encode(claimsOf())}.${'A'.repeat(86)}`,
    ],
    [
      'whose signature is in another form',
      () => {
        const signed = `${encode({ alg: 'ES256' })}.${encode(claimsOf())}`;
        return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'der' }).toString('base64url')}`;
      },
    ],
    ['with something that it wants understood', () => assertion({}, { alg: 'ES256', crit: ['x'], x: 1 })],
    ['with something odd that it wants understood', () => assertion({}, { alg: 'ES256', crit: 'exp' })],
    ['whose content is not encoded', () => assertion({}, { alg: 'ES256', b64: false, crit: ['b64'] })],
    [
      'that is changed behind its signature',
      () => {
        const [header, , signature] = assertion().split('.');
        return `${header}.${encode(claimsOf({ sub: other, iss: other }))}.${signature}`;
      },
    ],
  ])('%s', async (_what, make) => {
    expectRefused(await askWith(make()), INVALID);
  });

  test.each<[string, string | (() => string)]>([
    ['nothing but dots', '..'],
    ['one part', 'x'],
    ['two parts', () => assertion().split('.', 2).join('.')],
    ['four parts', () => `${assertion()}.x`],
    ['five parts, as what is encrypted', 'eyJhbGciOiJkaXIifQ....'],
    ['parts in JSON', () => JSON.stringify({ payload: encode(claimsOf()), signatures: [] })],
    ['a header that is none', () => jws('x', claimsOf())],
    ['a header that is null', () => jws(null, claimsOf())],
    ['a header that is a list', () => jws([], claimsOf())],
    ['claims that are none', () => jws({ alg: 'ES256' }, 'x')],
    ['claims that are null', () => jws({ alg: 'ES256' }, null)],
    ['claims that are a list', () => jws({ alg: 'ES256' }, [])],
    ['claims that are a number', () => jws({ alg: 'ES256' }, 5)],
    ['claims without an end', () => jws({ alg: 'ES256' }, '[['.repeat(1_000))],
    ['a line in it', () => assertion().replace('.', '.\n')],
    ['a blank before it', () => ` ${assertion()}`],
    ['NUL behind it', () => `${assertion()}\0`],
    ['padding', () => `${assertion()}==`],
    ['more than any has', () => assertion({ more: 'x'.repeat(4_000) })],
    ['as much as a form has', 'x.'.repeat(7_000)],
  ])('of %s', async (_what, make) => {
    expectRefused(await askWith(typeof make === 'string' ? make : make()), INVALID);
  });

  test.each<[string, () => object]>([
    ['for another server', () => ({ aud: 'https://other.example' })],
    ['for nobody', () => ({ aud: undefined })],
    ['for an empty list', () => ({ aud: [] })],
    ['for a list in a list', () => ({ aud: [[PUBLIC_URL]] })],
    ['for two', () => ({ aud: [PUBLIC_URL, PUBLIC_URL] })],
    ['for us and a slash', () => ({ aud: `${PUBLIC_URL}/` })],
    ['for us in capitals', () => ({ aud: PUBLIC_URL.toUpperCase() })],
    ['of another issuer', () => ({ iss: other })],
    ['of no issuer', () => ({ iss: undefined })],
    ['of another client', () => ({ sub: other })],
    ['of no client', () => ({ sub: undefined, iss: undefined })],
    ['of an object', () => ({ sub: { a: 1 }, iss: { a: 1 } })],
    ['that is over', () => ({ exp: seconds() - 31 })],
    ['that was over long ago', () => ({ exp: -1e300 })],
    ['without an end', () => ({ exp: undefined })],
    ['whose end is a text', () => ({ exp: String(seconds() + 60) })],
    ['whose end is nothing', () => ({ exp: null })],
    ['that goes on for an hour', () => ({ exp: seconds() + 3_600 })],
    ['that goes on for ever', () => ({ exp: 1e300 })],
    ['that begins later', () => ({ nbf: seconds() + 120 })],
    ['whose beginning is a text', () => ({ nbf: 'now' })],
    ['that is made in ten years', () => ({ iat: seconds() + 315_360_000 })],
    ['that is made in two minutes', () => ({ iat: seconds() + 120 })],
    ['that is made at a text', () => ({ iat: 'now' })],
    ['that is made at no time', () => ({ iat: null })],
    ['without a name', () => ({ jti: undefined })],
    ['with an empty name', () => ({ jti: '' })],
    ['whose name is a number', () => ({ jti: 5 })],
    ['whose name is an object', () => ({ jti: {} })],
    ['whose name is too long', () => ({ jti: 'x'.repeat(256) })],
  ])('%s', async (_what, claims) => {
    expectRefused(await askWith(assertion(claims())), INVALID);
  });

  test('that says it twice means the last of it, for whoever signs as for us', async () => {
    const text = JSON.stringify(claimsOf()).replace('{', `{"sub":"${other}","iss":"${other}",`);
    expect((await askWith(jws({ alg: 'ES256' }, text))).status).toBe(200);
    const turned = JSON.stringify(claimsOf()).replace(/\}$/, `,"sub":"${client.id}"}`);
    expectRefused(await askWith(jws({ alg: 'ES256' }, turned)), INVALID);
  });

  test('that is an access token of ours', async () => {
    const { body } = await askWith(assertion());
    expectRefused(await askWith(String(body.access_token)), INVALID);
  });

  test('for another client than the form names', async () => {
    for (const client_id of [other, client.id, 'x', '\0'])
      expectRefused(await askWith(assertion(), { client_id }), INVALID);
  });
});

describe('an assertion is good once', () => {
  test('for twenty who come with it at the same moment', async () => {
    const once = assertion();
    const answers = await Promise.all(Array.from({ length: 20 }, () => askWith(once)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 200)) expectRefused(answer, INVALID);
  });

  test('also when the next one of that name has another end, or is signed anew', async () => {
    const jti = crypto.randomUUID();
    expect((await askWith(assertion({ jti }))).status).toBe(200);
    for (const exp of [seconds() + 61, seconds() + 200])
      expectRefused(await askWith(assertion({ jti, exp })), INVALID);
  });

  test('and one that is refused uses up nothing: who knows a name cannot take it', async () => {
    const jti = crypto.randomUUID();
    const signed = assertion({ jti });
    expectRefused(await askWith(`${signed.slice(0, -4)}AAAA`), INVALID);
    expectRefused(await askWith(assertion({ jti, aud: 'https://other.example' })), INVALID);
    expectRefused(await askWith(assertion({ jti, iat: seconds() + 3_600 })), INVALID);
    expect((await askWith(signed)).status).toBe(200);
  });
});

describe('a proof is one, and once', () => {
  const form = (pairs: readonly (readonly [string, string])[]) =>
    sendForm(app, '/oauth/token', new URLSearchParams(pairs.map(([a, b]) => [a, b])).toString());
  const grant = ['grant_type', 'client_credentials'] as const;

  test.each<[string, () => readonly (readonly [string, string])[]]>([
    [
      'an assertion twice',
      () => [
        ['client_assertion', assertion()],
        ['client_assertion', assertion()],
      ],
    ],
    [
      'the type of it twice',
      () => [
        ['client_assertion_type', JWT_BEARER],
        ['client_assertion', assertion()],
      ],
    ],
    [
      'an assertion and a secret',
      () => [
        ['client_assertion', assertion()],
        ['client_id', client.id],
        ['client_secret', client.secret],
      ],
    ],
    [
      'a client twice',
      () => [
        ['client_id', client.id],
        ['client_id', client.id],
        ['client_secret', client.secret],
      ],
    ],
    [
      'a secret twice',
      () => [
        ['client_id', client.id],
        ['client_secret', client.secret],
        ['client_secret', 'x'],
      ],
    ],
    ['a grant twice', () => [grant, ['client_id', client.id], ['client_secret', client.secret]]],
    [
      'a scope twice',
      () => [
        ['scope', 'services:read'],
        ['scope', ''],
        ['client_id', client.id],
        ['client_secret', client.secret],
      ],
    ],
  ])('%s is refused', async (_what, pairs) => {
    expectRefused(await form([grant, ['client_assertion_type', JWT_BEARER], ...pairs()]), [
      400,
      'invalid_request',
    ]);
  });

  test('of another type than we know, or of none, it is refused', async () => {
    for (const type of [
      '',
      'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
      JWT_BEARER.toUpperCase(),
    ])
      expectRefused(await askToken({ client_assertion: assertion(), client_assertion_type: type }), [
        400,
        'invalid_request',
      ]);
  });

  test('in the header and in the form it is refused', async () => {
    const header = basic(client.id, client.secret);
    const more: Record<string, string>[] = [
      { client_secret: client.secret },
      { client_assertion: assertion() },
      { client_id: other },
    ];
    for (const one of more) expectRefused(await askToken(one, header), [400, 'invalid_request']);
  });
});

describe('a secret in the header', () => {
  const written = (text: string | Buffer) => `Basic ${Buffer.from(text).toString('base64')}`;
  const right = () => `${client.id}:${client.secret}`;
  test.each<[string, () => string]>([
    ['of nothing', () => 'Basic'],
    ['of a blank', () => 'Basic  '],
    ['of no base64', () => 'Basic ===='],
    ['of another alphabet', () => `Basic ${'_-'.repeat(20)}`],
    ['without a colon', () => written(client.id)],
    ['of a colon', () => written(':')],
    ['without a client', () => written(`:${client.secret}`)],
    ['without a secret', () => written(`${client.id}:`)],
    ['with two colons', () => written(`${client.id}::${client.secret}`)],
    ['with half an escape', () => written(`${right()}%`)],
    ['with an escape that is none', () => written(`${client.id}:%zz`)],
    ['with octets that are no text', () => written(`${client.id}:%ff`)],
    ['of octets that are no text', () => written(Buffer.from([255, 254, 58, 255]))],
    ['with NUL', () => written(`${client.id}\0:${client.secret}`)],
    ['with NUL behind it', () => written(`${right()}%00`)],
    ['with a blank behind it', () => written(`${right()}+`)],
    ['with something behind it', () => `${written(right())} x`],
    ['with another one behind it', () => `${written(right())}, ${written(right())}`],
    ['of kilobytes', () => written('x'.repeat(8_000))],
    ['under another scheme', () => written(right()).replace('Basic', 'Bearer')],
    ['under no scheme', () => written(right()).replace('Basic ', '')],
  ])('%s is refused', async (_what, header) => {
    expectRefused(await askToken({}, { authorization: header() }), INVALID);
  });

  test('that is there twice is read once, by us as by whoever stands before us', async () => {
    const body = 'grant_type=client_credentials';
    const twice = [written(right()), written('x:y')];
    const head = [
      ...['POST /oauth/token HTTP/1.1', 'Host: x', 'Connection: close', `Content-Length: ${body.length}`],
      ...['Content-Type: application/x-www-form-urlencoded', ...twice.map((one) => `Authorization: ${one}`)],
    ];
    const answer = await sendRaw(app.server!.url, `${head.join('\r\n')}\r\n\r\n${body}`);
    expect([400, 401]).toContain(answer.status);
  });
});

describe.each(['/oauth/token', '/oauth/introspect', '/oauth/revoke'])('%s', (path) => {
  const post = async (body: string, headers: Record<string, string>) => {
    const response = await fetch(app.server!.url + path, {
      method: 'POST',
      headers: { ...basic(client.id, client.secret), ...headers },
      body,
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as OAuthAnswer['body'],
    };
  };
  const FORM = 'application/x-www-form-urlencoded';

  test.each([
    ['a megabyte', 'x'.repeat(1_000_000), FORM],
    ['JSON', '{"grant_type":"client_credentials","token":"x"}', 'application/json'],
    ['parts', '--x--', 'multipart/form-data; boundary=x'],
    ['plain text', 'grant_type=client_credentials&token=x', 'text/plain'],
    ['a type that begins alike', 'grant_type=client_credentials&token=x', `${FORM}x`],
    ['ampersands', '&&&', FORM],
    ['names without values', 'grant_type&token', FORM],
    ['half an escape', '%', FORM],
    ['NUL', '\0', FORM],
    ['a list', 'grant_type[]=client_credentials&token[]=x', FORM],
    ['what it has to have, twice', 'grant_type=a&grant_type=a&token=x&token=x', FORM],
  ])('refuses %s', async (_what, body, type) => {
    expectRefused(await post(body, { 'content-type': type }), [400, 'invalid_request']);
  });

  test('does nothing by another method', async () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH']) {
      const query = new URLSearchParams({ grant_type: 'client_credentials', token: 'x' });
      const response = await fetch(`${app.server!.url}${path}?${query}`, {
        method,
        headers: basic(client.id, client.secret),
      });
      expect([response.status, response.headers.get('allow')], method).toEqual([405, 'POST']);
    }
  });

  test('knows nobody without a proof', async () => {
    expectRefused(await sendForm(app, path, { grant_type: 'client_credentials', token: 'x' }), INVALID);
    const own = { client_id: client.id, client_secret: '' };
    expectRefused(
      await sendForm(app, path, { grant_type: 'client_credentials', token: 'x', ...own }),
      INVALID,
    );
  });
});

describe('a token that is none, or not the asker’s,', () => {
  let token: string;
  beforeEach(async () => {
    token = String((await askToken({}, basic(client.id, client.secret))).body.access_token);
  });
  const about = (path: string, given: string, more: Record<string, string> = {}) =>
    sendForm(app, path, { token: given, ...more }, basic(client.id, client.secret));
  const forged = (change: (parts: [string, string, string]) => string) =>
    change(token.split('.') as [string, string, string]);
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object;

  const FORGED: readonly [string, () => string][] = [
    ['a word', () => 'x'],
    ['NUL', () => '\0'],
    ['dots', () => '..'],
    ['kilobytes', () => `eyJ${'x'.repeat(14_000)}.x.x`],
    [
      'one that is not signed',
      () => forged(([, claims]) => `${encode({ alg: 'none', typ: 'at+jwt' })}.${claims}.`),
    ],
    ['one that is signed by a stranger', () => forged(([head, claims]) => jws(read(head), read(claims)))],
    [
      'one that is changed',
      () =>
        forged(
          ([head, claims, signature]) =>
            `${head}.${encode({ ...read(claims), scope: 'keys:manage' })}.${signature}`,
        ),
    ],
    ['one whose signature is cut', () => token.slice(0, -1)],
    ['one with a blank behind it', () => `${token} `],
    ['one with padding', () => `${token}=`],
    ['an assertion', () => assertion()],
    ['a key of ours', () => client.secret],
  ];
  test.each(FORGED)('is not active, and nothing is ended by it: %s', async (_what, make) => {
    const given = make();
    expect((await about('/oauth/introspect', given)).body).toEqual({ active: false });
    const ended = await about('/oauth/revoke', given);
    expect([ended.status, ended.body]).toEqual([200, {}]);
    expect((await about('/oauth/introspect', token)).body).toMatchObject({ active: true });
  });

  test('is ended by nobody else: neither another client, nor a key without the permission', async () => {
    const asOther = { client_assertion_type: JWT_BEARER };
    const body = { token, ...asOther };
    expect(
      (await sendForm(app, '/oauth/introspect', { ...body, client_assertion: assertion() })).body,
    ).toEqual({
      active: false,
    });
    expect((await sendForm(app, '/oauth/revoke', { ...body, client_assertion: assertion() })).status).toBe(
      200,
    );
    const { key: weak } = await createApiKey(app, who.accountId, {
      name: 'Weak',
      permissions: ['account:read'],
    });
    for (const path of ['/oauth/introspect', '/oauth/revoke']) {
      const bearer = { authorization: `Bearer ${weak}` };
      expectRefused(await sendForm(app, path, { token }, bearer), [403, 'insufficient_scope']);
      for (const wrong of ['Bearer x', `Bearer ${weak.slice(0, -1)}`, 'Bearer \u00ff', `Bearer ${token}x`])
        expectRefused(await sendForm(app, path, { token }, { authorization: wrong }), [401, 'invalid_token']);
    }
    expect((await about('/oauth/introspect', token)).body).toMatchObject({ active: true });
  });

  test('whatever it is said to be, it is what it is', async () => {
    for (const token_type_hint of ['refresh_token', 'x', '\0', 'x'.repeat(5_000)])
      expect((await about('/oauth/introspect', token, { token_type_hint })).body).toMatchObject({
        active: true,
      });
  });
});
