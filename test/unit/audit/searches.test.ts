import { expect, test } from 'vitest';
import { TARGETS_PER_ENTRY } from '../../../src/audit/note-reads.ts';
import { mergeSearches, type NumberSearch } from '../../../src/audit/search-by-number.ts';
import { newId } from '../../../src/crypto/new-id.ts';

const accountId = newId('acc');
const ids = (count: number) => Array.from({ length: count }, () => newId('vrf'));

function searchOf(
  found: NumberSearch['found'],
  personId = 'per_1',
  more: Partial<NumberSearch> = {},
): NumberSearch {
  const actor = { kind: 'person', id: personId, session: null, address: null } as const;
  return { action: 'number.search', accountId, actor, found, ...more };
}

test('searches of one caller are one entry, which says how many they were and once what was found', () => {
  const [a, b] = ids(2) as [NumberSearch['found'][0], NumberSearch['found'][0]];
  const merged = mergeSearches([searchOf([a]), searchOf([]), searchOf([a, b])]);
  expect(merged).toMatchObject([{ action: 'number.search', count: 3, targets: [a, b] }]);
});

test('callers, accounts and kinds of search have entries of their own', () => {
  const merged = mergeSearches([
    searchOf([]),
    searchOf([], 'per_2'),
    searchOf([], 'per_1', { accountId: newId('acc') }),
    searchOf([accountId], 'per_1', { action: 'number.resolve' }),
    searchOf([]),
  ]);
  expect(merged.map(({ count }) => count)).toEqual([2, 1, 1, 1]);
});

test('an entry that is full is followed by another one, and no search is counted twice or lost', () => {
  const pages = Array.from({ length: 12 }, () => ids(100));
  const large = ids(TARGETS_PER_ENTRY + 1);
  const merged = mergeSearches(
    [...pages.slice(0, 6), large, ...pages.slice(6)].map((found) => searchOf(found)),
  );
  expect(merged.map(({ count, targets }) => [count, targets.length])).toEqual([
    [5, 500],
    [1, 100],
    [1, 501],
    [5, 500],
    [1, 100],
  ]);
  expect(merged.flatMap(({ targets }) => targets).sort()).toEqual([...pages.flat(), ...large].sort());
});
