import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres, { type Sql } from 'postgres';
import { migrate } from '../../src/db/migrate.ts';
import { createEmptyDatabase } from './postgres.ts';

/** A database as an older program left it. */
export interface OldDatabase extends AsyncDisposable {
  sql: Sql;
  url: string;
  /** Does what the start of the current program does to it. */
  upgrade(): Promise<void>;
}

/** @param before the name of the first migration that the older program did not have, without its time */
export async function createOldDatabase(before: string): Promise<OldDatabase> {
  await using starting = new AsyncDisposableStack();
  const { url } = starting.use(await createEmptyDatabase());
  const folder = await mkdtemp(join(tmpdir(), 'otpost-test-migrations-'));
  try {
    const all = (await readdir('drizzle')).sort();
    const end = all.findIndex((name) => name.endsWith(`_${before}`));
    if (end === -1) throw new Error(`no migration ${before}`);
    for (const name of all.slice(0, end))
      await cp(join('drizzle', name), join(folder, name), { recursive: true });
    await migrate(url, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
  const sql = postgres(url, { max: 2, onnotice: () => undefined });
  starting.defer(() => sql.end());
  const running = starting.move();
  return { sql, url, upgrade: () => migrate(url), [Symbol.asyncDispose]: () => running.disposeAsync() };
}
