import { createHash, createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deriveCode, readCode, sameCode, type CodeAlphabet } from '../../src/verifications/code.ts';

const KEY = createSecretKey(Buffer.alloc(32, 1));
const SYMBOLS = { digits: '0123456789', unambiguous: '23456789ABCDEFGHJKMNPQRSTWXYZ' } as const;

const recipes = fc.record({
  nonce: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
  length: fc.integer({ min: 4, max: 10 }),
  alphabet: fc.constantFrom<CodeAlphabet>('digits', 'unambiguous'),
});

/** Repeatable, and as good as random. */
function nonce(i: number): Buffer {
  return createHash('sha256').update(`nonce ${i}`).digest().subarray(0, 16);
}

describe('deriveCode', () => {
  test('makes the same code of the same key and recipe', () => {
    fc.assert(fc.property(recipes, (recipe) => deriveCode(KEY, recipe) === deriveCode(KEY, { ...recipe })));
  });

  test('keeps to the length and the alphabet', () => {
    fc.assert(
      fc.property(recipes, (recipe) => {
        const code = deriveCode(KEY, recipe);
        expect(code).toHaveLength(recipe.length);
        for (const symbol of code) expect(SYMBOLS[recipe.alphabet]).toContain(symbol);
      }),
    );
  });

  test('another key or another nonce is another code', () => {
    const recipe = { nonce: nonce(0), length: 10, alphabet: 'unambiguous' } as const;
    const codes = [
      deriveCode(KEY, recipe),
      deriveCode(createSecretKey(Buffer.alloc(32, 2)), recipe),
      deriveCode(KEY, { ...recipe, nonce: nonce(1) }),
    ];
    expect(new Set(codes).size).toBe(3);
  });

  test('keeps leading zeros: one code in ten begins with one', () => {
    const codes = Array.from({ length: 2_000 }, (_, i) =>
      deriveCode(KEY, { nonce: nonce(i), length: 6, alphabet: 'digits' }),
    );
    const withZero = codes.filter((code) => code.startsWith('0'));
    expect(withZero.length).toBeGreaterThan(150);
    expect(withZero.length).toBeLessThan(250);
  });

  test.each(['digits', 'unambiguous'] as const)(
    'every symbol of %s is as likely at every place',
    (alphabet) => {
      const symbols = SYMBOLS[alphabet];
      const samples = 20_000;
      const codes = Array.from({ length: samples }, (_, i) =>
        deriveCode(KEY, { nonce: nonce(i), length: 6, alphabet }),
      );
      const expected = samples / symbols.length;
      for (let place = 0; place < 6; place++) {
        let chiSquare = 0;
        for (const symbol of symbols) {
          const seen = codes.filter((code) => code[place] === symbol).length;
          chiSquare += (seen - expected) ** 2 / expected;
        }
        // Mean of the distribution plus five of its standard deviations: 1 in 10⁵ for a fair source.
        const freedom = symbols.length - 1;
        expect(chiSquare).toBeLessThan(freedom + 5 * Math.sqrt(2 * freedom));
      }
    },
  );
});

describe('sameCode', () => {
  test('is true for equal codes only, whatever the lengths', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{4,10}$/), fc.stringMatching(/^\d{0,12}$/), (a, b) => {
        expect(sameCode(a, a)).toBe(true);
        expect(sameCode(a, b)).toBe(a === b);
      }),
    );
  });
});

describe('readCode', () => {
  test.each([
    ['012345', 'as it is'],
    [' 012 345 ', 'spaces'],
    ['012-345', 'a dash'],
    ['012–345', 'a long dash'],
    ['0.1.2.3.4.5', 'dots'],
    ['012\u00a0345', 'a space that does not break'],
    ['\u200f012345\u200e', 'marks of direction'],
    ['012\u200b345\ufeff', 'marks of no width'],
    ['012345\r\n', 'a line end'],
    ['٠١٢٣٤٥', 'Arabic digits'],
    ['۰۱۲۳۴۵', 'Persian digits'],
    ['०१२३४५', 'Devanagari digits'],
    ['০১২৩৪৫', 'Bengali digits'],
    ['๐๑๒๓๔๕', 'Thai digits'],
    ['０１２３４５', 'fullwidth digits'],
    ['𝟎𝟏𝟐𝟑𝟒𝟓', 'mathematical digits'],
    ['٠١٢ 345', 'a mixture'],
  ])('understands %j (%s)', (typed) => expect(readCode(typed, 6, 'digits')).toBe('012345'));

  test('reads the digits of every script in Unicode by their values', () => {
    let run = 0;
    let before = -2;
    for (let point = 0x30; point <= 0x1ffff; point++) {
      const digit = String.fromCodePoint(point);
      if (!/\p{Nd}/u.test(digit)) continue;
      // Each script's ten digits follow one another, and a script may follow another.
      run = point === before + 1 ? run + 1 : 0;
      before = point;
      expect(readCode(digit.repeat(4), 4, 'digits'), `U+${point.toString(16)}`).toBe(
        String(run % 10).repeat(4),
      );
    }
  });

  test('takes small letters for capitals', () => {
    expect(readCode('ab2-9xz', 6, 'unambiguous')).toBe('AB29XZ');
    expect(readCode('ａｂ２９ＸＺ', 6, 'unambiguous')).toBe('AB29XZ');
  });

  test.each([
    '',
    '01234',
    '0123456',
    '01234x',
    '012345678901234567890',
    'abcdef',
    '01234½',
    '💥💥💥',
    '0'.repeat(1e6),
  ])('refuses what cannot be a code of six digits (%#)', (typed) =>
    expect(readCode(typed, 6, 'digits')).toBeUndefined(),
  );

  test.each(['ABCDE0', 'ABCDEO', 'ABCDE1', 'ABCDEI', 'ABCDEL', 'ABCDEU', 'ABCDEß', 'ABCDEÄ'])(
    'refuses %j, which no code of unambiguous letters has',
    (typed) => expect(readCode(typed, 6, 'unambiguous')).toBeUndefined(),
  );

  test('reads back every code that it could have sent', () => {
    fc.assert(
      fc.property(recipes, (recipe) => {
        const code = deriveCode(KEY, recipe);
        expect(readCode(` ${code.toLowerCase().split('').join(' ')} `, recipe.length, recipe.alphabet)).toBe(
          code,
        );
      }),
    );
  });

  test('any text is read without an exception, into a code of the alphabet or nothing', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom<CodeAlphabet>('digits', 'unambiguous'),
        (typed, alphabet) => {
          const code = readCode(typed, 4, alphabet);
          if (code === undefined) return;
          expect(code).toHaveLength(4);
          for (const symbol of code) expect(SYMBOLS[alphabet]).toContain(symbol);
        },
      ),
    );
  });
});
