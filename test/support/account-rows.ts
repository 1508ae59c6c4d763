import { uuidOf, type AccountId } from '../../src/ids.ts';
import type { App } from '../../src/platform.ts';

/** What workers write down in their own time: what they have learned, how far they have counted and sealed. */
const LEARNED = [
  ...['routing_evidence', 'routing_rollups', 'routing_hourly', 'routing_alarms'],
  ...['audit_unsealed', 'audit_blocks', 'audit_checkpoints', 'audit_cuts'],
];

/** How the rows of a table are an account's: by its id, by its members, or not at all. */
type Belonging = 'account' | 'person' | 'none';

/** Every table that is there; one in partitions once, with the rows of all of them. */
export async function tablesOf(app: App): Promise<{ name: string; belonging: Belonging }[]> {
  return app.sql<{ name: string; belonging: Belonging }[]>`
    SELECT CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname AS name, CASE
      WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'account_id') THEN 'account'
      WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'person_id') THEN 'person'
      ELSE 'none' END AS belonging
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('public', 'vault') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    ORDER BY 1`;
}

const MEMBERS = 'SELECT person_id FROM members WHERE account_id = $1';

/** What of a table is an account's (`$1`), but for what the workers have learned of it. */
function accountsPart({ name, belonging }: { name: string; belonging: Belonging }): string | undefined {
  if (LEARNED.includes(name)) return undefined;
  // That somebody tried to be its client or its person is told to the account, a moment later.
  if (name === 'audit_entries') return `account_id = $1 AND kind <> 'refusal'`;
  if (belonging === 'account') return 'account_id = $1';
  if (belonging === 'person') return `person_id IN (${MEMBERS})`;
  if (name === 'accounts') return 'id = $1';
  return name === 'people' ? `id IN (${MEMBERS})` : undefined;
}

/** One statement for all tables, by app: table by table, this was most of what the isolation tests took. */
const statements = new WeakMap<App, Promise<string>>();

async function rowsStatement(app: App): Promise<string> {
  const parts = (await tablesOf(app)).flatMap((table) => {
    const part = accountsPart(table);
    return part ? [`SELECT '${table.name}' AS name, t::text AS row FROM ${table.name} t WHERE ${part}`] : [];
  });
  return `${parts.join(' UNION ALL ')} ORDER BY name, row`;
}

/** All rows of an account and its members as text, by table. */
export async function rowsOf(app: App, accountId: AccountId): Promise<Record<string, string[]>> {
  const statement = statements.get(app) ?? rowsStatement(app);
  statements.set(app, statement);
  const found = await app.sql.unsafe<{ name: string; row: string }[]>(await statement, [uuidOf(accountId)], {
    prepare: true,
  });
  const rows: Record<string, string[]> = {};
  for (const { name, row } of found) (rows[name] ??= []).push(row);
  return rows;
}

/** Every row of every table of every schema as text: octets as hexadecimal digits. */
export async function dumpOf(app: App): Promise<{ table: string; row: string }[]> {
  const dump: { table: string; row: string }[] = [];
  const tables = await app.sql<{ name: string }[]>`
    SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
    WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`;
  for (const { name } of tables) {
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
