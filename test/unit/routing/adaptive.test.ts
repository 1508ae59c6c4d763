import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Candidate, Observation, ObservationKind } from '../../../src/routing/policy.ts';
import { candidate, createAdaptive, factorOf, firstOf, HERE, NOW, tell, tellAll } from './candidates.ts';

const A = candidate('a');
const B = candidate('b');

const KINDS: ObservationKind[] = [
  'submitted',
  'accepted',
  'rejected',
  'throttled',
  'timedOut',
  'delivered',
  'undelivered',
  'converted',
  'abandoned',
];

export const observations: fc.Arbitrary<Observation[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS, 'submitted' as const, 'converted' as const),
    routeId: fc.constantFrom('a', 'b', 'c'),
    country: fc.constantFrom('HR', 'DE'),
    operator: fc.constantFrom('21901', '21910'),
    attemptId: fc.nat(30).map(String),
    // Neither in order nor within the code's lifetime.
    at: fc.oneof(
      fc.integer({ min: NOW - 1_000_000, max: NOW + 2_000_000 }),
      fc.constantFrom(NaN, Infinity, -1, 0, NOW),
    ),
  }),
  { maxLength: 200 },
);

const candidates: fc.Arbitrary<Candidate[]> = fc.uniqueArray(
  fc.record(
    {
      routeId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      carrierId: fc.constant('car'),
      priority: fc.integer({ min: 1, max: 4 }),
      price: fc.double({ min: 0, max: 2, noNaN: true }),
      inFlightShare: fc.double({ min: 0, max: 1, noNaN: true }),
      exclude: fc.constantFrom('the window is full', 'does not serve HR'),
    },
    { requiredKeys: ['routeId', 'carrierId', 'priority', 'price'] },
  ),
  { selector: ({ routeId }) => routeId },
);

