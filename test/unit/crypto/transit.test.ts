import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KeyEncryptionFailed } from '../../../src/crypto/errors.ts';
import { openKeyEncryption, type VaultSettings } from '../../../src/crypto/open-key-encryption.ts';
import { parseRootKeys } from '../../../src/crypto/root-keys.ts';
import { parseVaultAddress } from '../../../src/crypto/transit/address.ts';
import { createVaultConnection, type VaultOptions } from '../../../src/crypto/transit/connection.ts';
import { createVaultKeyEncryption } from '../../../src/crypto/transit/key-encryption.ts';
import { makeCertificates } from '../../support/certificates.ts';
import { answering, TestHttpServer } from '../../support/http-server.ts';
import { TestVault, policyFor } from '../../support/test-vault.ts';
import { TransitKey } from '../../support/transit-key.ts';
import { until } from '../../support/until.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'otpost-vault-'));
});
afterAll(() => rm(dir, { recursive: true }));

let files = 0;
async function file(content: string): Promise<string> {
  const path = join(dir, String(files++));
  await writeFile(path, content, { mode: 0o600 });
  return path;
}

const NOTHING: VaultSettings = {
  ...{ namespace: undefined, caFile: undefined, tokenFile: undefined },
  ...{ roleId: undefined, secretIdFile: undefined },
};

/** Key encryption with a Vault, with a good token unless a test says otherwise; `text` stands in `OTPOST_KEYS`. */
async function open(vault: TestVault, settings: Partial<VaultSettings> = {}, text = vault.entry()) {
  const tokenFile = await file(`${vault.issueToken()}\n`);
  return openKeyEncryption({ text }, { ...NOTHING, tokenFile, ...settings });
}

/** The same, that gives up soon. */
async function hasty(vault: TestVault, patience: NonNullable<VaultOptions['patience']>) {
  const address = parseVaultAddress(vault.entry().replace('vault:', ''));
  const login = { by: 'token', file: await file(vault.issueToken()) } as const;
  const options = { origin: address.origin, login, namespace: undefined, ca: undefined, patience };
  const connection = createVaultConnection(options);
  return { kek: createVaultKeyEncryption(address, connection), close: () => connection.close() };
}

const dataKeys = (count: number) =>
  Array.from({ length: count }, (_key, i) => ({ secret: randomBytes(32), context: `acc_${i} D1` }));

