import { expect, test } from 'vitest';
import { ReceiptSilence } from '../../../src/carriers/receipt-silence.ts';

function taken(count: number, everyMs: number): ReceiptSilence {
  const silence = new ReceiptSilence();
  for (let i = 0; i < count; i += 1) silence.taken(i * everyMs);
  return silence;
}

test('ten messages without a receipt are a black hole once the tenth has waited for a minute', () => {
  const silence = taken(10, 1_000);
  expect(silence.problem(9_000 + 59_999)).toBeUndefined();
  expect(silence.problem(9_000 + 60_000)).toBe(
    'black hole: took 10 messages since its last receipt, the first one 69 s ago',
  );
  expect(taken(9, 1_000).problem(1e9)).toBeUndefined();
});

test('any receipt ends it, and it begins anew with the next message', () => {
  const silence = taken(50, 10);
  silence.broken();
  expect(silence.problem(1e6)).toBeUndefined();
  for (let i = 0; i < 10; i += 1) silence.taken(1e6);
  expect(silence.problem(1e6)).toBeUndefined();
  expect(silence.problem(2e6)).toMatch(/took 10 messages .* 1000 s ago/);
});
