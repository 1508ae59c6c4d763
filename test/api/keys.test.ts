import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import { createKeyUsage } from '../../src/accounts/key-usage.ts';
import type { Permission } from '../../src/accounts/permissions.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import type { RightsInput } from '../../src/accounts/rights.ts';
import { revokeApiKey } from '../../src/accounts/revoke-api-key.ts';
import type { RunningApp } from '../../src/app.ts';
import type { ApiKeyId } from '../../src/ids.ts';
import {
  ApiKeysDocument,
  CreateApiKeyDocument,
  RevokeApiKeyDocument,
  RotateApiKeyDocument,
  UpdateApiKeyDocument,
} from '../../src/graphql/generated/graphql.ts';
import { createTestApp, createWaitingAccount, type TestApp } from '../support/app.ts';
import {
  callerWith,
  codesOf,
  createCaller,
  openRawSocket,
  openSocket,
  urlOf,
  type Answer,
  type Caller,
} from '../support/graphql.ts';

let testApp: TestApp;
let app: RunningApp;
let who: Principal;
let owner: Caller;
/** What the app's clock is ahead of the real one. Milliseconds. */
let ahead = 0;

beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api' }, { clock: () => Date.now() + ahead });
  app = testApp.app;
});
afterAll(() => testApp[Symbol.asyncDispose]());
beforeEach(async () => {
  who = await createWaitingAccount(app);
  owner = await createCaller(app, who);
});

async function keyWith(rights: RightsInput): Promise<{ caller: Caller; id: ApiKeyId; key: string }> {
  const { key, row } = await createApiKey(app, who.accountId, { name: 'Test', ...rights });
  return { caller: callerWith(app, key), id: row.id, key };
}
const keyThatMay = (...permissions: Permission[]) => keyWith({ permissions });

const START = `mutation ($to: String!) { startVerification(input: { to: $to }) { ... on Verification { id to } ... on Error { code } } }`;

async function start(caller: Caller, to = '+385911234567'): Promise<{ id: string; to: string }> {
  const { data } = await caller.ask(START, { to });
  return data!.startVerification as { id: string; to: string };
}

const refusalOf = ({ errors = [] }: Answer) => errors.map(({ extensions }) => extensions);
const lacks = (permission: Permission) => [
  expect.objectContaining({ code: 'auth/forbidden', permission }) as unknown,
];

