import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { authenticate } from '../../src/accounts/authenticate.ts';
import { issueClientToken } from '../../src/accounts/client-token.ts';
import { createAccount } from '../../src/accounts/create-account.ts';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import { onCredentialEnd } from '../../src/accounts/credential-end.ts';
import { ApiKeyNotFound, CredentialInvalid, CredentialMissing } from '../../src/accounts/errors.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import { revokeApiKey } from '../../src/accounts/revoke-api-key.ts';
import { rotateApiKey } from '../../src/accounts/rotate-api-key.ts';
import { createRedisBus } from '../../src/bus/redis.ts';
import { newId } from '../../src/crypto/new-id.ts';
import type { Bus } from '../../src/bus/bus.ts';
import { connect, type Database } from '../../src/db/client.ts';
import { uuidOf } from '../../src/ids.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { createCountingProcess } from '../support/process-app.ts';
import { startPrivateRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

let testDatabase: TestDatabase;
let database: Database;
let open: AsyncDisposableStack;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await connect(testDatabase.url, { poolSize: 4 });
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});
beforeEach(() => {
  open = new AsyncDisposableStack();
});
afterEach(() => open.disposeAsync());

function aProcess(bus?: Bus) {
  const { app, state } = createCountingProcess(database, bus);
  return { app: open.use(app), state };
}

async function createKey(app: Parameters<typeof createApiKey>[0]) {
  const { id } = await createAccount(app, { name: 'Test' });
  const { row, key } = await createApiKey(app, id, { name: 'Test' });
  const who: Principal = { kind: 'apiKey', accountId: id, apiKeyId: row.id };
  return { key, who, row };
}

