import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import {
  base64url,
  calculateJwkThumbprint,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWTHeaderParameters,
} from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { MAX_TOKEN_LENGTH, readAccessToken, writeAccessToken } from '../../../src/oauth/access-token.ts';
import { SCOPES } from '../../../src/oauth/scopes.ts';

const ISSUER = 'https://otp.example';
const NOW = Date.UTC(2026, 0, 1);
const TOKEN = {
  id: `tok_${'1'.repeat(32)}`,
  accountId: `acc_${'2'.repeat(32)}`,
  clientId: `cli_${'3'.repeat(32)}`,
  generation: 4,
  scope: ['verifications:write', 'services:read'],
  issuedAt: NOW,
  expiresAt: NOW + 600_000,
} as const;

let key: CryptoKey;
let publicKey: CryptoKey;
let kid: string;
let token: string;

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  ({ privateKey: key, publicKey } = pair);
  kid = await calculateJwkThumbprint(await exportJWK(publicKey));
  token = await writeAccessToken(TOKEN, ISSUER, { kid, key });
});

const verifying = async (name: string) => (name === kid ? publicKey : undefined);
const read = (text: string, now = NOW) => readAccessToken(text, ISSUER, now, verifying);

/** A token that is right but for what is said otherwise, signed with our key unless another one is given. */
async function tokenWith(
  claims: Record<string, unknown>,
  header: Partial<JWTHeaderParameters> = {},
  by: CryptoKey | Uint8Array = key,
): Promise<string> {
  const said = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as object;
  const all = Object.fromEntries(
    Object.entries({ ...said, ...claims }).filter(([, value]) => value !== undefined),
  );
  return new SignJWT(all).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...header }).sign(by);
}

