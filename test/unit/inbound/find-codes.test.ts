import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findCodes } from '../../../src/inbound/find-codes.ts';

const code = fc.stringMatching(/^\d{6}$/);

describe('codes in a text', () => {
  test('a code is found as people write it', () => {
    fc.assert(
      fc.property(
        code,
        fc.constantFrom(
          (c: string) => c,
          (c: string) => ` ${c}. `,
          (c: string) => `my code is ${c}`,
          (c: string) => `Code: ${c.slice(0, 3)} ${c.slice(3)}!`,
          (c: string) => `${c.slice(0, 3)}-${c.slice(3)} thanks`,
          (c: string) => `G-${c}`,
          (c: string) => `kod${c}hvala`,
          (c: string) => [...c].map((d) => String.fromCodePoint(0x660 + Number(d))).join(''),
        ),
        (c, write) => {
          expect(findCodes(write(c), 6, 'digits')).toEqual([c]);
        },
      ),
    );
  });

  test('a number of another length is none', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{1,12}$/), (number) => {
        fc.pre(number.length !== 6);
        expect(findCodes(`it is ${number}, ok`, 6, 'digits')).toEqual([]);
      }),
    );
  });

  test('at most three are found, each once', () => {
    fc.assert(
      fc.property(fc.array(code, { minLength: 1, maxLength: 20 }), (codes) => {
        const found = findCodes(codes.join(', '), 6, 'digits');
        expect(found).toEqual([...new Set(codes)].slice(0, 3));
      }),
    );
  });

  test.each([
    ['4k7xz2', ['4K7XZ2']],
    ['my code: 4K7-XZ2', ['4K7XZ2']],
    ['SEARCH gave 4K7XZ2', ['4K7XZ2']],
    ['KXWPQR', ['KXWPQR']],
    ['hello there', []],
  ])('with letters: %j has %j', (text, codes) => {
    expect(findCodes(text, 6, 'unambiguous')).toEqual(codes);
  });
});
