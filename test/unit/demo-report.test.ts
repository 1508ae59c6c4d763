import { expect, test } from 'vitest';
import { exampleNumbers } from '../../src/demo/numbers.ts';
import { report } from '../../src/demo/report.ts';
import type { Course } from '../../src/demo/verify.ts';

const course = (outcome: string, reason?: string): Course => ({
  ...{ country: 'HR', masked: '+385…67', outcome, startedAt: 0 },
  ...(reason !== undefined && { reason }),
});
const times = (count: number, one: Course) => Array.from({ length: count }, () => one);
const named = (text: string) => text.match(/^ {2}HR .*$/gm) ?? [];

test('up to twenty verifications that were not approved are named one by one', () => {
  const text = report([...times(20, course('failed', 'fetch failed')), ...times(3, course('approved'))], 1);
  expect(named(text)).toEqual(times(20, course('')).map(() => '  HR +385…67: failed: fetch failed'));
  expect(text).not.toContain('more:');
});

test('of more than twenty the rest is counted by reason, the most frequent first', () => {
  const courses = [
    ...times(22, course('expired')),
    ...times(5, course('failed', 'fetch failed')),
    ...Array.from({ length: 12 }, (_, i) => course('failed', `for reason ${i}`)),
  ];
  const text = report(courses, 1);
  expect(named(text)).toHaveLength(20);
  const rest = text.slice(text.indexOf('  and ')).trimEnd().split('\n');
  expect(rest.slice(0, 4)).toEqual([
    '  and 19 more:',
    '        5 × failed: fetch failed',
    '        2 × expired',
    '        1 × failed: for reason 0',
  ]);
  expect(rest.at(-1)).toBe('        4 × something else');
  expect(rest).toHaveLength(12);
});

test('there are 245 countries and territories with an example, and 238 numbers', () => {
  const numbers = exampleNumbers().map(({ e164 }) => e164);
  expect([numbers.length, new Set(numbers).size]).toEqual([245, 238]);
});
