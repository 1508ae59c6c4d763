import { readdir, readFile } from 'node:fs/promises';
import { isEnumType } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../../src/graphql/schema.ts';
import { createPolicy } from '../../../src/routing/policy.ts';
import { STRATEGIES, STRATEGY_NAMES } from '../../../src/routing/policy/strategies.ts';
import { ServiceSettings } from '../../../src/services/settings.ts';

test.each(STRATEGY_NAMES)(
  '%s can be set, is told of by the API, makes a choice and is in the README',
  async (name) => {
    expect(ServiceSettings.parse({ routing: name }).routing).toBe(name);
    const type = schema.getType('RoutingStrategy');
    const value = isEnumType(type) ? type.getValue(name.toUpperCase()) : undefined;
    expect(value).toMatchObject({ value: name, description: STRATEGIES[name].about });
    const policy = createPolicy({ strategy: name, valueOfConversion: 1, codeTtlMs: 600_000 });
    const route = { routeId: 'r', carrierId: 'c', priority: 1, price: 0.01 };
    expect(policy.choose({ country: 'HR', now: 1_000 }, [route], () => 0.5)).toMatchObject([
      { routeId: 'r' },
    ]);
    expect(await readFile('src/routing/README.md', 'utf8')).toContain(`| \`${name}\` `);
  },
);

test('the strategies are listed in one place', async () => {
  const all = STRATEGY_NAMES.map((name) => `'${name}'`);
  const listing = [];
  for (const file of await readdir('src', { recursive: true })) {
    if (!file.endsWith('.ts') || file.includes('generated') || file === 'routing/policy.ts') continue;
    const source = await readFile(`src/${file}`, 'utf8');
    if (all.every((name) => source.includes(name))) listing.push(file);
  }
  expect(listing).toEqual([]);
});
