import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { countOverlaps } from '../../src/graphql/document-overlaps.ts';
import { fragmentProblem, valueDepth } from '../../src/graphql/document-shape.ts';
import { TooManyFields } from '../../src/graphql/document-walk.ts';

const overlaps = (query: string) => countOverlaps(parse(query), 5_000);
const problem = (query: string) => fragmentProblem(parse(query));

describe('overlaps', () => {
  test.each([
    ['{ a b c }', 0],
    ['{ a a a }', 3],
    ['{ x: a y: a }', 0],
    ['{ x: a x: b }', 1],
    ['{ a { b } a { b } }', 2],
    ['{ a { b c } a { c d } a { e } }', 3 + 1],
    ['{ a ... on Query { a ... { a } } }', 3],
    ['{ a ...F ...F } fragment F on Query { a }', 1],
    ['{ a { ...F } b { ...F } } fragment F on Query { x x }', 2],
    ['query A { a a } query B { a a }', 2],
    ['{ ...A } fragment A on Query { ...A a }', 0],
  ])('of %s are %i', (query, expected) => {
    expect(overlaps(query)).toBe(expected);
  });

  test('are not counted without an end', () => {
    const bomb = Array.from(
      { length: 40 },
      (_, i) => `fragment F${i} on Q { a { ...F${i + 1} } b { ...F${i + 1} } }`,
    );
    expect(() => overlaps(`{ ...F0 } ${bomb.join(' ')} fragment F40 on Q { x }`)).toThrow(TooManyFields);
    expect(() => overlaps('{ ...A } fragment A on Query { a { ...A } }')).toThrow(TooManyFields);
  });
});

describe('fragments', () => {
  test.each([
    ['{ a }', undefined],
    ['{ ...A ...B } fragment A on Q { ...B } fragment B on Q { x }', undefined],
    ['{ ...Nowhere }', undefined],
    ['{ ...A } fragment A on Q { ...A }', /inside itself/],
    ['{ ...A } fragment A on Q { x { ...B } } fragment B on Q { ... { ...A } }', /inside itself/],
    ['{ x } fragment A on Q { x }', /"A" is never used/],
    ['{ x } fragment A on Q { ...B } fragment B on Q { ...A }', /never used/],
    ['{ ...A } fragment A on Q { x } fragment A on Q { y }', /only one fragment named "A"/],
  ])('of %s', (query, expected) => {
    if (expected) expect(problem(query)).toMatch(expected);
    else expect(problem(query)).toBeUndefined();
  });
});

test.each([
  ['{ a }', 0],
  ['{ a(x: 1) }', 0],
  ['{ a(x: [1]) }', 1],
  ['{ a(x: { y: [{ z: 1 }] }) }', 3],
  ['query ($v: [Int] = [[1]]) { a @skip(if: [[[true]]]) }', 3],
])('values of %s are %i levels deep', (query, expected) => {
  expect(valueDepth(parse(query))).toBe(expected);
});
