import { validateExecutionArgs, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { createSharedExecutionContext } from 'graphql/execution/createSharedExecutionContext.js';
import { ExecutorThrowingOnIncremental } from 'graphql/execution/ExecutorThrowingOnIncremental.js';

/**
 * Runs a query or a mutation as graphql-js's `execute` does, without the signal that it aborts behind every
 * operation for resolvers that are still at work: none of ours listens, and the DOMException that says why
 * costs 7 µs, stack and all. So it takes the executor itself, which graphql-js does not promise to keep.
 */
export function execute(args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
  const valid = validateExecutionArgs({ ...args, hideSuggestions: true });
  if (!('schema' in valid)) return { errors: valid };
  const executor = new ExecutorThrowingOnIncremental(valid, createSharedExecutionContext(undefined));
  return executor.executeRootSelectionSet();
}
