import {
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  visit,
  type DocumentNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { DomainError, InvalidInput } from '../../errors.ts';
import type { DocumentFacts } from '../document-facts.ts';
import { countOverlaps } from '../document-overlaps.ts';
import { fragmentProblem, valueDepth } from '../document-shape.ts';
import { TooManyFields } from '../document-walk.ts';
import { LIMITS } from '../limits.ts';
import type { Refuse } from './masking.ts';

/** An operation that asks for more than one request may. */
export class TooComplex extends DomainError {
  readonly code = 'request/too_complex';
}

interface Options {
  facts: DocumentFacts;
  introspection: boolean;
  refuse: Refuse;
}

/**
 * Refuses what is too big before it costs anything: tokens while it is read; depth, aliases,
 * directives and checks when it is first seen (the answer is kept with the document). What it costs: see `costs.ts`.
 */
export function useLimits({ facts, introspection, refuse }: Options): Plugin {
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const parseBounded: typeof parse = (source, options) =>
    parse(source, { ...options, maxTokens: LIMITS.tokens });
  const validateBounded: typeof validate = (schema, document) => {
    const problem = findExcess(facts, document);
    if (problem) return [refuse(problem)];
    // Suggestions would tell a stranger the schema, name by name.
    return validate(schema, document, rules, { hideSuggestions: true }).map((error) =>
      invalidDocument(error, refuse),
    );
  };
  return {
    onParse: ({ setParseFn }) => setParseFn(parseBounded),
    onValidate: ({ setValidationFn }) => setValidationFn(validateBounded),
  };
}

function invalidDocument({ message, nodes, source, positions }: GraphQLError, refuse: Refuse): GraphQLError {
  const { extensions } = refuse(new InvalidInput('query', message));
  return new GraphQLError(message, { nodes, source, positions, extensions });
}

function findExcess(facts: DocumentFacts, document: DocumentNode): DomainError | undefined {
  let aliases = 0;
  let directives = 0;
  visit(document, {
    Field: ({ alias }) => {
      if (alias) aliases++;
    },
    Directive: () => {
      directives++;
    },
  });
  if (aliases > LIMITS.aliases) return new TooComplex(`A document has at most ${LIMITS.aliases} aliases.`);
  if (directives > LIMITS.directives)
    return new TooComplex(`A document has at most ${LIMITS.directives} directives.`);
  if (valueDepth(document) > LIMITS.valueDepth)
    return new TooComplex(
      `A value in a document is at most ${LIMITS.valueDepth} levels deep. Use variables.`,
    );
  const mistake = fragmentProblem(document);
  if (mistake !== undefined) return new InvalidInput('query', mistake);
  try {
    if (countOverlaps(document, LIMITS.visits) > LIMITS.overlaps)
      return new TooComplex('The same fields are selected again and again in one place. Select each once.');
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      // Of several without a name, or with the same one, validation says what is wrong.
      const operation = facts.operation(document, definition.name?.value);
      if (!operation) continue;
      const { depth, checks, schemaAliases } = operation;
      if (depth > LIMITS.depth) return new TooComplex(`An operation is at most ${LIMITS.depth} fields deep.`);
      if (schemaAliases > 0) return new TooComplex('A question about the schema has no aliases.');
      if (checks > LIMITS.checksPerOperation)
        return new TooComplex('An operation checks at most one code. Send another request for the next one.');
    }
  } catch (error) {
    if (error instanceof TooManyFields)
      return new TooComplex(`An operation selects at most ${LIMITS.visits} fields, fragments unfolded.`);
    throw error;
  }
  return undefined;
}
