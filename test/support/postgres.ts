import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/db/embedded.ts';
import { migrate } from '../../src/db/migrate.ts';
import { askRun } from './run-services.ts';

export interface TestDatabase extends AsyncDisposable {
  url: string;
  drop(): Promise<void>;
}

/** What the run tells a test file, so that it can make databases of its own. */
export interface TestPostgresInfo {
  serverUrl: string;
  template: string;
}

/** A migrated database for this test file alone. Costs about 50 ms; it is dropped whoever still uses it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return create((template) => `template ${template} strategy file_copy`);
}

/** One without a table, for what makes them. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return create(() => '');
}

/** What another one is now. Nobody may be connected to that. */
export async function copyDatabase({ url }: TestDatabase): Promise<TestDatabase> {
  return create(() => `template ${new URL(url).pathname.slice(1)} strategy file_copy`);
}

async function create(from: (template: string) => string): Promise<TestDatabase> {
  const { serverUrl, template } = (await askRun('postgres')) as TestPostgresInfo;
  const name = template.replace(/template$/, randomBytes(6).toString('hex'));
  await administer(serverUrl, `create database ${name} ${from(template)}`);
  const drop = () => administer(serverUrl, `drop database if exists ${name} with (force)`);
  return { url: databaseUrl(serverUrl, name), drop, [Symbol.asyncDispose]: drop };
}

/** One PostgreSQL for the run, embedded or that of `TEST_DATABASE_URL`, with a migrated template database. */
export async function startTestPostgres(): Promise<TestPostgresInfo & AsyncDisposable> {
  await using starting = new AsyncDisposableStack();
  const given = process.env.TEST_DATABASE_URL;
  const serverUrl = given ?? starting.use(await startThrowawayPostgres()).url;
  const prefix = `otpost_test_${randomBytes(4).toString('hex')}_`;
  const template = `${prefix}template`;
  await administer(serverUrl, `create database ${template}`);
  if (given) starting.defer(() => dropAll(serverUrl, prefix));
  await migrate(databaseUrl(serverUrl, template));
  const running = starting.move();
  return { serverUrl, template, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function startThrowawayPostgres(): Promise<EmbeddedPostgres> {
  const dataDir = await mkdtemp(join(tmpdir(), 'otpost-test-postgres-'));
  const removeNow = () => rmSync(dataDir, { recursive: true, force: true });
  process.once('exit', removeNow);
  // PostgreSQL's own user has to get in when the tests run as root.
  await chmod(dataDir, 0o711);
  const server = await startEmbeddedPostgres({
    dataDir,
    log: () => undefined,
    // This data need not survive a power cut, and every test file has connections.
    settings: { fsync: 'off', full_page_writes: 'off', max_connections: '300', shared_buffers: '128MB' },
  });
  return {
    url: server.url,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
      process.off('exit', removeNow);
    },
  };
}

async function dropAll(serverUrl: string, prefix: string): Promise<void> {
  await using server = administrator(serverUrl);
  const left = await server.sql<{ datname: string }[]>`
    select datname from pg_database where starts_with(datname, ${prefix})`;
  for (const { datname } of left) await server.sql.unsafe(`drop database if exists ${datname} with (force)`);
}

async function administer(serverUrl: string, statement: string): Promise<void> {
  await using server = administrator(serverUrl);
  await server.sql.unsafe(statement);
}

function administrator(serverUrl: string) {
  const sql = postgres(serverUrl, { max: 1, onnotice: () => undefined });
  return { sql, [Symbol.asyncDispose]: () => sql.end() };
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
