import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ADVISORY_LOCKS } from '../../src/db/advisory-locks.ts';

test('no two things are locked by one number', () => {
  const numbers = Object.values(ADVISORY_LOCKS);
  expect(new Set(numbers).size).toBe(numbers.length);
});

test('every advisory lock has its number from the one list', () => {
  const taken = globSync('src/**/*.ts').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/pg_\w*advisory\w*\(([^)]*)/g)].map(([, what]) => what),
  );
  expect(taken.length).toBeGreaterThanOrEqual(Object.keys(ADVISORY_LOCKS).length);
  for (const what of taken) expect(what).toMatch(/^\$\{ADVISORY_LOCKS\.\w+\}$/);
});
