import { readdir, readFile } from 'node:fs/promises';
import { isInputObjectType } from 'graphql';
import { expect, expectTypeOf, test } from 'vitest';
import { CarrierConfig } from '../../../src/carriers/config.ts';
import { HTTP } from '../../../src/carriers/http/kind.ts';
import type { HttpCarrierConfig } from '../../../src/carriers/http/config.ts';
import type { CarrierKind } from '../../../src/carriers/kind.ts';
import {
  CARRIER_KIND_NAMES,
  CARRIER_KINDS,
  kindOf,
  type CarrierKindName,
} from '../../../src/carriers/kinds.ts';
import { schema } from '../../../src/graphql/schema.ts';

test.each(CARRIER_KINDS)(
  'carriers over $graphql.protocol can be connected, by a mutation of their own',
  (kind) => {
    const mutations = schema.getMutationType()!.getFields();
    const { name, connecting } = kind.graphql;
    expect(mutations[`connect${name}Carrier`]?.description).toContain(connecting);
    const input = schema.getType(`Connect${name}CarrierInput`);
    expect(isInputObjectType(input) && Object.keys(input.getFields())).toContain('config');
  },
);

test('a kind with a typed configuration has a field of its name in updateCarrier', () => {
  const update = schema.getType('UpdateCarrierInput');
  const fields = isInputObjectType(update) ? update.getFields() : {};
  for (const { kind, graphql } of CARRIER_KINDS) expect(kind in fields).toBe(graphql.config === 'typed');
});

test('every kind has a name of its own, and its configuration says it', () => {
  const named = CARRIER_KINDS.map(({ config }) => config.shape.kind.value);
  expect(named).toEqual(CARRIER_KINDS.map(({ kind }) => kind));
  expect(new Set(named).size).toBe(named.length);
  expect(CarrierConfig.options).toEqual(CARRIER_KINDS.map(({ config }) => config));
});

test('a kind that lacks a part of its description does not compile', () => {
  expectTypeOf(HTTP).toExtend<CarrierKind<HttpCarrierConfig>>();
  const { callbacks: _, ...forgetful } = HTTP;
  expectTypeOf(forgetful).not.toExtend<CarrierKind<HttpCarrierConfig>>();
  const misnamed = { ...HTTP, kind: 'https' as const };
  expectTypeOf(misnamed).not.toExtend<CarrierKind<HttpCarrierConfig>>();
});

test('a row of a kind that is not known here is said to be one', () => {
  const kind = 'of a later version' as CarrierKindName;
  expect(() => kindOf({ kind })).toThrow('"of a later version"');
});

test('nothing asks which kind a carrier is of: what is different is in its description', async () => {
  const asks = new RegExp(`(?:kind\\w*\\s*[!=]==|case)\\s*'(?:${CARRIER_KIND_NAMES.join('|')})'`, 'i');
  const files = await readdir('src', { recursive: true });
  const asking = [];
  for (const file of files.filter((name) => name.endsWith('.ts') && !name.includes('generated')))
    if (asks.test(await readFile(`src/${file}`, 'utf8'))) asking.push(file);
  expect(asking).toEqual([]);
});

test('the README names every kind, and the folder that it is in', async () => {
  const readme = await readFile('src/carriers/README.md', 'utf8');
  for (const { kind, graphql } of CARRIER_KINDS)
    expect(readme).toContain(`[${graphql.protocol}](${kind}/README.md)`);
});
