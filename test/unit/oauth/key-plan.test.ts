import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keysThatAreOver, nextKeyFrom, PUBLISHED_AHEAD_MS, signingAt } from '../../../src/oauth/key-plan.ts';
import { LONGEST_TOKEN_SECONDS } from '../../../src/oauth/limits.ts';

const NOW = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const LONGEST = LONGEST_TOKEN_SECONDS * 1_000;

interface Key {
  signsFrom: number;
  madeAt: number;
}

/** What keeping the keys makes of them at these moments. */
function keep(moments: readonly number[], look: (keys: readonly Key[], now: number) => void): void {
  let keys: Key[] = [];
  for (const now of moments) {
    const over = keysThatAreOver(keys, LONGEST, now);
    keys = keys.filter((key) => !over.includes(key));
    const signsFrom = nextKeyFrom(keys, now);
    if (signsFrom !== undefined) keys = [...keys, { signsFrom, madeAt: now }];
    look(keys, now);
  }
}

// Mostly an hour apart, and now and then a process was away for weeks.
const moments = fc
  .array(
    fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 1, max: 12 * HOUR }) }, fc.nat(90 * 24 * HOUR)),
    {
      minLength: 1,
      maxLength: 300,
    },
  )
  .map((pauses) => {
    let now = NOW;
    return pauses.map((pause) => (now += pause));
  });

describe('the keys that sign', () => {
  test('are there at every moment, and but for the first one were published a day before', () => {
    fc.assert(
      fc.property(moments, (at) => {
        let first: number | undefined;
        keep(at, (keys, now) => {
          const signing = signingAt(keys, now)!;
          first ??= signing.madeAt;
          expect(signing.signsFrom).toBeLessThanOrEqual(now);
          if (signing.madeAt !== first)
            expect(signing.signsFrom - signing.madeAt).toBeGreaterThanOrEqual(PUBLISHED_AHEAD_MS);
        });
      }),
    );
  });

  test('stay until the last token that they have signed is over', () => {
    fc.assert(
      fc.property(moments, (at) => {
        const signed = new Map<number, Key>();
        keep(at, (keys, now) => {
          for (const [then, key] of signed) if (now - then < LONGEST) expect(keys).toContain(key);
          signed.set(now, signingAt(keys, now)!);
        });
      }),
    );
  });

  test('change every 30 days, and never are more than three', () => {
    const signing = new Set<number>();
    const hours = Array.from({ length: 24 * 100 }, (_, i) => NOW + i * HOUR);
    keep(hours, (keys, now) => {
      signing.add(signingAt(keys, now)!.signsFrom);
      expect(keys.length).toBeLessThanOrEqual(3);
    });
    expect([...signing].map((from) => (from - NOW) / HOUR / 24)).toEqual([0, 30, 60, 90]);
  });
});
