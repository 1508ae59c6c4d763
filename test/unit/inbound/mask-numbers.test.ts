import { expect, test } from 'vitest';
import { maskNumbers } from '../../../src/inbound/mask-numbers.ts';

test('the phone numbers of a text are masked but for two digits, in any script', () => {
  expect(maskNumbers('call +385911234567 or 00385911234567')).toBe('call •••••••••••67 or ••••••••••••67');
  expect(maskNumbers('٠٩١١٢٣٤٥٦٧')).toBe('••••••••٦٧');
});

test.each([
  ['My name is Ana, call 098 - 123 - 456', 'My name is Ana, call ••• - ••• - •56'],
  ['098 / 123 / 456', '••• / ••• / •56'],
  ['098, 123, 456', '•••, •••, •56'],
  ['098  123  456', '•••  •••  •56'],
  ['+385 (0)98 123-456', '•••• (•)•• •••-•56'],
  [
    '0\u200b9\u200b8\u200b1\u200b2\u200b3\u200b4\u200b5\u200b6',
    '•\u200b•\u200b•\u200b•\u200b•\u200b•\u200b•\u200b5\u200b6',
  ],
  ['zero 1 9 8 1 2 3 4 5', 'zero • • • • • • 4 5'],
])('in groups as well: %s', (text, masked) => {
  expect(maskNumbers(text)).toBe(masked);
});

test('what is too short for one, a date, an hour and a price stay', () => {
  const text = 'on 23.11.2026 at 14:05 for 49.90 EUR, no 123456; 2026-11-23 14:05:30';
  expect(maskNumbers(text)).toBe(text);
});
