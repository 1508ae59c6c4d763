import { expect, test } from 'vitest';
import { rowset } from '../../src/db/rowset.ts';

test('a JSON value is written as it is when its batch is sent, however many rows and batches have it', () => {
  const set = rowset<{ value: unknown }>({ value: ['json', (r) => r.value] });
  const shared = { says: 'a "quoted" word' };
  const rows = [{ value: shared }, { value: shared }, { value: null }, { value: { ...shared } }];
  const written = String.raw`"{\"says\":\"a \\\"quoted\\\" word\"}"`;
  expect(set.params(rows)).toEqual([`{${written},${written},"null",${written}}`]);
  shared.says = 'another';
  expect(set.params(rows.slice(0, 1))).toEqual([String.raw`{"{\"says\":\"another\"}"}`]);
});
