import { describe, expect, test } from 'vitest';
import { coverageProblem } from '../../../src/routing/coverage.ts';
import { priceOf } from '../../../src/routing/price.ts';
import { readPrices } from '../../../src/routing/price-list.ts';

describe('a segment costs', () => {
  const route = { price: 0.05, prices: { HR: 0.02, '21910': 0.035 } };
  test('the price of its network where there is one, else that of its country, else that of the route', () => {
    expect(priceOf(route, 'HR', '21910')).toBe(0.035);
    expect(priceOf(route, 'HR', '21901')).toBe(0.02);
    expect(priceOf(route, 'HR', undefined)).toBe(0.02);
    expect(priceOf(route, 'SI', undefined)).toBe(0.05);
    expect(priceOf({ price: 0.05, prices: null }, 'HR', '21910')).toBe(0.05);
  });

  test('nothing, where that is the price', () => {
    expect(priceOf({ price: 1, prices: { '21910': 0 } }, 'HR', '21910')).toBe(0);
  });
});

describe('prices are refused by the name of the entry', () => {
  test.each([
    [{ HR: -0.01 }, 'prices.HR'],
    [{ HR: NaN }, 'prices.HR'],
    [{ HR: Infinity }, 'prices.HR'],
    [{ HR: '0.02' }, 'prices.HR'],
    [{ HR: 0.02, '219': 0.03 }, 'prices.219'],
    [{ Croatia: 0.02 }, 'prices.Croatia'],
    [{ EUR: 0.02 }, 'prices.EUR'],
    [[0.02], 'prices'],
    ['0.02', 'prices'],
  ])('%j', (prices, field) => {
    expect(() => readPrices(prices)).toThrow(expect.objectContaining({ field }) as Error);
  });

  test('and none at all are none', () => {
    expect(readPrices({})).toBeNull();
    expect(readPrices(null)).toBeNull();
    expect(readPrices({ HR: 0.02, '310260': 0 })).toEqual({ HR: 0.02, '310260': 0 });
  });
});

test('a route that serves some networks takes only numbers that are known to be there', () => {
  const route = { countries: ['HR'], operators: ['21910'] };
  expect(coverageProblem(route, 'HR', '21910')).toBeUndefined();
  expect(coverageProblem(route, 'HR', '21901')).toBe('does not serve the operator 21901');
  expect(coverageProblem(route, 'HR', undefined)).toMatch('not known');
  expect(coverageProblem(route, 'SI', '21910')).toBe('does not serve SI');
  expect(coverageProblem({ countries: null, operators: null }, 'SI', undefined)).toBeUndefined();
});