describe('a key without the permission', () => {
  test('is told over HTTP which one is missing, and nothing is done', async () => {
    const { caller } = await keyThatMay('verifications:read', 'services:read');
    const refused = await caller.ask(START, { to: '+385911234567' });
    expect(refused.status).toBe(403);
    expect(refused.data).toBeUndefined();
    expect(refusalOf(refused)).toEqual(lacks('verifications:write'));
    expect(refused.errors![0]!.message).toContain('verifications:write');
    const { data } = await caller.ask('{ verifications(first: 1) { nodes { id } } services { name } }');
    expect(data).toEqual({ verifications: { nodes: [] }, services: [{ name: 'Test' }] });
  });

  test('does not get there by another way: nested, in a fragment, skipped, or by node(id)', async () => {
    const { caller } = await keyThatMay('verifications:write');
    const { id } = await start(caller);
    const [service] = (await owner.ask('{ services { id } }')).data!.services as { id: string }[];
    const queries: [string, Permission][] = [
      [`{ verification(id: "${id}") { service { name } } }`, 'services:read'],
      [`{ verification(id: "${id}") { messages(first: 1) { nodes { id } } } }`, 'messages:read'],
      [`{ ...A } fragment A on Query { carriers { id } }`, 'carriers:read'],
      [`{ account @skip(if: true) { id } }`, 'account:read'],
      [`{ node(id: "${id}") { ... on Service { name } } }`, 'services:read'],
      [`{ node(id: "${service!.id}") { id } }`, 'services:read'],
      [`{ a: node(id: "${id}") { id } b: apiKeys(first: 1) { nodes { id } } }`, 'keys:manage'],
    ];
    for (const [query, permission] of queries)
      expect(refusalOf(await caller.ask(query)), query).toEqual(lacks(permission));
    expect((await caller.ask(`{ node(id: "${id}") { ... on Verification { id } } }`)).data).toEqual({
      node: { id },
    });
  });

  test('is refused on a socket and a stream of events too, which others of the socket outlive', async () => {
    const { caller, key } = await keyThatMay('services:read');
    await using socket = await openSocket(app, key);
    socket.send({
      type: 'subscribe',
      id: '1',
      payload: { query: 'subscription { accountEvents { cursor } }' },
    });
    expect(await socket.next()).toMatchObject({
      id: '1',
      type: 'error',
      payload: [{ extensions: { code: 'auth/forbidden', permission: 'verifications:read' } }],
    });
    socket.send({ type: 'subscribe', id: '2', payload: { query: '{ services { name } }' } });
    expect(await socket.next()).toMatchObject({
      id: '2',
      type: 'next',
      payload: { data: { services: [{}] } },
    });
    const stream = await fetch(urlOf(app), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${caller.credential}`,
      },
      body: JSON.stringify({ query: 'subscription { accountEvents { cursor } }' }),
    });
    expect(await stream.text()).toContain('"permission":"verifications:read"');
  });

  test('to reveal numbers sees them masked, also beside one that follows the same events', async () => {
    const { caller, key } = await keyThatMay('verifications:write');
    const { id, to } = await start(caller);
    expect(to).toBe('+385•••••••67');
    const query = `subscription { verificationEvents(verificationId: "${id}") { verification { to } } }`;
    const shown = (number: string) => ({
      id: '1',
      payload: { data: { verificationEvents: { verification: { to: number } } } },
    });
    await using masked = await openSocket(app, key);
    await using full = await openSocket(app, owner.credential);
    for (const [socket, number] of [
      [masked, '+385•••••••67'],
      [full, '+385911234567'],
    ] as const) {
      socket.send({ type: 'subscribe', id: '1', payload: { query } });
      expect(await socket.next()).toMatchObject(shown(number));
    }
  });
});

describe('a credential that is no good is refused with 401 and a reason', () => {
  const reasonOf = async (credential: string) => {
    const refused = await callerWith(app, credential).ask('{ __typename }');
    expect(refused.status).toBe(401);
    expect(codesOf(refused)).toEqual(['auth/invalid']);
    const reason = refusalOf(refused)[0]!.reason as string;
    await using socket = await openRawSocket(urlOf(app));
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${credential}` } });
    expect(await socket.closed).toEqual({ code: 4401, reason: `auth/invalid: ${reason}` });
    return reason;
  };

  test('malformed, when it is not whole: the key itself shows it', async () => {
    const { key } = await keyWith({});
    for (const broken of [
      key.slice(0, -1),
      key.replace(/.$/, (last) => (last === 'x' ? 'y' : 'x')),
      'rubbish',
    ])
      expect(await reasonOf(broken), broken).toBe('malformed');
    expect(await reasonOf('x'.repeat(5_000))).toBe('malformed');
  });

  test('expired, when its time is up, and what it opened is closed with 4403', async () => {
    const { key } = await keyWith({ expiresAt: new Date(Date.now() + ahead + 1_000) });
    await using socket = await openSocket(app, key);
    expect(await socket.closed).toMatchObject({ code: 4403 });
    expect(await reasonOf(key)).toBe('expired');
  });

  test('unknown, when it was revoked, never was, or is not for this address, also when it is over', async () => {
    const revoked = await keyWith({});
    await revokeApiKey(app, who, revoked.id);
    const elsewhere = await keyWith({ networks: ['203.0.113.0/24', '2001:db8::/32'] });
    const over = await keyWith({
      networks: ['203.0.113.7'],
      expiresAt: new Date(Date.now() + ahead + 60_000),
    });
    ahead += 61_000;
    for (const { key } of [revoked, elsewhere, over]) expect(await reasonOf(key)).toBe('unknown');
    expect(await reasonOf(`otpost_key_${'A'.repeat(32)}`)).toBe('unknown');
  });
});

describe('a key that is bound to networks', () => {
  test('works from them, and stops at once when they change, on open sockets too', async () => {
    const { caller, id, key } = await keyWith({ networks: ['127.0.0.0/8', '::1'] });
    expect((await caller.ask('{ account { name } }')).status).toBe(200);
    await using socket = await openSocket(app, key);
    const input = { apiKeyId: id, networks: ['203.0.113.0/24'] };
    const { updateApiKey } = await owner.run(UpdateApiKeyDocument, { input });
    expect(updateApiKey).toMatchObject({ networks: ['203.0.113.0/24'] });
    expect(await socket.closed).toMatchObject({ code: 4403 });
    expect((await caller.ask('{ account { name } }')).status).toBe(401);
    await using again = await openRawSocket(urlOf(app));
    again.send({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } });
    expect(await again.closed).toMatchObject({ code: 4401 });
  });
});

