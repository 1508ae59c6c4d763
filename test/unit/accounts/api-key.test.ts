import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hintOf, isWholeApiKey, looksLikeApiKey, writeApiKey } from '../../../src/accounts/api-key.ts';

const secrets = fc.uint8Array({ minLength: 24, maxLength: 24 }).map((bytes) => Buffer.from(bytes));
const modes = fc.constantFrom('live' as const, 'test' as const);
const CHARACTERS = 'ABCxyz019-_ =.';

describe('an API key', () => {
  test('is one word with a prefix that is known, and whole as it was written', () => {
    fc.assert(
      fc.property(modes, secrets, (mode, secret) => {
        const key = writeApiKey(mode, secret);
        expect(key).toMatch(/^otp_(?:live|test)_[0-9A-Za-z]{39}$/);
        expect(key.startsWith(`otp_${mode}_`)).toBe(true);
        expect(isWholeApiKey(key)).toBe(true);
        expect(looksLikeApiKey(key)).toBe(true);
        expect(key.startsWith(hintOf(key))).toBe(true);
        expect(hintOf(key)).toHaveLength(13);
      }),
    );
  });

  test('keeps all of the 192 bits apart', () => {
    fc.assert(
      fc.property(secrets, fc.nat(191), (secret, bit) => {
        const other = Buffer.from(secret);
        other[bit >> 3]! ^= 1 << (bit & 7);
        expect(writeApiKey('live', other)).not.toBe(writeApiKey('live', secret));
      }),
    );
    for (const byte of [0, 255])
      expect(isWholeApiKey(writeApiKey('live', Buffer.alloc(24, byte)))).toBe(true);
  });

  test('is told from one that was cut, mistyped or made up', () => {
    fc.assert(
      fc.property(
        modes,
        secrets,
        fc.nat(47),
        fc.constantFrom(...CHARACTERS),
        (mode, secret, at, character) => {
          const key = writeApiKey(mode, secret);
          expect(isWholeApiKey(key.slice(0, at))).toBe(false);
          expect(isWholeApiKey(key.slice(0, at) + key.slice(at + 1))).toBe(false);
          expect(isWholeApiKey(key + character)).toBe(false);
          if (key[at] !== character)
            expect(isWholeApiKey(key.slice(0, at) + character + key.slice(at + 1))).toBe(false);
        },
      ),
    );
    fc.assert(fc.property(fc.string(), (text) => !isWholeApiKey(text)));
  });

  test('of one mode does not become one of the other by its prefix', () => {
    fc.assert(
      fc.property(secrets, (secret) => {
        expect(isWholeApiKey(writeApiKey('test', secret).replace('test', 'live'))).toBe(false);
        expect(isWholeApiKey(writeApiKey('live', secret).replace('live', 'test'))).toBe(false);
      }),
    );
  });

  test('from before there were checksums is whole too', () => {
    expect(isWholeApiKey(`otpost_key_${'aZ09-_'.repeat(6).slice(0, 32)}`)).toBe(true);
    expect(isWholeApiKey(`otpost_key_${'a'.repeat(31)}`)).toBe(false);
  });
});
