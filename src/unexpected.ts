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
  log.error({ errorId: id, path, err: cause }, 'unexpected error');
  return id;
}