describe('a rotated key', () => {
  test('has two secrets for the overlap, and then one', async () => {
    const { caller: before, id } = await keyThatMay('account:read');
    const { rotateApiKey } = await owner.run(RotateApiKeyDocument, {
      input: { apiKeyId: id, overlapSeconds: 600 },
    });
    if (rotateApiKey.__typename !== 'NewApiKey') throw new Error(rotateApiKey.__typename);
    const after = callerWith(app, rotateApiKey.secret);
    const ask = (caller: Caller) => caller.ask('{ account { id } }');
    for (const caller of [before, after])
      expect((await ask(caller)).data).toEqual({ account: { id: who.accountId } });
    expect(refusalOf(await after.ask('{ carriers { id } }'))).toEqual(lacks('carriers:read'));
    ahead += 600_000;
    expect(refusalOf(await ask(before))).toMatchObject([{ code: 'auth/invalid', reason: 'expired' }]);
    expect((await ask(after)).status).toBe(200);
  });

  test('forgets its secret at once without an overlap, and the one before the last at each rotation', async () => {
    const { caller: first, key, id } = await keyWith({});
    await using socket = await openSocket(app, key);
    const rotate = async (overlapSeconds: number) => {
      const { rotateApiKey } = await owner.run(RotateApiKeyDocument, {
        input: { apiKeyId: id, overlapSeconds },
      });
      if (rotateApiKey.__typename !== 'NewApiKey') throw new Error(rotateApiKey.__typename);
      return callerWith(app, rotateApiKey.secret);
    };
    const statuses = (...callers: Caller[]) =>
      Promise.all(callers.map(async (caller) => (await caller.ask('{ account { id } }')).status));
    const second = await rotate(60);
    expect(await socket.closed).toMatchObject({ code: 4403 });
    expect(await statuses(first, second)).toEqual([200, 200]);
    const third = await rotate(60);
    expect(await statuses(first, second, third)).toEqual([401, 200, 200]);
    const fourth = await rotate(0);
    expect(await statuses(first, second, third, fourth)).toEqual([401, 401, 401, 200]);
    for (const overlapSeconds of [-1, 31 * 24 * 3_600]) {
      const { rotateApiKey } = await owner.run(RotateApiKeyDocument, {
        input: { apiKeyId: id, overlapSeconds },
      });
      expect(rotateApiKey).toMatchObject({ __typename: 'InvalidInput', field: 'overlapSeconds' });
    }
  });
});

