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

/** Over the route of that name, of the carrier whose name it begins with. */
const way = (routeId = 'a1', country = 'HR') => ({ routeId, carrierId: routeId[0]!, country });

/** Messages that were delivered after so long. */
function deliver(to: ReceiptLatency, delays: readonly number[], at = NOW, over = way()): void {
  for (const delay of delays) {
    to.taken(over, at);
    to.reported(over, delay, at);
  }
}

function learned(delays: readonly number[], source = 'one'): ReceiptLatency {
  const latency = createReceiptLatency(source);
  deliver(latency, delays);
  return latency;
}

const expected = (latency: ReceiptLatency, now = NOW) => latency.expected(way(), now);
const p95 = (latency: ReceiptLatency, over = way(), now = NOW) => latency.expected(over, now)!.p95Ms;
const repeat = (times: number, delay: number) => Array<number>(times).fill(delay);
/** The exact quantile by the nearest rank. */
const exact = (delays: readonly number[], q: number) =>
  delays.toSorted((a, b) => a - b)[Math.ceil(q * delays.length) - 1]!;

const delays = fc.array(fc.integer({ min: 0, max: HOUR_MS }), { minLength: 30, maxLength: 300 });

describe("a route's usual time for receipts", () => {
  test('is its quantile, at most a fifth too long and never too short', () => {
    fc.assert(
      fc.property(delays, (all) => {
        const estimate = p95(learned(all));
        expect(estimate).toBeGreaterThanOrEqual(exact(all, 0.95) * 0.999);
        expect(estimate).toBeLessThanOrEqual(Math.max(100, exact(all, 0.95)) * 2 ** 0.25 * 1.001);
      }),
    );
  });

  test('is not that of messages that were not delivered: carriers report those at the end of the validity', () => {
    const latency = learned(repeat(30, 1_000));
    for (let i = 0; i < 30; i++) {
      latency.taken(way(), NOW);
      latency.reported(way(), undefined, NOW);
    }
    expect(expected(latency)).toMatchObject({ own: 30 });
    expect(p95(latency)).toBeLessThan(1_200);
  });

  test('is that of the country, and where that is not known the one of everywhere', () => {
    const latency = learned(repeat(30, 1_000));
    deliver(latency, repeat(30, 60_000), NOW, way('a1', 'NG'));
    expect(p95(latency)).toBeLessThan(1_200);
    expect(p95(latency, way('a1', 'NG'))).toBeGreaterThan(59_000);
    expect(p95(latency, way('a1', 'SI'))).toBeGreaterThan(59_000);
  });

  test('is that of its carrier as long as it has none itself', () => {
    const latency = learned(repeat(30, 3_000));
    expect(p95(latency, way('a2'))).toBeLessThan(3_600);
    expect(p95(latency, way('b1'))).toBe(20_000);
  });

  test('is that of the carriers to the country, and 20 s at least, where its own carrier has none', () => {
    const latency = learned(repeat(30, 3_000));
    deliver(latency, repeat(30, 60_000), NOW, way('a1', 'NG'));
    expect(p95(latency, way('b1', 'NG'))).toBeGreaterThan(59_000);
    expect(p95(latency, way('b1', 'HR'))).toBe(20_000);
  });

  test('follows a route that becomes slow within a hundred or so receipts, whatever came before', () => {
    const latency = learned(repeat(20_000, 1_000));
    deliver(latency, repeat(120, 60_000));
    expect(p95(latency)).toBeGreaterThan(59_000);
  });

  test('outlives an outage of a day, and is that of a stranger after weeks', () => {
    const latency = learned(repeat(2_000, 1_000));
    for (let hour = 0; hour < 24; hour++)
      for (let i = 0; i < 40; i++) latency.taken(way(), NOW + hour * HOUR_MS);
    expect(p95(latency, way(), NOW + DAY_MS)).toBeLessThan(1_200);
    expect(p95(latency, way(), NOW + 60 * DAY_MS)).toBeGreaterThan(19_000);
  });
});

describe('a receipt', () => {
  test('is waited for however many messages are lost, from the first one on', () => {
    const latency = createReceiptLatency('one');
    for (let i = 0; i < 5_000; i++) {
      expect(expected(latency)).toBeDefined();
      latency.taken(way(), NOW);
      latency.silent(way(), false, NOW);
    }
  });

  test('is no longer waited for where three messages arrived without one', () => {
    const latency = createReceiptLatency('one');
    let now = NOW;
    for (let i = 0; i < 3; i++) {
      now += HOUR_MS;
      expect(expected(latency, now)).toBeDefined();
      latency.taken(way(), now);
      latency.silent(way(), true, now);
    }
    expect(expected(latency, now)).toBeUndefined();
    // Nor over the carrier's other routes.
    expect(latency.expected(way('a2'), now)).toBeUndefined();
    expect(latency.expected(way('b1'), now)).toBeDefined();
  });

  test('is waited for again after seventy messages that did not arrive, over a carrier that never sent one', () => {
    const latency = createReceiptLatency('one');
    for (let i = 0; i < 1_000; i++) latency.silent(way(), i % 5 > 0, NOW);
    expect(expected(latency)).toBeUndefined();
    for (let i = 0; i < 75; i++) latency.silent(way(), false, NOW);
    expect(expected(latency)).toBeDefined();
  });

  test('is waited for as soon as half of what is taken has one', () => {
    const latency = createReceiptLatency('one');
    for (let i = 0; i < 30; i++) latency.taken(way(), NOW);
    for (let i = 0; i < 10; i++) latency.silent(way(), true, NOW);
    expect(expected(latency)).toBeUndefined();
    deliver(latency, repeat(30, 1_000));
    expect(expected(latency)).toBeDefined();
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
        expect(expected(forwards)).toEqual(expected(backwards));
        expect(expected(forwards)).toEqual(expected(learned(all.flat())));
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
    expect(expected(other)!.own).toBe(60);
    first.merge(before);
    expect(expected(first)!.own).toBe(60);
  });

  test('may have been saved before silent messages were counted', () => {
    const { records, ...saved } = learned(repeat(30, 777)).snapshot();
    const before: ReceiptSnapshot['records'] = {};
    for (const [name, { at, taken, reported, delays }] of Object.entries(records))
      before[name] = { at, taken, reported, delays };
    const after = createReceiptLatency('two');
    after.merge({ ...saved, records: before });
    for (let i = 0; i < 3; i++) after.silent(way(), true, NOW);
    expect(expected(after)).toMatchObject({ own: 30 });
  });

  test('goes through JSON as it is', () => {
    const before = learned([0, 100, 5_000, ...repeat(30, 777), HOUR_MS]);
    const after = createReceiptLatency('two');
    after.merge(JSON.parse(JSON.stringify(before.snapshot())) as ReceiptSnapshot);
    expect(expected(after)).toEqual(expected(before));
  });
});
