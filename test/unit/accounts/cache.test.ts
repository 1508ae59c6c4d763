import { expect, test } from 'vitest';
import { createAccountCache } from '../../../src/accounts/cache.ts';
import type { App } from '../../../src/platform.ts';

test('what is read is read once, also when it is only asked for as it is waited for, as a query of Drizzle is', async () => {
  let reads = 0;
  const lazy = {
    then: (done: (value: number) => unknown) => Promise.resolve(++reads).then(done),
    catch: () => Promise.resolve(++reads),
  };
  const app = { clock: () => 0, bus: { subscribe: () => Promise.resolve(() => {}) } } as unknown as App;
  await using cache = createAccountCache(app, () => lazy as unknown as Promise<number>);
  const account = `acc_${'0'.repeat(32)}` as const;
  expect(await Promise.all([cache.of(account), cache.of(account), cache.of(account)])).toEqual([1, 1, 1]);
  expect(await cache.of(account)).toBe(1);
  expect(reads).toBe(1);
});
