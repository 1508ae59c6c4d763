import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { authenticate } from '../../src/accounts/authenticate.ts';
import { createAccount } from '../../src/accounts/create-account.ts';
import { onCredentialEnd } from '../../src/accounts/credential-end.ts';
import { CredentialInvalid } from '../../src/accounts/errors.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import { clientActor } from '../../src/audit/actor.ts';
import { createRedisBus } from '../../src/bus/redis.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { ADVISORY_LOCKS } from '../../src/db/advisory-locks.ts';
import { connect, type Database } from '../../src/db/client.ts';
import { withRotationLock } from '../../src/keys/rotate/lock.ts';
import { authenticateClient } from '../../src/oauth/authenticate-client.ts';
import { createClient, type NewClientInput } from '../../src/oauth/create-client.ts';
import { forgetOAuth } from '../../src/oauth/forget.ts';
import { issueToken } from '../../src/oauth/issue-token.ts';
import { revokeClient } from '../../src/oauth/revoke-client.ts';
import { revokeToken } from '../../src/oauth/revoke-token.ts';
import { rotateClientSecret } from '../../src/oauth/rotate-client-secret.ts';
import { createSigningKeys } from '../../src/oauth/signing-keys.ts';
import { updateClient } from '../../src/oauth/update-client.ts';
import type { App } from '../../src/platform.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { createProcess } from '../support/process-app.ts';
import { startPrivateRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

const DAY = 86_400_000;
let testDatabase: TestDatabase;
let database: Database;
let open: AsyncDisposableStack;

beforeEach(async () => {
  // Signing keys are the installation's: each test has one of its own.
  testDatabase = await createTestDatabase();
  database = await connect(testDatabase.url, { poolSize: 4 });
  open = new AsyncDisposableStack();
});
afterEach(async () => {
  await open.disposeAsync();
  await database.close();
  await testDatabase.drop();
});

/** A process with a clock of its own that counts how often it asks the database. */
function createCountingProcess(options: { bus?: ReturnType<typeof createRedisBus>; now?: number } = {}) {
  const state = { now: options.now ?? Date.now(), reads: 0 };
  const db = new Proxy(database.db, {
    get(target, property) {
      if (property === 'select') state.reads++;
      return Reflect.get(target, property) as unknown;
    },
  });
  const { bus } = options;
  const app = open.use(
    createProcess({ database: { ...database, db }, clock: () => state.now, ...(bus && { bus }) }),
  );
  return { app, state };
}

async function aClient(app: App, input: Partial<NewClientInput> = {}) {
  const { id: accountId } = await createAccount(app, { name: 'Test' });
  const owner: Principal = { kind: 'apiKey', accountId, apiKeyId: newId('key') };
  const made = await createClient(app, owner, {
    name: 'Partner',
    permissions: ['verifications:write'],
    ...input,
  });
  const tokenOf = async (process: App, secret = made.secret!) => {
    const proof = { kind: 'secret', clientId: made.row.id, secret } as const;
    const client = await authenticateClient(process, proof, '127.0.0.1');
    const answer = await issueToken(process, client, new Map([['grant_type', 'client_credentials']]));
    return answer.access_token;
  };
  return { owner, id: made.row.id, secret: made.secret!, accountId, tokenOf };
}

const refusalOf = (work: Promise<unknown>) =>
  work.then(
    () => 'good',
    (error: unknown) => (error instanceof CredentialInvalid ? error.reason : error),
  );

describe('an access token', () => {
  test('stands for its client and account with what it may do, with or without Bearer', async () => {
    const { app, state } = createCountingProcess();
    const { accountId, id, tokenOf } = await aClient(app);
    const token = await tokenOf(app);
    const who = await authenticate(app, `Bearer ${token}`);
    expect(who).toEqual({
      kind: 'accessToken',
      accountId,
      clientId: id,
      tokenId: expect.stringMatching(/^tok_[0-9a-f]{32}$/) as unknown,
      generation: 0,
      permissions: new Set(['verifications:write', 'verifications:read']),
      expiresAt: new Date(Math.floor(state.now / 1_000) * 1_000 + 600_000),
    });
    expect(await authenticate(app, token)).toEqual(who);
  });

  test('costs a look at the database per client, not per token and not per request', async () => {
    const { app } = createCountingProcess();
    const { tokenOf } = await aClient(app);
    const tokens = [await tokenOf(app), await tokenOf(app), await tokenOf(app)];
    const { app: other, state } = createCountingProcess();
    await authenticate(other, tokens[0]);
    // Its keys, the client, and its revoked tokens.
    expect(state.reads).toBe(3);
    for (const token of tokens)
      await Promise.all(Array.from({ length: 200 }, () => authenticate(other, token)));
    expect(state.reads).toBe(3);
    state.now += 31_000;
    await authenticate(other, tokens[1]);
    expect(state.reads).toBe(5);
  });

  test('that is made up costs no look at the database', async () => {
    const { app } = createCountingProcess();
    const { tokenOf } = await aClient(app);
    const token = await tokenOf(app);
    const { app: other, state } = createCountingProcess();
    await authenticate(other, token);
    const [header, payload] = token.split('.');
    const signature = Buffer.alloc(64, 1).toString('base64url');
    const unknownKey = Buffer.from('{"alg":"ES256","typ":"at+jwt","kid":"no"}').toString('base64url');
    for (let i = 0; i < 50; i++) {
      expect(await refusalOf(authenticate(other, `${header}.${payload}.${signature}`))).toBe('unknown');
      expect(await refusalOf(authenticate(other, `${unknownKey}.${payload}.${signature}`))).toBe('unknown');
    }
    expect(state.reads).toBe(3);
  });

  test('is over when its time is, also for what it holds open', async () => {
    const { app, state } = createCountingProcess();
    const { tokenOf } = await aClient(app, { tokenSeconds: 60 });
    const token = await tokenOf(app);
    const who = await authenticate(app, token);
    const over = Promise.withResolvers<void>();
    state.now = Math.floor(state.now / 1_000) * 1_000 + 59_950;
    onCredentialEnd(app, who, over.resolve);
    await over.promise;
    state.now += 50;
    expect(await refusalOf(authenticate(app, token))).toBe('expired');
    const { app: other } = createCountingProcess({ now: state.now });
    expect(await refusalOf(authenticate(other, token))).toBe('expired');
  });

  test('never outlives its client, or the old secret that it was asked for with', async () => {
    const { app, state } = createCountingProcess();
    const start = Math.floor(state.now / 1_000) * 1_000;
    const ending = await aClient(app, { expiresAt: new Date(start + 90_500) });
    expect(await authenticate(app, await ending.tokenOf(app))).toMatchObject({
      expiresAt: new Date(start + 90_000),
    });
    const rotated = await aClient(app);
    state.now = start;
    await rotateClientSecret(app, rotated.owner, rotated.id, 120);
    expect(await authenticate(app, await rotated.tokenOf(app))).toMatchObject({
      expiresAt: new Date(start + 120_000),
    });
    state.now += 121_000;
    await expect(rotated.tokenOf(app)).rejects.toMatchObject({ error: 'invalid_client' });
    await expect(ending.tokenOf(app)).rejects.toMatchObject({ error: 'invalid_client' });
  });

  test('is refused by every process within a second when its client is revoked or changed', async () => {
    await using redis = await startPrivateRedis();
    const processes = [1, 2].map(() => {
      const bus = createRedisBus({ url: redis.url, prefix: 'p:', log: pino({ level: 'silent' }) });
      return createCountingProcess({ bus }).app;
    });
    const [first, second] = processes as unknown as [App, App];
    const other = await aClient(first);
    const otherToken = await other.tokenOf(first);
    const revoked = await aClient(first);
    const narrowed = await aClient(first);
    const rotated = await aClient(first);
    for (const app of processes) await until(() => app.bus.ready());
    let ended = 0;
    let otherEnded = 0;
    const watch = async (token: string, onEnd: () => void) => {
      for (const app of processes) onCredentialEnd(app, await authenticate(app, token), onEnd);
    };
    await watch(otherToken, () => otherEnded++);
    for (const [client, change] of [
      [revoked, () => revokeClient(second, revoked.owner, revoked.id)],
      [narrowed, () => updateClient(second, narrowed.owner, narrowed.id, { networks: ['127.0.0.1'] })],
      [rotated, () => rotateClientSecret(second, rotated.owner, rotated.id, 0)],
    ] as const) {
      ended = 0;
      const token = await client.tokenOf(first);
      await watch(token, () => ended++);
      const from = performance.now();
      await change();
      await until(() => ended === 2, { everyMs: 2 });
      expect(performance.now() - from).toBeLessThan(1_000);
      for (const app of processes) expect(await refusalOf(authenticate(app, token))).toBe('unknown');
    }
    // One token, beside another one of the same client.
    ended = 0;
    const token = await other.tokenOf(first);
    await watch(token, () => ended++);
    const from = performance.now();
    await revokeToken(
      second,
      { accountId: other.accountId, clientId: other.id, actor: clientActor(other.id, undefined) },
      new Map([['token', token]]),
    );
    await until(() => ended === 2, { everyMs: 2 });
    expect(performance.now() - from).toBeLessThan(1_000);
    for (const app of processes) expect(await refusalOf(authenticate(app, token))).toBe('unknown');
    expect(otherEnded).toBe(0);
    for (const app of processes) await authenticate(app, otherToken);
  });

  test('stays good over a rotation with an overlap, a new name, and another length of tokens', async () => {
    const { app } = createCountingProcess();
    const { id, owner, tokenOf } = await aClient(app);
    const token = await tokenOf(app);
    let ended = 0;
    onCredentialEnd(app, await authenticate(app, token), () => ended++);
    await rotateClientSecret(app, owner, id, 60);
    await updateClient(app, owner, id, { name: 'New name', tokenSeconds: 60 });
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    await authenticate(app, token);
    expect(ended).toBe(0);
  });

  test('ends when a secret goes before its overlap is over: it may be the one that it was asked for with', async () => {
    const { app } = createCountingProcess();
    const { id, owner, tokenOf } = await aClient(app);
    const token = await tokenOf(app);
    await rotateClientSecret(app, owner, id, 60);
    await authenticate(app, token);
    await rotateClientSecret(app, owner, id, 60);
    await until(async () => (await refusalOf(authenticate(app, token))) === 'unknown');
  });

  test('of a client with networks is good from there only', async () => {
    const { app } = createCountingProcess();
    const { tokenOf } = await aClient(app, { networks: ['127.0.0.0/8', '2001:db8::/32'] });
    const token = await tokenOf(app);
    for (const address of ['127.0.0.1', '2001:db8::1']) await authenticate(app, token, address);
    for (const address of ['203.0.113.1', '::1', undefined])
      expect(await refusalOf(authenticate(app, token, address))).toBe('unknown');
  });
});

describe('the keys that sign', () => {
  test('are made while the keys that everything is sealed under are rotated', async () => {
    const { app } = createCountingProcess();
    const { tokenOf } = await aClient(app);
    await withRotationLock(database.lanes, async () => {
      await authenticate(app, await tokenOf(app));
    });
  });

  test('are looked after once at a time, and no process waits for one that hangs', async () => {
    const { app, state } = createCountingProcess();
    const keys = app.single(createSigningKeys);
    const hanging = await database.sql.reserve();
    await hanging`SELECT pg_advisory_lock(${ADVISORY_LOCKS.signingKeys})`;
    const kept = await Promise.allSettled([keys.keep(), keys.keep(), keys.keep()]);
    for (const one of kept) expect(one).toMatchObject({ reason: { cause: { code: '55P03' } } });
    expect(state.reads).toBe(1);
    await hanging`SELECT pg_advisory_unlock(${ADVISORY_LOCKS.signingKeys})`;
    hanging.release();
    await keys.keep();
    expect(await keys.published()).toHaveLength(1);
  });

  test('are one when processes begin together, and each of them takes the tokens of the other', async () => {
    const processes = Array.from({ length: 4 }, () => createCountingProcess().app);
    const { tokenOf } = await aClient(processes[0]!);
    const tokens = await Promise.all(processes.map((app) => tokenOf(app)));
    for (const app of processes) for (const token of tokens) await authenticate(app, token);
    expect(await database.sql`SELECT id FROM oauth_signing_keys`).toHaveLength(1);
  });

  test('rest sealed: no private number of them is in the database', async () => {
    const { app } = createCountingProcess();
    await app.single(createSigningKeys).signing();
    const [row] = await database.sql`SELECT t::text AS text, public_key FROM oauth_signing_keys t`;
    expect(row!.public_key).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
    expect(row!.public_key).not.toHaveProperty('d');
    expect(row!.text).not.toContain('"d"');
  });

  test('take turns: the next one is published before it signs, and the last one stays while its tokens may live', async () => {
    const { app, state } = createCountingProcess();
    const { tokenOf } = await aClient(app);
    const keys = app.single(createSigningKeys);
    const published = async () => (await keys.published()).map(({ kid }) => kid);
    const kidOf = (token: string) =>
      (JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string }).kid;
    const old = kidOf(await tokenOf(app));
    expect(await published()).toEqual([old]);

    state.now += 29 * DAY;
    await keys.keep();
    const [, next] = await published();
    expect(next).toBeDefined();
    expect(kidOf(await tokenOf(app))).toBe(old);

    state.now += DAY - 60_000;
    const last = await tokenOf(app);
    expect(kidOf(last)).toBe(old);
    state.now += 60_000;
    await keys.keep();
    expect(kidOf(await tokenOf(app))).toBe(next);
    await authenticate(app, last);
    // Somebody who begins only now knows both.
    const { app: late } = createCountingProcess({ now: state.now });
    await authenticate(late, last);

    state.now += 2 * 3_600_000;
    await keys.keep();
    expect(await published()).toEqual([next]);
    // Whether it is expired, nobody can tell any more.
    expect(await refusalOf(authenticate(app, last))).toBe('unknown');
  });

  test('that another process has made are known at once, also when nobody said so', async () => {
    const { app } = createCountingProcess();
    const { tokenOf } = await aClient(app);
    const { app: other, state } = createCountingProcess();
    await other.single(createSigningKeys).verifying('none');
    const token = await tokenOf(app);
    state.now += 1_000;
    await authenticate(other, token);
  });

  test('that an operator deletes sign no more, and what they have signed is worth nothing', async () => {
    const { app } = createCountingProcess();
    const { tokenOf } = await aClient(app);
    const token = await tokenOf(app);
    await authenticate(app, token);
    await database.sql`DELETE FROM oauth_signing_keys`;
    await app.single(createSigningKeys).keep();
    await until(async () => (await refusalOf(authenticate(app, token))) === 'unknown');
    await authenticate(app, await tokenOf(app));
  });
});

test('what is over is forgotten: revoked tokens and used assertions', async () => {
  const { app, state } = createCountingProcess();
  const { accountId, id, tokenOf } = await aClient(app);
  await revokeToken(
    app,
    { accountId, clientId: id, actor: clientActor(id, undefined) },
    new Map([['token', await tokenOf(app)]]),
  );
  await forgetOAuth(app);
  expect(await database.sql`SELECT 1 FROM oauth_revoked_tokens`).toHaveLength(1);
  state.now += 601_000;
  await forgetOAuth(app);
  expect(await database.sql`SELECT 1 FROM oauth_revoked_tokens`).toHaveLength(0);
});
