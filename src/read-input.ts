import type { z } from 'zod';
import { InvalidInput } from './errors.ts';

/** What is wrong with an input: the field by its path, and what is allowed there. */
export interface InputProblem {
  /** E.g. `config.request.url`; empty when it is the input as a whole. */
  path: string;
  message: string;
}

/**
 * What came from outside, as a schema has it.
 * @param root what the caller knows the input as, e.g. `config`; absent: its fields have no name before theirs
 * @throws {InvalidInput} that names the field by its path
 */
export function readInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  root?: string,
): z.output<Schema> {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  const { path, message } = inputProblem(read.error, root);
  throw new InvalidInput(path, `${message}.`);
}

/** The first problem of an input, with the name of the very field. */
export function inputProblem({ issues }: z.ZodError, root?: string): InputProblem {
  const { path, message } = innermost(issues[0]!);
  return { path: (root === undefined ? path : [root, ...path]).join('.'), message };
}

type Issue = z.core.$ZodIssue;
type Found = Pick<Issue, 'path' | 'message'>;

/** Where there were alternatives, the one that was meant is the one that fits furthest. */
function innermost(issue: Issue): Found {
  if (issue.code === 'unrecognized_keys') return unknownField(issue);
  const choices: Found[] =
    issue.code === 'invalid_union'
      ? issue.errors.flatMap((issues) => (issues[0] ? [innermost(issues[0])] : []))
      : issue.code === 'invalid_key'
        ? issue.issues.slice(0, 1).map(innermost)
        : [];
  const best = choices.reduce<Found | undefined>(
    (one, other) => (one && one.path.length >= other.path.length ? one : other),
    undefined,
  );
  if (best === undefined || (issue.code === 'invalid_union' && best.path.length === 0)) return issue;
  return { path: [...issue.path, ...best.path], message: best.message };
}

/** A word or several, as fields are called: never a code or a number, which may stand in its place. */
const NAME = /^[a-z][A-Za-z]*(?:[_-][A-Za-z]+)*$/;
const MAX_NAME_LENGTH = 40;

/** A name that is mistyped is told; whatever else stands where a name belongs may be a code, and is not. */
function unknownField({ path, keys }: Extract<Issue, { code: 'unrecognized_keys' }>): Found {
  const names = keys.filter((key) => key.length <= MAX_NAME_LENGTH && NAME.test(key));
  const [first] = names;
  if (first === undefined) return { path, message: 'it has a field that there is not' };
  return { path: [...path, first], message: `there is no field ${names.join(', ')}` };
}
