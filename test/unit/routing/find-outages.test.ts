import { describe, expect, test } from 'vitest';
import { findOutages } from '../../../src/analytics/find-outages.ts';
import type { Signs } from '../../../src/analytics/signs.ts';
import type { RouteId } from '../../../src/ids.ts';
import type { Outage } from '../../../src/routing/policy.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const [ONE, TWO]: [RouteId, RouteId] = ['rte_1', 'rte_2'];

/** A few attempts that were all heard of. */
function signs(routeId: RouteId, more: Partial<Signs> = {}): Signs {
  return {
    ...{ routeId, country: 'HR', operator: '' },
    ...{ ripe: 10, alive: 10, silent: 0, before: 15, heard: 15, tried: 15, refused: 0, ...more },
  };
}

/** Six attempts in a row that nothing was heard of. */
function outage(routeId: RouteId, more: Partial<Outage> = {}): Outage {
  return {
    ...{ routeId, missing: 'life', probability: 0.999, nats: 18, attempts: 6, refused: 0 },
    ...{ usual: 0.95, lastSentAt: NOW - 60_000, ...more },
  };
}

const SILENT = { silent: 6, alive: 4 } as const;
const found = (all: Signs[], outages: Outage[], open: string[] = []) =>
  findOutages(all, outages, new Set(open), NOW).map(({ kind, routeId, country }) =>
    [kind, routeId ?? country].join('/'),
  );

describe('what the router thinks of a route', () => {
  test('is an alarm where the attempts are too few to be one themselves', () => {
    const all = [signs(ONE, SILENT), signs(TWO)];
    expect(found(all, [])).toEqual([]);
    expect(findOutages(all, [outage(ONE)], new Set(), NOW)).toEqual([
      {
        ...{ kind: 'blackHole', routeId: ONE },
        facts: { attempts: 6, observed: 0, expected: 0.95, shortfall: 0 },
      },
    ]);
  });

  test('is of its kind: refusals, or codes that nobody types in', () => {
    const all = [signs(ONE), signs(TWO)];
    const refusing = outage(ONE, { attempts: 8, refused: 6 });
    expect(found(all, [refusing])).toEqual([`rejects/${ONE}`]);
    expect(findOutages(all, [refusing], new Set(), NOW)[0]!.facts.observed).toBe(0.25);
    expect(found(all, [outage(ONE, { missing: 'conversion' })])).toEqual([`noConversions/${ONE}`]);
  });

  test('is no second alarm beside one that the attempts raise', () => {
    const silent = [signs(ONE, { ...SILENT, ripe: 40, alive: 0 }), signs(TWO)];
    expect(found(silent, [outage(ONE)])).toEqual([`blackHole/${ONE}`]);
    const refusing = [signs(ONE, { tried: 20, refused: 18 }), signs(TWO)];
    expect(found(refusing, [outage(ONE, { refused: 6 })])).toEqual([`rejects/${ONE}`]);
  });

  test('is no alarm before it is sure, and stays one while the route is used, until something is heard', () => {
    const all = [signs(ONE, SILENT), signs(TWO)];
    const doubted = outage(ONE, { probability: 0.9 });
    expect(found(all, [doubted])).toEqual([]);
    expect(found(all, [doubted], [`blackHole/${ONE}//`])).toEqual([`blackHole/${ONE}`]);
    // Its attempts are too long ago to be among the latest.
    expect(found([signs(TWO)], [doubted], [`blackHole/${ONE}//`])).toEqual([`blackHole/${ONE}`]);
    const unused = outage(ONE, { lastSentAt: NOW - 3_700_000 });
    expect(found([signs(TWO)], [unused], [`blackHole/${ONE}//`])).toEqual([]);
    expect(found([signs(TWO)], [], [`blackHole/${ONE}//`])).toEqual([]);
  });

  test('is not believed where messages that it was not told of were heard of since', () => {
    expect(found([signs(ONE), signs(TWO)], [outage(ONE)])).toEqual([]);
  });

  test('is of the place where it is the same of every route there', () => {
    const all = [signs(ONE, SILENT), signs(TWO, SILENT)];
    expect(found(all, [outage(ONE)])).toEqual([]);
    expect(found(all, [outage(ONE), outage(TWO)])).toEqual(['placeOutage/HR']);
  });

  test('speaks against no route where nobody types codes in over several', () => {
    const unused = [ONE, TWO].map((routeId) => outage(routeId, { missing: 'conversion' }));
    expect(found([signs(ONE), signs(TWO)], unused)).toEqual([]);
  });
});
