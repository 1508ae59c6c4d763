import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator';
import { ADVISORY_LOCKS } from './advisory-locks.ts';
import { openSingle } from './single.ts';

const MIGRATIONS = fileURLToPath(new URL('../../drizzle', import.meta.url));
const OLDEST_SERVER = 15;

/**
 * Brings the database up to date. Safe to run from many processes at once.
 * @param migrationsFolder for tests, which begin with an older one
 * @throws {Error} that says what to do when the server is too old
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
    await applyMigrations(drizzle({ client: sql }), { migrationsFolder });
    await sql`SELECT pg_advisory_unlock(${ADVISORY_LOCKS.migration})`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
