import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import type { RunningApp } from '../../src/app.ts';
import { freePort } from '../../src/db/embedded/free-port.ts';
import { createClient, type NewClientInput } from '../../src/oauth/create-client.ts';
import { SCOPES } from '../../src/oauth/scopes.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { callerWith, openSocket } from '../support/graphql.ts';
import { basic, sendForm } from '../support/oauth.ts';

// Partners use libraries, and these are foreign ones: what they take for OAuth 2.0, it is.

let testApp: TestApp;
let app: RunningApp;
let who: Principal;
let url: string;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  testApp = await createTestApp({ ROLES: 'api', PORT: String(port), PUBLIC_URL: url });
  app = testApp.app;
  who = await createTestAccount(app);
});
afterAll(() => testApp[Symbol.asyncDispose]());

async function aClient(input: Partial<NewClientInput> = {}, owner = who) {
  const permissions = ['verifications:write', 'services:read'] as const;
  const { row, secret } = await createClient(app, owner, { name: 'Partner', permissions, ...input });
  return { id: row.id, secret: secret ?? '' };
}

const SERVICES = '{ services { name } }';
const servicesWith = (token: string) => callerWith(app, token).ask(SERVICES);
const tokenOf = async ({ id, secret }: { id: string; secret: string }) => {
  const form = { grant_type: 'client_credentials' };
  const { body } = await sendForm(app, '/oauth/token', form, basic(id, secret));
  return body.access_token as string;
};

