import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { describe, expect, test as base } from 'vitest';
import { startEmbeddedPostgres } from '../../src/db/embedded.ts';
import { startOtpost, startProcess, type RunningProcess } from '../support/processes.ts';
import { until } from '../support/until.ts';

const quiet = () => undefined;

const test = base.extend<{ dataDir: string }>({
  dataDir: async ({}, use) => {
    const dir = await mkdtemp(join(tmpdir(), 'otpost-embedded-'));
    await chmod(dir, 0o711);
    await use(join(dir, 'db'));
    await rm(dir, { recursive: true, force: true });
  },
});

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const sql = postgres(url, { max: 1, onnotice: quiet });
  try {
    return await sql.unsafe<Record<string, unknown>[]>(statement);
  } finally {
    await sql.end();
  }
}

function startOwner(dataDir: string, ...args: 'drain'[]): Promise<RunningProcess> {
  return startProcess({
    entry: 'test/support/fixtures/database-owner.ts',
    args: [dataDir, ...args],
    ready: /^url /,
  });
}

const urlOf = (owner: RunningProcess) => owner.lines.find((line) => line.startsWith('url '))!.slice(4);

describe('the embedded PostgreSQL', () => {
  test('finds its data again at the next start', async ({ dataDir }) => {
    {
      await using first = await startEmbeddedPostgres({ dataDir, log: quiet });
      await query(first.url, 'create table kept as select 42 as answer');
    }
    await using second = await startEmbeddedPostgres({ dataDir, log: quiet });
    expect(await query(second.url, 'select answer from kept')).toMatchObject([{ answer: 42 }]);
  });

  test('is durable and listens on 127.0.0.1 alone', async ({ dataDir }) => {
    await using database = await startEmbeddedPostgres({ dataDir, log: quiet });
    const settings = await query(
      database.url,
      `select name, setting from pg_settings
       where name in ('synchronous_commit', 'fsync', 'listen_addresses', 'jit') order by name`,
    );
    expect(settings.map((row) => [row.name, row.setting])).toEqual([
      ['fsync', 'on'],
      ['jit', 'off'],
      ['listen_addresses', '127.0.0.1'],
      ['synchronous_commit', 'on'],
    ]);
  });

  test('asks for its password', async ({ dataDir }) => {
    await using database = await startEmbeddedPostgres({ dataDir, log: quiet });
    const url = new URL(database.url);
    url.password = 'guess';
    await expect(query(url.href, 'select 1')).rejects.toThrow(/password authentication failed/);
  });

  test('of a process that was killed is stopped and taken over, with all that was committed', async ({
    dataDir,
  }) => {
    await using owner = await startOwner(dataDir);
    await query(urlOf(owner), 'create table kept as select 42 as answer');
    await owner.kill();
    await using next = await startEmbeddedPostgres({ dataDir, log: quiet });
    expect(await query(next.url, 'select answer from kept')).toMatchObject([{ answer: 42 }]);
    await expect(query(urlOf(owner), 'select 1')).rejects.toThrow();
  });

  test('refuses a second owner of its data, and names the first', async ({ dataDir }) => {
    await using owner = await startOwner(dataDir);
    await expect(startEmbeddedPostgres({ dataDir, log: quiet })).rejects.toThrow(
      new RegExp(`in use by another Otpost \\(process ${owner.pid}\\)`),
    );
    expect(await query(urlOf(owner), 'select 1 as still')).toMatchObject([{ still: 1 }]);
  });

  test('serves until the app has drained after Ctrl-C, then stops with it', async ({ dataDir }) => {
    await using owner = await startOwner(dataDir, 'drain');
    const url = urlOf(owner);
    owner.signalGroup('SIGINT');
    await until(() => owner.lines.includes('draining'));
    expect(await query(url, 'select 1 as still')).toMatchObject([{ still: 1 }]);
    owner.signalGroup('SIGUSR2');
    expect(await owner.ended).toBe(0);
    expect(owner.lines.slice(-2)).toEqual([
      expect.stringContaining('database system is shut down'),
      'stopped',
    ]);
    await expect(query(url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
  });

  test('stops with the app when the terminal is closed', async ({ dataDir }) => {
    const free = { PORT: '0', SIMULATOR_PORT: '0', SIMULATOR_SMPP_PORT: '0', EXAMPLE_PORT: '0' };
    await using otpost = await startOtpost({ DATA_DIR: dataDir, LOG_LEVEL: 'silent', ...free });
    const pidFile = join(dataDir, 'postgres', 'cluster', 'postmaster.pid');
    expect(existsSync(pidFile)).toBe(true);
    // Its shell passes on what the terminal has said already.
    otpost.signalGroup('SIGHUP');
    otpost.signalGroup('SIGHUP');
    expect(await otpost.ended).toBe(0);
    expect(otpost.lines.at(-1)).toMatch(/^otpost: SIGHUP, finishing/);
    expect(existsSync(pidFile)).toBe(false);
  });

  test('says what PostgreSQL said when it does not start', async ({ dataDir }) => {
    const broken = startEmbeddedPostgres({ dataDir, log: quiet, settings: { max_connections: 'many' } });
    await expect(broken).rejects.toThrow(/did not start[^]*max_connections/);
    // The failed start let go of the directory.
    await using database = await startEmbeddedPostgres({ dataDir, log: quiet });
    await until(() => query(database.url, 'select 1'));
  });
});
