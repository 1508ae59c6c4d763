import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pickSender } from '../../../src/senders/pick.ts';

type Pool = [string, ...string[]];

const anyPool = fc
  .uniqueArray(fc.stringMatching(/^\+[1-9]\d{6,14}$/), { minLength: 2, maxLength: 20 })
  .map((values) => values as Pool);
const anyDestination = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((octets) => Buffer.from(octets));

/** As blind indexes are: any two look unrelated. */
const destination = (n: number) => createHash('sha256').update(String(n)).digest().subarray(0, 16);

test('a destination gets the same sender, in whatever order the pool is read', () => {
  fc.assert(
    fc.property(anyPool, anyDestination, (pool, to) => {
      expect(pickSender([...pool].reverse() as Pool, to)).toBe(pickSender(pool, to));
    }),
  );
});

test('when a sender leaves, only its own destinations move', () => {
  fc.assert(
    fc.property(anyPool, anyDestination, fc.nat(), (pool, to, n) => {
      const chosen = pickSender(pool, to);
      const gone = pool[n % pool.length]!;
      const left = pool.filter((sender) => sender !== gone) as Pool;
      if (gone !== chosen) expect(pickSender(left, to)).toBe(chosen);
      else expect(left).toContain(pickSender(left, to));
    }),
  );
});

test.each([
  ['numbers in a row', (n: number) => `+38591000${1000 + n}`],
  ['names that differ in one letter', (n: number) => `Acme${String.fromCharCode(65 + n)}`],
])('destinations are spread evenly over %s', (_what, sender) => {
  const pool = Array.from({ length: 10 }, (_, n) => sender(n)) as Pool;
  const counts = new Map<string, number>();
  const total = 20_000;
  for (let n = 0; n < total; n++) {
    const chosen = pickSender(pool, destination(n));
    counts.set(chosen, (counts.get(chosen) ?? 0) + 1);
  }
  expect(counts.size).toBe(pool.length);
  // χ² with 9 degrees of freedom exceeds 33.7 once in 10,000 times; the destinations are the same each time.
  const expected = total / pool.length;
  const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  expect(chiSquare).toBeLessThan(33.7);
});
