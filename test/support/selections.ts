import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';

/** One less than an operation may have, for the root field. */
const DEPTH = 11;
/** Of every page below the root field; more would cost more than an operation may. */
const PAGE = 2;

export interface Operation {
  query: string;
  /** The name of its root field, in the answer too. */
  name: string;
}

/** Whether a field is asked for. */
type Wanted = (parent: GraphQLNamedType, field: GraphQLField<unknown, unknown>) => boolean;

const ALL: Wanted = () => true;

/**
 * An operation that asks a root field for everything beneath it that one operation may ask for. Its
 * variables are called as the arguments.
 */
export function wholeOperation(
  schema: GraphQLSchema,
  kind: 'query' | 'mutation' | 'subscription',
  field: GraphQLField<unknown, unknown>,
  wanted = ALL,
): Operation {
  const { name } = field;
  // What the rows of the tests have an id of.
  if (getNamedType(field.type).name === 'Node') return nodeOperation(schema, 'Verification', wanted);
  const { selection, fragments } = wholeSelection(schema, field.type, wanted);
  const variables = field.args.map((arg) => `$${arg.name}: ${variableType(arg)}`).join(', ');
  const args = field.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const [head, call] = field.args.length > 0 ? [` (${variables})`, `(${args})`] : ['', ''];
  return { name, query: `${kind}${head} { ${name}${call} ${selection} } ${fragments}` };
}

/**
 * Asks `node(id)` for everything of one type. All types together would have more tokens than an operation may.
 * @param type the name of one that is a Node
 */
export function nodeOperation(schema: GraphQLSchema, type: string, wanted = ALL): Operation {
  const { selection, fragments } = wholeSelection(schema, schema.getType(type) as GraphQLObjectType, wanted);
  const query = `query ($id: ID!) { node(id: $id) { __typename id ...A } } fragment A on ${type} ${selection} ${fragments}`;
  return { name: 'node', query };
}

/** A variable of an argument that has a default may be left out. */
function variableType({ type, defaultValue }: GraphQLArgument): string {
  return isNonNullType(type) && defaultValue !== undefined ? String(type.ofType) : String(type);
}

/** Everything of a type, each type below it once on every way. */
export function wholeSelection(
  schema: GraphQLSchema,
  type: GraphQLOutputType,
  wanted = ALL,
): { selection: string; fragments: string } {
  const fragments = new Map<string, string>();
  const selection = select({ schema, wanted, fragments }, getNamedType(type), DEPTH, []);
  return { selection, fragments: [...fragments.values()].join(' ') };
}

interface Selecting {
  schema: GraphQLSchema;
  wanted: Wanted;
  /** By name, as they are written. */
  fragments: Map<string, string>;
}

function select(
  selecting: Selecting,
  type: GraphQLNamedType,
  depth: number,
  above: readonly string[],
): string {
  const { schema, fragments } = selecting;
  if (!isCompositeType(type)) return '';
  const depthHere = Math.min(depth, heightOf(schema, type, above));
  const name = `${type.name}_${depthHere}_${above.filter((each) => reaches(schema, type, each)).join('_')}`;
  if (!fragments.has(name)) {
    fragments.set(name, '');
    const fields = fieldsOf(selecting, type, depthHere, [...above, type.name]);
    fragments.set(name, `fragment ${name} on ${type.name} { ${fields} }`);
  }
  return `{ ...${name} }`;
}

function fieldsOf(
  selecting: Selecting,
  type: GraphQLNamedType,
  depth: number,
  above: readonly string[],
): string {
  const { schema, wanted } = selecting;
  const parts = ['__typename'];
  const shapes = new Map<string, string>();
  const add = (field: GraphQLField<unknown, unknown>, owner: GraphQLNamedType): string | undefined => {
    const inner = getNamedType(field.type);
    if (!wanted(owner, field)) return undefined;
    if (isCompositeType(inner) && (depth <= 1 || above.includes(inner.name))) return undefined;
    // Two types of a union may mean different things by the same name.
    const shape = String(field.type);
    const known = shapes.get(field.name);
    if (known === undefined) shapes.set(field.name, shape);
    const alias = known !== undefined && known !== shape ? `${owner.name}_${field.name}: ` : '';
    const args = field.args.filter((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined);
    const call = args.length > 0 ? `(${args.map((arg) => `${arg.name}: ${PAGE}`).join(', ')})` : '';
    return `${alias}${field.name}${call} ${select(selecting, inner, depth - 1, above)}`.trim();
  };
  const own = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
  // What is on a page is read by `nodes`.
  const isPage = own.some(({ name }) => name === 'nodes');
  for (const field of own) {
    const part = isPage && field.name === 'edges' ? 'edges { cursor }' : add(field, type);
    if (part !== undefined) parts.push(part);
  }
  if (isCompositeType(type) && !isObjectType(type)) {
    for (const possible of schema.getPossibleTypes(type)) {
      const more = Object.values(possible.getFields())
        .filter(({ name }) => !own.some((field) => field.name === name))
        .map((field) => add(field, possible))
        .filter((part) => part !== undefined);
      if (more.length > 0) parts.push(`... on ${possible.name} { ${more.join(' ')} }`);
    }
  }
  return parts.join(' ');
}

function childrenOf(schema: GraphQLSchema, type: GraphQLNamedType): GraphQLNamedType[] {
  if (!isCompositeType(type)) return [];
  const types = isObjectType(type) ? [type] : [...schema.getPossibleTypes(type)];
  return types.flatMap((each) => Object.values(each.getFields()).map((field) => getNamedType(field.type)));
}

/** Levels of fields in a type, as long as no type comes twice on the way. */
function heightOf(schema: GraphQLSchema, type: GraphQLNamedType, above: readonly string[]): number {
  if (!isCompositeType(type) || above.includes(type.name)) return 0;
  const below = [...above, type.name];
  return 1 + Math.max(0, ...childrenOf(schema, type).map((child) => heightOf(schema, child, below)));
}

function reaches(
  schema: GraphQLSchema,
  from: GraphQLNamedType,
  to: string,
  seen = new Set<string>(),
): boolean {
  if (from.name === to) return true;
  if (seen.has(from.name)) return false;
  seen.add(from.name);
  return childrenOf(schema, from).some((child) => reaches(schema, child, to, seen));
}
