import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { createEmptyDatabase } from '../support/postgres.ts';
import { runToEnd } from '../support/processes.ts';

// What a forgotten DATABASE_URL must not end with: that all is well, said of a database made just now.

const PROGRAMS = [
  ['audit:verify', 'src/audit-verify.ts'],
  ['keys:rotate', 'src/rotate-keys.ts'],
] as const;

test.each(PROGRAMS)('%s refuses a DATA_DIR without a database, and makes none', async (name, entry) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'otpost-test-none-'));
  await using _dataDir = { [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true, force: true }) };
  const { lines, ended } = await runToEnd({ entry, env: { DATA_DIR: dataDir } });
  expect(lines).toEqual([
    `${name}: There is no database of Otpost in ${dataDir}, and DATABASE_URL is not set. Set it as the server has it, or DATA_DIR to the server's.`,
  ]);
  expect(ended).toBe(1);
  expect(await readdir(dataDir)).toEqual([]);
});

test.each(PROGRAMS)('%s refuses a database of something else, and leaves it alone', async (name, entry) => {
  await using database = await createEmptyDatabase();
  const env = { DATABASE_URL: database.url, OTPOST_KEYS: `k1:${Buffer.alloc(32, 5).toString('base64')}` };
  const { lines, ended } = await runToEnd({ entry, env });
  expect(lines).toEqual([
    `${name}: The database of DATABASE_URL has nothing of Otpost in it. Set DATABASE_URL as the server has it.`,
  ]);
  expect(ended).toBe(1);
  const sql = postgres(database.url, { max: 1 });
  const tables =
    await sql`SELECT FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`;
  await sql.end();
  expect(tables).toHaveLength(0);
});
