/** As an error stands in the log. */
interface Told {
  type: string;
  message: string;
  /** Where it was thrown, without its words. */
  stack?: string | undefined;
  cause?: unknown;
  [field: string]: unknown;
}

/**
 * What programs add to an error that says what was wrong, and never whom it was about; and what it is called here:
 * a field of the name `code` is hidden in the log, as it could be one of ours.
 */
const FIELDS = {
  ...{ code: 'errorCode', errno: 'errno', syscall: 'syscall', hostname: 'hostname', port: 'port' },
  ...{ severity: 'severity', routine: 'routine', table_name: 'table', column_name: 'column' },
  constraint_name: 'constraint',
};
const MAX_QUERY_LENGTH = 300;
// SQLSTATE: data exception. "value \"+385…\" is out of range".
const DATA_EXCEPTION = /^22/;

/**
 * What the log gets of an error. A failed query's own words hold its parameters, PostgreSQL quotes the value that it
 * could not read, and its details the row: numbers, addresses, names. What was wrong is left, and where.
 */
export function tellError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : typeof error;
  if ('query' in error && 'params' in error) {
    const cause = error.cause instanceof Error ? (tellError(error.cause) as Told) : undefined;
    const query = String(error.query).slice(0, MAX_QUERY_LENGTH);
    return { ...(cause ?? { type: error.name, message: 'Failed query' }), query };
  }
  const told: Told = { type: error.name, message: wordsOf(error), stack: framesOf(error) };
  for (const [field, name] of Object.entries(FIELDS)) {
    const value: unknown = (error as unknown as Record<string, unknown>)[field];
    if (typeof value === 'string' || typeof value === 'number') told[name] = value;
  }
  if (error.cause !== undefined) told.cause = tellError(error.cause);
  if (error instanceof AggregateError) told.errors = error.errors.map(tellError);
  return told;
}

/** By the names that errors have in our log lines. */
export const LOG_SERIALIZERS = { err: tellError };

function wordsOf(error: Error): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && DATA_EXCEPTION.test(code)
    ? error.message.replaceAll(/"[^"]*"/g, '"…"')
    : error.message;
}

function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