describe('openid-client', () => {
  const options: openid.DiscoveryRequestOptions = {
    algorithm: 'oauth2',
    execute: [openid.allowInsecureRequests],
  };

  test.each([
    ['client_secret_basic', openid.ClientSecretBasic],
    ['client_secret_post', openid.ClientSecretPost],
  ])('discovers, asks by %s, calls, introspects, revokes, and is refused', async (_name, method) => {
    const { id, secret } = await aClient();
    const config = await openid.discovery(new URL(url), id, undefined, method(secret), options);
    const token = await openid.clientCredentialsGrant(config, { scope: 'services:read' });
    expect(token).toMatchObject({ token_type: 'bearer', expires_in: 600, scope: 'services:read' });

    const call = () => {
      const headers = new Headers({ 'content-type': 'application/json' });
      const body = JSON.stringify({ query: SERVICES });
      return openid.fetchProtectedResource(
        config,
        token.access_token,
        new URL(`${url}/graphql`),
        'POST',
        body,
        headers,
      );
    };
    expect(await (await call()).json()).toMatchObject({ data: { services: [{ name: 'Test' }] } });
    const good = await openid.tokenIntrospection(config, token.access_token);
    expect(good).toMatchObject({
      active: true,
      client_id: id,
      sub: id,
      iss: url,
      aud: url,
      scope: 'services:read',
      token_type: 'Bearer',
      account_id: who.accountId,
    });

    await openid.tokenRevocation(config, token.access_token);
    await expect(call()).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: 'bearer', parameters: { error: 'invalid_token', error_description: 'unknown' } }],
    });
    expect(await openid.tokenIntrospection(config, token.access_token)).toEqual({ active: false });
    // Another one is good.
    await openid.clientCredentialsGrant(config);
  });

  test('proves itself by private_key_jwt', async () => {
    for (const alg of ['ES256', 'Ed25519', 'PS256', 'RS256']) {
      const { privateKey, publicKey } = await generateKeyPair(alg);
      const publicKeys = { keys: [{ ...(await exportJWK(publicKey)), kid: alg }] };
      const { id } = await aClient({ publicKeys });
      const method = openid.PrivateKeyJwt({ key: privateKey, kid: alg });
      const config = await openid.discovery(new URL(url), id, undefined, method, options);
      const { access_token: token } = await openid.clientCredentialsGrant(config);
      expect((await servicesWith(token)).status, alg).toBe(200);
      expect(await openid.tokenIntrospection(config, token)).toMatchObject({ active: true });
    }
  });

  test('is told what the client lacks', async () => {
    const { id, secret } = await aClient();
    const config = await openid.discovery(new URL(url), id, secret, undefined, options);
    await expect(openid.clientCredentialsGrant(config, { scope: 'routes:write' })).rejects.toMatchObject({
      status: 400,
      error: 'invalid_scope',
      error_description: expect.stringContaining('routes:write') as unknown,
    });
    const wrong = await openid.discovery(new URL(url), id, `${secret}x`, undefined, options);
    await expect(openid.clientCredentialsGrant(wrong)).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: 'basic' }],
    });
  });

  test('does what the README says', async () => {
    const readme = await readFile('src/oauth/README.md', 'utf8');
    const example = /```js\n([^`]*openid-client(?:[^`]|`(?!``))*)```/.exec(readme)![1]!;
    const { id, secret } = await aClient();
    const { PATH = '' } = process.env;
    const child = spawn(process.execPath, ['--input-type=module'], {
      env: { PATH, OTPOST: url, CLIENT_ID: id, CLIENT_SECRET: secret },
    });
    child.stdin.end(example);
    const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(error).toBe('');
    expect(JSON.parse(out)).toMatchObject({ data: { verifications: { nodes: [] } } });
  });
});

describe('oauth4webapi', () => {
  const insecure = { [oauth.allowInsecureRequests]: true };

  test('takes the metadata, the tokens, the introspection and the revocation for what the RFCs say', async () => {
    const { id, secret } = await aClient();
    const client = { client_id: id };
    const method = oauth.ClientSecretBasic(secret);
    const issuer = new URL(url);
    const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure });
    const server = await oauth.processDiscoveryResponse(issuer, found);
    const parameters = new URLSearchParams({ resource: url });
    const granted = await oauth.clientCredentialsGrantRequest(server, client, method, parameters, insecure);
    const { access_token: token } = await oauth.processClientCredentialsResponse(server, client, granted);

    // As a server that takes our tokens would (RFC 9068).
    const request = new Request(url, { headers: { authorization: `Bearer ${token}` } });
    const claims = await oauth.validateJwtAccessToken(server, request, url, insecure);
    expect(claims).toMatchObject({ iss: url, aud: url, client_id: id, sub: id });

    const asked = await oauth.introspectionRequest(server, client, method, token, insecure);
    expect(await oauth.processIntrospectionResponse(server, client, asked)).toMatchObject({ active: true });
    const revoked = await oauth.revocationRequest(server, client, method, token, insecure);
    await oauth.processRevocationResponse(revoked);
    expect((await servicesWith(token)).status).toBe(401);
  });
});

test('jose verifies a token with the keys that it fetches itself', async () => {
  const token = await tokenOf(await aClient());
  const keys = createRemoteJWKSet(new URL(`${url}/oauth/jwks`));
  const options = { issuer: url, audience: url, typ: 'at+jwt', algorithms: ['ES256'] };
  const { payload } = await jwtVerify(token, keys, options);
  expect(payload.scope).toBe('verifications:write services:read');
});

describe('the documents', () => {
  const read = async (path: string) => {
    const response = await fetch(url + path);
    return { response, body: (await response.json()) as Record<string, string | string[]> };
  };

  test('name endpoints that are there, and nothing that is not', async () => {
    const { response, body } = await read('/.well-known/oauth-authorization-server');
    expect(response.headers.get('cache-control')).toBe('public, max-age=3600');
    expect(body).toMatchObject({
      issuer: url,
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      scopes_supported: SCOPES,
    });
    expect(body).not.toHaveProperty('authorization_endpoint');
    const endpoints = Object.entries(body).filter(([name]) => /_endpoint$|_uri$/.test(name));
    expect(endpoints).toHaveLength(4);
    for (const [name, endpoint] of endpoints) {
      const { status } = await fetch(endpoint as string);
      expect(status, name).toBe(name === 'jwks_uri' ? 200 : 405);
    }
    const resource = await read('/.well-known/oauth-protected-resource');
    expect(resource.body).toMatchObject({ resource: url, authorization_servers: [url] });
    expect((await fetch(`${url}/.well-known/openid-configuration`)).status).toBe(404);
  });

  test('show keys without their private half, to be kept for minutes', async () => {
    await tokenOf(await aClient());
    const { response, body } = await read('/oauth/jwks');
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    for (const key of body.keys as unknown as object[]) {
      expect(key).toMatchObject({ kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256' });
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    }
  });
});

describe('introspection and revocation', () => {
  const about = (path: string, token: string, headers: Record<string, string>) =>
    sendForm(app, path, { token, token_type_hint: 'access_token' }, headers);

  test('are for the client of the token, and for keys that manage clients', async () => {
    const client = await aClient();
    const token = await tokenOf(client);
    const sibling = await aClient();
    const stranger = await createTestAccount(app);
    const elsewhere = await aClient({}, stranger);
    const keyOf = async (owner: Principal, permissions?: ('clients:manage' | 'services:read')[]) => {
      const { key } = await createApiKey(app, owner.accountId, {
        name: 'x',
        ...(permissions && { permissions }),
      });
      return { authorization: `Bearer ${key}` };
    };
    const others = [
      basic(sibling.id, sibling.secret),
      basic(elsewhere.id, elsewhere.secret),
      await keyOf(stranger),
    ];
    for (const headers of others) {
      const introspected = await about('/oauth/introspect', token, headers);
      expect([introspected.status, introspected.body]).toEqual([200, { active: false }]);
      const revoked = await about('/oauth/revoke', token, headers);
      expect([revoked.status, revoked.body]).toEqual([200, {}]);
    }
    const lacking = await about('/oauth/revoke', token, await keyOf(who, ['services:read']));
    expect([lacking.status, lacking.body.error]).toEqual([403, 'insufficient_scope']);
    for (const authorization of [`Bearer ${token}`, 'Bearer rubbish', 'Bearer '])
      expect((await about('/oauth/revoke', token, { authorization })).status).toBeGreaterThanOrEqual(401);
    expect((await about('/oauth/introspect', token, {})).body.error).toBe('invalid_client');
    expect((await servicesWith(token)).status).toBe(200);

    const manager = await keyOf(who, ['clients:manage']);
    expect((await about('/oauth/introspect', token, manager)).body).toMatchObject({ active: true });
    await using socket = await openSocket(app, token);
    expect((await about('/oauth/revoke', token, manager)).status).toBe(200);
    expect(await socket.closed).toMatchObject({ code: 4403 });
    expect((await servicesWith(token)).status).toBe(401);
    expect((await about('/oauth/introspect', token, manager)).body).toEqual({ active: false });
    // Again, and of what is no token: as if it had been done.
    const own = basic(client.id, client.secret);
    for (const text of [token, 'rubbish', `${token.slice(0, -4)}AAAA`, '\u0000'])
      expect((await about('/oauth/revoke', text, own)).status).toBe(200);
    const none = await sendForm(app, '/oauth/revoke', {}, own);
    expect([none.status, none.body.error]).toEqual([400, 'invalid_request']);
  });

  test('of one token leave the others of its client alone', async () => {
    const client = await aClient();
    const [one, other] = [await tokenOf(client), await tokenOf(client)];
    await using socket = await openSocket(app, other);
    await about('/oauth/revoke', one, basic(client.id, client.secret));
    expect((await servicesWith(one)).status).toBe(401);
    expect((await servicesWith(other)).status).toBe(200);
    socket.send({ type: 'ping' });
    expect(await socket.next()).toMatchObject({ type: 'pong' });
  });
});
