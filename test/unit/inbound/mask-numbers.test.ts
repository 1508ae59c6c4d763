import { expect, test } from 'vitest';
import { maskNumbers } from '../../../src/inbound/mask-numbers.ts';

test('the phone numbers of a text are masked but for two digits, in any script', () => {
  expect(maskNumbers('call +385911234567 or 00385911234567')).toBe('call •••••••••••67 or ••••••••••••67');
  expect(maskNumbers('٠٩١١٢٣٤٥٦٧')).toBe('••••••••٦٧');
});

test('what is too short for one, a date, an hour and a price stay', () => {
  const text = 'on 23.11.2026 at 14:05 for 49.90 EUR, no 123456';
  expect(maskNumbers(text)).toBe(text);
});
