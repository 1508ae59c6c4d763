import postgres from 'postgres';
import { driversOwn } from './drivers-own.ts';

// The driver's own codes and the system's, for a connection that is lost or cannot be made.
const CONNECTION_CODES = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'CONNECT_TIMEOUT',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'TLS_REFUSED',
]);
// SQLSTATE classes: connection exception, insufficient resources, shut down or starting up.
const OUTAGE_SQLSTATE = /^(?:08|53|57P)/;

/** Whether the database was away, so that nothing is wrong with what it was asked. */
export function isOutage(thrown: unknown): boolean {
  const error = driversOwn(thrown);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && (CONNECTION_CODES.has(code) || OUTAGE_SQLSTATE.test(code));
}

/** Whether what failed took its connection with it. */
export function isConnectionGone(thrown: unknown): boolean {
  const error = driversOwn(thrown);
  // What the server says of a statement leaves the connection as it is, unless it is its last word.
  return error instanceof postgres.PostgresError ? error.severity !== 'ERROR' : isOutage(error);
}
