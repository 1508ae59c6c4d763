import { describe, expect, test } from 'vitest';
import { classify, retryOf, statusCode, statusInWords } from '../../src/carriers/smpp/status.ts';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('every command_status has the class that says what to do', () => {
  const classes = {
    ok: [0],
    throttle: [0x58, 0x14],
    temporary: [0x08, 0x64],
    ambiguous: [0x45, 0xfe, 0xff],
    linkFault: [0x04, 0x05, 0x0d, 0x0e, 0x0f, 0x53],
    sender: [0x0a, 0x48, 0x49],
    permanent: [
      ...[0x01, 0x0b, 0x33, 0x34, ...range(0x40, 0x44), 0x50, 0x51, 0x62, 0x63, 0x65, 0x66],
      ...range(0xc0, 0xc4),
    ],
  };
  for (const [name, codes] of Object.entries(classes)) {
    test(name, () => expect(codes.map((code) => classify(code))).toEqual(codes.map(() => name)));
  }
});

test('a carrier may mean something else by a code', () => {
  expect(classify(0x14, { 0x14: 'temporary' })).toBe('temporary');
});

test('an undocumented code is worth one try elsewhere', () => {
  expect(retryOf(0x455, classify(0x455) as 'ambiguous')).toBe('once');
});

test('only a refusal of the destination ends a message, or what the carrier says is permanent', () => {
  const retries = [0x08, 0x45, 0x0a, 0x01, 0x51, 0x65, 0x66, 0xc1, 0x0b, 0x33].map((status) =>
    retryOf(status, classify(status) as 'permanent'),
  );
  expect(retries).toEqual([
    ...['later', 'once', 'elsewhere', 'elsewhere', 'elsewhere', 'elsewhere', 'elsewhere', 'elsewhere'],
    ...['never', 'never'],
  ]);
  expect(retryOf(0x66, 'permanent', { 0x66: 'permanent' })).toBe('never');
  expect(retryOf(0x455, 'permanent', { 0x455: 'permanent' })).toBe('never');
});

test('a status is told in words and in hexadecimal', () => {
  expect(statusInWords(0x0e)).toBe('invalid password (0x0e)');
  expect(statusInWords(0x400)).toBe('vendor specific error (0x400)');
  expect(statusCode(0x0b)).toBe('0x0000000b');
});
