import type { DocumentNode, ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import { DomainError } from '../../errors.ts';
import type { GraphqlContext } from '../context.ts';
import type { DocumentFacts } from '../document-facts.ts';

/**
 * One line per operation: its name, who asked, how long it took, how it ended. Variables hold phone
 * numbers and codes, so neither they nor the document are ever logged.
 */
export function useLogging(log: Logger, facts: DocumentFacts): Plugin {
  const line = ({ args, context }: Logged, startedAt: number, result: unknown) => {
    const operation = facts.operation(args.document, args.operationName);
    log.info(
      {
        operation: operation?.name,
        kind: operation?.kind,
        account: context.principal?.accountId,
        ms: Math.round((performance.now() - startedAt) * 10) / 10,
        outcome: outcomeOf(result),
      },
      'graphql',
    );
  };
  const onExecute = (logged: Logged) => {
    if (!log.isLevelEnabled('info')) return undefined;
    const startedAt = performance.now();
    return { onExecuteDone: ({ result }: Done) => line(logged, startedAt, result) };
  };
  const onSubscribe = (logged: Logged) => {
    if (!log.isLevelEnabled('info')) return undefined;
    const startedAt = performance.now();
    return { onSubscribeResult: ({ result }: Done) => line(logged, startedAt, result) };
  };
  return { onExecute, onSubscribe } as Plugin;
}

interface Logged {
  args: { document: DocumentNode; operationName?: string | null };
  context: Partial<GraphqlContext>;
}

interface Done {
  result: unknown;
}

/** `ok`, or the codes of the errors. */
function outcomeOf(result: unknown): string {
  const errors = (result as ExecutionResult).errors ?? [];
  return errors.length === 0 ? 'ok' : [...new Set(errors.map(codeOf))].join(' ');
}

function codeOf({ originalError, extensions }: GraphQLError): string {
  if (originalError instanceof DomainError) return originalError.code;
  return typeof extensions.code === 'string'
    ? extensions.code
    : originalError
      ? 'internal/unexpected'
      : 'input/invalid';
}
