import fc from 'fast-check';
import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { readParams } from '../../src/graphql/request-params.ts';

const read = (body: unknown) => readParams(Buffer.from(JSON.stringify(body)));
const object = fc.dictionary(fc.string(), fc.jsonValue());

test('what a request of GraphQL says is read as it was written', () => {
  const params = fc.record(
    {
      query: fc.string(),
      variables: fc.option(object),
      operationName: fc.option(fc.string()),
      extensions: fc.option(object),
    },
    { requiredKeys: ['query'] },
  );
  fc.assert(
    fc.property(params, (said) => {
      expect(read(said)).toEqual(JSON.parse(JSON.stringify(said)));
    }),
  );
});

test.each([
  [[{ query: '{ __typename }' }]],
  [null],
  [5],
  [{}],
  [{ query: 1 }],
  [{ query: '', variables: [] }],
  [{ query: '', variables: 'x' }],
  [{ query: '', extensions: 1 }],
  [{ query: '', operationName: 1 }],
  [{ query: '', other: 1 }],
])('%j is refused with 400', (body) => {
  expect(() => read(body)).toThrow(
    expect.objectContaining({ extensions: { http: { status: 400 } } }) as Error,
  );
});

test('no octets make it fail otherwise', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => Buffer.from(text)),
      ),
      (octets) => {
        try {
          readParams(Buffer.from(octets));
        } catch (error) {
          expect(error).toBeInstanceOf(GraphQLError);
        }
      },
    ),
  );
});