describe('a data key in Vault', () => {
  test('is wrapped with others in one request, and unwraps as it was', async () => {
    await using vault = await TestVault.start();
    await using opened = await open(vault);
    const keys = dataKeys(200);
    const wrapped = await opened.kek.wrap(keys);
    expect(vault.asked).toEqual(['POST /v1/transit/encrypt/otpost']);
    expect(new Set(wrapped.map(({ kekId }) => kekId))).toEqual(new Set(['vault:transit/otpost:v1']));
    expect(wrapped[0]!.wrapped.toString()).toMatch(/^vault:v1:[A-Za-z0-9+/]+={0,2}$/);
    const bound = wrapped.map((key, i) => ({ ...key, context: keys[i]!.context }));
    expect(await opened.kek.unwrap(bound)).toEqual(keys.map(({ secret }) => secret));
    expect(vault.asked).toHaveLength(2);
  });

  test('does not unwrap as the key of another account, nor when it was changed', async () => {
    await using vault = await TestVault.start();
    await using opened = await open(vault);
    const [one, other] = dataKeys(2);
    const [wrapped] = await opened.kek.wrap([one!]);
    const message =
      /^The key "vault:transit\/otpost:v1" does not unwrap .* \(cipher: message authentication failed\): [^\n]*$/;
    await expect(opened.kek.unwrap([{ ...wrapped!, context: other!.context }])).rejects.toThrow(message);
    const octets = Buffer.from(wrapped!.wrapped.toString().slice(9), 'base64');
    octets[20]! ^= 1;
    const changed = Buffer.from(`vault:v1:${octets.toString('base64')}`);
    await expect(
      opened.kek.unwrap([{ kekId: wrapped!.kekId, wrapped: changed, context: one!.context }]),
    ).rejects.toThrow(message);
  });

  test('is wrapped anew under a new version without being seen, and the old version may be closed', async () => {
    await using vault = await TestVault.start();
    await using opened = await open(vault);
    const { kek } = opened;
    const [key] = dataKeys(1);
    const [before] = await kek.wrap([key!]);
    vault.key().rotate();
    expect(await kek.currentId()).toBe('vault:transit/otpost:v2');
    expect(await kek.removable(['vault:transit/otpost:v1', 'vault:transit/otpost:v2'])).toBeUndefined();
    const [after] = await kek.rewrap([{ ...before!, context: key!.context }]);
    expect(after!.kekId).toBe('vault:transit/otpost:v2');
    expect(vault.asked.filter((path) => path.includes('decrypt'))).toEqual([]);
    expect(await kek.removable(['vault:transit/otpost:v2'])).toBe(
      'Versions before 2 may now be closed in Vault: vault write transit/keys/otpost/config min_decryption_version=2',
    );

    vault.key().minDecryptionVersion = 2;
    expect(await kek.missing(['vault:transit/otpost:v1', 'vault:transit/otpost:v2'])).toEqual([
      'vault:transit/otpost:v1',
    ]);
    expect(await kek.unwrap([{ ...after!, context: key!.context }])).toEqual([key!.secret]);
    await expect(kek.unwrap([{ ...before!, context: key!.context }])).rejects.toThrow(/too old/);
  });

  test('moves from a key of the environment into Vault, and out of it again', async () => {
    await using vault = await TestVault.start();
    const local = `k1:${randomBytes(32).toString('base64')}`;
    const [key] = dataKeys(1);
    const bind = <T>(wrapped: T) => ({ ...wrapped, context: key!.context });
    await using before = await open(vault, {}, local);
    const [own] = await before.kek.wrap([key!]);

    await using moving = await open(vault, {}, `${vault.entry()},${local}`);
    expect(await moving.kek.currentId()).toBe('vault:transit/otpost:v1');
    const [inVault] = await moving.kek.rewrap([bind(own!)]);
    expect(inVault!.kekId).toBe('vault:transit/otpost:v1');
    expect(await moving.kek.unwrap([bind(inVault!), bind(own!), bind(inVault!)])).toEqual(
      Array(3).fill(key!.secret),
    );
    expect(await moving.kek.removable([inVault!.kekId])).toBe(
      '"k1" may now be removed from OTPOST_KEYS, once Vault is the first key of every process.',
    );
    await using after = await open(vault);
    expect(await after.kek.unwrap([bind(inVault!)])).toEqual([key!.secret]);
    expect(await after.kek.missing(['k1'])).toEqual(['k1']);

    await using leaving = await open(vault, {}, `${local},${vault.entry()}`);
    const [back] = await leaving.kek.rewrap([bind(inVault!)]);
    expect(back!.kekId).toBe('k1');
    expect(await leaving.kek.removable(['k1'])).toBe(
      'The entry of vault:transit/otpost may now be removed from OTPOST_KEYS, once "k1" is the first key of every process.',
    );
    expect(await before.kek.unwrap([bind(back!)])).toEqual([key!.secret]);
    expect(await before.kek.missing([inVault!.kekId])).toEqual([inVault!.kekId]);
    await expect(before.kek.unwrap([bind(inVault!)])).rejects.toThrow(
      /^The key-encryption key "vault:transit\/otpost:v1" is missing: /,
    );
  });
});

