import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPolicy, type Candidate } from '../../src/routing/policy.ts';

const policy = createPolicy({ strategy: 'priority', valueOfConversion: 1, codeTtlMs: 600_000 });
const choose = (candidates: readonly Candidate[]) =>
  policy.choose({ country: 'HR', now: 0 }, candidates, () => 0.5);

const candidates = fc.uniqueArray(
  fc.record(
    {
      routeId: fc.nat(1_000).map((n) => `rte_${n}`),
      carrierId: fc.nat(9).map((n) => `car_${n}`),
      priority: fc.integer({ min: 1, max: 4 }),
      price: fc.double({ min: 0, max: 1, noNaN: true }),
      inFlightShare: fc.double({ min: 0, max: 1, noNaN: true }),
      exclude: fc.constantFrom('the window is full', 'does not serve HR'),
    },
    { requiredKeys: ['routeId', 'carrierId', 'priority', 'price'] },
  ),
  { selector: ({ routeId }) => routeId },
) as fc.Arbitrary<Candidate[]>;

describe('the priority policy', () => {
  test('names every candidate once, those that are excluded last and with their reason', () => {
    fc.assert(
      fc.property(candidates, (all) => {
        const ranked = choose(all);
        expect(ranked.map(({ routeId }) => routeId).sort()).toEqual(all.map(({ routeId }) => routeId).sort());
        const firstShut = ranked.findIndex(({ excluded }) => excluded !== undefined);
        if (firstShut >= 0) expect(ranked.slice(firstShut).every(({ excluded }) => excluded)).toBe(true);
        for (const one of ranked)
          expect(one.excluded).toBe(all.find(({ routeId }) => routeId === one.routeId)!.exclude);
      }),
    );
  });

  test('takes the lowest number first, between equals the emptier carrier, between those the first listed', () => {
    fc.assert(
      fc.property(candidates, (all) => {
        const open = choose(all)
          .filter(({ excluded }) => excluded === undefined)
          .map(({ routeId }) => all.findIndex((one) => one.routeId === routeId));
        for (const [i, at] of open.slice(1).entries()) {
          const [better, worse] = [all[open[i]!]!, all[at]!];
          const key = (one: Candidate) => [one.priority, one.inFlightShare ?? 0] as const;
          const [[p1, l1], [p2, l2]] = [key(better), key(worse)];
          expect(p1 < p2 || (p1 === p2 && (l1 < l2 || (l1 === l2 && open[i]! < at)))).toBe(true);
        }
      }),
    );
  });

  test('says why: the priority and the load that it saw', () => {
    expect(
      choose([
        { routeId: 'rte_1', carrierId: 'car_1', priority: 2, price: 0.04, inFlightShare: 0.25 },
        { routeId: 'rte_2', carrierId: 'car_2', priority: 1, price: 0.05, exclude: 'the link is down' },
      ]),
    ).toEqual([
      {
        routeId: 'rte_1',
        score: 0.5,
        reasons: [
          { factor: 'priority', value: 2 },
          { factor: 'load', value: 0.25 },
        ],
      },
      { routeId: 'rte_2', score: 0, excluded: 'the link is down', reasons: [] },
    ]);
  });

  test('leaves the candidates as they were, and chooses the same again', () => {
    fc.assert(
      fc.property(candidates, (all) => {
        const before = structuredClone(all);
        expect(choose(all)).toEqual(choose(all));
        expect(all).toEqual(before);
      }),
    );
  });

  test('has nothing to choose from nothing', () => expect(choose([])).toEqual([]));
});