describe('an access token', () => {
  test('says what was written into it', async () => {
    expect(await read(token)).toEqual(TOKEN);
    const all = { ...TOKEN, scope: SCOPES };
    const largest = await writeAccessToken(all, ISSUER, { kid, key });
    expect(await read(largest)).toEqual(all);
    expect(largest.length).toBeLessThan(MAX_TOKEN_LENGTH / 2);
  });

  test('is over at the second that it says, and not before', async () => {
    expect(await read(token, TOKEN.expiresAt - 1)).toEqual(TOKEN);
    expect(await read(token, TOKEN.expiresAt)).toBe('expired');
    expect(await read(token, TOKEN.expiresAt + 86_400_000)).toBe('expired');
  });

  test('is refused unsigned, and signed with the public key as if it were a secret', async () => {
    const [, payload] = token.split('.');
    const unsigned = base64url.encode(JSON.stringify({ alg: 'none', typ: 'at+jwt', kid }));
    for (const signature of ['', 'AAAA', token.split('.')[2]!])
      expect(await read(`${unsigned}.${payload}.${signature}`)).toBe('malformed');
    const confused = base64url.encode(JSON.stringify({ alg: 'HS256', typ: 'at+jwt', kid }));
    for (const secret of [await exportSPKI(publicKey), JSON.stringify(await exportJWK(publicKey))]) {
      const mac = createHmac('sha256', secret).update(`${confused}.${payload}`).digest('base64url');
      expect(await read(`${confused}.${payload}.${mac}`)).toBe('malformed');
      // And the same under the name of the algorithm that we take.
      const named = token.slice(0, token.lastIndexOf('.'));
      const macOfNamed = createHmac('sha256', secret).update(named).digest('base64url');
      expect(await read(`${named}.${macOfNamed}`)).toBe('malformed');
    }
  });

  test('of another algorithm, another kind, or an unknown key is refused', async () => {
    const other = await generateKeyPair('Ed25519');
    expect(await read(await tokenWith({}, { alg: 'Ed25519' }, other.privateKey))).toBe('malformed');
    for (const typ of ['JWT', 'application/at+jwt', 'AT+JWT', 'logout+jwt', undefined as never])
      expect(await read(await tokenWith({}, { typ })), typ).toBe('malformed');
    expect(await read(await tokenWith({}, { kid: 'other' }))).toBe('unknown');
    expect(await read(await tokenWith({}, { kid: undefined as never }))).toBe('malformed');
    const stranger = await generateKeyPair('ES256');
    expect(await read(await tokenWith({}, {}, stranger.privateKey))).toBe('unknown');
    // A key that comes with the token is nobody's.
    const jwk = await exportJWK(stranger.publicKey);
    expect(await read(await tokenWith({}, { jwk }, stranger.privateKey))).toBe('unknown');
    const parts = token.split('.');
    const critical = base64url.encode(
      JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid, crit: ['x'], x: 1 }),
    );
    expect(await read([critical, parts[1], parts[2]].join('.'))).toBe('unknown');
  });

  test('of somebody else, or for somebody else, is told so, for it shows in the token', async () => {
    for (const claims of [
      { iss: 'https://evil.example' },
      { iss: undefined },
      { aud: 'https://other.example' },
      { aud: [ISSUER, 'https://other.example'] },
      { aud: undefined },
      { iss: `${ISSUER}/` },
      { aud: { toString: ISSUER } },
    ])
      expect(await read(await tokenWith(claims)), JSON.stringify(claims)).toBe('wrong_audience');
  });

  test('that is not valid yet, lasts too long, or lacks something is refused though our key signed it', async () => {
    const seconds = NOW / 1_000;
    for (const claims of [
      { nbf: seconds + 60 },
      { iat: seconds + 60, exp: seconds + 600 },
      { exp: undefined },
      { exp: 'never' },
      { iat: undefined },
      { jti: undefined },
      { jti: 'x' },
      { sub: `cli_${'9'.repeat(32)}` },
      { sub: undefined },
      { client_id: undefined },
      { client_id: [TOKEN.clientId] },
      { account_id: 'acc_x' },
      { scope: undefined },
      { scope: ['services:read'] },
      { generation: undefined },
    ])
      expect(await read(await tokenWith(claims)), JSON.stringify(claims)).toBe('unknown');
    expect(await read(await tokenWith({ iat: seconds - 7_200, exp: seconds + 600 }))).toBe('expired');
    expect(await read(await tokenWith({ scope: 'services:read no:more' }))).toMatchObject({
      scope: ['services:read'],
    });
  });

  test('is worth nothing with any character changed, added or left out', async () => {
    const characters = 'AQgw_-.=1';
    const changed = Array.from(token).flatMap((_, i) => [
      token.slice(0, i) + token.slice(i + 1),
      ...Array.from(characters, (character) => token.slice(0, i) + character + token.slice(i + 1)),
    ]);
    const added = Array.from(characters, (character) => token + character);
    for (const text of [...changed, ...added, `${token}\n`, ` ${token}`])
      if (text !== token) expect(typeof (await read(text)), text).toBe('string');
  });

  test('is worth nothing with any of its bytes changed', async () => {
    const parts = token.split('.').map((part) => Buffer.from(part, 'base64url'));
    const bytes = parts.flatMap((part, at) => Array.from(part, (_, i) => ({ at, i })));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...bytes),
        fc.integer({ min: 1, max: 255 }),
        async ({ at, i }, bits) => {
          const forged = parts.map((part, index) => {
            if (index !== at) return part.toString('base64url');
            const copy = Buffer.from(part);
            copy[i]! ^= bits;
            return copy.toString('base64url');
          });
          expect(typeof (await read(forged.join('.')))).toBe('string');
        },
      ),
      { numRuns: 500 },
    );
  });

  test('any text is read without an exception', async () => {
    const json = fc.json().map((text) => base64url.encode(text));
    const part = fc.oneof(fc.string({ unit: 'binary' }), json, fc.constantFrom(...token.split('.')));
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.')),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        if (text !== token) expect(typeof (await read(text))).toBe('string');
      }),
      { numRuns: 1_000 },
    );
  });
});