describe('a token', () => {
  test('is asked for with an AppRole, once, and anew before it ends', async () => {
    await using vault = await TestVault.start();
    const { roleId, secretId } = vault.addRole(policyFor(), 0.4);
    await using opened = await open(vault, { roleId, secretIdFile: await file(secretId) });
    const logins = () => vault.asked.filter((path) => path.endsWith('auth/approle/login')).length;
    await Promise.all(dataKeys(5).map((key) => opened.kek.wrap([key])));
    expect(logins()).toBe(1);
    await until(async () => {
      await opened.kek.currentId();
      return logins() > 1;
    });
    const withToken = vault.received.filter(({ headers }) => headers['x-vault-token'] !== undefined);
    expect(vault.received.length - withToken.length).toBe(logins());
  });

  test('that was revoked is asked for anew, and one in a file is read anew', async () => {
    await using vault = await TestVault.start();
    const { roleId, secretId } = vault.addRole();
    const tokenFile = await file(vault.issueToken());
    await using byRole = await open(vault, { roleId, secretIdFile: await file(secretId) });
    await using byFile = await open(vault, { tokenFile });
    for (const { kek } of [byRole, byFile]) await kek.currentId();
    vault.revoke();
    expect(await byRole.kek.currentId()).toBe('vault:transit/otpost:v1');
    await expect(byFile.kek.currentId()).rejects.toThrow(/transit\/keys\/otpost \(403: .*permission denied/);
    await writeFile(tokenFile, vault.issueToken());
    expect(await byFile.kek.currentId()).toBe('vault:transit/otpost:v1');
  });

  test.each(['keys', 'encrypt', 'decrypt', 'rewrap'])(
    'that may not use %s is refused, with the path and without the token',
    async (verb) => {
      await using vault = await TestVault.start();
      const { [`transit/${verb}/otpost`]: _left, ...rest } = policyFor();
      const token = vault.issueToken(rest);
      await using opened = await open(vault, { tokenFile: await file(token) });
      const [key] = dataKeys(1);
      const wrapped = [
        { kekId: 'vault:transit/otpost:v1', wrapped: Buffer.from('vault:v1:AAAA'), context: '' },
      ];
      const { kek } = opened;
      const calls: Record<string, () => Promise<unknown>> = {
        ...{ keys: () => kek.currentId(), encrypt: () => kek.wrap([key!]) },
        ...{ decrypt: () => kek.unwrap(wrapped), rewrap: () => kek.rewrap(wrapped) },
      };
      const said = await calls[verb]!().then(String, (error: unknown) => error as Error);
      expect(said).toBeInstanceOf(KeyEncryptionFailed);
      expect(String(said)).toContain(`does not let us use transit/${verb}/otpost (403`);
      expect(String(said)).not.toContain('\n');
      expect(String(said)).not.toContain(token);
      expect(String(said)).not.toContain(key!.secret.toString('base64'));
    },
  );

  test('is needed, and what is wrong with its file is said', async () => {
    await using vault = await TestVault.start();
    await expect(openKeyEncryption({ text: vault.entry() }, NOTHING)).rejects.toThrow(
      /^OTPOST_KEYS names a Vault, .*VAULT_TOKEN_FILE, or VAULT_ROLE_ID and VAULT_SECRET_ID_FILE\.$/,
    );
    await using away = await open(vault, { tokenFile: join(dir, 'none') });
    await expect(away.kek.currentId()).rejects.toThrow(
      /^VAULT_TOKEN_FILE, .*none, cannot be read \(ENOENT\)\.$/,
    );
    await using empty = await open(vault, { tokenFile: await file(' \n') });
    await expect(empty.kek.currentId()).rejects.toThrow(/holds no token\.$/);
    await using role = await open(vault, { roleId: 'nobody', secretIdFile: await file('wrong') });
    await expect(role.kek.currentId()).rejects.toThrow(/refused .*\(400: invalid role or secret ID\)\.$/);
  });
});

describe('a connection to Vault', () => {
  test('is in its namespace and under its mount', async () => {
    await using vault = await TestVault.start({ mount: 'teams/otp/transit', namespace: 'eu/otp' });
    const tokenFile = await file(vault.issueToken(policyFor('otpost', 'teams/otp/transit')));
    await using opened = await open(vault, { tokenFile, namespace: 'eu/otp' });
    expect(await opened.kek.currentId()).toBe('vault:teams/otp/transit/otpost:v1');
    await using outside = await open(vault, { tokenFile });
    await expect(outside.kek.currentId()).rejects.toThrow(/permission denied/);
  });

  test('over TLS verifies who answers', async () => {
    const [ours, other] = await Promise.all([
      makeCertificates({ names: ['DNS:localhost'] }),
      makeCertificates(),
    ]);
    await using vault = await TestVault.start({ tls: ours });
    await using trusting = await open(vault, { caFile: await file(ours.ca) });
    expect(await trusting.kek.currentId()).toBe('vault:transit/otpost:v1');
    const asked = vault.asked.length;
    const address = parseVaultAddress(vault.entry().replace('vault:', ''));
    for (const [ca, origin] of [
      [other.ca, address.origin],
      [ours.ca, new URL(address.origin.href.replace('localhost', '127.0.0.1'))],
    ] as const) {
      const login = { by: 'token', file: await file('hvs.any') } as const;
      const patience = { atStartMs: 200 };
      const connection = createVaultConnection({ origin, login, namespace: undefined, ca, patience });
      await expect(connection.ask('GET', 'transit/keys/otpost')).rejects.toThrow(
        /^Vault at .* does not answer as it should \(.*(?:certificate|altnames).*\)\. Check .*VAULT_CACERT/i,
      );
      connection.close();
    }
    expect(vault.asked).toHaveLength(asked);
  });

  test('waits at the start for a Vault that is being unsealed', async () => {
    await using vault = await TestVault.start();
    vault.isSealed = true;
    await using opened = await open(vault);
    const current = opened.kek.currentId();
    await until(() => vault.asked.length > 2);
    vault.isSealed = false;
    expect(await current).toBe('vault:transit/otpost:v1');
  });

  test('gives up in one line; then it lets nobody wait until Vault had a rest, and comes back', async () => {
    await using vault = await TestVault.start();
    const { kek, close } = await hasty(vault, { laterMs: 300, restMs: 400 });
    await kek.currentId();
    vault.isSealed = true;
    const message =
      /^Vault at 127\.0\.0\.1:\d+ does not answer as it should \(503: Vault is sealed\)\. Check [^\n]*unsealed\.$/;
    await expect(kek.currentId()).rejects.toThrow(message);
    const asked = vault.asked.length;
    expect(asked).toBeGreaterThan(2);
    await expect(kek.currentId()).rejects.toThrow(message);
    expect(vault.asked).toHaveLength(asked);
    vault.isSealed = false;
    expect(await until(() => kek.currentId())).toBe('vault:transit/otpost:v1');
    close();
  });

  test('has a deadline for an answer that does not come', async () => {
    await using vault = await TestVault.start();
    vault.delayMs = 60_000;
    const { kek, close } = await hasty(vault, { atStartMs: 0, tryMs: 100 });
    await expect(kek.currentId()).rejects.toThrow(/\(no answer within 100 ms\)/);
    close();
  });

  test('waits as long as a Vault with too many requests says', async () => {
    await using vault = await TestVault.start();
    vault.instead = { status: 429, body: '{"errors":["quota"]}', headers: { 'retry-after': '1' } };
    await using opened = await open(vault);
    const began = performance.now();
    const current = opened.kek.currentId();
    await until(() => vault.asked.length > 0);
    vault.instead = undefined;
    await current;
    expect(performance.now() - began).toBeGreaterThan(950);
  });

  test.each([
    ['<html>a proxy</html>', 200, /refused what was asked of transit\/encrypt\/otpost \(200\)\.$/],
    ['{"data":{"batch_results":[]}}', 200, /is not what Transit answers\.$/],
    ['{"data":null}', 200, /is not what Transit answers\.$/],
    ['{"data":{"batch_results":[{}]}}', 200, /does not wrap data keys \(nothing came\)\.$/],
    ['{"data":{"batch_results":[{"ciphertext":"odd"}]}}', 200, /names no version\)\.$/],
    ['{"errors":["encryption key\\n not found"]}', 400, /\(400: encryption key not found\)\.$/],
  ])('says what is wrong with an answer such as %s', async (body, status, message) => {
    await using server = await TestHttpServer.start(answering(status, body));
    const text = `vault:${server.url}/transit/otpost`;
    await using opened = await openKeyEncryption({ text }, { ...NOTHING, tokenFile: await file('hvs.any') });
    await expect(opened.kek.wrap(dataKeys(1))).rejects.toThrow(message);
  });

  test('wants a key that is there, and derived', async () => {
    await using vault = await TestVault.start();
    vault.keys.set('plain', new TransitKey({ derived: false }));
    const policy = { ...policyFor('plain'), ...policyFor('none') };
    const tokenFile = await file(vault.issueToken(policy));
    await using plain = await open(vault, { tokenFile }, vault.entry('plain'));
    await expect(plain.kek.currentId()).rejects.toThrow(/^The key "plain" in Vault .* derived=true/);
    await using none = await open(vault, { tokenFile }, vault.entry('none'));
    await expect(none.kek.currentId()).rejects.toThrow(
      /^There is no key "none" in Vault at transit\. Make it: /,
    );
  });
});

