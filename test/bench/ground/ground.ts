import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOrStartRedis } from '../../support/redis.ts';
import { openDatabases, type Databases } from './databases.ts';
import { createProcesses, type Processes } from './processes.ts';

/** What all rows share. Disposing leaves nothing behind: no process, no database, no file. */
export interface Ground extends AsyncDisposable {
  databases: Databases;
  processes: Processes;
  redisUrl: string;
  /** A new folder for files that nobody wants to keep. */
  createFolder(): Promise<string>;
  /** Small counts: to see that everything runs, not how fast. */
  quick: boolean;
  /** How often a row is measured: three times, once when quick. */
  turns: number;
  /** Where the profiles of all processes under test go, if anywhere. */
  profileDir: string | undefined;
  /** Unlike that of any other run on the same Redis. */
  redisPrefix(): string;
  say(line: string): void;
}

export interface GroundOptions {
  quick: boolean;
  profileDir: string | undefined;
  say: (line: string) => void;
}

export async function openGround({ quick, profileDir, say }: GroundOptions): Promise<Ground> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'otpost-bench-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  starting.defer(remove);
  const redis = starting.use(await findOrStartRedis());
  const settings = profileDir ? STATEMENT_STATISTICS : {};
  const databases = starting.use(await openDatabases(process.env['DATABASE_URL'], settings));
  const processes = createProcesses();
  starting.defer(() => processes.killAll());
  const running = starting.move();
  return {
    databases,
    processes,
    redisUrl: redis.url,
    createFolder: () => mkdtemp(join(folder, 'data-')),
    quick,
    turns: quick ? 1 : 3,
    profileDir,
    redisPrefix: () => `otpost-bench-${randomBytes(6).toString('hex')}`,
    say,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const STATEMENT_STATISTICS = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.max': '1000',
  // 0.1 µs per statement, and only in a run that is not for its numbers.
  track_io_timing: 'on',
};
