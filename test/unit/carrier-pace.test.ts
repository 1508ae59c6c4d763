import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffMs } from '../../src/outgoing/backoff.ts';
import { Pace } from '../../src/carriers/pace.ts';
import { Window } from '../../src/carriers/window.ts';

const calm = () => 0;

describe('pace', () => {
  test('lets no more than the rate through in any second, in any pattern of asking', () => {
    const asks = fc.array(fc.oneof(fc.nat(50), fc.nat(2_000)), { minLength: 1, maxLength: 500 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), asks, (rate, pauses) => {
        const pace = new Pace(rate, 0);
        let now = 0;
        const sentAt: number[] = [];
        for (const pause of pauses) {
          now += pause;
          expect(pace.available(now) > 0).toBe(pace.waitMs(now) === 0);
          while (pace.waitMs(now) === 0) {
            pace.take(1, now);
            sentAt.push(now);
          }
        }
        sentAt.forEach((at, i) => expect(at - (sentAt[i - rate] ?? -Infinity)).toBeGreaterThanOrEqual(1_000));
      }),
    );
  });

  test('lets no more through than is allowed at the time, also when others come and go that share it', () => {
    const asks = fc.array(fc.record({ pause: fc.nat(400), workers: fc.integer({ min: 1, max: 5 }) }), {
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 1_000 }), asks, (rate, steps) => {
        const pace = new Pace(rate, 0);
        let now = 0;
        let workers = 1;
        const sent: { at: number; allowed: number }[] = [];
        for (const step of steps) {
          now += step.pause;
          if (step.pause > 300) pace.limitTo(rate / (workers = step.workers), now);
          expect(pace.available(now) > 0).toBe(pace.waitMs(now) === 0);
          const allowed = Math.max(1, Math.floor(rate / workers));
          for (let n = pace.available(now); n > 0; n -= 1) {
            pace.take(1, now);
            sent.push({ at: now, allowed });
          }
          const inSecond = sent.filter(({ at }) => at > now - 1_000);
          expect(inSecond.filter(({ allowed: then }) => then <= allowed).length).toBeLessThanOrEqual(allowed);
        }
      }),
    );
  });

  test('keeps its share of what is allowed while it is held back', () => {
    const pace = new Pace(100, 0);
    for (let now = 0; now < 2_000; now += 10) pace.take(1, now);
    pace.slowDown(2_000, calm);
    expect(pace.rate).toBe(50);
    pace.limitTo(50, 2_000);
    expect(pace.rate).toBe(25);
    pace.limitTo(100, 2_000);
    expect(pace.rate).toBe(50);
    pace.limitTo(Infinity, 2_000);
    pace.limitTo(100, 2_000);
    expect(pace.load(2_000).allowedPerSecond).toBeLessThanOrEqual(100);
  });

  // Whole seconds are what may be used up: who looks every 500 ms finds the last 1,000 ms full every third time.
  test.each([
    [50, 0.85],
    [250, 0.75],
    [500, 0.65],
  ])('who looks every %i ms at most still sends %d of what is allowed', (mostMs, share) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 1_000 }),
        fc.integer({ min: 1, max: mostMs }),
        (rate, everyMs) => {
          const pace = new Pace(rate, 0);
          let sent = 0;
          for (let now = 0; now <= 60_000; now += everyMs) {
            const count = pace.available(now);
            for (let i = 0; i < count; i += 1) pace.take(1, now);
            sent += count;
          }
          expect(sent / 60).toBeGreaterThan(share * rate);
        },
      ),
    );
  });

  test('is even again after a burst: no second is spent waiting for the next one', () => {
    const pace = new Pace(100, 0);
    const perTenth = Array.from({ length: 50 }, () => 0);
    for (let now = 0; now < 5_000; now += 1)
      while (pace.waitMs(now) === 0) {
        pace.take(1, now);
        perTenth[Math.floor(now / 100)]! += 1;
      }
    expect(perTenth[0]).toBeGreaterThan(50);
    for (const count of perTenth.slice(20)) expect(count).toBeLessThanOrEqual(12);
  });

  test('a segment may go once the wait that was told is over', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 9 }), (rate, segments) => {
        const pace = new Pace(rate, 0);
        while (pace.waitMs(0) === 0) pace.take(segments, 0);
        expect(pace.waitMs(pace.waitMs(0))).toBe(0);
      }),
    );
  });

  test('is no limit at all until the carrier throttles', () => {
    const pace = new Pace(Infinity, 0);
    for (let i = 0; i < 10_000; i += 1) pace.take(1, 0);
    expect(pace.waitMs(0)).toBe(0);
    expect(pace.isHeldBack).toBe(false);
  });

  test('is halved by a throttle, once for a whole window of them, then grows back to what is allowed', () => {
    const pace = new Pace(100, 0);
    for (let now = 0; now < 2_000; now += 10) pace.take(1, now);
    for (let i = 0; i < 50; i += 1) pace.slowDown(2_000, calm);
    expect(pace.rate).toBe(50);
    pace.available(3_000);
    expect(pace.rate).toBe(55);
    pace.available(12_000);
    expect(pace.rate).toBe(100);
    expect(pace.isHeldBack).toBe(false);
  });

  test('is halved again by each second of throttling, but never stops', () => {
    const pace = new Pace(100, 0);
    for (let now = 0; now < 60_000; now += 1_000) {
      pace.take(1, now);
      expect(pace.slowDown(now, calm)).toBeGreaterThanOrEqual(200);
    }
    expect(pace.rate).toBeGreaterThanOrEqual(1);
  });

  // A sawtooth between half of the limit and the limit: three quarters of it on the average.
  test.each([
    [10, Infinity],
    [50, Infinity],
    [500, Infinity],
    [50, 60],
    [50, 200],
    [500, 1_000],
  ])(
    'stays near what a carrier takes that throttles above %i/s, with a contract of %d/s',
    (limit, contract) => {
      const { accepted, refused } = feed(new Pace(contract, 0), limit);
      expect(accepted).toBeGreaterThan(0.7 * limit);
      expect(refused / (accepted + refused)).toBeLessThan(0.03);
    },
  );

  test('without a contract, what was sent before the throttle is the measure, and is forgotten in the end', () => {
    const pace = new Pace(Infinity, 0);
    for (let now = 0; now <= 2_000; now += 5) pace.take(1, now);
    pace.slowDown(2_000, calm);
    expect(pace.rate).toBeCloseTo(100, -1);
    pace.available(60_000);
    expect(pace.rate).toBe(Infinity);
    expect(pace.waitMs(60_000)).toBe(0);
  });

  test('tells what went out in the last second, what may, and how far it is held back', () => {
    const pace = new Pace(100, 0);
    for (let now = 0; now < 3_000; now += 20) pace.take(1, now);
    const { perSecond, ...rest } = pace.load(3_000);
    expect(perSecond).toBeCloseTo(50, 0);
    expect(rest).toEqual({ allowedPerSecond: 100, throttles: 0, backOff: 1 });
    pace.slowDown(3_000, calm);
    pace.slowDown(3_000, calm);
    expect(pace.load(3_000)).toMatchObject({ allowedPerSecond: 25, throttles: 2, backOff: 0.25 });
    expect(pace.load(3_500).perSecond).toBeCloseTo(25, 0);
    expect(pace.load(5_000).perSecond).toBe(0);
  });

  test('without a limit tells none, until the carrier throttles', () => {
    const pace = new Pace(Infinity, 0);
    for (let now = 0; now <= 2_000; now += 10) pace.take(1, now);
    expect(pace.load(2_000)).not.toHaveProperty('allowedPerSecond');
    pace.slowDown(2_000, calm);
    expect(pace.load(2_000)).toMatchObject({ allowedPerSecond: 50, throttles: 1, backOff: 0.5 });
  });

  test('a clock that goes back stops nothing', () => {
    const pace = new Pace(10, 1_000_000);
    while (pace.waitMs(1_000_000) === 0) pace.take(1, 1_000_000);
    expect(pace.waitMs(0)).toBe(100);
    expect(pace.waitMs(100)).toBe(0);
    for (let now = 100; now <= 900; now += 100) pace.take(1, now);
    expect(pace.waitMs(0)).toBeLessThanOrEqual(100);
  });
});

