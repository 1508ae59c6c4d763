import { readFile } from 'node:fs/promises';
import { isEnumType, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';

const README = await readFile('src/analytics/README.md', 'utf8');

test('every alarm of the API is in the table of src/analytics/README.md, and no other', () => {
  const type = schema.getType('RoutingAlarmKind');
  const kinds = isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
  const named = [...README.matchAll(/^\| `([A-Z_]+)` /gm)].map(([, name]) => name!);
  expect(named.sort()).toEqual(kinds.sort());
});

test('every column of quality is explained there', () => {
  const type = schema.getType('RoutingQuality');
  const columns = isObjectType(type) ? Object.keys(type.getFields()) : [];
  const keys = ['country', 'operator', 'route'];
  expect(columns.filter((name) => !keys.includes(name) && !README.includes(`\`${name}\``))).toEqual([]);
});

test.each(['README.md', 'src/routing/README.md'])('%s leads there', async (path) => {
  expect(await readFile(path, 'utf8')).toContain('analytics/README.md');
});
