import postgres from 'postgres';
import type { Sql, Tx } from './client.ts';

/** Another transaction was first. The next try sees what it wrote. */
export class LostRace extends Error {}

const MAX_TRIES = 5;
const RETRIED_SQLSTATES = new Set(['40001', '40P01']);

/**
 * Runs a transaction; tries again after a lost race, a deadlock or a serialisation failure.
 * Statements that are sent without waiting for each other share one round trip.
 */
export async function transaction<T>(sql: Sql, run: (tx: Tx) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return (await sql.begin(run)) as T;
    } catch (error) {
      if (tries >= MAX_TRIES || !isRetried(error)) throw error;
    }
  }
}

function isRetried(error: unknown): boolean {
  return (
    error instanceof LostRace ||
    (error instanceof postgres.PostgresError && RETRIED_SQLSTATES.has(error.code))
  );
}
