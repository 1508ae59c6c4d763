import { describe, expect, test } from 'vitest';
import { CLASSES } from '../../src/retention/classes.ts';
import {
  boundAt,
  isAhead,
  momentOf,
  periodAt,
  planPartitions,
  readLeaf,
  uuidAt,
} from '../../src/retention/plan.ts';

const DAY = 86_400_000;
const kept = CLASSES.find(({ days }) => days === 30)!;
const now = Date.UTC(2026, 10, 28, 12);
const current = periodAt(kept, now);
const leaf = (from: number, to: number) => ({ name: `from ${from}`, from, to });
const asks = { now, inUse: true, stray: undefined };

describe('the partitions of a class', () => {
  test('are made before they begin, without a hole and once', () => {
    const { make, drop } = planPartitions(kept, [], asks);
    expect(make).toHaveLength(3);
    expect(make[0]).toEqual(current);
    for (const [i, period] of make.entries()) {
      expect(period.to - period.from).toBe(3 * DAY);
      if (i > 0) expect(period.from).toBe(make[i - 1]!.to);
    }
    expect(drop).toEqual([]);
    const made = make.map(({ from, to }) => leaf(from, to));
    expect(planPartitions(kept, made, asks).make).toEqual([]);
    expect(isAhead(kept, made, now)).toBe(true);
    expect(isAhead(kept, made, make[2]!.to)).toBe(false);
  });

  test('are not made where nobody keeps anything, and dropped all the same', () => {
    const old = leaf(current.from - 40 * DAY, current.from - 37 * DAY);
    expect(planPartitions(kept, [old], { ...asks, inUse: false })).toEqual({ make: [], drop: [old] });
  });

  test('are dropped when all of them is over, to the millisecond, the oldest first', () => {
    const just = leaf(now - 33 * DAY, now - 30 * DAY);
    const older = leaf(Number.NEGATIVE_INFINITY, now - 33 * DAY);
    expect(planPartitions(kept, [just, older], asks).drop).toEqual([older, just]);
    expect(planPartitions(kept, [just], { ...asks, now: now - 1 }).drop).toEqual([]);
  });

  test('get one for a row that has none', () => {
    const stray = now - 100 * DAY;
    const { make } = planPartitions(kept, [], { now, inUse: false, stray });
    expect(make).toEqual([periodAt(kept, stray)]);
    expect(make[0]!.from).toBeLessThanOrEqual(stray);
    expect(make[0]!.to).toBeGreaterThan(stray);
  });
});

test('a bound is before every id of its millisecond, and read as it was written', () => {
  const bound = uuidAt(now);
  expect(momentOf(bound)).toBe(now);
  expect(readLeaf('a', `FOR VALUES FROM ('${bound}') TO ('${uuidAt(now + DAY)}')`)).toEqual({
    ...{ name: 'a', from: now, to: now + DAY },
  });
  expect(readLeaf('a', `FOR VALUES FROM (MINVALUE) TO ('${bound}')`)).toMatchObject({ to: now });
  expect(readLeaf('a', 'DEFAULT')).toBeUndefined();
  expect(boundAt({ isTime: true }, now)).toBe(new Date(now).toISOString());
  for (const text of ['2026-11-28 12:00:00+00', '2026-11-28 13:00:00+01', '2026-11-28 17:30:00+05:30'])
    expect(readLeaf('a', `FOR VALUES FROM (MINVALUE) TO ('${text}')`)).toMatchObject({ to: now });
});

test('no time has so many partitions that a read of all would feel it', () => {
  for (const { days, periodDays } of CLASSES) expect(days / periodDays).toBeLessThanOrEqual(13);
});
