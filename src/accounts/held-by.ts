import { and, arrayOverlaps, gt, isNull, or, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { PersonId } from '../ids.ts';

type Column = 'revokedAt' | 'expiresAt' | 'previousEndsAt' | 'holders' | 'previousHolders';

/** Of a table of credentials those that work. */
export function works(table: Record<'revokedAt' | 'expiresAt', PgColumn>, now: number): SQL | undefined {
  return and(isNull(table.revokedAt), or(isNull(table.expiresAt), gt(table.expiresAt, new Date(now))));
}

/**
 * Of a table of credentials those that work, and of which any of these people knows a secret that does.
 * @param people one at least
 */
export function heldBy(
  table: Record<Column, PgColumn>,
  people: readonly PersonId[],
  now: number,
): SQL | undefined {
  const at = new Date(now);
  return and(
    works(table, now),
    or(
      arrayOverlaps(table.holders, [...people]),
      and(gt(table.previousEndsAt, at), arrayOverlaps(table.previousHolders, [...people])),
    ),
  );
}
