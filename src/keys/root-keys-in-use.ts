import type { Sql } from '../db/client.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';

/** Ids of the root keys that earlier versions have sealed stored values under. Reads every row, once in an installation's life. */
export async function rootKeysInUse(sql: Sql): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const { table, column } of SEALED_COLUMNS) {
    const rows = await sql<{ id: string }[]>`
      SELECT DISTINCT convert_from(substring(${sql(column)} FROM 2 FOR get_byte(${sql(column)}, 0)), 'LATIN1') AS id
      FROM ${sql(table)} WHERE length(${sql(column)}) > 12 AND get_byte(${sql(column)}, 0) BETWEEN 1 AND 12`;
    for (const { id } of rows) ids.add(id);
  }
  return ids;
}
