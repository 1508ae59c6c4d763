import { sql, type AnyColumn } from 'drizzle-orm';
import { modeOf, type Principal } from './principal.ts';

/**
 * What somebody sees of things that have a mode, as a part of `where` of the relational query builder; a client
 * token its own verification, whichever mode that has. Written into the statement: the index of tests is of no use
 * to a plan that must do for both modes.
 */
export function ofMode(who: Principal) {
  if (who.kind === 'clientToken') return {};
  const mode = sql.raw(`'${modeOf(who)}'`);
  return { RAW: (table: { mode: AnyColumn }) => sql`${table.mode} = ${mode}` };
}
