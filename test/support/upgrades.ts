import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres, { type Sql } from 'postgres';
import { migrate } from '../../src/db/migrate.ts';
import { copyDatabase, createEmptyDatabase, type TestDatabase } from './postgres.ts';

/** A database as an older program left it. */
export interface OldDatabase extends AsyncDisposable {
  sql: Sql;
  url: string;
  /** Does what the start of the current program does to it. */
  upgrade(): Promise<void>;
}

export interface OldDatabases extends AsyncDisposable {
  /** @param before the name of the first migration that the older program did not have, without its time */
  create(before: string): Promise<OldDatabase>;
}

interface Template {
  /** How many migrations it has. */
  migrations: number;
  database: TestDatabase;
}

/** Databases of whatever age. Each age is made once, out of the next older one that there is: most of it is migrating. */
export function createOldDatabases(): OldDatabases {
  const stack = new AsyncDisposableStack();
  const templates: Template[] = [];

  async function templateOf(migrations: number): Promise<TestDatabase> {
    const older = templates.filter((one) => one.migrations <= migrations);
    const nearest = older.toSorted((a, b) => b.migrations - a.migrations)[0];
    if (nearest?.migrations === migrations) return nearest.database;
    const database = stack.use(await (nearest ? copyDatabase(nearest.database) : createEmptyDatabase()));
    await migrateSoFar(database.url, migrations);
    templates.push({ migrations, database });
    return database;
  }

  return {
    async create(before) {
      const end = (await allMigrations()).findIndex((name) => name.endsWith(`_${before}`));
      if (end === -1) throw new Error(`no migration ${before}`);
      await using starting = new AsyncDisposableStack();
      const { url } = starting.use(await copyDatabase(await templateOf(end)));
      const sql = postgres(url, { max: 2, onnotice: () => undefined });
      starting.defer(() => sql.end());
      const running = starting.move();
      return { sql, url, upgrade: () => migrate(url), [Symbol.asyncDispose]: () => running.disposeAsync() };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function allMigrations(): Promise<string[]> {
  return (await readdir('drizzle')).sort();
}

async function migrateSoFar(url: string, migrations: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'otpost-test-migrations-'));
  try {
    for (const name of (await allMigrations()).slice(0, migrations))
      await cp(join('drizzle', name), join(folder, name), { recursive: true });
    await migrate(url, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
