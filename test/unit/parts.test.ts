import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hearPart, readParts, unheardParts, type PartsVerdict } from '../../src/messages/parts.ts';

type Told = readonly [part: number, state: 'delivered' | 'undelivered'];

function tell(
  count: number,
  receipts: readonly Told[],
  rule: 'auto' | 'perPart' = 'perPart',
): PartsVerdict[] {
  let parts = unheardParts(rule, count);
  return receipts.map(([part, state]) => {
    const after = hearPart(parts, part, state);
    parts = after.parts;
    return after;
  });
}

test('a message is delivered with its last part and undelivered with the first that is, in any order, however often', () => {
  const story = fc.integer({ min: 2, max: 6 }).chain((count) =>
    fc.record({
      count: fc.constant(count),
      ends: fc.array(fc.constantFrom('delivered' as const, 'undelivered' as const), {
        minLength: count,
        maxLength: count,
      }),
      order: fc.array(fc.integer({ min: 1, max: count }), { maxLength: 20 }),
    }),
  );
  fc.assert(
    fc.property(story, ({ count, ends, order }) => {
      const verdicts = tell(
        count,
        order.map((part) => [part, ends[part - 1]!]),
      );
      verdicts.forEach(({ verdict }, index) => {
        const heard = new Set(order.slice(0, index + 1));
        const isFailed = [...heard].some((part) => ends[part - 1] === 'undelivered');
        expect(verdict).toBe(isFailed ? 'undelivered' : heard.size === count ? 'delivered' : 'open');
      });
    }),
  );
});

describe('a part', () => {
  test('keeps its first final state', () => {
    const [, second, last] = tell(2, [
      [1, 'delivered'],
      [1, 'undelivered'],
      [2, 'delivered'],
    ]);
    expect(second).toMatchObject({ verdict: 'open' });
    expect(last).toMatchObject({ verdict: 'delivered', parts: 'perPart:dd' });
  });

  test('is shown in its place', () => {
    const [, last] = tell(3, [
      [3, 'delivered'],
      [1, 'undelivered'],
    ]);
    expect(readParts(last!.parts)).toEqual(['undelivered', 'pending', 'delivered']);
  });

  test('that the message has not says nothing', () => {
    expect(
      tell(2, [
        [3, 'delivered'],
        [0, 'undelivered'],
      ]).map(({ parts }) => parts),
    ).toEqual(['perPart:..', 'perPart:..']);
  });

  test('is alone while it is the only one delivered, where one receipt may be for all', () => {
    const alone = (rule: 'auto' | 'perPart') =>
      tell(
        3,
        [
          [2, 'delivered'],
          [2, 'delivered'],
          [3, 'delivered'],
          [1, 'delivered'],
        ],
        rule,
      ).map(({ isLone }) => isLone);
    expect(alone('auto')).toEqual([true, true, false, false]);
    expect(alone('perPart')).toEqual([false, false, false, false]);
    expect(tell(2, [[1, 'undelivered']], 'auto')[0]!.isLone).toBe(false);
  });
});
