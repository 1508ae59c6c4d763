import {
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { TooManyFields } from './document-walk.ts';

/**
 * Pairs of fields that share a place and a name in the answer, over all operations of a document. Validation
 * compares the two of each pair with all that is beneath them, so that 2.7 KB of `a { b } a { b } …` cost it
 * 0.2 s; what people write has a few dozen pairs.
 * @throws {TooManyFields} after `maxVisits` fields
 */
export function countOverlaps(document: DocumentNode, maxVisits: number): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  let visits = 0;

  /** The fields that stand at one place, by their names in the answer; each fragment is unfolded once. */
  function collect(
    selections: SelectionSetNode,
    found: Map<string, FieldNode[]>,
    seen: Set<string>,
  ): Map<string, FieldNode[]> {
    for (const selection of selections.selections) {
      if (++visits > maxVisits) throw new TooManyFields();
      switch (selection.kind) {
        case Kind.FIELD: {
          const name = selection.alias?.value ?? selection.name.value;
          const alike = found.get(name);
          if (alike) alike.push(selection);
          else found.set(name, [selection]);
          break;
        }
        case Kind.INLINE_FRAGMENT:
          collect(selection.selectionSet, found, seen);
          break;
        case Kind.FRAGMENT_SPREAD: {
          const fragment = fragments.get(selection.name.value);
          if (!fragment || seen.has(fragment.name.value)) break;
          seen.add(fragment.name.value);
          collect(fragment.selectionSet, found, seen);
          break;
        }
      }
    }
    return found;
  }

  function count(together: readonly SelectionSetNode[], depth: number): number {
    // A circle of fragments is a mistake that validation finds; here it only must end.
    if (depth > maxVisits) throw new TooManyFields();
    const found = new Map<string, FieldNode[]>();
    const seen = new Set<string>();
    for (const selections of together) collect(selections, found, seen);
    let pairs = 0;
    for (const alike of found.values()) {
      pairs += (alike.length * (alike.length - 1)) / 2;
      const beneath = alike.flatMap(({ selectionSet }) => selectionSet ?? []);
      if (beneath.length > 0) pairs += count(beneath, depth + 1);
    }
    return pairs;
  }

  let pairs = 0;
  for (const definition of document.definitions)
    if (definition.kind === Kind.OPERATION_DEFINITION) pairs += count([definition.selectionSet], 0);
  return pairs;
}
