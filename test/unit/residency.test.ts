import { expect, test } from 'vitest';
import { residencyProblem } from '../../src/routing/residency.ts';

test('without a residency every carrier may be used', () => {
  for (const region of [null, 'EU', 'US']) expect(residencyProblem(null, region)).toBeUndefined();
});

test('with one, only a carrier that says it is there; the reason says where it is', () => {
  expect(residencyProblem('EU', 'EU')).toBeUndefined();
  expect(residencyProblem('EU', 'US')).toBe('outside EU: the carrier is in US');
  expect(residencyProblem('EU', null)).toBe('outside EU: the carrier has no region');
});
