import {
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** A field as it stands in an operation, fragments unfolded. */
export interface VisitedField {
  node: FieldNode;
  parent: GraphQLNamedType;
  field: GraphQLField<unknown, unknown>;
  /** 1 for the fields of the operation itself. */
  depth: number;
}

/** What the fields of a selection are worth together is up to the visitor. */
export interface Visitor<Worth> {
  none: Worth;
  add(a: Worth, b: Worth): Worth;
  /** @param children what is worth what is selected beneath; undefined for a leaf */
  field(visited: VisitedField, children: Worth | undefined): Worth;
}

/** A document that unfolds to more fields than anybody needs. */
export class TooManyFields extends Error {}

/**
 * Walks through all that an operation selects. It may come before validation: unknown fields and
 * types are passed over, circles of fragments are cut, and a bomb of fragments ends in an error.
 * @throws {TooManyFields} after `maxVisits` fields
 */
export function walkOperation<Worth>(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  maxVisits: number,
  visitor: Visitor<Worth>,
): Worth {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const open = new Set<string>();
  let visits = 0;

  function walk(selections: SelectionSetNode, parent: GraphQLNamedType, depth: number): Worth {
    let worth = visitor.none;
    for (const selection of selections.selections) {
      switch (selection.kind) {
        case Kind.FIELD: {
          if (++visits > maxVisits) throw new TooManyFields();
          const field = schema.getField(parent as never, selection.name.value);
          if (!field) break;
          const type = getNamedType(field.type);
          const children =
            selection.selectionSet && isCompositeType(type)
              ? walk(selection.selectionSet, type, depth + 1)
              : undefined;
          worth = visitor.add(worth, visitor.field({ node: selection, parent, field, depth }, children));
          break;
        }
        case Kind.INLINE_FRAGMENT: {
          if (++visits > maxVisits) throw new TooManyFields();
          const type = selection.typeCondition && schema.getType(selection.typeCondition.name.value);
          worth = visitor.add(worth, walk(selection.selectionSet, type ?? parent, depth));
          break;
        }
        case Kind.FRAGMENT_SPREAD: {
          if (++visits > maxVisits) throw new TooManyFields();
          const name = selection.name.value;
          const fragment = fragments.get(name);
          const type = fragment && schema.getType(fragment.typeCondition.name.value);
          if (!fragment || !type || open.has(name)) break;
          open.add(name);
          worth = visitor.add(worth, walk(fragment.selectionSet, type, depth));
          open.delete(name);
          break;
        }
      }
    }
    return worth;
  }

  const root = schema.getRootType(operation.operation);
  return root ? walk(operation.selectionSet, root, 1) : visitor.none;
}

export function isList(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}

/** Questions about the schema (`__schema`, `__type`, `__typename`) and the types that answer them. */
export function isSchemaQuestion(name: string): boolean {
  return name.startsWith('__');
}
