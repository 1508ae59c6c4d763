import {
  getOperationAST,
  Kind,
  visit,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ValueNode,
} from 'graphql';
import type { Permission } from '../accounts/permissions.ts';
import type { AuditAction } from '../audit/actions.ts';
import { isOpenToClientToken } from './audience.ts';
import { auditActionOf } from './audit-plugin.ts';
import { isList, isSchemaQuestion, walkOperation, type VisitedField } from './document-walk.ts';
import type { Needs } from './forbidden.ts';
import { LIMITS } from './limits.ts';
import { isForPeople, isLiveOnly, permissionOf } from './permission-plugin.ts';

type Variables = Readonly<Record<string, unknown>>;

/** What is to be known about an operation before it runs. All but the cost is read from it once. */
export interface OperationFacts extends Needs {
  /** For logs, `anonymous` without one; at most 60 characters. */
  name: string;
  kind: OperationDefinitionNode['operation'];
  depth: number;
  checks: number;
  /** Aliases in a question about the schema: each multiplies an answer that is long already. */
  schemaAliases: number;
  /** Asks about the schema only, as a stranger may. */
  schemaOnly: boolean;
  /** Variables that decide about more than the arguments of the root fields. */
  innerVariables: readonly string[];
  costOf(variables: Variables | null | undefined): number;
}

export interface DocumentFacts {
  operation(document: DocumentNode, operationName?: string | null): OperationFacts | undefined;
}

/** Keeps the facts with the document, which the parser cache keeps with its text. */
export function createDocumentFacts(schema: GraphQLSchema): DocumentFacts {
  const known = new WeakMap<OperationDefinitionNode, OperationFacts>();
  return {
    operation(document, operationName) {
      // The usual document has one operation: no need to look for it by its name.
      const [only] = document.definitions;
      const operation =
        document.definitions.length === 1 && only?.kind === Kind.OPERATION_DEFINITION && operationName == null
          ? only
          : getOperationAST(document, operationName);
      if (!operation) return undefined;
      let facts = known.get(operation);
      if (!facts) {
        facts = readFacts(schema, document, operation);
        known.set(operation, facts);
      }
      return facts;
    },
  };
}

/** @throws {TooManyFields} */
function readFacts(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): OperationFacts {
  let depth = 0;
  let checks = 0;
  let schemaAliases = 0;
  let schemaOnly = true;
  const closedFields: string[] = [];
  let liveField: string | undefined;
  const actions = new Set<AuditAction>();
  let ownField: string | undefined;
  const needs = new Map<Permission, { field: string; at: number }>();
  walkOperation(schema, document, operation, LIMITS.visits, {
    none: undefined,
    add: () => undefined,
    field: ({ node, parent, field, depth: at }) => {
      const name = node.name.value;
      const asksSchema = isSchemaQuestion(parent.name) || (isSchemaQuestion(name) && name !== '__typename');
      if (asksSchema && node.alias) schemaAliases++;
      if (isSchemaQuestion(parent.name) || name === '__typename') return;
      if (isSchemaQuestion(name) || !isOpenToClientToken(parent, field))
        closedFields[at] ??= `${parent.name}.${name}`;
      if (isSchemaQuestion(name)) return;
      if (isLiveOnly(field)) liveField ??= `${parent.name}.${name}`;
      const action = auditActionOf(field);
      if (action) actions.add(action);
      if (isForPeople(field)) ownField ??= `${parent.name}.${name}`;
      const permission = permissionOf(parent, field);
      // Fields come innermost first; the outermost says best what was asked for.
      if (permission && at <= (needs.get(permission)?.at ?? at))
        needs.set(permission, { field: `${parent.name}.${name}`, at });
      depth = Math.max(depth, at);
      schemaOnly = false;
      if (at === 1 && name === 'checkVerification') checks++;
    },
  });

  const cost = (variables: Variables | null | undefined) =>
    readCost(schema, document, operation, variables ?? {});
  const fixedCost = countsByVariables(document) ? undefined : cost({});
  return {
    name: operation.name?.value.slice(0, 60) ?? 'anonymous',
    kind: operation.operation,
    depth,
    checks,
    schemaAliases,
    schemaOnly,
    // The outermost says best what was asked for.
    closedField: closedFields.find((field) => field !== undefined),
    needs: [...needs].map(([permission, { field }]) => ({ permission, field })),
    liveField,
    actions: [...actions],
    ownField,
    innerVariables: readInnerVariables(document, operation),
    costOf: fixedCost === undefined ? cost : () => fixedCost,
  };
}

/** Objects in the answer at most: one per object field, times the length of every list around it. */
function readCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): number {
  return walkOperation(schema, document, operation, LIMITS.visits, {
    none: 0,
    add: (a, b) => a + b,
    field: (visited, children) => {
      if (children === undefined || isSchemaQuestion(visited.node.name.value)) return 0;
      return 1 + children * lengthOf(visited, variables);
    },
  });
}

function lengthOf({ node, parent, field }: VisitedField, variables: Variables): number {
  const first = node.arguments?.find((argument) => argument.name.value === 'first');
  if (first) return pageSize(first.value, variables);
  // The lists inside a connection are its page, which its own field has counted.
  return isList(field.type) && !parent.name.endsWith('Connection') ? LIMITS.plainListSize : 1;
}

function pageSize(value: ValueNode, variables: Variables): number {
  const size =
    value.kind === Kind.INT
      ? Number(value.value)
      : value.kind === Kind.VARIABLE
        ? variables[value.name.value]
        : undefined;
  return typeof size === 'number' && size >= 0 ? Math.min(size, LIMITS.pageSize) : LIMITS.pageSize;
}

function countsByVariables(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Argument: ({ name, value }) => {
      if (name.value === 'first' && value.kind === Kind.VARIABLE) found = true;
    },
  });
  return found;
}

function readInnerVariables(document: DocumentNode, operation: OperationDefinitionNode): string[] {
  const names = new Set<string>();
  const collect = { Variable: (node: { name: { value: string } }) => void names.add(node.name.value) };
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) visit(definition, collect);
  for (const root of operation.selectionSet.selections) {
    const plain = root.kind === Kind.FIELD && !root.directives?.length;
    visit(plain ? { ...root, arguments: [] } : root, collect);
  }
  return [...names].sort();
}
