import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator';
import { ADVISORY_LOCKS } from './advisory-locks.ts';
import { givingWay } from './giving-way.ts';
import { openSingle } from './single.ts';

const MIGRATIONS = fileURLToPath(new URL('../../drizzle', import.meta.url));
const OLDEST_SERVER = 15;
// All migrations are one transaction, which keeps each table that it changes. Processes that serve meanwhile have some
// tables and wait for others, the one for the other in ways that PostgreSQL does not see (`holding.ts`); so whoever
// migrates is the one to give way.
const LOCK_TIMEOUT_MS = 2_000;
const TRIES = 30;

/**
 * Brings the database up to date. Safe to run from many processes at once.
 * @param migrationsFolder for tests, which begin with an older one
 * @throws {Error} that says what to do when the server is too old, or tables stay in use for about two minutes
 */
export async function migrate(connectionString: string, migrationsFolder = MIGRATIONS): Promise<void> {
  const sql = openSingle(connectionString);
  try {
    const [row] = await sql<
      { version: number }[]
    >`SELECT current_setting('server_version_num')::int / 10000 AS version`;
    if (row!.version < OLDEST_SERVER)
      throw new Error(`PostgreSQL ${row!.version} is too old: Otpost needs ${OLDEST_SERVER} or newer.`);
    await sql`SELECT pg_advisory_lock(${ADVISORY_LOCKS.migration})`;
    await sql`SELECT set_config('lock_timeout', ${String(LOCK_TIMEOUT_MS)}, false)`;
    const error = await givingWay(() => applyMigrations(drizzle({ client: sql }), { migrationsFolder }), {
      tries: TRIES,
      waitMs: () => LOCK_TIMEOUT_MS,
    });
    if (error !== undefined)
      throw new Error(
        'Tables that have to be changed stay in use. Stop the other processes, and start again.',
        {
          cause: error,
        },
      );
    await sql`SELECT pg_advisory_unlock(${ADVISORY_LOCKS.migration})`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