describe('an entry of Vault in OTPOST_KEYS', () => {
  const local = `k1:${randomBytes(32).toString('base64')}`;
  test('is an address with a mount and a key, wherever it stands', () => {
    const vault = 'vault:https://vault.example:8200/v1/teams/otp/transit/key-1';
    for (const [text, currentId] of [
      [vault, undefined],
      [`${vault},${local}`, undefined],
      [`index:${local.slice(3)},${vault}`, undefined],
      [`${local}, ${vault}`, 'k1'],
    ] as const) {
      const keys = parseRootKeys(text);
      expect(keys.currentId).toBe(currentId);
      expect({ ...keys.vault, origin: keys.vault!.origin.href }).toEqual({
        ...{ origin: 'https://vault.example:8200/', mount: 'teams/otp/transit', key: 'key-1' },
      });
    }
    expect(parseRootKeys('vault:http://127.0.0.1:8100/transit/otpost').vault!.origin.port).toBe('8100');
  });

  test.each([
    ['vault:https://vault.example/', /entry 1 must end with where Transit is mounted/],
    ['vault:https://vault.example/otpost', /entry 1 must end with/],
    ['vault:https://vault.example/transit/a%2fb', /entry 1 must end with/],
    [`${local},vault:http://vault.example/transit/otpost`, /entry 2 must begin with vault:https:/],
    ['vault:https://me:swordfish@vault.example/transit/otpost', /entry 1 has more than an address/],
    ['vault:https://vault.example/transit/otpost?token=swordfish', /entry 1 has more than an address/],
    ['vault:https://', /entry 1 is no address of a Vault/],
    ['vault:ftp://vault.example/transit/otpost', /entry 1 is not id:base64/],
    [`vault:https://a/transit/k,vault:https://b/transit/k`, /there are two entries of Vault/],
  ])('such as %s is refused, in one line without a secret', (text, message) => {
    const refuse = () => parseRootKeys(text);
    expect(refuse).toThrow(message);
    expect(refuse).not.toThrow(/swordfish|\n/);
  });
});
