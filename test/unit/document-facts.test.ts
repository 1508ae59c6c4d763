import { buildSchema, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createDocumentFacts } from '../../src/graphql/document-facts.ts';
import { TooManyFields } from '../../src/graphql/document-walk.ts';

const schema = buildSchema(`
  type Query { leaf: Int me: Person people(first: Int!): PersonConnection! pets: [Pet!]! }
  type PersonConnection { nodes: [Person!]! edges: [PersonEdge!]! }
  type PersonEdge { node: Person! }
  type Person { name: String friends(first: Int!): PersonConnection! pets: [Pet!]! best: Person }
  type Pet { name: String owner: Person }
  type Mutation { checkVerification: Int }
  type Subscription { events(after: String): Person }
`);
const facts = createDocumentFacts(schema);
const of = (query: string, name?: string) => facts.operation(parse(query), name)!;
const costOf = (query: string, variables?: Record<string, unknown>) => of(query).costOf(variables);

describe('the depth of an operation', () => {
  test('counts fields inside fields, through fragments', () => {
    expect(of('{ leaf }').depth).toBe(1);
    expect(of('{ me { best { best { name } } } }').depth).toBe(4);
    expect(
      of('{ ...A } fragment A on Query { me { ...B } } fragment B on Person { best { name } }').depth,
    ).toBe(3);
  });

  test('does not count questions about the schema', () => {
    expect(of('{ __schema { types { fields { type { name } } } } }').depth).toBe(0);
  });
});

describe('the cost of an operation', () => {
  test('counts the objects of the answer, and no leaves', () => {
    expect(costOf('{ leaf a: leaf b: leaf }')).toBe(0);
    expect(costOf('{ me { name best { name } } }')).toBe(2);
  });

  test('multiplies by the page, once per connection', () => {
    expect(costOf('{ people(first: 10) { nodes { name } } }')).toBe(1 + 10);
    expect(costOf('{ people(first: 10) { edges { node { name } } } }')).toBe(1 + 10 * 2);
    expect(costOf('{ people(first: 10) { nodes { friends(first: 3) { nodes { name } } } } }')).toBe(
      1 + 10 * (1 + (1 + 3)),
    );
  });

  test('takes a list without a page for five things', () => {
    expect(costOf('{ pets { name owner { name } } }')).toBe(1 + 5 * 1);
  });

  test('reads pages from variables, and takes what it cannot read for the largest', () => {
    const query = 'query ($n: Int!) { people(first: $n) { nodes { name } } }';
    expect(costOf(query, { n: 7 })).toBe(8);
    expect(costOf(query, {})).toBe(101);
    expect(costOf(query, { n: 1_000_000 })).toBe(101);
    expect(costOf(query, { n: 'x' })).toBe(101);
  });
});

describe('an operation', () => {
  test('about the schema only is recognised, whatever it hides behind', () => {
    expect(of('{ __typename ...A } fragment A on Query { __schema { queryType { name } } }').schemaOnly).toBe(
      true,
    );
    expect(of('{ __typename ... on Query { leaf } }').schemaOnly).toBe(false);
  });

  test('counts its checks, whatever they are called', () => {
    expect(of('mutation { a: checkVerification b: checkVerification }').checks).toBe(2);
    expect(of('mutation { ...A ...A } fragment A on Mutation { checkVerification }').checks).toBe(2);
  });

  test('is chosen by its name', () => {
    expect(of('query A { leaf } mutation B { checkVerification }', 'B')).toMatchObject({
      name: 'B',
      kind: 'mutation',
    });
    expect(facts.operation(parse('query A { leaf }'), 'C')).toBeUndefined();
  });

  test('knows the variables that decide about more than the arguments of its root field', () => {
    const query = `subscription ($after: String, $n: Int!, $b: Boolean!) {
      events(after: $after) { name @include(if: $b) ...F }
    } fragment F on Person { friends(first: $n) { nodes { name } } }`;
    expect(of(query).innerVariables).toEqual(['b', 'n']);
  });

  test('with circles of fragments has an end, and a bomb of them an error', () => {
    expect(of('{ ...A } fragment A on Query { leaf ...B } fragment B on Query { ...A }').depth).toBe(1);
    const bomb = Array.from(
      { length: 30 },
      (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`,
    );
    expect(() => of(`{ ...F0 } ${bomb.join(' ')} fragment F30 on Query { leaf }`)).toThrow(TooManyFields);
  });
});