describe('the adaptive policy', () => {
  test('names every candidate once with finite numbers, the excluded last with their reason, whatever it was told', () => {
    fc.assert(
      fc.property(observations, candidates, (told, all) => {
        const policy = createAdaptive();
        for (const one of told) policy.observe(one);
        const ranked = policy.choose({ ...HERE, now: NOW }, all, () => 0.5);
        expect(ranked.map(({ routeId }) => routeId).sort()).toEqual(all.map(({ routeId }) => routeId).sort());
        const firstShut = ranked.findIndex(({ excluded }) => excluded !== undefined);
        for (const [i, one] of ranked.entries()) {
          expect(one.excluded).toBe(all.find(({ routeId }) => routeId === one.routeId)!.exclude);
          expect(one.excluded !== undefined).toBe(firstShut >= 0 && i >= firstShut);
          expect([one.score, ...one.reasons.map(({ value }) => value)].every(Number.isFinite)).toBe(true);
          const rate = one.reasons.find(({ factor }) => factor === 'rate')?.value ?? 0;
          expect(rate >= 0 && rate <= 1).toBe(true);
        }
      }),
    );
  });

  test('chooses the same again from the same state, and alike after the same history', () => {
    fc.assert(
      fc.property(observations, candidates, (told, all) => {
        const [one, other] = [createAdaptive(), createAdaptive()];
        for (const policy of [one, other]) for (const o of told) policy.observe(o);
        const choose = (policy: typeof one) => policy.choose({ ...HERE, now: NOW + 5_000 }, all, () => 0.5);
        const first = choose(one);
        expect(choose(one)).toEqual(first);
        expect(choose(other)).toEqual(first);
      }),
    );
  });

  test('knows nothing at first: then the cheaper route is better, and between equals the account decides', () => {
    const policy = createAdaptive();
    expect(
      firstOf(policy, [candidate('dear', { price: 0.05 }), candidate('fair', { price: 0.02 })], NOW),
    ).toBe('fair');
    expect(firstOf(policy, [candidate('second', { priority: 2 }), candidate('first')], NOW)).toBe('first');
  });

  test('takes the route that converts, and says what it has learned of both', () => {
    const policy = createAdaptive();
    let at = NOW;
    for (let i = 0; i < 150; i++) {
      at += 1_000;
      tell(policy, 'a', `a${i}`, at, i % 10 < 5 ? [['converted', 0]] : []);
      tell(policy, 'b', `b${i}`, at, i % 10 < 9 ? [['converted', 0]] : []);
    }
    at += 120_000;
    expect(firstOf(policy, [A, B], at)).toBe('b');
    expect(factorOf(policy, [A, B], 'a', 'rate', at)).toBeCloseTo(0.5, 1);
    expect(factorOf(policy, [A, B], 'b', 'rate', at)).toBeCloseTo(0.9, 1);
  });

  test('does not take silence for failure before conversions can have come', () => {
    const policy = createAdaptive();
    const old = Array.from({ length: 200 }, (_, i) => i);
    tellAll(
      policy,
      old.map((i) => ({
        routeId: 'a',
        attemptId: `old${i}`,
        sentAt: NOW + i * 500,
        later: [['converted', 10_000 + 100 * i]],
      })),
    );
    const at = NOW + 300_000;
    const before = factorOf(policy, [A], 'a', 'rate', at);
    for (let i = 0; i < 20; i++) tell(policy, 'a', `new${i}`, at + i * 100, []);
    expect(factorOf(policy, [A], 'a', 'rate', at + 3_000)).toBeGreaterThan(before - 0.02);
    expect(factorOf(policy, [A], 'a', 'outage', at + 3_000)).toBeLessThan(0.1);
    expect(factorOf(policy, [A], 'a', 'outage', at + 120_000)).toBeGreaterThan(0.7);
  });

  test('does not count what was abandoned or throttled against the route', () => {
    const policy = createAdaptive();
    for (let i = 0; i < 60; i++) {
      const at = NOW + i * 1_000;
      tell(policy, 'a', `a${i}`, at, i % 2 === 0 ? [['converted', 500]] : [['abandoned', 600]]);
      tell(policy, 'b', `b${i}`, at, i % 2 === 0 ? [['converted', 500]] : [['throttled', 50]]);
    }
    const at = NOW + 400_000;
    for (const route of ['a', 'b']) expect(factorOf(policy, [A, B], route, 'rate', at)).toBeGreaterThan(0.9);
  });

  test('moves on after a few refusals, and forgives the route that answers again', () => {
    const policy = createAdaptive();
    const [dear, fair] = [candidate('dear', { price: 0.06 }), candidate('fair', { price: 0.02 })];
    let at = NOW;
    for (let i = 0; i < 100; i++) tell(policy, 'fair', `f${i}`, (at += 1_000), [['converted', 900]]);
    for (let i = 0; i < 20; i++) tell(policy, 'dear', `d${i}`, (at += 1_000), [['converted', 900]]);
    expect(firstOf(policy, [dear, fair], at)).toBe('fair');
    let refused = 0;
    while (firstOf(policy, [dear, fair], at) === 'fair' && refused < 100)
      tell(policy, 'fair', `r${refused++}`, (at += 300), [['rejected', 50]]);
    expect(refused).toBeLessThanOrEqual(8);
    tell(policy, 'fair', 'back', (at += 60_000), [['converted', 900]]);
    expect(firstOf(policy, [dear, fair], at + 2_000)).toBe('fair');
  });

  test('never tries what could not pay even if every message converted', () => {
    const policy = createAdaptive();
    const dear = candidate('dear', { price: 0.4 });
    for (let i = 0; i < 100; i++) tell(policy, 'a', `a${i}`, NOW + i * 1_000, [['converted', 900]]);
    for (let i = 0; i < 2_000; i++) expect(firstOf(policy, [A, dear], NOW + 100_000 + i * 60_000)).toBe('a');
  });

  test('prefers the emptier of two equals once a window is nearly full', () => {
    const policy = createAdaptive();
    const crowded = candidate('a', { inFlightShare: 0.95 });
    expect(firstOf(policy, [crowded, candidate('b', { priority: 2, inFlightShare: 0.1 })], NOW)).toBe('b');
    expect(factorOf(policy, [crowded], 'a', 'load', NOW)).toBeGreaterThan(0);
  });

  test('lends what it knows of a route to a country where it was never used', () => {
    const policy = createAdaptive();
    for (let i = 0; i < 200; i++) {
      tell(policy, 'a', `a${i}`, NOW + i * 1_000, i % 3 === 0 ? [['converted', 900]] : []);
      tell(policy, 'b', `b${i}`, NOW + i * 1_000, [['converted', 900]]);
    }
    const elsewhere = { country: 'DE', now: NOW + 300_000 };
    expect(policy.choose(elsewhere, [A, B], () => 0.5)[0]!.routeId).toBe('b');
  });
});
