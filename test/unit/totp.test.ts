import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBase32, writeBase32 } from '../../src/factors/base32.ts';
import { codeOfStep, stepAt, stepOfCode, totpUri, type TotpRecipe } from '../../src/factors/totp.ts';

const recipe = (more: Partial<TotpRecipe> = {}): TotpRecipe => ({
  ...{ algorithm: 'sha1', codeLength: 6, stepSeconds: 30 },
  ...more,
});
const secrets = fc.uint8Array({ minLength: 16, maxLength: 64 }).map((octets) => Buffer.from(octets));
const recipes = fc.record({
  algorithm: fc.constantFrom('sha1', 'sha256', 'sha512'),
  codeLength: fc.integer({ min: 3, max: 8 }),
  stepSeconds: fc.integer({ min: 20, max: 60 }),
});

// RFC 6238, appendix B.
describe.each([
  ['sha1', 20, '94287082 07081804 14050471 89005924 69279037 65353130'],
  ['sha256', 32, '46119246 68084774 67062674 91819424 90698825 77737706'],
  ['sha512', 64, '90693936 25091201 99943326 93441116 38618901 47863826'],
] as const)('the codes of the RFC with %s', (algorithm, length, codes) => {
  const secret = Buffer.from('1234567890'.repeat(7).slice(0, length));
  const times = [59, 1_111_111_109, 1_111_111_111, 1_234_567_890, 2_000_000_000, 20_000_000_000];
  test.each(codes.split(' ').map((code, i) => [code, times[i]!] as const))('%s at %d s', (code, seconds) => {
    const how = recipe({ algorithm, codeLength: 8 });
    expect(codeOfStep(secret, stepAt(seconds * 1_000, how), how)).toBe(code);
  });
});

describe('a code', () => {
  test('is right within the skew of its step, and once', () => {
    fc.assert(
      fc.property(
        ...([secrets, recipes, fc.integer({ min: 0, max: 2 }), fc.integer({ min: -4, max: 4 })] as const),
        (secret, how, skew, off) => {
          // Codes of eight digits: those of other steps are others, as far as this test will see.
          const state = { ...how, codeLength: 8, skew, lastStep: null };
          const now = 1_700_000_000_000;
          const step = stepAt(now, how) + off;
          const code = codeOfStep(secret, step, state);
          const found = stepOfCode(secret, code, state, now);
          expect(found).toBe(Math.abs(off) <= skew ? step : undefined);
          if (found !== undefined)
            expect(stepOfCode(secret, code, { ...state, lastStep: found }, now)).toBeUndefined();
        },
      ),
    );
  });

  test('of another length, or of other signs than ASCII digits, is none', () => {
    const state = { ...recipe(), skew: 1, lastStep: null };
    const code = codeOfStep(Buffer.alloc(20, 1), stepAt(0, state), state);
    for (const given of ['', `0${code}`, code.slice(1), `${code.slice(1)}x`, '١٢٣٤٥٦', ` ${code.slice(1)}`])
      expect(stepOfCode(Buffer.alloc(20, 1), given, state, 0)).toBeUndefined();
  });
});

test('base32 leads back to the octets, with and without padding, in any case', () => {
  fc.assert(
    fc.property(secrets, (octets) => {
      const text = writeBase32(octets);
      expect(text).toMatch(/^[A-Z2-7]+$/);
      expect(readBase32(text)).toEqual(octets);
      expect(readBase32(text.toLowerCase())).toEqual(octets);
    }),
  );
  for (const text of ['', '1', 'A0', 'A A!']) expect(readBase32(text)?.length ?? 0).toBe(0);
});

test('apps read issuer and name as they are from the URI', () => {
  const uri = new URL(totpUri('ABC', recipe({ codeLength: 8 }), { issuer: 'A & B', name: 'me: it' }));
  expect(uri.searchParams.get('issuer')).toBe('A & B');
  expect(decodeURIComponent(uri.pathname)).toContain('A & B:me: it');
  expect(uri.search).not.toContain('+');
  expect(Object.fromEntries(uri.searchParams)).toMatchObject({
    digits: '8',
    period: '30',
    algorithm: 'SHA1',
  });
});
