import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ensureKeyFile } from '../../src/crypto/key-file.ts';
import { parseKeyring, UnknownKey } from '../../src/crypto/keyring.ts';
import { open, seal } from '../../src/crypto/seal.ts';

const secret = () => randomBytes(32).toString('base64');
const [OLD, NEW, INDEX] = [secret(), secret(), secret()];
const keys = parseKeyring(`k1:${OLD},index:${INDEX}`);
const rotated = parseKeyring(`k2:${NEW},k1:${OLD},index:${INDEX}`);
const AT = { account: 'acc_1', table: 'verifications', column: 'to', row: 'vrf_1' };

describe('a sealed value', () => {
  test('opens as it was, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(open(keys, seal(keys, text, AT), AT)).toBe(text);
      }),
    );
  });

  test('is never the same twice', () => {
    const sealed = Array.from({ length: 100 }, () => seal(keys, '+385911234567', AT).toString('hex'));
    expect(new Set(sealed).size).toBe(100);
  });

  test.each(['account', 'table', 'column', 'row'] as const)('does not open under another %s', (part) => {
    const sealed = seal(keys, 'secret', AT);
    expect(() => open(keys, sealed, { ...AT, [part]: 'other' })).toThrow();
  });

  test('does not open where only the borders between the parts of its place moved', () => {
    const sealed = seal(keys, 'secret', { account: 'ab', table: 'c', column: 'd', row: 'e' });
    expect(() => open(keys, sealed, { account: 'a', table: 'bc', column: 'd', row: 'e' })).toThrow();
  });

  test('does not open with any bit changed, nor cut short', () => {
    const sealed = seal(keys, 'secret', AT);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => open(keys, changed, AT)).toThrow();
    }
    for (let length = 0; length < sealed.length; length++)
      expect(() => open(keys, sealed.subarray(0, length), AT)).toThrow();
  });

  test('any bytes are refused with an error', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        (bytes) => void expect(() => open(keys, Buffer.from(bytes), AT)).toThrow(),
      ),
    );
  });

  test('opens after a rotation; what is sealed from then on uses the new key', () => {
    expect(open(rotated, seal(keys, 'old', AT), AT)).toBe('old');
    expect(() => open(keys, seal(rotated, 'new', AT), AT)).toThrow(UnknownKey);
  });

  test('under a key that is gone says which key is missing', () => {
    const without = parseKeyring(`k2:${NEW},index:${INDEX}`);
    expect(() => open(without, seal(keys, 'old', AT), AT)).toThrow(
      'OTPOST_KEYS has no key "k1", but stored data is sealed under it. Add it behind the first key.',
    );
  });
});

describe('a keyring', () => {
  test('has a key of its own for every purpose and id', () => {
    const made = (['seal', 'code', 'client-token'] as const).flatMap((purpose) =>
      ['k1', 'k2'].map((id) => rotated.key(purpose, id).export().toString('hex')),
    );
    expect(new Set(made).size).toBe(6);
    expect(made.every((hex) => hex.length === 64)).toBe(true);
    expect(keys.key('code', 'k1').equals(rotated.key('code', 'k1'))).toBe(true);
  });

  test('makes blind indexes that survive a rotation and differ by purpose, input and index key', () => {
    const index = keys.blindIndex('destination', 'acc_1', '+385911234567');
    expect(index).toHaveLength(16);
    expect(rotated.blindIndex('destination', 'acc_1', '+385911234567')).toEqual(index);
    const others = [
      keys.blindIndex('destination', 'acc_2', '+385911234567'),
      keys.blindIndex('destination', 'acc_1', '+385911234568'),
      keys.blindIndex('idempotency', 'acc_1', '+385911234567'),
      keys.blindIndex('destination', 'acc_1+', '385911234567'),
      parseKeyring(`k1:${OLD},index:${secret()}`).blindIndex('destination', 'acc_1', '+385911234567'),
    ];
    for (const other of others) expect(other.equals(index)).toBe(false);
  });

  test('takes base64 with and without padding, in both alphabets', () => {
    const bytes = Buffer.from('fbff'.repeat(16), 'hex');
    const spellings = [
      bytes.toString('base64'),
      bytes.toString('base64').replace('=', ''),
      bytes.toString('base64url'),
    ];
    const made = spellings.map((text) =>
      parseKeyring(`k1:${text},index:${INDEX}`).key('seal', 'k1').export().toString('hex'),
    );
    expect(new Set(made).size).toBe(1);
  });

  test.each([
    ['', /entry 1/],
    ['k1', /entry 1/],
    [`${OLD}`, /entry 1/],
    [`k1:${OLD}`, /must be an entry named "index"/],
    [`index:${INDEX}`, /must be a key besides "index"/],
    [`k1:${OLD},index:${INDEX},`, /entry 3/],
    [`k1:${OLD},index:${INDEX.slice(4)}`, /entry 2/],
    [`k1:${OLD}AAAA,index:${INDEX}`, /entry 1/],
    [`k1=${OLD},index:${INDEX}`, /entry 1/],
    [`K1:${OLD},index:${INDEX}`, /entry 1/],
    [`a-name-too-long:${OLD},index:${INDEX}`, /entry 1/],
    [`k1:${OLD},k1:${NEW},index:${INDEX}`, /"k1" is there twice/],
    [`${OLD}:k1,${INDEX}:index`, /entry 1/],
    [`k1: ${OLD},index:${INDEX}`, /entry 1/],
  ])('refuses OTPOST_KEYS that is malformed (%#), in one line without a secret', (text, message) => {
    let said = '';
    try {
      parseKeyring(text);
    } catch (error) {
      said = (error as Error).message;
    }
    expect(said).toMatch(message);
    expect(said).toMatch(/^OTPOST_KEYS: [^\n]+$/);
    for (const one of [OLD, NEW, INDEX])
      for (const part of [one.slice(0, 8), one.slice(-9, -1)]) expect(said).not.toContain(part);
  });

  test('no text makes it say more than twelve characters of it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9:,=+/]{0,120}$/), (text) => {
        try {
          parseKeyring(text);
        } catch (error) {
          const quoted = /"(?!index")([^"]*)"/.exec((error as Error).message)?.[1] ?? '';
          expect(quoted.length).toBeLessThanOrEqual(12);
        }
      }),
    );
  });
});

test('the key file of a development installation is made once, for its owner only, also by two at once', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'otpost-keys-'));
  try {
    const dataDir = join(dir, 'data');
    const [one, two] = await Promise.all([ensureKeyFile(dataDir), ensureKeyFile(dataDir)]);
    expect(one).toBe(two);
    expect(await ensureKeyFile(dataDir)).toBe(one);
    expect(parseKeyring(one).currentId).toBe('k1');
    expect((await stat(join(dataDir, 'keys'))).mode & 0o777).toBe(0o600);
  } finally {
    await rm(dir, { recursive: true });
  }
});
