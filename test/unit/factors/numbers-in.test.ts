import { expect, test } from 'vitest';
import { maskNumbersIn, mayHoldNumber, numbersIn } from '../../../src/factors/numbers-in.ts';

test.each([
  ['+385911274567', '+385•••••••67'],
  ['385911274567', '••••••••••67'],
  ['00385911274567', '••••••••••••67'],
  ['091-127-4567', '••••••••67'],
  ['tel:+385-91-127-4567', 'tel:+385•••••••67'],
  ['Ana +385 (91) 127 45 67', 'Ana +385•••••••67'],
  ['user385911274567', 'user••••••••••67'],
  ['+385911274567@phone.example', '+385•••••••67@phone.example'],
  ['٠٩١١٢٧٤٥٦٧', '••••••••٦٧'],
  ['+385911274567+385911274568', '+385•••••••67+385•••••••68'],
])('%s may hold a number, and is shown as %s', (name, shown) => {
  expect(mayHoldNumber(name)).toBe(true);
  expect(maskNumbersIn(name)).toBe(shown);
});

test.each([
  'Ana',
  'Ana-user',
  'order-123456',
  'c0ffee00-e29b-41d4-a716-446655440000',
  'YE0198c0ffee7000000000000012345678',
  'ent_0198c0ffee7000000000000012345678',
  '507f1f77bcf86cd799439011',
])('%s is no number: programs make such ids', (name) => {
  expect(mayHoldNumber(name)).toBe(false);
});

test.each([
  ['+385911274567', null],
  ['385911274567', null],
  ['00385911274567', null],
  ['+385.91.127-4567', null],
  ['tel:+385-91-127-4567', null],
  ['user385911274567', null],
  ['+385911274567@phone.example', null],
  ['Ana +385 (91) 127 45 67 at work', null],
  ['Ana +385 (0)91 127 4567', 'HR'],
  ['0911274567', 'HR'],
  ['091-127-4567', 'HR'],
  ['2 phones: 385 91 127 4567', null],
])('%s has the number in it, where numbers without a country code are of %s', (name, country) => {
  expect(numbersIn(name, country)).toContain('+385911274567');
});

test('all numbers of a name are found, and a name without any has none', () => {
  expect(numbersIn('+385911274567, +385911274568', null)).toEqual(
    expect.arrayContaining(['+385911274567', '+385911274568']),
  );
  for (const name of ['0911274567', 'Ana', '', '+385', 'c0ffee00-e29b-41d4-a716-446655440000'])
    expect(numbersIn(name, null), name).toEqual([]);
});

test('no name takes long to look through', () => {
  const started = performance.now();
  numbersIn('1 '.repeat(32), 'HR');
  numbersIn('+1234567 '.repeat(7), 'HR');
  expect(performance.now() - started).toBeLessThan(1_000);
});
