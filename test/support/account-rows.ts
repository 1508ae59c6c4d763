import { uuidOf, type AccountId } from '../../src/ids.ts';
import type { App } from '../../src/platform.ts';

/** What workers write down in their own time: what they have learned, and how far they have counted. */
const LEARNED = ['routing_evidence', 'routing_rollups', 'routing_hourly', 'routing_alarms'];

/** Every table that is there, and whether its rows name an account. */
export async function tablesOf(app: App): Promise<{ name: string; namesAccount: boolean }[]> {
  return app.sql<{ name: string; namesAccount: boolean }[]>`
    SELECT CASE t.table_schema WHEN 'public' THEN '' ELSE t.table_schema || '.' END || t.table_name AS name, EXISTS (
      SELECT 1 FROM information_schema.columns c
      WHERE c.table_schema = t.table_schema AND c.table_name = t.table_name AND c.column_name = 'account_id'
    ) AS "namesAccount"
    FROM information_schema.tables t WHERE t.table_schema IN ('public', 'vault') ORDER BY 1`;
}

/** All rows of an account as text, by table, but for what the workers have learned of it. */
export async function rowsOf(app: App, accountId: AccountId): Promise<Record<string, string[]>> {
  const rows: Record<string, string[]> = {};
  for (const { name, namesAccount } of await tablesOf(app)) {
    if (LEARNED.includes(name)) continue;
    const column = app.sql(namesAccount ? 'account_id' : 'id');
    const found = await app.sql<{ row: string }[]>`
      SELECT t::text AS row FROM ${app.sql(name)} t WHERE ${column} = ${uuidOf(accountId)} ORDER BY 1`;
    rows[name] = found.map(({ row }) => row);
  }
  return rows;
}

/** Every row of every table as text. */
export async function dumpOf(app: App): Promise<{ table: string; row: string }[]> {
  const dump: { table: string; row: string }[] = [];
  for (const { name } of await tablesOf(app)) {
    const found = await app.sql<{ row: string }[]>`SELECT t::text AS row FROM ${app.sql(name)} t`;
    dump.push(...found.map(({ row }) => ({ table: name, row })));
  }
  return dump;
}

/** The ids in rows as answers show them: 32 hex digits. */
export function idsIn(rows: Record<string, readonly string[]>): Set<string> {
  const found = JSON.stringify(rows).match(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g) ?? [];
  // Nobody's id, but a place before all of them.
  const nil = '0'.repeat(32);
  return new Set(found.map((uuid) => uuid.replaceAll('-', '')).filter((id) => id !== nil));
}
