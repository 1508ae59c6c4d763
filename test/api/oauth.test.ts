import fc from 'fast-check';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { RunningApp } from '../../src/app.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { uuidOf, type OAuthClientId } from '../../src/ids.ts';
import { writeAccessToken } from '../../src/oauth/access-token.ts';
import { createClient, type NewClientInput } from '../../src/oauth/create-client.ts';
import { InvalidClient } from '../../src/oauth/errors.ts';
import { FAILURES_PER_ADDRESS, FAILURES_PER_CLIENT } from '../../src/oauth/failure-limit.ts';
import { createSigningKeys } from '../../src/oauth/signing-keys.ts';
import {
  CreateOAuthClientDocument,
  OAuthClientsDocument,
  RevokeOAuthClientDocument,
  RotateOAuthClientSecretDocument,
  UpdateOAuthClientDocument,
} from '../../src/graphql/generated/graphql.ts';
import { createTestApp, createWaitingAccount, type TestApp } from '../support/app.ts';
import {
  callerWith,
  codesOf,
  createCaller,
  openRawSocket,
  openSocket,
  urlOf,
  type Caller,
} from '../support/graphql.ts';
import { basic, sendForm, type OAuthAnswer } from '../support/oauth.ts';

const PUBLIC_URL = 'https://otp.example';
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const START = `mutation { startVerification(input: { to: "+385911234567" }) { ... on Verification { id to } ... on Error { code } } }`;

let testApp: TestApp;
let app: RunningApp;
let who: Principal;
let owner: Caller;
/** What the app's clock is ahead of the real one. Milliseconds. */
let ahead = 0;

beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api', PUBLIC_URL }, { clock: () => Date.now() + ahead });
  app = testApp.app;
});
afterAll(() => testApp[Symbol.asyncDispose]());
beforeEach(async () => {
  who = await createWaitingAccount(app);
  owner = await createCaller(app, who);
  // Past the window of the failures of the test before.
  ahead += 61_000;
});

interface Client {
  id: string;
  secret: string;
}

async function aClient(input: Partial<NewClientInput> = {}): Promise<Client> {
  const permissions = ['verifications:write', 'services:read'] as const;
  const { row, secret } = await createClient(app, who, { name: 'Partner', permissions, ...input });
  return { id: row.id, secret: secret ?? '' };
}

const askToken = (form: Record<string, string>, headers: Record<string, string> = {}) =>
  sendForm(app, '/oauth/token', { grant_type: 'client_credentials', ...form }, headers);
const askAs = ({ id, secret }: Client, form: Record<string, string> = {}) =>
  askToken(form, basic(id, secret));
const tokenOf = async (client: Client, form: Record<string, string> = {}) =>
  (await askAs(client, form)).body.access_token as string;
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
const refused = ({ status, body }: OAuthAnswer) => [status, body.error];

