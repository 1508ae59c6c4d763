import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createReceiptLatency,
  type ReceiptLatency,
  type ReceiptSnapshot,
} from '../../../src/routing/receipt-latency.ts';

const NOW = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Messages that were delivered after so long. */
function deliver(to: ReceiptLatency, delays: readonly number[], at = NOW, route = 'r', country = 'HR'): void {
  for (const delay of delays) {
    to.taken(route, country, at);
    to.reported(route, country, delay, at);
  }
}

function learned(delays: readonly number[], source = 'one'): ReceiptLatency {
  const latency = createReceiptLatency(source);
  deliver(latency, delays);
  return latency;
}

const usual = (latency: ReceiptLatency, now = NOW) => latency.usual('r', 'HR', now);
const repeat = (times: number, delay: number) => Array<number>(times).fill(delay);
/** The exact quantile by the nearest rank. */
const exact = (delays: readonly number[], q: number) =>
  delays.toSorted((a, b) => a - b)[Math.ceil(q * delays.length) - 1]!;

const delays = fc.array(fc.integer({ min: 0, max: HOUR_MS }), { minLength: 30, maxLength: 300 });

describe("a route's usual time for receipts", () => {
  test('is its quantile, at most a fifth too long and never too short', () => {
    fc.assert(
      fc.property(delays, (all) => {
        const { p50Ms, p95Ms } = usual(learned(all))!;
        for (const [estimate, q] of [[p50Ms, 0.5] as const, [p95Ms, 0.95] as const]) {
          expect(estimate).toBeGreaterThanOrEqual(exact(all, q) * 0.999);
          expect(estimate).toBeLessThanOrEqual(Math.max(100, exact(all, q)) * 2 ** 0.25 * 1.001);
        }
      }),
    );
  });

  test('is not known before twenty receipts', () => {
    expect(usual(learned(repeat(19, 1_000)))).toBeUndefined();
    expect(usual(learned(repeat(20, 1_000)))).toMatchObject({ weight: 20, share: 1 });
  });

  test.each([
    ['one in three', 40, undefined],
    ['two in three', 10, { share: 2 / 3 }],
  ])('is known only where receipts come: %s', (_what, silent, expected) => {
    const latency = learned(repeat(20, 1_000));
    for (let i = 0; i < silent; i++) latency.taken('r', 'HR', NOW);
    const known = usual(latency);
    if (expected) expect(known).toMatchObject(expected);
    else expect(known).toBeUndefined();
  });

  test('is not that of messages that were not delivered: carriers report those at the end of the validity', () => {
    const latency = learned(repeat(30, 1_000));
    for (let i = 0; i < 30; i++) {
      latency.taken('r', 'HR', NOW);
      latency.reported('r', 'HR', undefined, NOW);
    }
    expect(usual(latency)).toMatchObject({ weight: 30, share: 1 });
    expect(usual(latency)!.p95Ms).toBeLessThan(1_200);
  });

  test('is that of the country, and where that is not known the one of everywhere', () => {
    const latency = learned(repeat(30, 1_000));
    deliver(latency, repeat(30, 60_000), NOW, 'r', 'NG');
    deliver(latency, repeat(3, 5_000), NOW, 'r', 'SI');
    expect(latency.usual('r', 'HR', NOW)!.p95Ms).toBeLessThan(1_200);
    expect(latency.usual('r', 'NG', NOW)!.p95Ms).toBeGreaterThan(59_000);
    expect(latency.usual('r', 'SI', NOW)!.weight).toBe(63);
    expect(latency.usual('other', 'HR', NOW)).toBeUndefined();
  });

  test('follows a route that becomes slow within a hundred or so receipts, whatever came before', () => {
    const latency = learned(repeat(20_000, 1_000));
    deliver(latency, repeat(120, 60_000));
    expect(usual(latency)!.p95Ms).toBeGreaterThan(59_000);
  });

  test('outlives an outage of a day, and is forgotten after weeks', () => {
    const latency = learned(repeat(2_000, 1_000), 'one');
    for (let hour = 0; hour < 24; hour++)
      for (let i = 0; i < 40; i++) latency.taken('r', 'HR', NOW + hour * HOUR_MS);
    expect(usual(latency, NOW + DAY_MS)).toBeDefined();
    expect(usual(latency, NOW + 30 * DAY_MS)).toBeUndefined();
  });
});

describe('what several processes know', () => {
  const KEYS = ['one', 'two', 'three'] as const;
  const histories = fc.tuple(delays, delays, delays);

  function snapshots(all: readonly (readonly number[])[]): ReceiptSnapshot[] {
    return all.map((some, i) => learned(some, KEYS[i]).snapshot());
  }

  test('adds up to what one would know, in whatever order and however often it is told', () => {
    fc.assert(
      fc.property(histories, fc.array(fc.nat(2), { maxLength: 6 }), (all, again) => {
        const told = snapshots(all);
        const [forwards, backwards] = [createReceiptLatency('x'), createReceiptLatency('x')];
        for (const one of [...told, ...again.map((i) => told[i]!)]) forwards.merge(one);
        for (const one of told.toReversed()) backwards.merge(structuredClone(one));
        expect(usual(forwards)).toEqual(usual(backwards));
        expect(usual(forwards)).toEqual(usual(learned(all.flat())));
      }),
      { numRuns: 50 },
    );
  });

  test('is the latest of each, and never what somebody says of ourselves', () => {
    const [first, other] = [learned(repeat(30, 1_000)), createReceiptLatency('two')];
    const before = first.snapshot();
    deliver(first, repeat(30, 1_000));
    other.merge(first.snapshot());
    other.merge(before);
    expect(usual(other)!.weight).toBe(60);
    first.merge(before);
    expect(usual(first)!.weight).toBe(60);
  });

  test('goes through JSON as it is', () => {
    const before = learned([0, 100, 5_000, ...repeat(30, 777), HOUR_MS]);
    const after = createReceiptLatency('two');
    after.merge(JSON.parse(JSON.stringify(before.snapshot())) as ReceiptSnapshot);
    expect(usual(after)).toEqual(usual(before));
  });
});
