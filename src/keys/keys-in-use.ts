import { INSTALLATION } from '../crypto/key-memory.ts';
import type { Sql } from '../db/client.ts';
import { uuidOf } from '../ids.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';
import { keyName, nameFromRaw, type DataKeyName, type RawName } from './store.ts';

/** The keys that stored values name, each once. Reads every row: for what is done once in a year. */
export async function keysInUse(sql: Sql): Promise<DataKeyName[]> {
  const found = new Map<string, DataKeyName>();
  for (const { table, column, ofInstallation } of SEALED_COLUMNS) {
    const sealed = sql(column);
    const installation = sql`${uuidOf(INSTALLATION)}::uuid`;
    const owner = ofInstallation ? installation : sql`account_id`;
    // As in `sealed-format.ts`: 0x82 and a number, of the account; or the length of an id, of the installation.
    const rows = await sql<RawName[]>`
      SELECT DISTINCT
        CASE WHEN get_byte(${sealed}, 0) = 130 THEN ${owner} ELSE ${installation} END AS account_id,
        CASE WHEN get_byte(${sealed}, 0) = 130 THEN 'D' || (get_byte(${sealed}, 1) * 256 + get_byte(${sealed}, 2))
          ELSE convert_from(substring(${sealed} FROM 2 FOR get_byte(${sealed}, 0)), 'LATIN1') END AS id
      FROM ${sql(table)}
      WHERE length(${sealed}) > 12 AND (get_byte(${sealed}, 0) = 130 OR get_byte(${sealed}, 0) BETWEEN 1 AND 12)`;
    for (const name of rows.map(nameFromRaw)) found.set(keyName(name), name);
  }
  return [...found.values()];
}
