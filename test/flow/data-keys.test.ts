import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authenticate } from '../../src/accounts/authenticate.ts';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { openSecrets } from '../../src/carriers/secrets.ts';
import { INSTALLATION } from '../../src/crypto/key-memory.ts';
import { uuidOf } from '../../src/ids.ts';
import { openPhone, openPhoneSoon } from '../../src/verifications/phone.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import { createTestAccount, createTestApp, createWaitingAccount, type TestApp } from '../support/app.ts';
import { clientTokenAsBefore, makeEarlierVersion } from '../support/earlier-version.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { refusalToStart as refused } from '../support/refusal-to-start.ts';
import { until } from '../support/until.ts';
import { codeOf, createNumbers, start, stateOf, vaultedOf } from '../support/verifying.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';

const aNumber = createNumbers(6_500_000);
const root = (id: string) => ({ id, secret: randomBytes(32) });
const entry = ({ id, secret }: { id: string; secret: Buffer }) => `${id}:${secret.toString('base64')}`;
const [K1, K2, INDEX] = [root('k1'), root('k2'), root('index')];
const ROLES = { ROLES: 'api' };

/** A verification's number as the keys of a process open it. */
async function numberIn({ app }: TestApp, row: VerificationRow): Promise<string> {
  return openPhone(app.keys, row, (await vaultedOf(app, row)).numberSealed);
}

const refusalToStart = (databaseUrl: string, keys: string) =>
  refused({ DATABASE_URL: databaseUrl, OTPOST_KEYS: keys });

describe('data keys', () => {
  let main: TestApp;
  beforeAll(async () => {
    main = await createTestApp({ ...ROLES, KEYS_REREAD_SECONDS: '0.2' });
  });
  afterAll(() => main[Symbol.asyncDispose]());

  test('every account has its own, wrapped: the database alone opens nothing', async () => {
    const { app } = main;
    const accounts = [await createTestAccount(app), await createTestAccount(app)];
    const ids = accounts.map(({ accountId }) => uuidOf(accountId));
    const rows = await app.sql<{ wrapped: Buffer; kek_id: string; id: string }[]>`
      SELECT * FROM data_keys WHERE account_id = ANY(${ids}::uuid[])`;
    expect(rows.map(({ id, kek_id }) => [id, kek_id])).toEqual([
      ['D1', 'test'],
      ['D1', 'test'],
    ]);
    expect(rows[0]!.wrapped.equals(rows[1]!.wrapped)).toBe(false);
    const installation = await app.sql<{ id: string }[]>`
      SELECT id FROM data_keys WHERE account_id = ${uuidOf(INSTALLATION)}::uuid ORDER BY id`;
    expect(installation.map(({ id }) => id)).toEqual(['D1', 'index']);
  });

  test('what one process has sealed for a new account, another one opens at once, whatever the bus loses', async () => {
    await using other = await createTestApp({ ...ROLES, DATABASE_URL: main.databaseUrl });
    const who = await createWaitingAccount(main.app);
    const to = aNumber();
    const row = await start(main.app, who, to);
    const { numberSealed } = await vaultedOf(other.app, row);
    expect(() => openPhone(other.app.keys, row, numberSealed)).toThrow('not here');
    expect(await openPhoneSoon(other.app.keys, row, numberSealed)).toBe(to);
    expect(openPhone(other.app.keys, row, numberSealed)).toBe(to);
  });

  test('an account without a key gets one when it first needs one, and all processes the same', async () => {
    const who = await createWaitingAccount(main.app);
    // An account from before there were data keys: nothing of it is sealed.
    await main.app.sql`
      UPDATE services SET settings = '{"routing": "priority"}', settings_sealed = NULL
      WHERE account_id = ${uuidOf(who.accountId)}`;
    await main.app.sql`DELETE FROM data_keys WHERE account_id = ${uuidOf(who.accountId)}`;
    await using one = await createTestApp({ ...ROLES, DATABASE_URL: main.databaseUrl });
    await using two = await createTestApp({ ...ROLES, DATABASE_URL: main.databaseUrl });
    const to = [aNumber(), aNumber()];
    const [a, b] = await Promise.all([start(one.app, who, to[0]!), start(two.app, who, to[1]!)]);
    expect(await numberIn(two, a)).toBe(to[0]);
    expect(await numberIn(one, b)).toBe(to[1]);
  });

  test('that are made, become active or are destroyed reach a process that hears no announcement', async () => {
    const { app } = main;
    const who = await createWaitingAccount(app);
    const before = await start(app, who, aNumber());
    const { numberSealed } = await vaultedOf(app, before);
    const [made] = await app.kek.wrap([
      { secret: randomBytes(32), context: `otpost data key\u0000${who.accountId}\u0000D2` },
    ]);
    await app.sql`
      INSERT INTO data_keys (account_id, id, wrapped, kek_id, active_from)
      VALUES (${uuidOf(who.accountId)}, 'D2', ${made!.wrapped}, ${made!.kekId}, now() + interval '1 second')`;
    const sealedUnder = async () =>
      (await vaultedOf(app, await start(app, who, aNumber()))).numberSealed.readUInt16BE(1);
    expect(await sealedUnder()).toBe(1);
    await until(async () => (await sealedUnder()) === 2);
    await app.sql`
      UPDATE data_keys SET wrapped = NULL, destroyed_at = now(), changed_at = now()
      WHERE account_id = ${uuidOf(who.accountId)} AND id = 'D1'`;
    await until(() => {
      try {
        openPhone(app.keys, before, numberSealed);
        return false;
      } catch (error) {
        return (error as Error).message.includes('was destroyed');
      }
    });
  });
});