describe('window', () => {
  test('who queues is served in order and before anybody new', async () => {
    const window = new Window(1, () => {});
    const order: number[] = [];
    expect(window.tryTake()).toBe(true);
    const waiting = [1, 2].map((n) => window.take().then(() => order.push(n)));
    expect(window.free).toBe(0);
    window.release();
    expect(window.tryTake()).toBe(false);
    await waiting[0];
    window.release();
    await waiting[1];
    expect(order).toEqual([1, 2]);
    window.release();
    expect(window.free).toBe(1);
  });

  test('tells once when there is a place again after there was none', () => {
    let told = 0;
    const window = new Window(2, () => (told += 1));
    window.tryTake();
    window.release();
    expect(told).toBe(0);
    window.tryTake();
    window.tryTake();
    window.release();
    window.release();
    expect(told).toBe(1);
  });
});

test('pauses between binds double up to the longest, and half of each is chance', () => {
  const options = { minMs: 500, maxMs: 30_000 };
  expect([1, 2, 3, 7, 100, 5_000].map((failures) => backoffMs(failures, options, () => 0))).toEqual([
    250, 500, 1_000, 15_000, 15_000, 15_000,
  ]);
  expect(backoffMs(1, options, () => 0.999999)).toBeCloseTo(500, 1);
});

/**
 * Feeds a carrier for three minutes, as fast as the pace and a window of 50 allow; answers take 20 ms.
 * @returns segments per second, after the first 20 seconds
 */
function feed(pace: Pace, limit: number): { accepted: number; refused: number } {
  const SECONDS = [20, 200] as const;
  const onWire: { answeredAt: number; isTaken: boolean }[] = [];
  const count = { accepted: 0, refused: 0 };
  let taken = 0;
  for (let now = 0; now < SECONDS[1] * 1_000; now += 1) {
    if (now % 1_000 === 0) taken = 0;
    while (onWire[0] && onWire[0].answeredAt <= now) {
      const { isTaken } = onWire.shift()!;
      if (!isTaken) pace.slowDown(now, calm);
      if (now >= SECONDS[0] * 1_000) count[isTaken ? 'accepted' : 'refused'] += 1;
    }
    while (onWire.length < 50 && pace.waitMs(now) === 0) {
      pace.take(1, now);
      const isTaken = taken < limit;
      if (isTaken) taken += 1;
      onWire.push({ answeredAt: now + 20, isTaken });
    }
  }
  const perSecond = (total: number) => total / (SECONDS[1] - SECONDS[0]);
  return { accepted: perSecond(count.accepted), refused: perSecond(count.refused) };
}