describe('whoever manages keys', () => {
  test('makes one that is shown once, and lists them without their secrets', async () => {
    const input = { name: 'Shop', permissions: ['VERIFICATIONS_WRITE' as const], networks: ['127.0.0.1'] };
    const { createApiKey: made } = await owner.run(CreateApiKeyDocument, { input });
    if (made.__typename !== 'NewApiKey') throw new Error(made.__typename);
    expect(made.apiKey).toMatchObject({
      ...input,
      networks: ['127.0.0.1/32'],
      expiresAt: null,
      lastUsedAt: null,
    });
    expect((await start(callerWith(app, made.secret))).id).toMatch(/^vrf_/);
    const usage = app.single(createKeyUsage);
    await usage.write();
    const { apiKeys } = await owner.run(ApiKeysDocument, { first: 10 });
    expect(apiKeys.nodes.map(({ name }) => name)).toEqual(['Test', 'Shop']);
    const used = apiKeys.nodes[1]!.lastUsedAt;
    expect(Math.abs(Date.parse(used!) - Date.now() - ahead)).toBeLessThan(60_000);
    expect(JSON.stringify(apiKeys)).not.toContain(made.secret.slice(-20));
    // Used again within the minute: not written again.
    await callerWith(app, made.secret).ask('{ verifications(first: 1) { nodes { id } } }');
    await usage.write();
    expect((await owner.run(ApiKeysDocument, { first: 10 })).apiKeys.nodes[1]!.lastUsedAt).toBe(used);
  });

  test('gives and gets no more than they have', async () => {
    const rights = { networks: ['127.0.0.0/8'], expiresAt: new Date(Date.now() + ahead + 3_600_000) };
    const { caller, id } = await keyWith({ permissions: ['keys:manage', 'services:read'], ...rights });
    const stronger = await keyWith({});
    const within = {
      name: 'x',
      permissions: ['SERVICES_READ' as const],
      networks: ['127.0.0.1'],
      expiresAt: rights.expiresAt.toISOString(),
    };
    const create = async (input: object) =>
      (await caller.run(CreateApiKeyDocument, { input: { ...within, ...input } })).createApiKey;
    expect(await create({})).toMatchObject({ __typename: 'NewApiKey' });
    const beyond = (field: string) => ({
      __typename: 'BeyondOwnRights',
      code: 'key/beyond_own_rights',
      field,
    });
    expect(await create({ permissions: null })).toMatchObject(beyond('permissions'));
    expect(await create({ permissions: ['SERVICES_WRITE'] })).toMatchObject(beyond('permissions'));
    expect(await create({ networks: null })).toMatchObject(beyond('networks'));
    expect(await create({ networks: ['127.0.0.1', '203.0.113.1'] })).toMatchObject(beyond('networks'));
    expect(await create({ expiresAt: null })).toMatchObject(beyond('expiresAt'));
    const rotated = await caller.run(RotateApiKeyDocument, {
      input: { apiKeyId: stronger.id, overlapSeconds: 0 },
    });
    expect(rotated.rotateApiKey).toMatchObject(beyond('permissions'));
    const widened = await caller.run(UpdateApiKeyDocument, { input: { apiKeyId: id, permissions: null } });
    expect(widened.updateApiKey).toMatchObject(beyond('permissions'));
    expect((await stronger.caller.ask('{ account { id } }')).status).toBe(200);
  });

  test('keeps the last key that can make others, unless they say so', async () => {
    const plain = await keyThatMay('services:read');
    // It manages none, though it has everything that a test key can have.
    await createApiKey(app, who.accountId, { name: 'Tests', mode: 'test' });
    const { apiKeys } = await owner.run(ApiKeysDocument, { first: 10 });
    const apiKeyId = apiKeys.nodes[0]!.id;
    const revoke = async (input: { apiKeyId: string; evenLast?: boolean }) =>
      (await owner.run(RevokeApiKeyDocument, { input })).revokeApiKey;
    expect(await revoke({ apiKeyId })).toMatchObject({
      __typename: 'LastManagingKey',
      code: 'key/last_manager',
    });
    const { updateApiKey } = await owner.run(UpdateApiKeyDocument, {
      input: { apiKeyId, permissions: ['SERVICES_READ'] },
    });
    expect(updateApiKey).toMatchObject({ __typename: 'LastManagingKey' });
    expect(await revoke({ apiKeyId: plain.id })).toMatchObject({ __typename: 'ApiKey', id: plain.id });
    expect(await revoke({ apiKeyId: plain.id })).toMatchObject({ __typename: 'ApiKeyNotFound' });
    expect(await revoke({ apiKeyId: 'key_1' })).toMatchObject({ __typename: 'ApiKeyNotFound' });
    expect(await revoke({ apiKeyId, evenLast: true })).toMatchObject({ __typename: 'ApiKey' });
    expect((await owner.ask('{ account { id } }')).status).toBe(401);
  });

  test("touches no other account's keys", async () => {
    const stranger = await createCaller(app, await createWaitingAccount(app));
    const { id, caller } = await keyWith({});
    const notFound = { __typename: 'ApiKeyNotFound', code: 'key/not_found' };
    const input = { apiKeyId: id };
    expect((await stranger.run(UpdateApiKeyDocument, { input })).updateApiKey).toMatchObject(notFound);
    expect((await stranger.run(RevokeApiKeyDocument, { input })).revokeApiKey).toMatchObject(notFound);
    const rotation = { input: { ...input, overlapSeconds: 0 } };
    expect((await stranger.run(RotateApiKeyDocument, rotation)).rotateApiKey).toMatchObject(notFound);
    expect((await stranger.ask(`{ node(id: "${id}") { id } }`)).data).toEqual({ node: null });
    expect((await caller.ask('{ account { id } }')).status).toBe(200);
  });
});
