import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KeyEncryptionFailed } from '../../src/crypto/errors.ts';
import { ensureKeyFile } from '../../src/crypto/key-file.ts';
import { createLocalKeyEncryption } from '../../src/crypto/local-key-encryption.ts';
import { openRootKeys } from '../../src/crypto/root-key-source.ts';
import { parseRootKeys } from '../../src/crypto/root-keys.ts';

const secret = () => randomBytes(32).toString('base64');
const [OLD, NEW, INDEX] = [secret(), secret(), secret()];
const local = async (text: string) => createLocalKeyEncryption(await openRootKeys({ text }));
const dataKey = () => ({ secret: randomBytes(32), context: 'acc_1 D1' });

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'otpost-keys-'));
});
afterAll(() => rm(dir, { recursive: true }));

describe('a data key', () => {
  test('unwraps as it was, under the first key of the list', async () => {
    const kek = await local(`k2:${NEW},k1:${OLD}`);
    const key = dataKey();
    const [wrapped] = await kek.wrap([key]);
    expect(wrapped!.kekId).toBe('k2');
    expect(wrapped!.wrapped.includes(key.secret)).toBe(false);
    expect(await kek.unwrap([{ ...wrapped!, context: key.context }])).toEqual([key.secret]);
  });

  test('does not unwrap as the key of another account, nor with any bit changed', async () => {
    const kek = await local(`k1:${OLD}`);
    const [wrapped] = await kek.wrap([dataKey()]);
    await expect(kek.unwrap([{ ...wrapped!, context: 'acc_2 D1' }])).rejects.toThrow(KeyEncryptionFailed);
    for (let bit = 0; bit < wrapped!.wrapped.length * 8; bit++) {
      const changed = Buffer.from(wrapped!.wrapped);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      await expect(kek.unwrap([{ kekId: 'k1', wrapped: changed, context: 'acc_1 D1' }])).rejects.toThrow();
    }
  });

  test('is wrapped anew under the first key, and then the old one may go', async () => {
    const key = dataKey();
    const [before] = await (await local(`k1:${OLD}`)).wrap([key]);
    const [after] = await (await local(`k2:${NEW},k1:${OLD}`)).rewrap([{ ...before!, context: key.context }]);
    expect(after!.kekId).toBe('k2');
    const later = await local(`k2:${NEW}`);
    expect(await later.unwrap([{ ...after!, context: key.context }])).toEqual([key.secret]);
  });

  test('whose key-encryption key is gone says in one line which is missing', async () => {
    const key = dataKey();
    const [wrapped] = await (await local(`k1:${OLD}`)).wrap([key]);
    const kek = await local(`k2:${NEW}`);
    expect(await kek.missing(['k1', 'k2', 'k0', 'k1'])).toEqual(['k1', 'k0']);
    await expect(kek.unwrap([{ ...wrapped!, context: key.context }])).rejects.toThrow(
      /^The key-encryption key "k1" is missing: [^\n]*OTPOST_KEYS[^\n]*$/,
    );
  });

  test('whose key-encryption key is another of the same name says so', async () => {
    const key = dataKey();
    const [wrapped] = await (await local(`k1:${OLD}`)).wrap([key]);
    const kek = await local(`k1:${NEW}`);
    await expect(kek.unwrap([{ ...wrapped!, context: key.context }])).rejects.toThrow(
      /^The key "k1" of OTPOST_KEYS does not unwrap [^\n]*$/,
    );
  });
});

describe('a file of root keys', () => {
  test('has one key in a line, or commas between them', async () => {
    const file = join(dir, 'several');
    await writeFile(file, `k2:${NEW}\nk1:${OLD},index:${INDEX}\n\n`);
    const { keys } = await openRootKeys({ file });
    expect([keys.currentId, [...keys.secrets.keys()], keys.index?.length]).toEqual(['k2', ['k2', 'k1'], 32]);
  });

  test('is read again for a key that it did not have before', async () => {
    const file = join(dir, 'growing');
    await writeFile(file, `k1:${OLD}`);
    const kek = createLocalKeyEncryption(await openRootKeys({ file }));
    const key = dataKey();
    const [wrapped] = await (await local(`k2:${NEW}`)).wrap([key]);
    await expect(kek.unwrap([{ ...wrapped!, context: key.context }])).rejects.toThrow('"k2" is missing');
    await writeFile(file, `k1:${OLD}\nk2:${NEW}`);
    expect(await kek.unwrap([{ ...wrapped!, context: key.context }])).toEqual([key.secret]);
  });

  test('that cannot be read is named, in one line', async () => {
    await expect(openRootKeys({ file: join(dir, 'none') })).rejects.toThrow(
      /^The file of root keys .*none cannot be read \(ENOENT\)\.$/,
    );
  });

  test('of a development installation is made once, for its owner only, also by two at once', async () => {
    const dataDir = join(dir, 'data');
    const [one, two] = await Promise.all([ensureKeyFile(dataDir), ensureKeyFile(dataDir)]);
    expect(one).toBe(two);
    const [first, later] = [await openRootKeys({ file: one }), await openRootKeys({ file: one })];
    expect(first.keys).toEqual(later.keys);
    expect(first.keys.currentId).toBe('k1');
    expect((await stat(one)).mode & 0o777).toBe(0o600);
  });
});

describe('OTPOST_KEYS', () => {
  test('takes base64 with and without padding, in both alphabets', () => {
    const bytes = Buffer.from('fbff'.repeat(16), 'hex');
    const spellings = [
      bytes.toString('base64'),
      bytes.toString('base64').replace('=', ''),
      bytes.toString('base64url'),
    ];
    for (const text of spellings) expect(parseRootKeys(`k1:${text}`).secrets.get('k1')).toEqual(bytes);
  });

  test.each([
    ['', /entry 1/],
    ['k1', /entry 1/],
    [`${OLD}`, /entry 1/],
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
  ])('that is malformed is refused (%#), in one line without a secret', (text, message) => {
    let said = '';
    try {
      parseRootKeys(text);
    } catch (error) {
      said = (error as Error).message;
    }
    expect(said).toMatch(message);
    expect(said).toMatch(/^OTPOST_KEYS: [^\n]+$/);
    for (const one of [OLD, NEW, INDEX])
      for (const part of [one.slice(0, 8), one.slice(-9, -1)]) expect(said).not.toContain(part);
  });

  test('never has more than twelve characters of it in an error', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9:,=+/]{0,120}$/), (text) => {
        try {
          parseRootKeys(text);
        } catch (error) {
          const quoted = /"(?!index")([^"]*)"/.exec((error as Error).message)?.[1] ?? '';
          expect(quoted.length).toBeLessThanOrEqual(12);
        }
      }),
    );
  });
});
