import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';

/** What a client is told of a failure that is ours. */
export function unexpectedMessage(id: string): string {
  return `Something went wrong on our side. It was noted under the id ${id}.`;
}

/**
 * Notes what nobody expected, for the log only.
 * @returns the id that it was noted under
 */
export function noteUnexpected(log: Logger, cause: unknown, path: string | undefined): string {
  const id = randomBytes(8).toString('hex');
  log.error({ errorId: id, path, ...describe(cause) }, 'unexpected error');
  return id;
}

/** A failed query's own words hold its parameters, so the database's are taken instead. */
function describe(cause: unknown): { err: unknown; query?: string } {
  if (cause instanceof Error && 'query' in cause && 'params' in cause)
    return { err: cause.cause ?? cause.name, query: String(cause.query).slice(0, 300) };
  return { err: cause };
}
