import type { Sql } from '../../../src/db/client.ts';

const TOP = 25;

/** Begins to count what a database does; without the extension, which only the embedded one has, nothing. */
export async function countStatements(sql: Sql): Promise<void> {
  await sql`CREATE EXTENSION IF NOT EXISTS pg_stat_statements`.catch(() => undefined);
}

/** The statements that took the most time of the database, if they were counted. */
export async function summarizeStatements(sql: Sql): Promise<string> {
  const rows = await sql<Statement[]>`
    SELECT query, calls::int, rows::int, total_exec_time AS "execMs", total_plan_time AS "planMs",
      wal_bytes::float8 AS "walBytes"
    FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    ORDER BY total_exec_time DESC LIMIT ${TOP}`.catch(() => []);
  const lines = rows.map(({ query, calls, rows, execMs, planMs, walBytes }) =>
    [
      `${Math.round(execMs)} ms`.padStart(9),
      `${(execMs / calls).toFixed(2)} ms each`.padStart(15),
      `${calls} calls`.padStart(13),
      `${rows} rows`.padStart(13),
      `${(planMs / calls).toFixed(2)} ms planning`.padStart(17),
      `${Math.round(walBytes / 1_048_576)} MB WAL`.padStart(11),
      query.replace(/\s+/g, ' ').slice(0, 110),
    ].join('  '),
  );
  return lines.join('\n');
}

interface Statement {
  query: string;
  calls: number;
  rows: number;
  execMs: number;
  planMs: number;
  walBytes: number;
}
