import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exampleNumbers } from '../../../src/demo/numbers.ts';
import { outcomeOf, sandboxNumbers } from '../../../src/sandbox/test-numbers.ts';
import { parsePhone } from '../../../src/verifications/phone.ts';

const AREAS = ['202', '212', '415', '604', '787', '876'];

describe('the numbers of the sandbox', () => {
  test('are valid in every area, so that an app which checks numbers lets them through', () => {
    for (const { first, last } of sandboxNumbers())
      for (const area of AREAS)
        for (let n = Number(first.slice(-2)); n <= Number(last.slice(-2)); n++) {
          const number = `+1${area}55501${String(n).padStart(2, '0')}`;
          expect(parsePhone(number, null).e164).toBe(number);
        }
  });

  test('ask for the outcome that their table names, and no two outcomes share one', () => {
    const seen = new Set<string>();
    for (const { outcome, first, last } of sandboxNumbers())
      for (let n = Number(first.slice(1)); n <= Number(last.slice(1)); n++) {
        expect(seen.has(`+${n}`)).toBe(false);
        seen.add(`+${n}`);
        expect(outcomeOf(`+${n}`)).toBe(outcome);
      }
    expect(seen.size).toBe(70);
  });

  test('are no others: whatever is not in the table is delivered to', () => {
    for (const { e164 } of exampleNumbers()) expect(outcomeOf(e164)).toBe('delivered');
    for (const digit of [0, 1, 2, 9]) expect(outcomeOf(`+120255501${digit}0`)).toBe('delivered');
    fc.assert(
      fc.property(fc.stringMatching(/^\+[1-9]\d{6,14}$/), (number) => {
        fc.pre(!/^\+1\d{3}55501[3-8]\d$/.test(number));
        return outcomeOf(number) === 'delivered';
      }),
    );
  });
});