describe('the token endpoint', () => {
  test('gives a client a token for what it may do, by its secret in the header or in the form', async () => {
    const client = await aClient();
    const answers = [
      await askAs(client),
      await askToken({ client_id: client.id, client_secret: client.secret }),
    ];
    for (const { status, headers, body } of answers) {
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-type')).toBe('application/json');
      expect(body).toEqual({
        access_token: expect.any(String) as unknown,
        token_type: 'Bearer',
        expires_in: 600,
        scope: 'verifications:write services:read',
      });
      expect(claimsOf(body.access_token as string)).toEqual({
        iss: PUBLIC_URL,
        aud: PUBLIC_URL,
        sub: client.id,
        client_id: client.id,
        account_id: who.accountId,
        scope: 'verifications:write services:read',
        generation: 0,
        jti: expect.stringMatching(/^tok_/) as unknown,
        iat: expect.any(Number) as unknown,
        exp: expect.any(Number) as unknown,
      });
    }
  });

  test('gives less when less is asked for, and refuses what the client does not have by its name', async () => {
    const client = await aClient();
    const { body } = await askAs(client, { scope: 'services:read' });
    expect(body.scope).toBe('services:read');
    const beyond = await askAs(client, { scope: 'services:read carriers:write' });
    expect(refused(beyond)).toEqual([400, 'invalid_scope']);
    expect(beyond.body.error_description).toContain('carriers:write');
    expect(beyond.body.error_description).toContain('verifications:write services:read');
    for (const scope of ['keys:manage', 'openid', 'services:read\u0000'])
      expect(refused(await askAs(client, { scope })), scope).toEqual([400, 'invalid_scope']);
  });

  test('says what of a request is wrong', async () => {
    const client = await aClient();
    const header = basic(client.id, client.secret);
    const ask = (form: Record<string, string> | string) => sendForm(app, '/oauth/token', form, header);
    expect(refused(await ask({}))).toEqual([400, 'invalid_request']);
    for (const grant of ['password', 'implicit', 'authorization_code', 'refresh_token'])
      expect(refused(await ask({ grant_type: grant }))).toEqual([400, 'unsupported_grant_type']);
    const twice = 'grant_type=client_credentials&grant_type=client_credentials';
    expect(refused(await ask(twice))).toEqual([400, 'invalid_request']);
    expect(refused(await askAs(client, { resource: 'https://other.example' }))).toEqual([
      400,
      'invalid_target',
    ]);
    expect((await askAs(client, { resource: PUBLIC_URL })).status).toBe(200);
    expect(refused(await askAs(client, { padding: 'x'.repeat(20_000) }))).toEqual([400, 'invalid_request']);
    const json = await fetch(`${app.server!.url}/oauth/token`, {
      method: 'POST',
      headers: { ...header, 'content-type': 'application/json' },
      body: '{"grant_type":"client_credentials"}',
    });
    expect([json.status, await json.json()]).toMatchObject([400, { error: 'invalid_request' }]);
    const got = await fetch(`${app.server!.url}/oauth/token?grant_type=client_credentials`);
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('says the same of a client that is unknown, revoked, elsewhere, or has another secret', async () => {
    const client = await aClient();
    const other = await aClient();
    const revoked = await aClient();
    await owner.run(RevokeOAuthClientDocument, { input: { clientId: revoked.id } });
    const elsewhere = await aClient({ networks: ['203.0.113.0/24'] });
    const answers = await Promise.all(
      [
        { ...client, secret: other.secret },
        { ...client, id: `cli_${'0'.repeat(32)}` },
        { ...client, id: 'nobody' },
        revoked,
        elsewhere,
      ].map((one) => askAs(one)),
    );
    const [first] = answers;
    for (const { status, body, headers } of answers) {
      expect([status, body]).toEqual([401, first!.body]);
      expect(headers.get('www-authenticate')).toBe('Basic realm="otpost"');
    }
    expect(first!.body.error).toBe('invalid_client');
  });

  test('tells who has the right secret that it is over, and anybody that it is not whole', async () => {
    const client = await aClient({ expiresAt: new Date(Date.now() + ahead + 30_000) });
    ahead += 31_000;
    expect((await askAs(client)).body.error_description).toContain('is over');
    const cut = await askAs({ ...client, secret: client.secret.slice(0, -1) });
    expect(refused(cut)).toEqual([401, 'invalid_client']);
    expect(cut.body.error_description).toContain('not whole');
  });

  test('stops listening to whoever fails again and again, and to nobody else', async () => {
    const client = await aClient();
    const other = await aClient();
    expect((await askAs(other)).status).toBe(200);
    const wrong = { ...client, secret: other.secret };
    const answers = await Promise.all(Array.from({ length: 200 }, () => askAs(wrong)));
    const lookedAt = answers.filter(({ status }) => status === 401).length;
    expect(lookedAt).toBeGreaterThanOrEqual(FAILURES_PER_CLIENT);
    expect(lookedAt).toBeLessThanOrEqual(60);
    const shut = await askAs(client);
    expect(refused(shut)).toEqual([429, 'temporarily_unavailable']);
    expect(Number(shut.headers.get('retry-after'))).toBeGreaterThan(0);
    // Many clients behind one proxy have one address.
    for (let i = 0; i < FAILURES_PER_ADDRESS; i++) await askAs({ ...client, id: `cli_${i}` });
    expect(refused(await askAs({ ...client, id: 'cli_x' }))).toEqual([429, 'temporarily_unavailable']);
    expect((await askAs(other)).status).toBe(200);
    ahead += 60_000;
    expect((await askAs(client)).status).toBe(200);
  });

  test('takes fifty right ones at once', async () => {
    const client = await aClient();
    const answers = await Promise.all(Array.from({ length: 50 }, () => askAs(client)));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
  });

  test('no form and no header make it fail, hang, or tell our insides', async () => {
    const { id, secret } = await aClient();
    const right = { grant_type: 'client_credentials', client_id: id, client_secret: secret };
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.constantFrom(id, secret, '\u0000'),
    );
    const names = ['grant_type', 'client_id', 'client_secret', 'scope', 'client_assertion', 'resource'];
    const forms = fc.dictionary(fc.oneof(fc.constantFrom(...names), text), text, { maxKeys: 6 });
    const headers = fc.oneof(
      fc.constant({}),
      text.map((credentials) => ({
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      })),
    );
    await fc.assert(
      fc.asyncProperty(forms, headers, fc.boolean(), async (form, header, mostlyRight) => {
        const sent = { ...(mostlyRight && right), ...form };
        const { status, body } = await sendForm(app, '/oauth/token', sent, header);
        expect(status).toBeLessThan(500);
        expect(JSON.stringify(body)).not.toMatch(/node_modules|\.ts:\d/);
        ahead += 1_000;
      }),
      { numRuns: 200 },
    );
  });
});

describe('a client with keys of its own', () => {
  let privateKey: CryptoKey;
  let jwks: { keys: object[] };
  beforeAll(async () => {
    const pair = await generateKeyPair('ES256');
    ({ privateKey } = pair);
    jwks = { keys: [await exportJWK(pair.publicKey)] };
  });

  const assert = (id: string, claims: Record<string, unknown> = {}, by = privateKey) => {
    const now = Math.floor((Date.now() + ahead) / 1_000);
    const said = { iss: id, sub: id, aud: PUBLIC_URL, exp: now + 60, jti: crypto.randomUUID(), ...claims };
    return new SignJWT(said).setProtectedHeader({ alg: 'ES256' }).sign(by);
  };
  const askWith = (client_assertion: string, form: Record<string, string> = {}) =>
    askToken({ client_assertion_type: JWT_BEARER, client_assertion, ...form });

  test('proves who it is by an assertion that is good once, and has no secret', async () => {
    const { id, secret } = await aClient({ publicKeys: jwks });
    expect(secret).toBe('');
    const assertion = await assert(id);
    expect((await askWith(assertion)).status).toBe(200);
    const again = await askWith(assertion);
    expect(refused(again)).toEqual([401, 'invalid_client']);
    expect(again.body.error_description).toContain('used before');
    expect((await askWith(await assert(id), { client_id: id })).status).toBe(200);
    const other = await aClient({ publicKeys: jwks });
    // What another client calls its assertion is its own affair.
    const jti = 'the same';
    for (const one of [id, other.id]) expect((await askWith(await assert(one, { jti }))).status).toBe(200);
    expect(refused(await askWith(await assert(id), { client_id: other.id }))).toEqual([
      401,
      'invalid_client',
    ]);
  });

  test('is refused with an assertion for somebody else, of somebody else, too long, or without a name', async () => {
    const { id } = await aClient({ publicKeys: jwks });
    const now = Math.floor((Date.now() + ahead) / 1_000);
    const withSecret = await aClient();
    const stranger = await generateKeyPair('ES256');
    const wrong: Record<string, Promise<string>> = {
      'for another server': assert(id, { aud: 'https://other.example' }),
      'for two': assert(id, { aud: [PUBLIC_URL, 'https://other.example'] }),
      'for the endpoint': assert(id, { aud: `${PUBLIC_URL}/oauth/token` }),
      'of another issuer': assert(id, { iss: withSecret.id }),
      'of a client without keys': assert(withSecret.id),
      'for too long': assert(id, { exp: now + 3_600 }),
      over: assert(id, { exp: now - 60 }),
      'not valid yet': assert(id, { nbf: now + 120 }),
      'without an end': assert(id, { exp: undefined }),
      'without a name': assert(id, { jti: undefined }),
      'by another key': assert(id, {}, stranger.privateKey),
      nothing: Promise.resolve('x.y.z'),
    };
    for (const [what, assertion] of Object.entries(wrong)) {
      ahead += 10_000;
      expect(refused(await askWith(await assertion)), what).toEqual([401, 'invalid_client']);
    }
  });

  test('is not told from one that there is not by what its refusal costs: a signature is looked at for each', async () => {
    const strangers = await Promise.all(
      ['ES256', 'Ed25519', 'RS256', 'PS256'].map(async (alg) => ({
        alg,
        key: (await generateKeyPair(alg)).privateKey,
      })),
    );
    const revoked = await aClient({ publicKeys: jwks });
    await owner.run(RevokeOAuthClientDocument, { input: { clientId: revoked.id } });
    const named: Record<string, string> = {
      'that there is': (await aClient({ publicKeys: jwks })).id,
      'that there is not': newId('cli'),
      'that was revoked': revoked.id,
      'that has a secret': (await aClient()).id,
      'whose name is none': 'somebody',
    };
    const verify = vi.spyOn(crypto.subtle, 'verify');
    onTestFinished(() => verify.mockRestore());
    for (const [what, id] of Object.entries(named))
      for (const { alg, key } of strangers)
        for (const header of [{ alg }, { alg, kid: 'any' }]) {
          ahead += 61_000;
          const now = Math.floor((Date.now() + ahead) / 1_000);
          const said = { iss: id, sub: id, aud: PUBLIC_URL, exp: now + 60, jti: 'x' };
          const assertion = await new SignJWT(said).setProtectedHeader(header).sign(key);
          verify.mockClear();
          const answer = await askWith(assertion);
          expect(answer.body, what).toEqual({
            error: 'invalid_client',
            error_description: new InvalidClient().message,
          });
          expect(verify, `${what}, ${JSON.stringify(header)}`).toHaveBeenCalledOnce();
        }
  });

  test('changes its keys one beside the other, and gives nobody a private one', async () => {
    const next = await generateKeyPair('Ed25519', { extractable: true });
    const keys = [
      { ...jwks.keys[0], kid: 'old' },
      { ...(await exportJWK(next.publicKey)), kid: 'new' },
    ];
    const { id } = await aClient({ publicKeys: jwks });
    const update = async (publicKeys: unknown) =>
      (await owner.run(UpdateOAuthClientDocument, { input: { clientId: id, publicKeys } })).updateOAuthClient;
    expect(await update({ keys })).toMatchObject({ publicKeys: { keys } });
    const now = Math.floor((Date.now() + ahead) / 1_000);
    for (const [alg, kid, key] of [
      ['ES256', 'old', privateKey],
      ['Ed25519', 'new', next.privateKey],
    ] as const) {
      const said = { iss: id, sub: id, aud: PUBLIC_URL, exp: now + 60, jti: kid };
      const assertion = await new SignJWT(said).setProtectedHeader({ alg, kid }).sign(key);
      expect((await askWith(assertion)).status, alg).toBe(200);
    }
    const invalid = { __typename: 'InvalidInput', field: 'publicKeys' };
    const rsa = await generateKeyPair('RS256', { modulusLength: 2_048 });
    expect(await update({ keys: [await exportJWK(rsa.publicKey)] })).toMatchObject({ id });
    for (const wrong of [
      {},
      { keys: [] },
      { keys: [1] },
      [],
      'x',
      { keys: [{ ...jwks.keys[0], x: 'AAAA' }] },
      { keys: [await exportJWK(next.privateKey)] },
      { keys: [{ kty: 'oct', k: 'AAAA' }] },
      { keys: [jwks.keys[0], jwks.keys[0]] },
      { keys: [{ kty: 'RSA', n: Buffer.alloc(128, 255).toString('base64url'), e: 'AQAB' }] },
      { keys: Array(11).fill(jwks.keys[0]) },
      { keys: [{ ...jwks.keys[0], use: 'enc' }] },
    ])
      expect(await update(wrong), JSON.stringify(wrong)).toMatchObject(invalid);
    const rotated = await owner.run(RotateOAuthClientSecretDocument, {
      input: { clientId: id, overlapSeconds: 0 },
    });
    expect(rotated.rotateOAuthClientSecret).toMatchObject({ __typename: 'InvalidInput', field: 'clientId' });
    const withSecret = await aClient();
    const changed = await owner.run(UpdateOAuthClientDocument, {
      input: { clientId: withSecret.id, publicKeys: jwks },
    });
    expect(changed.updateOAuthClient).toMatchObject(invalid);
  });
});

describe('an access token', () => {
  test('does over HTTP what its scope says, and is told by name what it lacks', async () => {
    const client = await aClient();
    const caller = callerWith(app, await tokenOf(client, { scope: 'verifications:write' }));
    const started = await caller.ask(START);
    expect(started.data).toMatchObject({ startVerification: { to: '+385•••••••67' } });
    const refusedCall = await caller.ask('{ services { name } }');
    expect(refusedCall.status).toBe(403);
    expect(refusedCall.errors![0]!.extensions).toMatchObject({
      code: 'auth/forbidden',
      permission: 'services:read',
    });
    const whole = callerWith(app, await tokenOf(client));
    expect((await whole.ask('{ services { name } }')).data).toEqual({ services: [{ name: 'Test' }] });
  });

  test('invites nobody, also of a client that an earlier version let do so', async () => {
    const client = await aClient({ permissions: ['people:read', 'services:read'] });
    // As it was stored, and as its tokens were signed.
    const before = ['people:read', 'people:write', 'services:read'] as const;
    await app.sql`UPDATE oauth_clients SET permissions = ${[...before]} WHERE id = ${uuidOf(client.id as never)}`;
    const now = Math.floor((Date.now() + ahead) / 1_000) * 1_000;
    const earlier = await writeAccessToken(
      {
        ...{
          id: newId('tok'),
          accountId: who.accountId,
          clientId: client.id as OAuthClientId,
          generation: 0,
        },
        ...{ scope: before, issuedAt: now, expiresAt: now + 60_000 },
      },
      PUBLIC_URL,
      await app.single(createSigningKeys).signing(),
    );
    expect(refused(await askAs(client, { scope: 'people:write' }))).toEqual([400, 'invalid_scope']);
    const { body } = await askAs(client);
    expect(body.scope).toBe('people:read services:read');
    const invite = `mutation { inviteMember(input: { email: "ann@example.com", role: ADMIN }) { __typename } }`;
    for (const token of [body.access_token as string, earlier]) {
      const caller = callerWith(app, token);
      const answer = await caller.ask(invite);
      expect([answer.status, codesOf(answer)]).toEqual([403, ['auth/forbidden']]);
      expect((await caller.ask('{ services { name } }')).status).toBe(200);
    }
    const { body: shown } = await sendForm(
      app,
      '/oauth/introspect',
      { token: earlier },
      basic(client.id, client.secret),
    );
    expect(shown).toMatchObject({ active: true, scope: 'people:read services:read' });
    // Whoever manages it can go on without naming what it may do.
    const renamed = await owner.run(UpdateOAuthClientDocument, {
      input: { clientId: client.id, name: 'Now' },
    });
    expect(renamed.updateOAuthClient).toMatchObject({ permissions: ['PEOPLE_READ', 'SERVICES_READ'] });
  });

  test('opens sockets and streams of events, which end with it', async () => {
    const client = await aClient({ tokenSeconds: 60 });
    const token = await tokenOf(client);
    const started = await callerWith(app, token).ask(START);
    const { id } = started.data!.startVerification as { id: string };
    // It begins with what was, so it does not matter when it is opened.
    const query = `subscription { verificationEvents(verificationId: "${id}") { __typename } }`;
    await using socket = await openSocket(app, token);
    socket.send({ type: 'subscribe', id: '1', payload: { query } });
    expect(await socket.next()).toMatchObject({
      id: '1',
      payload: { data: { verificationEvents: { __typename: 'VerificationStarted' } } },
    });
    const stream = await fetch(urlOf(app), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ query }),
    });
    expect(stream.status).toBe(200);
    const text = stream.text();
    await owner.run(RevokeOAuthClientDocument, { input: { clientId: client.id } });
    expect(await socket.closed).toMatchObject({ code: 4403 });
    expect(await text).toContain('"code":"auth/invalid"');
  });

  test('that is no good is refused with 401 and a reason, over HTTP and WebSocket, as RFC 6750 says', async () => {
    const client = await aClient({ tokenSeconds: 60 });
    const token = await tokenOf(client);
    const reasonOf = async (credential: string) => {
      const response = await fetch(urlOf(app), {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${credential}` },
        body: JSON.stringify({ query: '{ services { name } }' }),
      });
      const answer = (await response.json()) as { errors: { extensions: Record<string, unknown> }[] };
      expect(response.status).toBe(401);
      const { code, reason } = answer.errors[0]!.extensions;
      expect(code).toBe('auth/invalid');
      expect(response.headers.get('www-authenticate')).toBe(
        `Bearer realm="otpost", error="invalid_token", error_description="${String(reason)}"`,
      );
      await using socket = await openRawSocket(urlOf(app));
      socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${credential}` } });
      expect(await socket.closed).toEqual({ code: 4401, reason: `auth/invalid: ${String(reason)}` });
      return reason;
    };
    const [header, payload, signature] = token.split('.');
    const claims = { ...claimsOf(token), iss: 'https://other.example' };
    const foreign = Buffer.from(JSON.stringify(claims)).toString('base64url');
    expect(await reasonOf(`${header}.${foreign}.${signature}`)).toBe('wrong_audience');
    expect(await reasonOf(`${header}.${payload}.${Buffer.alloc(64, 1).toString('base64url')}`)).toBe(
      'unknown',
    );
    expect(await reasonOf(`${header}.${payload}.`)).toBe('malformed');
    expect(await reasonOf(`${token}${'A'.repeat(5_000)}`)).toBe('malformed');
    ahead += 60_000;
    expect(await reasonOf(token)).toBe('expired');
  });

  test('and its absence are asked for by WWW-Authenticate, with the scope that is missing', async () => {
    const ask = async (query: string, headers: Record<string, string>) => {
      const response = await fetch(urlOf(app), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query }),
      });
      await response.text();
      return [response.status, response.headers.get('www-authenticate')];
    };
    expect(await ask('{ services { name } }', {})).toEqual([401, 'Bearer realm="otpost"']);
    const authorization = `Bearer ${await tokenOf(await aClient())}`;
    expect(await ask('{ carriers { name } }', { authorization })).toEqual([
      403,
      'Bearer realm="otpost", error="insufficient_scope", scope="carriers:read"',
    ]);
    expect(await ask('{ services { name } }', { authorization })).toEqual([200, null]);
  });
});

