import { DrizzleQueryError } from 'drizzle-orm';

/** Drizzle says which query it was, and has what the driver said behind it. */
export function driversOwn(error: unknown): unknown {
  return error instanceof DrizzleQueryError ? error.cause : error;
}
