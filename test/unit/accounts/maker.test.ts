import { expect, test } from 'vitest';
import { bySystem } from '../../../src/audit/actor.ts';
import { holdersOf, madeBy, makerKindOf } from '../../../src/accounts/maker.ts';

const accountId = `acc_${'1'.repeat(32)}` as const;
const ana = `per_${'a'.repeat(32)}` as const;
const ben = `per_${'b'.repeat(32)}` as const;
const apiKeyId = `key_${'1'.repeat(32)}` as const;

test('a credential is known to whoever was shown the secret that works, and until it ends the one before', () => {
  const rotated = { holders: [ben], previousHolders: [ana, ben], previousEndsAt: new Date(1_000) };
  expect(holdersOf(rotated, 999)).toEqual([ben, ana]);
  expect(holdersOf(rotated, 1_000)).toEqual([ben]);
  expect(holdersOf({ holders: [], previousHolders: [ana], previousEndsAt: null }, 0)).toEqual([]);
});

test('what a key makes is of the key, and of the people whose it is', () => {
  const made = madeBy({ kind: 'apiKey', accountId, apiKeyId }, [ana, ben]);
  expect(made).toEqual({
    createdBy: apiKeyId,
    createdByPerson: ana,
    holders: [ana, ben],
    previousHolders: [],
  });
  expect(madeBy(bySystem(accountId), [])).toMatchObject({ createdBy: 'system', createdByPerson: null });
});

test('who made something is called as the audit log calls them', () => {
  expect([ana, apiKeyId, `cli_${'1'.repeat(32)}` as const, 'system' as const].map(makerKindOf)).toEqual([
    'person',
    'apiKey',
    'accessToken',
    'system',
  ]);
});