describe('an installation of an earlier version, which sealed under the root keys', () => {
  test('is taken over whole: numbers, codes, secrets, tokens and API keys', async () => {
    await using database = await createTestDatabase();
    const env = { ...ROLES, DATABASE_URL: database.url, OTPOST_KEYS: `${entry(K1)},${entry(INDEX)}` };
    const secrets = { password: 'trout' };
    const earlier = await createTestApp(env);
    const who = await createWaitingAccount(earlier.app, { coolDownSeconds: 0 });
    const { accountId } = who;
    const config = { kind: 'smpp', host: '127.0.0.1', port: 2775, systemId: 'old' } as const;
    const carrierId = await connectCarrier(earlier.app, accountId, { name: 'old', config, secrets });
    const { key } = await createApiKey(earlier.app, accountId, { name: 'old' });
    const to = aNumber();
    const started = await start(earlier.app, who, to);
    await makeEarlierVersion(earlier.app, K1);
    await earlier[Symbol.asyncDispose]();

    // Rotated to k2 at the same time: values under k1 open, and k1 wraps nothing any more.
    await using later = await createTestApp({
      ...env,
      OTPOST_KEYS: `${entry(K2)},${entry(K1)},${entry(INDEX)}`,
    });
    const { app } = later;
    const row = await stateOf(app, started);
    const vaulted = await vaultedOf(app, row);
    expect(vaulted.numberSealed[0]).toBe(2);
    expect(await numberIn(later, row)).toBe(to);
    expect(await authenticate(app, key)).toMatchObject({ accountId });
    const token = clientTokenAsBefore(K1, row);
    expect(await authenticate(app, token)).toMatchObject({ accountId, verificationId: started.id });
    const [carrier] = await app.sql<{ secrets_sealed: Buffer }[]>`
      SELECT secrets_sealed FROM carriers WHERE account_id = ${uuidOf(accountId)} AND id = ${uuidOf(carrierId)}`;
    expect(openSecrets(app.keys, { accountId, id: carrierId }, carrier!.secrets_sealed)).toEqual(secrets);
    const code = await codeOf(app, row);
    const checked = await checkVerification(app, who, { verificationId: row.id, code });
    expect(checked.status).toBe('approved');
    const keks = await app.sql`SELECT DISTINCT kek_id FROM data_keys`;
    expect(keks.map(({ kek_id }) => kek_id as string)).toEqual(['k2']);
    // The same number is the same destination as before.
    const again = await vaultedOf(app, await start(app, who, to));
    expect(again.subject).toEqual(vaulted.subject);
    expect(again.numberSealed[0]).toBe(0x82);

    // And from now on the root keys that were replaced, and the index key, are not needed any more.
    await using last = await createTestApp({ ...env, OTPOST_KEYS: entry(K2) });
    expect(await numberIn(last, row)).toBe(to);
    expect(await authenticate(last.app, key)).toMatchObject({ accountId });
  });

  test('is not taken over without a root key that it needs: the start is refused in a line that names it', async () => {
    await using database = await createTestDatabase();
    const env = { ...ROLES, DATABASE_URL: database.url, OTPOST_KEYS: `${entry(K1)},${entry(INDEX)}` };
    {
      await using earlier = await createTestApp(env);
      await start(earlier.app, await createWaitingAccount(earlier.app), aNumber());
      await makeEarlierVersion(earlier.app, K1);
    }
    expect(await refusalToStart(database.url, entry(K2))).toMatch(
      /^OTPOST_KEYS has no key "index", "k1", but an earlier version /,
    );
    expect(await refusalToStart(database.url, `${entry(K2)},${entry(INDEX)}`)).toMatch(/ has no key "k1", /);
    await using later = await createTestApp(env);
    expect(later.app.keys.currentId).toBe('D1');
  });
});

describe('a key-encryption key that is lost', () => {
  test('stops the start, in one line that names it', async () => {
    await using first = await createTestApp({ ...ROLES, OTPOST_KEYS: entry(K1) });
    expect(await refusalToStart(first.databaseUrl, entry(K2))).toMatch(
      /^The key-encryption key "k1" is missing: [^\n]*OTPOST_KEYS/,
    );
  });

  test('and one that is another key of the same name, too', async () => {
    await using first = await createTestApp({ ...ROLES, OTPOST_KEYS: entry(K1) });
    const said = await refusalToStart(first.databaseUrl, entry({ ...K2, id: 'k1' }));
    expect(said).toMatch(/^The key "k1" of OTPOST_KEYS does not unwrap /);
  });
});
