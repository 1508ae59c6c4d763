import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareCursors,
  compareTransactions,
  decodeCursor,
  encodeCursor,
  isTransactionId,
  startOfTransaction,
} from '../../src/events/cursor.ts';
import { isVisible, parseSnapshot } from '../../src/events/snapshot.ts';
import { cursors } from '../support/event-arbitraries.ts';

describe('a cursor', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(cursors, (cursor) => void expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor)),
    );
  });

  test('has one spelling: whatever else decodes to nothing', () => {
    fc.assert(
      fc.property(cursors, fc.nat(37), fc.string({ minLength: 1, maxLength: 1 }), (cursor, place, other) => {
        const right = encodeCursor(cursor);
        const text = right.slice(0, place) + other + right.slice(place + 1);
        const read = decodeCursor(text);
        if (read) expect(encodeCursor(read)).toBe(text);
      }),
    );
  });

  test.each([
    '',
    'x',
    'not a cursor',
    'A'.repeat(37),
    'A'.repeat(38),
    'A'.repeat(39),
    '_'.repeat(38),
    '='.repeat(38),
    'ž'.repeat(38),
    '💥',
    'A'.repeat(1_000_000),
  ])('is refused when it is rubbish (%#)', (text) => expect(decodeCursor(text)).toBeUndefined());

  test('any text is read without an exception', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void decodeCursor(text)));
  });

  test('orders by transaction, verification and version, in this order', () => {
    const [low, high] = [`vrf_${'0'.repeat(31)}1`, `vrf_f${'0'.repeat(31)}`] as const;
    const ordered = [
      startOfTransaction('9'),
      { transaction: '9', verificationId: low, version: 2 },
      { transaction: '9', verificationId: low, version: 10 },
      { transaction: '9', verificationId: high, version: 1 },
      startOfTransaction('10'),
      { transaction: '10', verificationId: low, version: 1 },
      { transaction: '18446744073709551615', verificationId: low, version: 1 },
    ];
    expect(ordered.toReversed().sort(compareCursors)).toEqual(ordered);
  });

  test('compares transactions as numbers, however long', () => {
    const ids = fc.bigInt(0n, 2n ** 64n - 1n);
    fc.assert(
      fc.property(ids, ids, (a, b) => {
        expect(Math.sign(compareTransactions(String(a), String(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  test.each([
    ['0', true],
    ['18446744073709551615', true],
    ['18446744073709551616', false],
    ['007', false],
    ['-1', false],
    ['1e3', false],
    ['', false],
  ])('knows a transaction id when it sees one: %s', (text, expected) =>
    expect(isTransactionId(text)).toBe(expected),
  );
});

describe('a snapshot', () => {
  test('tells which transactions were over', () => {
    const snapshot = parseSnapshot('10:15:10,12');
    const seen = ['9', '10', '11', '12', '13', '14', '15', '16'].filter((id) => isVisible(snapshot, id));
    expect(seen).toEqual(['9', '11', '13', '14']);
  });

  test('may have nothing running', () => {
    const snapshot = parseSnapshot('99:100:');
    expect(['98', '99', '100', '1000'].map((id) => isVisible(snapshot, id))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
