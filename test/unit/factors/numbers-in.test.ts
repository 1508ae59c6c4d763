import { expect, test } from 'vitest';
import { maskNumbersIn, mayHoldNumber } from '../../../src/factors/numbers-in.ts';

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
