import type { MessageTraceFragment } from '../graphql/generated/graphql.ts';

/** What went wrong on our own side, with what is behind it: `fetch failed` alone says nothing. */
export function reasonOf(error: unknown): string {
  if (Array.isArray(error)) return error.map(reasonOf).join('; ');
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (error instanceof Error)
    return error.cause === undefined ? error.message : `${error.message} (${reasonOf(error.cause)})`;
  // A WebSocket that was closed or broke, and the errors of GraphQL.
  const { message, reason, code } = (error ?? {}) as { message?: string; reason?: string; code?: number };
  const said = message || reason;
  if (code !== undefined) return `the connection was closed: ${code}${said ? ` ${said}` : ''}`;
  return said || String(error);
}

/** Who was asked to carry a message, and what each of them said last. */
export function wayOf({
  failureReason,
  attempts,
}: Pick<MessageTraceFragment, 'failureReason'> & {
  attempts: readonly Pick<MessageTraceFragment['attempts'][number], 'carrier' | 'status' | 'error'>[];
}): string {
  const last = new Map(attempts.map((attempt) => [attempt.carrier.name, attempt]));
  if (last.size === 0) return failureReason ?? 'no carrier was asked';
  return [...last]
    .map(([name, { status, error }]) => `${name} says ${error ? inWords(error) : status}`)
    .join(', ');
}

const inWords = ({ code, message }: { code: string; message: string | null }): string =>
  message ? `${code} (${message})` : code;
