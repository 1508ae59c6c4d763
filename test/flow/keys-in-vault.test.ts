import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAccount } from '../../src/accounts/create-account.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import { openPhone } from '../../src/verifications/phone.ts';
import { createTestApp, createWaitingAccount, type TestApp } from '../support/app.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { runToEnd } from '../support/processes.ts';
import { TestVault } from '../support/test-vault.ts';
import { until } from '../support/until.ts';
import { codeOf, createNumbers, start, vaultedOf } from '../support/verifying.ts';

const aNumber = createNumbers(6_800_000);
const K1 = `k1:${randomBytes(32).toString('base64')}`;
const IN_VAULT = 'vault:transit/otpost';

let dir: string;
let vault: TestVault;
let env: Record<string, string>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'otpost-keys-in-vault-'));
});
afterAll(() => rm(dir, { recursive: true }));

beforeEach(async () => {
  vault = await TestVault.start();
  await writeFile(join(dir, 'token'), vault.issueToken());
  env = { ROLES: 'api', PORT: '0', KEYS_REREAD_SECONDS: '0.2', VAULT_TOKEN_FILE: join(dir, 'token') };
  return () => vault[Symbol.asyncDispose]();
});

async function kekIdsOf({ app }: TestApp): Promise<string[]> {
  const rows = await app.sql<{ id: string }[]>`SELECT DISTINCT kek_id AS id FROM data_keys ORDER BY 1`;
  return rows.map(({ id }) => id);
}

/** Starts and approves a verification; its number is read back as it is stored. */
async function verify(
  { app }: TestApp,
  who: Awaited<ReturnType<typeof createWaitingAccount>>,
): Promise<void> {
  const to = aNumber();
  const started = await start(app, who, to);
  expect(openPhone(app.keys, started, (await vaultedOf(app, started)).numberSealed)).toBe(to);
  const code = await codeOf(app, started);
  const checked = await checkVerification(app, who, { verificationId: started.id, code });
  expect(checked).toMatchObject({ status: 'approved' });
}

describe('an installation whose key-encryption key is in Vault', () => {
  test('serves on while Vault is sealed: only new accounts wait for it', async () => {
    await using main = await createTestApp({ ...env, OTPOST_KEYS: vault.entry() });
    const { app } = main;
    const who = await createWaitingAccount(app);
    expect(await kekIdsOf(main)).toEqual([`${IN_VAULT}:v1`]);
    const asked = vault.asked.length;
    await verify(main, who);
    expect(vault.asked).toHaveLength(asked);

    vault.isSealed = true;
    const refused = expect(createAccount(app, { name: 'new' })).rejects.toThrow(/\(503: Vault is sealed\)/);
    for (let i = 0; i < 5; i++) await verify(main, who);
    await refused;
    expect(await app.sql`SELECT FROM accounts WHERE name = 'new'`).toHaveLength(0);
    vault.isSealed = false;
    await verify(main, await until(() => createWaitingAccount(app)));
  });

  test('of which no version that is needed decrypts any more does not start, and says which', async () => {
    await using database = await createTestDatabase();
    const own = { ...env, DATABASE_URL: database.url };
    await using _made = await createTestApp({ ...own, OTPOST_KEYS: vault.entry() });
    vault.key().rotate();
    vault.key().minDecryptionVersion = 2;
    const missing =
      /The key-encryption key "vault:transit\/otpost:v1" is missing: [^\n]*min_decryption_version/;
    const { ended, lines } = await runToEnd({
      entry: 'src/main.ts',
      env: { ...own, OTPOST_KEYS: vault.entry() },
    });
    expect([ended, lines]).toEqual([1, [expect.stringMatching(missing)]]);
    await expect(createTestApp({ ...own, OTPOST_KEYS: K1 })).rejects.toThrow(missing);
    vault.revoke();
    await expect(createTestApp({ ...own, OTPOST_KEYS: vault.entry() })).rejects.toThrow(
      /^Vault at \S+ does not let us use transit\/keys\/otpost/,
    );
  });

  test('moves into Vault, from one version to the next and out again while it serves', async () => {
    await using database = await createTestDatabase();
    const keys = join(dir, 'keys');
    const own = { ...env, DATABASE_URL: database.url, OTPOST_KEYS: '', OTPOST_KEYS_FILE: keys };
    const list = (...entries: string[]) => writeFile(keys, entries.join('\n'));
    const rotate = async (): Promise<string> => {
      const { ended, lines } = await runToEnd({ entry: 'src/rotate-keys.ts', env: own });
      expect(ended, lines.join('\n')).toBe(0);
      return lines.at(-1)!;
    };
    await list(K1);
    await using main = await createTestApp(own);
    const who = await createWaitingAccount(main.app);
    let stopped = false;
    const load = (async () => {
      let count = 0;
      for (; !stopped; count++) await verify(main, who);
      return count;
    })();

    await list(vault.entry(), K1);
    expect(await rotate()).toBe(
      '"k1" may now be removed from OTPOST_KEYS, once Vault is the first key of every process.',
    );
    expect(await kekIdsOf(main)).toEqual([`${IN_VAULT}:v1`]);
    vault.key().rotate();
    expect(await rotate()).toMatch(
      / Versions before 2 may now be closed in Vault: .*min_decryption_version=2$/,
    );
    expect(await kekIdsOf(main)).toEqual([`${IN_VAULT}:v2`]);
    vault.key().minDecryptionVersion = 2;
    await list(vault.entry());
    {
      await using later = await createTestApp(own);
      await verify(later, who);
    }
    await list(K1, vault.entry());
    expect(await rotate()).toMatch(/^The entry of vault:transit\/otpost may now be removed from OTPOST_KEYS/);
    await list(K1);
    await vault[Symbol.asyncDispose]();
    {
      await using later = await createTestApp(own);
      await verify(later, who);
    }
    stopped = true;
    expect(await load).toBeGreaterThan(10);
    expect(await kekIdsOf(main)).toEqual(['k1']);
  });
});
