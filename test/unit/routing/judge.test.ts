import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  judgeLatency,
  judgePromise,
  judgeRefusals,
  judgeRun,
  judgeSilence,
  wilson,
} from '../../../src/routing/judge.ts';
import { createPolicy, type Candidate } from '../../../src/routing/policy.ts';
import { STRATEGY_NAMES } from '../../../src/routing/policy/strategies.ts';
import { seededRandom } from '../../../src/simulator/random.ts';

describe('the interval of a share', () => {
  test('is the one of the textbook', () => {
    // Wilson's score interval at 95 % of 8 in 10, as statistics packages print it.
    const { low, high } = wilson(8, 10);
    expect(low).toBeCloseTo(0.4902, 4);
    expect(high).toBeCloseTo(0.9433, 4);
  });

  test('holds the share, lies in 0–1, and narrows with the number of draws', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, p) => {
        const hits = Math.round(p * n);
        const { low, high } = wilson(hits, n);
        const more = wilson(hits * 10, n * 10);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low - 1e-9).toBeLessThanOrEqual(hits / n);
        expect(high + 1e-9).toBeGreaterThanOrEqual(hits / n);
        expect(more.high - more.low).toBeLessThanOrEqual(high - low);
      }),
    );
  });
});

describe('a promise', () => {
  test('that is just kept is said to be broken less than once in twenty looks', () => {
    const random = seededRandom(3);
    let alarms = 0;
    for (let look = 0; look < 2_000; look++) {
      let delivered = 0;
      for (let i = 0; i < 200; i++) if (random() < 0.9) delivered += 1;
      if (judgePromise(delivered, 200, 0.9, false)) alarms += 1;
    }
    expect(alarms / 2_000).toBeLessThan(0.05);
  });

  test('that is broken by far is said to be broken, with how far at least', () => {
    const facts = judgePromise(140, 200, 0.9, false)!;
    expect(facts).toMatchObject({ attempts: 200, observed: 0.7, expected: 0.9 });
    expect(facts.shortfall).toBeCloseTo(0.9 - wilson(140, 200).high, 9);
  });

  test('is not judged by a few messages', () => {
    expect(judgePromise(0, 49, 0.9, true)).toBeUndefined();
    expect(judgeLatency(60_000, 49, 1_000)).toBeUndefined();
    expect(judgeSilence(0, 29)).toBeUndefined();
    expect(judgeRefusals(9, 9)).toBeUndefined();
  });

  test('stays broken until the share itself is back, so that the alarm does not flicker', () => {
    expect(judgePromise(176, 200, 0.9, false)).toBeUndefined();
    expect(judgePromise(176, 200, 0.9, true)).toMatchObject({ shortfall: 0 });
    expect(judgePromise(180, 200, 0.9, true)).toBeUndefined();
  });

  test('of a latency is broken only beyond what its buckets can be wrong by', () => {
    expect(judgeLatency(10_400, 100, 10_000)).toBeUndefined();
    expect(judgeLatency(20_000, 100, 10_000)!.shortfall).toBeCloseTo(0.025, 9);
  });
});

test('a route from which next to nothing is heard is silent, one with a usual share is not', () => {
  expect(judgeSilence(0, 30)).toBeDefined();
  expect(judgeSilence(8, 40)).toBeUndefined();
  expect(judgeRefusals(10, 10)).toBeDefined();
  expect(judgeRefusals(5, 10)).toBeUndefined();
});

describe('a run of silence', () => {
  test('is an alarm after ten messages of a route whose receipts came, later where fewer did', () => {
    const found = (heard: number, before: number) => {
      let run = 0;
      while (!judgeRun(run, heard, before, false)) run += 1;
      return run;
    };
    expect(found(80, 80)).toBe(10);
    expect(found(20, 20)).toBe(10);
    expect(found(70, 100)).toBeGreaterThan(10);
    expect(found(70, 100)).toBeLessThan(20);
  });
  test('is none of a route of which little was known or heard', () => {
    expect(judgeRun(25, 19, 19, false)).toBeUndefined();
    expect(judgeRun(25, 20, 100, false)).toBeUndefined();
  });
  test('that was found lasts while nothing is heard', () => {
    expect(judgeRun(1, 0, 0, true)).toBeDefined();
    expect(judgeRun(0, 0, 0, true)).toBeUndefined();
    expect(judgeRun(1, 1, 1, true)).toBeUndefined();
  });
});

test.each(STRATEGY_NAMES)(
  'by %s what counts against a route puts it behind its equal, and is among the reasons',
  (strategy) => {
    const policy = createPolicy({ strategy, valueOfConversion: 1, codeTtlMs: 600_000 });
    const candidate = (routeId: string, penalty?: number): Candidate => ({
      ...{ routeId, carrierId: routeId, priority: 1, price: 0.02 },
      ...(penalty !== undefined && { penalty }),
    });
    const ranked = policy.choose(
      { country: 'HR', now: 1_000 },
      [candidate('broken', 0.2), candidate('kept')],
      () => 0.5,
    );
    expect(ranked.map(({ routeId }) => routeId)).toEqual(['kept', 'broken']);
    expect(ranked[1]!.reasons).toContainEqual({ factor: 'penalty', value: 0.2 });
    expect(ranked[0]!.reasons.map(({ factor }) => factor)).not.toContain('penalty');
  },
);
