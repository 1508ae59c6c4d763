import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { databaseBeside } from './embedded/running.ts';
import { openSingle } from './single.ts';

/**
 * The database of `databaseBeside`, for a program that looks after what is stored: where nothing is yet it would
 * make an empty database, and find it whole.
 * @throws {Error} one line that names the variable to look at
 */
export async function existingDatabase(config: { databaseUrl: string; dataDir: string }): Promise<string> {
  const url = await databaseBeside(config);
  if (url === 'embedded') {
    if (!(await stat(resolve(config.dataDir, 'postgres/cluster')).catch(() => undefined)))
      throw new Error(
        `There is no database of Otpost in ${config.dataDir}, and DATABASE_URL is not set. Set it as the server has it, or DATA_DIR to the server's.`,
      );
  } else if (!(await hasAccounts(url)))
    throw new Error(
      'The database of DATABASE_URL has nothing of Otpost in it. Set DATABASE_URL as the server has it.',
    );
  return url;
}

async function hasAccounts(url: string): Promise<boolean> {
  const sql = openSingle(url);
  try {
    const [row] = await sql<{ known: boolean }[]>`SELECT to_regclass('accounts') IS NOT NULL AS known`;
    return row!.known;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
