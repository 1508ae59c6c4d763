import { describe, expect, test } from 'vitest';
import { brokenPromises, promiseOf } from '../../src/graphql/promise.ts';

const PROMISE = promiseOf(`
  """Words of all kinds."""
  type Query { "A thing." thing(id: ID!, by: String): Thing, gone: Int }
  type Thing { size: Int!, kind: Kind! }
  enum Kind { BIG SMALL }
  input Change { size: Int }
  union Any = Thing | Query
`);
const NOTHING = '# Changelog\n\n- Something else.\n';

describe('what clients of the API rely on', () => {
  test('is kept by a schema that only has more, or other words', () => {
    const more = PROMISE.replace('gone: Int', 'gone: Int! more: Int').replace(
      'type Thing',
      '"Else." type Thing',
    );
    expect(brokenPromises(PROMISE, more, NOTHING)).toEqual([]);
    expect(PROMISE).not.toContain('Words');
  });

  test.each([
    ['a field that is gone', 'gone: Int', '', 'Query.gone'],
    ['an argument that is gone', ', by: String', '', 'Query.thing(by:)'],
    ['an argument that is asked for', 'by: String', 'by: String!', 'Query.thing(by:)'],
    ['a field that may be null', 'size: Int!', 'size: Int', 'Thing.size'],
    ['a value that is gone', 'SMALL', '', 'Kind.SMALL'],
    ['a member that is asked for', 'size: Int\n}', 'size: Int!\n}', 'Change.size'],
    ['a type that is gone', 'union Any = Thing | Query', '', 'Any'],
  ])('is broken by %s, unless the changelog owns up to it', (_what, before, after, name) => {
    const sdl = PROMISE.replace(before, after);
    expect(sdl).not.toBe(PROMISE);
    expect(brokenPromises(PROMISE, sdl, NOTHING)).toHaveLength(1);
    const said = `- A line.\n- **Breaking**: \`${name}\` is no more;\n  use another.\n- A line.\n`;
    expect(brokenPromises(PROMISE, sdl, said)).toEqual([]);
    expect(brokenPromises(PROMISE, sdl, said.replace('Breaking', 'New'))).toHaveLength(1);
    expect(brokenPromises(PROMISE, sdl, said.replace(name, 'Query.thing'))).toHaveLength(1);
  });
});
