import { uuidOf, type AccountId } from '../../src/ids.ts';
import type { App } from '../../src/platform.ts';

/** What workers write down in their own time: what they have learned, how far they have counted and sealed. */
const LEARNED = [
  ...['routing_evidence', 'routing_rollups', 'routing_hourly', 'routing_alarms'],
  ...['audit_unsealed', 'audit_blocks', 'audit_checkpoints'],
];

/** How the rows of a table are an account's: by its id, by its members, or not at all. */
type Belonging = 'account' | 'person' | 'none';

/** Every table that is there; one in partitions once, with the rows of all of them. */
export async function tablesOf(app: App): Promise<{ name: string; belonging: Belonging }[]> {
  return app.sql<{ name: string; belonging: Belonging }[]>`
    SELECT CASE t.table_schema WHEN 'public' THEN '' ELSE t.table_schema || '.' END || t.table_name AS name, CASE
      WHEN bool_or(c.column_name = 'account_id') THEN 'account'
      WHEN bool_or(c.column_name = 'person_id') THEN 'person'
      ELSE 'none' END AS belonging
    FROM information_schema.tables t JOIN information_schema.columns c USING (table_schema, table_name)
    WHERE t.table_schema IN ('public', 'vault') AND NOT (
      SELECT relispartition FROM pg_class WHERE oid = format('%I.%I', t.table_schema, t.table_name)::regclass)
    GROUP BY 1 ORDER BY 1`;
}

/** All rows of an account and its members as text, by table, but for what the workers have learned of it. */
export async function rowsOf(app: App, accountId: AccountId): Promise<Record<string, string[]>> {
  const rows: Record<string, string[]> = {};
  const account = uuidOf(accountId);
  const membersOf = app.sql`SELECT person_id FROM members WHERE account_id = ${account}`;
  for (const { name, belonging } of await tablesOf(app)) {
    if (LEARNED.includes(name)) continue;
    const found =
      belonging === 'account'
        ? app.sql`account_id = ${account}`
        : belonging === 'person'
          ? app.sql`person_id IN (${membersOf})`
          : name === 'accounts'
            ? app.sql`id = ${account}`
            : name === 'people'
              ? app.sql`id IN (${membersOf})`
              : app.sql`false`;
    const texts = await app.sql<{ row: string }[]>`
      SELECT t::text AS row FROM ${app.sql(name)} t WHERE ${found} ORDER BY 1`;
    rows[name] = texts.map(({ row }) => row);
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
