import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSpray, SPRAY_RULES, type SprayRule, type SprayScope } from '../../../src/abuse/spray.ts';

const { account, address } = SPRAY_RULES;

/**
 * The chance that at least one of the first `upTo` checks of a window raises an alarm when each is wrong with the
 * chance `p`: the sum over all of them, which is no less than it.
 */
function falseAlarms(rule: SprayRule, p: number, upTo: number): number {
  let sum = 0;
  /** Chances of 0, 1, … wrong ones among n, up to where they do not matter. */
  let chances = [1];
  for (let n = 1; n <= upTo; n++) {
    const next = new Array<number>(chances.length + 1).fill(0);
    for (const [wrong, chance] of chances.entries()) {
      next[wrong]! += chance * (1 - p);
      next[wrong + 1]! += chance * p;
    }
    chances = next;
    for (const [wrong, chance] of chances.entries()) if (isSpray({ first: n, wrong }, rule)) sum += chance;
  }
  return sum;
}

describe('a spray', () => {
  test.each([
    ['account', 0.15, 1e-14],
    ['address', 0.15, 1e-11],
    ['account', 0.05, 1e-30],
    ['account', 0.3, 2e-3],
  ] as [SprayScope, number, number][])(
    'is not seen in what people mistype: %s, %d of the checks wrong, less than %d a window',
    (scope, p, less) => {
      expect(falseAlarms(SPRAY_RULES[scope], p, 2_000)).toBeLessThan(less);
    },
  );

  test('is seen with the fiftieth number of an account, and the twentieth of an address', () => {
    expect(isSpray({ first: 49, wrong: 49 }, account)).toBe(false);
    expect(isSpray({ first: 50, wrong: 50 }, account)).toBe(true);
    expect(isSpray({ first: 20, wrong: 20 }, address)).toBe(true);
  });

  test('is seen among the checks of people, as long as these are not more than it by far', () => {
    // 10,000 guesses, and 7,000 people of whom 15 % mistype.
    expect(isSpray({ first: 17_000, wrong: 10_000 + 1_050 }, account)).toBe(true);
    expect(isSpray({ first: 30_000, wrong: 10_000 + 3_000 }, account)).toBe(false);
  });

  test('does not go away with more wrong checks, nor come with more right ones', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), (wrong, right) => {
        if (!isSpray({ first: wrong + right, wrong }, account)) return;
        expect(isSpray({ first: wrong + right + 1, wrong: wrong + 1 }, account)).toBe(true);
        if (right > 0) expect(isSpray({ first: wrong + right - 1, wrong }, account)).toBe(true);
      }),
    );
  });
});
