import {
  getNamedType,
  isInputObjectType,
  isWrappingType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
} from 'graphql';
import { codesOf, type Answer } from './graphql.ts';
import type { Answered, Args, FieldRow } from './tenant-rows.ts';
import type { Tenant } from './tenants.ts';

export const TABLE = 'test/support/tenant-rows.ts';

/** How a root field answered, in the words of the table. */
export function answeredOf(answer: Answer, name: string): Answered {
  if (answer.errors) return String(codesOf(answer)[0]);
  const value = answer.data![name] as null | { __typename?: string; edges?: unknown[] } | unknown[];
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'empty' : 'own';
  if (value.edges) return value.edges.length === 0 ? 'empty' : 'own';
  // Something wrong with a code is an answer about the account's own verification.
  const isRefusal = /NotFound$|^InvalidInput$|^NameTaken$/.test(value.__typename ?? '');
  return isRefusal ? value.__typename! : 'own';
}

/** The paths of all arguments that take an id or a cursor. */
export function placesOf(args: readonly (GraphQLArgument | GraphQLInputField)[], above = ''): string[] {
  return args.flatMap(({ name, type }) => {
    const path = above ? `${above}.${name}` : name;
    const named = getNamedType(type);
    if (isInputObjectType(named)) return placesOf(Object.values(named.getFields()), path);
    return named.name === 'ID' || name === 'after' ? [path] : [];
  });
}

/** What `tenant-rows.ts` says of a root field. @throws when that is not enough for the field's arguments */
export function rowOf<Row extends FieldRow>(
  table: Readonly<Record<string, Row>>,
  type: string,
  field: GraphQLField<unknown, unknown>,
): Row {
  const row = table[field.name];
  if (!row)
    throw new Error(`${type}.${field.name} has no row in ${TABLE}: add how its arguments are filled.`);
  const places = placesOf(field.args);
  const missing = places.filter((path) => row.ids?.[path] === undefined);
  if (missing.length > 0)
    throw new Error(
      `${type}.${field.name}: add to "ids" of its row in ${TABLE} what an id or a cursor of another account ` +
        `is answered with at ${missing.join(', ')}.`,
    );
  return row;
}

export interface ForeignArgs {
  args: Args;
  /** Any of them. */
  answered: readonly Answered[];
  /** What is foreign about them. */
  about: string;
}

/** Arguments that name what the caller does not see, at each place of a field that takes an id or a cursor. */
export function argsNaming(
  field: GraphQLField<unknown, unknown>,
  row: FieldRow,
  own: Tenant,
  names: readonly string[],
): ForeignArgs[] {
  const base = row.args?.(own) ?? {};
  return placesOf(field.args).flatMap((path) => {
    const answered = [row.ids![path]!].flat();
    const isList = isListAt(field.args, path);
    return names.map((name) => ({ args: withAt(base, path, name, isList), answered, about: path }));
  });
}

/** The arguments with another value at a path; a list there gets it as its only one. */
function withAt(args: Args, path: string, value: string, isList: boolean): Args {
  const [name, ...rest] = path.split('.');
  const inner = rest.length > 0;
  const below = inner
    ? withAt((args[name!] ?? {}) as Args, rest.join('.'), value, isList)
    : isList
      ? [value]
      : value;
  return { ...args, [name!]: below };
}

function isListAt(args: readonly (GraphQLArgument | GraphQLInputField)[], path: string): boolean {
  const [name, ...rest] = path.split('.');
  const { type } = args.find((arg) => arg.name === name)!;
  const named = getNamedType(type);
  if (rest.length > 0 && isInputObjectType(named))
    return isListAt(Object.values(named.getFields()), rest.join('.'));
  return String(type).startsWith('[') || (isWrappingType(type) && String(type.ofType).startsWith('['));
}