describe('whoever manages clients', () => {
  test('makes one whose secret is shown once and kept nowhere, and lists them', async () => {
    const input = {
      name: 'Shop',
      permissions: ['VERIFICATIONS_WRITE' as const],
      networks: ['127.0.0.1'],
      tokenSeconds: 120,
    };
    const { createOAuthClient: made } = await owner.run(CreateOAuthClientDocument, { input });
    if (made.__typename !== 'NewOAuthClient') throw new Error(made.__typename);
    expect(made.secret).toMatch(/^otp_client_[0-9A-Za-z]{39}$/);
    expect(made.client).toMatchObject({ ...input, networks: ['127.0.0.1/32'], lastUsedAt: null });
    const answer = await askAs({ id: made.client.id, secret: made.secret! });
    expect(answer.body.expires_in).toBe(120);
    const { oauthClients } = await owner.run(OAuthClientsDocument, { first: 10 });
    expect(oauthClients.nodes).toMatchObject([{ id: made.client.id, hint: made.secret!.slice(0, 15) }]);
    expect(Math.abs(Date.parse(oauthClients.nodes[0]!.lastUsedAt!) - Date.now() - ahead)).toBeLessThan(
      60_000,
    );
    const [stored] = await app.sql`
      SELECT c::text AS text FROM oauth_clients c WHERE id = ${uuidOf(made.client.id as never)}`;
    expect(JSON.stringify([oauthClients, stored])).not.toContain(made.secret!.slice(-20));
  });

  test('gives and gets no more than they have, and nothing that makes credentials', async () => {
    const permissions = ['clients:manage', 'services:read'] as const;
    const { key } = await createApiKey(app, who.accountId, {
      name: 'limited',
      permissions,
      networks: ['127.0.0.0/8'],
    });
    const limited = callerWith(app, key);
    const create = async (input: object, caller = limited) => {
      const all = { name: 'x', permissions: ['SERVICES_READ' as const], networks: ['127.0.0.1'], ...input };
      return (await caller.run(CreateOAuthClientDocument, { input: all })).createOAuthClient;
    };
    expect(await create({})).toMatchObject({ __typename: 'NewOAuthClient' });
    expect(await create({ permissions: ['SERVICES_WRITE'] })).toMatchObject({
      __typename: 'BeyondOwnRights',
      field: 'permissions',
    });
    expect(await create({ networks: null })).toMatchObject({ field: 'networks' });
    for (const permission of ['KEYS_MANAGE', 'CLIENTS_MANAGE', 'PEOPLE_WRITE'])
      expect(await create({ permissions: [permission] }, owner)).toMatchObject({
        __typename: 'InvalidInput',
        field: 'permissions',
      });
    for (const [field, value] of [
      ['permissions', []],
      ['tokenSeconds', 59],
      ['tokenSeconds', 3_601],
      ['name', ' '],
      ['networks', ['x']],
    ] as const)
      expect(await create({ [field]: value }, owner)).toMatchObject({ __typename: 'InvalidInput', field });
    const stronger = await aClient();
    const rotated = await limited.run(RotateOAuthClientSecretDocument, {
      input: { clientId: stronger.id, overlapSeconds: 0 },
    });
    expect(rotated.rotateOAuthClientSecret).toMatchObject({ __typename: 'BeyondOwnRights' });
    const plain = await createApiKey(app, who.accountId, { name: 'plain', permissions: ['services:read'] });
    const answer = await callerWith(app, plain.key).ask('{ oauthClients(first: 1) { nodes { id } } }');
    expect(codesOf(answer)).toEqual(['auth/forbidden']);
  });

  test('rotates a secret: two for the overlap, then one', async () => {
    const client = await aClient();
    const { rotateOAuthClientSecret: made } = await owner.run(RotateOAuthClientSecretDocument, {
      input: { clientId: client.id, overlapSeconds: 600 },
    });
    if (made.__typename !== 'NewOAuthClient') throw new Error(made.__typename);
    const next = { ...client, secret: made.secret! };
    for (const one of [client, next]) expect((await askAs(one)).status).toBe(200);
    ahead += 600_000;
    const old = await askAs(client);
    expect(refused(old)).toEqual([401, 'invalid_client']);
    expect(old.body.error_description).toContain('rotated');
    expect((await askAs(next)).status).toBe(200);
  });

  test('changes what a client may do: its tokens until now are over, and the next ones are right', async () => {
    const client = await aClient();
    const token = await tokenOf(client);
    await using socket = await openSocket(app, token);
    const input = { clientId: client.id, permissions: ['CARRIERS_READ' as const], name: 'Other' };
    const { updateOAuthClient } = await owner.run(UpdateOAuthClientDocument, { input });
    expect(updateOAuthClient).toMatchObject({ name: 'Other', permissions: ['CARRIERS_READ'] });
    expect(await socket.closed).toMatchObject({ code: 4403 });
    const old = await callerWith(app, token).ask('{ services { name } }');
    expect(old.errors![0]!.extensions).toMatchObject({ code: 'auth/invalid', reason: 'unknown' });
    const caller = callerWith(app, await tokenOf(client));
    expect((await caller.ask('{ carriers { name } }')).data).toMatchObject({ carriers: [{}] });
    expect((await caller.ask('{ services { name } }')).status).toBe(403);
  });
});
