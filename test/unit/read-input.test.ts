import { expect, test } from 'vitest';
import { z } from 'zod';
import { InvalidInput } from '../../src/errors.ts';
import { readInput } from '../../src/read-input.ts';

const Leaf = z.strictObject({ name: z.string() });
const Whole = z.strictObject({
  leaf: Leaf.optional(),
  leaves: z.array(Leaf).optional(),
  either: z
    .union([z.literal('none'), z.strictObject({ one: Leaf }), z.strictObject({ other: Leaf })])
    .optional(),
});

function refused(input: unknown, root?: string): [field: string, message: string] {
  try {
    readInput(Whole, input, root);
  } catch (error) {
    if (error instanceof InvalidInput) return [error.field, error.message];
    throw error;
  }
  return ['', 'taken'];
}

test('a field that there is not is named by its whole path, wherever it stands', () => {
  expect(refused({ lef: 1 })).toEqual(['lef', 'there is no field lef.']);
  expect(refused({ lef: 1 }, 'config')[0]).toBe('config.lef');
  expect(refused({ leaf: { name: 'a', nmae: 'b' } }, 'config')[0]).toBe('config.leaf.nmae');
  expect(refused({ leaves: [{ name: 'a' }, { name: 'b', snake_case: 1 }] })[0]).toBe('leaves.1.snake_case');
  expect(refused({ either: { one: { name: 'a', nmae: 'b' } } })[0]).toBe('either.one.nmae');
});

test('of several the first one is the field, and all are told', () => {
  expect(refused({ leaf: { name: 'a', b: 1, cd: 2 } })).toEqual(['leaf.b', 'there is no field b, cd.']);
});

test('what stands where a name belongs and is none is not repeated: it may be a code or a number', () => {
  for (const key of ['481516', '+385911234567', 'KXPW42', 'a'.repeat(41), 'with space']) {
    const [field, message] = refused({ leaf: { name: 'a', [key]: 1 } });
    expect(field).toBe('leaf');
    expect(message).toBe('it has a field that there is not.');
  }
});

test('what is taken is as the schema has it', () => {
  expect(readInput(z.object({ a: z.int().default(7) }), {})).toEqual({ a: 7 });
});
