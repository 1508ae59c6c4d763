import { DrizzleQueryError } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { isConnectionGone, isOutage } from '../../src/db/outage.ts';

const ofDriver = (code: string) => Object.assign(new Error(code), { code });

test('a database that was away is told from a bad query, also where Drizzle says which query it was', () => {
  for (const [code, away] of [
    ['CONNECTION_CLOSED', true],
    ['ECONNREFUSED', true],
    ['57P01', true],
    ['23505', false],
  ] as const)
    for (const error of [ofDriver(code), new DrizzleQueryError('SELECT 1', [], ofDriver(code))])
      expect([isOutage(error), isConnectionGone(error)]).toEqual([away, away]);
});
