import postgres from 'postgres';
import { driversOwn } from './drivers-own.ts';

// lock_not_available (by lock_timeout), deadlock_detected, and check_violation: a row came between that a new
// partition should have.
const SQLSTATES = new Set(['55P03', '40P01', '23514']);

/** A change of tables did not get what others have: it can be tried again. */
export function isGivingWay(thrown: unknown): boolean {
  const error = driversOwn(thrown);
  return error instanceof postgres.PostgresError && SQLSTATES.has(error.code);
}