describe('an API key', () => {
  test('stands for its account, with or without Bearer, in any case', async () => {
    const { app } = aProcess();
    const { key, who } = await createKey(app);
    for (const credential of [key, `Bearer ${key}`, `bearer  ${key}`, `BEARER ${key} `])
      expect(await authenticate(app, credential)).toEqual(who);
  });

  test('is shown once: the database has a keyed hash of it and nothing to find it by', async () => {
    const { app } = aProcess();
    const { key, row } = await createKey(app);
    const [stored] = await database.sql`SELECT * FROM api_keys WHERE id = ${uuidOf(row.id)}`;
    expect(JSON.stringify(stored)).not.toContain(key.slice(-8));
    expect(stored!.hash).toEqual(app.keys.blindIndex('api-key', key));
    expect(key).toMatch(/^otp_live_[0-9A-Za-z]{39}$/);
  });

  test('is looked up once, however many ask at the same time and after', async () => {
    const { app, state } = aProcess();
    const { key } = await createKey(app);
    await Promise.all(Array.from({ length: 200 }, () => authenticate(app, key)));
    for (let i = 0; i < 200; i++) await authenticate(app, `Bearer ${key}`);
    expect(state.reads).toBe(1);
    state.now += 31_000;
    await authenticate(app, key);
    expect(state.reads).toBe(2);
  });

  test.each([undefined, '', '   ', 'Bearer', 'Bearer   '])(
    'that is missing is asked for: %j',
    async (credential) => {
      const { app } = aProcess();
      await expect(authenticate(app, credential)).rejects.toThrow(CredentialMissing);
    },
  );

  test.each([
    'rubbish',
    'Basic dXNlcjpwYXNz',
    'otpost_key_',
    `otpost_key_${'A'.repeat(32)}`,
    'otpost_ct_',
    `otpost_key_${'x'.repeat(100_000)}`,
    '\u0000',
    '🔑',
  ])('that is unknown is refused (%#)', async (credential) => {
    const { app } = aProcess();
    await expect(authenticate(app, credential)).rejects.toThrow(CredentialInvalid);
  });

  test('that is unknown is not looked up at every try, and is found soon after it was made', async () => {
    const { app, state } = aProcess();
    const { key, row } = await createKey(app);
    await database.sql`UPDATE api_keys SET revoked_at = now() WHERE id = ${uuidOf(row.id)}`;
    for (let i = 0; i < 50; i++) await expect(authenticate(app, key)).rejects.toThrow(CredentialInvalid);
    expect(state.reads).toBe(1);
    await database.sql`UPDATE api_keys SET revoked_at = null WHERE id = ${uuidOf(row.id)}`;
    state.now += 3_000;
    await authenticate(app, key);
  });

  test('that is revoked is refused by every process at once, and what it opened is told', async () => {
    await using redis = await startPrivateRedis();
    const processes = [1, 2].map(() => {
      const bus = createRedisBus({ url: redis.url, prefix: 'p:', log: pino({ level: 'silent' }) });
      return aProcess(bus).app;
    });
    const [first, second] = processes as [(typeof processes)[0], (typeof processes)[0]];
    const { key, who, row } = await createKey(first);
    const other = await createKey(first);
    let [ended, otherEnded] = [0, 0];
    for (const app of processes) {
      await until(() => app.bus.ready());
      await authenticate(app, key);
      onCredentialEnd(app, who, () => ended++);
      onCredentialEnd(app, other.who, () => otherEnded++);
      onCredentialEnd(app, who, () => ended++)();
    }
    const began = performance.now();
    await revokeApiKey(second, who, row.id);
    await until(() => ended === 2, { everyMs: 2 });
    expect(performance.now() - began).toBeLessThan(1_000);
    await expect(revokeApiKey(second, who, row.id)).rejects.toThrow(ApiKeyNotFound);
    for (const app of processes) await expect(authenticate(app, key)).rejects.toThrow(CredentialInvalid);
    expect(otherEnded).toBe(0);
  });

  test('that was revoked while redis was away is refused and ended when it is back', async () => {
    await using redis = await startPrivateRedis();
    const bus = createRedisBus({ url: redis.url, prefix: 'p:', log: pino({ level: 'silent' }) });
    const { app } = aProcess(bus);
    const { key, who, row } = await createKey(app);
    await until(() => bus.ready());
    let ended = 0;
    await authenticate(app, key);
    onCredentialEnd(app, who, () => ended++);
    await redis.stop();
    await database.sql`UPDATE api_keys SET revoked_at = now() WHERE id = ${uuidOf(row.id)}`;
    await redis.restart();
    await until(() => ended === 1);
    await expect(authenticate(app, key)).rejects.toThrow(CredentialInvalid);
  });

  test('that was changed while redis was away ends what it opened before, and nothing that came after', async () => {
    await using redis = await startPrivateRedis();
    const bus = createRedisBus({ url: redis.url, prefix: 'p:', log: pino({ level: 'silent' }) });
    const { app } = aProcess(bus);
    const { key, who, row } = await createKey(app);
    await until(() => bus.ready());
    let [before, after] = [0, 0];
    onCredentialEnd(app, await authenticate(app, key), () => before++);
    onCredentialEnd(app, { ...who, generation: 1 }, () => after++);
    await redis.stop();
    await database.sql`UPDATE api_keys SET generation = 1 WHERE id = ${uuidOf(row.id)}`;
    await redis.restart();
    await until(() => before === 1);
    expect(await authenticate(app, key)).toEqual({ ...who, generation: 1 });
    expect(after).toBe(0);
  });

  test('that is changed is looked up again, and the others are not', async () => {
    const { app, state } = aProcess();
    const [changed, other] = [await createKey(app), await createKey(app)];
    for (const { key } of [changed, other]) await authenticate(app, key);
    expect(state.reads).toBe(2);
    await rotateApiKey(app, changed.who, changed.row.id, 60);
    const before = state.reads;
    await until(async () => 'expiresAt' in (await authenticate(app, changed.key)));
    expect(state.reads).toBe(before + 1);
    await authenticate(app, other.key);
    expect(state.reads).toBe(before + 1);
  });

  test('that ends in two months has not ended now', async () => {
    const { app, state } = aProcess();
    const { id } = await createAccount(app, { name: 'Test' });
    const expiresAt = new Date(state.now + 60 * 24 * 3_600_000);
    const { key } = await createApiKey(app, id, { name: 'Test', expiresAt });
    const who = await authenticate(app, key);
    expect(who).toMatchObject({ expiresAt });
    let ended = 0;
    const forget = onCredentialEnd(app, who, () => ended++);
    // A timer that is set for too long fires after a millisecond: before this one.
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(ended).toBe(0);
    forget();
  });

  test("cannot be revoked by another account, nor can that account's word close anything", async () => {
    const { app } = aProcess();
    const { key, who, row } = await createKey(app);
    const stranger = await createKey(app);
    let ended = 0;
    onCredentialEnd(app, who, () => ended++);
    await expect(revokeApiKey(app, stranger.who, row.id)).rejects.toThrow(ApiKeyNotFound);
    await expect(revokeApiKey(app, stranger.who, newId('key'))).rejects.toThrow(ApiKeyNotFound);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(ended).toBe(0);
    expect(await authenticate(app, key)).toEqual(who);
  });
});

describe('a client token', () => {
  test('stands for its verification without asking the database, until its time is up', async () => {
    const { app, state } = aProcess();
    const accountId = newId('acc');
    const id = newId('vrf');
    const token = issueClientToken(app.keys, { accountId, id, expiresAt: new Date(state.now) });
    const who = await authenticate(app, `Bearer ${token}`);
    expect(who).toEqual({
      kind: 'clientToken',
      accountId,
      verificationId: id,
      expiresAt: new Date(state.now + 60_000),
    });
    expect(state.reads).toBe(0);
    state.now += 59_950;
    const over = Promise.withResolvers<void>();
    onCredentialEnd(app, who, over.resolve);
    await over.promise;
    state.now += 50;
    await expect(authenticate(app, token)).rejects.toThrow(CredentialInvalid);
  });
});
