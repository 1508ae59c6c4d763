import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Policy, PolicySnapshot } from '../../../src/routing/policy.ts';
import { candidate, createAdaptive, factorOf, firstOf, HERE, NOW, tell, tellAll } from './candidates.ts';

const ROUTES = [candidate('a'), candidate('b'), candidate('c')];
const AT = NOW + 200_000;

interface Told {
  route: string;
  sentAt: number;
  outcome: 'converted' | 'rejected' | 'delivered' | undefined;
}

const told = fc.array(
  fc.record({
    route: fc.constantFrom('a', 'b', 'c'),
    sentAt: fc.integer({ min: NOW, max: NOW + 100_000 }),
    outcome: fc.constantFrom('converted', 'rejected', 'delivered', undefined),
  }),
  { minLength: 1, maxLength: 60 },
) as fc.Arbitrary<Told[]>;

function worker(name: string, attempts: readonly Told[]): Policy {
  const policy = createAdaptive();
  tellAll(
    policy,
    attempts.map(({ route, sentAt, outcome }, i) => ({
      routeId: route,
      attemptId: `${name}${i}`,
      sentAt,
      later: outcome === undefined ? [] : [[outcome, 1_000]],
    })),
  );
  return policy;
}

function merged(...snapshots: PolicySnapshot[]): Policy {
  const policy = createAdaptive();
  for (const snapshot of snapshots) policy.merge(snapshot);
  return policy;
}

const beliefs = (policy: Policy) =>
  policy
    .choose({ ...HERE, now: AT }, ROUTES, () => 0.5)
    .map(({ routeId, score }) => ({ routeId, score: Math.round(score * 1e6) }))
    .sort((a, b) => a.routeId.localeCompare(b.routeId));

/** Where two routes are worth the same, the last digit may decide which is looked at. */
const rates = (policy: Policy) =>
  ROUTES.map(({ routeId }) => Math.round(1e6 * factorOf(policy, ROUTES, routeId, 'rate', AT)));

describe('a snapshot', () => {
  test('survives JSON, and a policy that takes it over believes the same', () => {
    fc.assert(
      fc.property(told, (attempts) => {
        const policy = worker('a', attempts);
        policy.choose({ ...HERE, now: AT }, ROUTES, () => 0.5);
        const snapshot = policy.snapshot();
        const restarted = merged(JSON.parse(JSON.stringify(snapshot)) as PolicySnapshot);
        for (const { routeId } of ROUTES) {
          const [before, now] = [policy, restarted].map((p) => factorOf(p, ROUTES, routeId, 'rate', AT));
          expect(Math.abs(before! - now!)).toBeLessThan(0.02);
        }
        expect(restarted.snapshot()).toEqual(snapshot);
      }),
    );
  });

  test('counts once, however often and in whatever order it is merged', () => {
    fc.assert(
      fc.property(told, told, told, (x, y, z) => {
        const [a, b, c] = [worker('a', x).snapshot(), worker('b', y).snapshot(), worker('c', z).snapshot()];
        const all = rates(merged(a, b, c));
        expect(rates(merged(c, a, b))).toEqual(all);
        expect(rates(merged(a, b, a, c, b, c))).toEqual(all);
        expect(rates(merged(merged(a, b).snapshot(), c))).toEqual(all);
        expect(rates(merged(a, merged(b, c).snapshot()))).toEqual(all);
      }),
    );
  });

  test('of the same worker replaces the older one, and an older one changes nothing', () => {
    fc.assert(
      fc.property(told, told, (first, more) => {
        const policy = worker('a', first);
        const old = policy.snapshot();
        for (const [i, { route }] of more.entries())
          tell(policy, route, `more${i}`, NOW + 100_000 + i * 100, [['converted', 500]]);
        const fresh = policy.snapshot();
        expect(beliefs(merged(old, fresh))).toEqual(beliefs(merged(fresh)));
        expect(beliefs(merged(fresh, old))).toEqual(beliefs(merged(fresh)));
      }),
    );
  });

  test('of its own adds nothing to a policy, also by way of another one', () => {
    fc.assert(
      fc.property(told, told, (x, y) => {
        const [one, other] = [worker('a', x), worker('b', y)];
        const before = beliefs(one);
        one.merge(one.snapshot());
        expect(beliefs(one)).toEqual(before);
        other.merge(one.snapshot());
        one.merge(other.snapshot());
        const between = beliefs(one);
        other.merge(one.snapshot());
        one.merge(other.snapshot());
        expect(beliefs(one)).toEqual(between);
      }),
    );
  });

  test('of a fresh policy is empty, and merging it is nothing', () => {
    const policy = worker('a', [{ route: 'a', sentAt: NOW, outcome: 'converted' }]);
    const before = beliefs(policy);
    expect(createAdaptive().snapshot().sources).toEqual([]);
    policy.merge(createAdaptive().snapshot());
    expect(beliefs(policy)).toEqual(before);
  });

  test('tells another worker of a black hole that it has not met itself', () => {
    const other = createAdaptive();
    const usual = Array.from({ length: 250 }, (_, i) => ({
      routeId: i % 5 === 0 ? 'b' : 'a',
      attemptId: `usual${i}`,
      sentAt: NOW + i * 400,
      later: [
        ['delivered', 900],
        ['converted', 2_000],
      ] as const,
    }));
    const lost = Array.from({ length: 30 }, (_, i) => ({
      routeId: 'a',
      attemptId: `lost${i}`,
      sentAt: NOW + 110_000 + i * 300,
      later: [],
    }));
    tellAll(other, [...usual, ...lost]);
    other.choose({ ...HERE, now: NOW + 140_000 }, ROUTES, () => 0.5);
    const fresh = merged(other.snapshot());
    expect(factorOf(fresh, ROUTES, 'a', 'outage', NOW + 141_000)).toBeGreaterThan(0.8);
    expect(firstOf(fresh, ROUTES.slice(0, 2), NOW + 141_000)).toBe('b');
  });
});
