import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { globSync, rmSync } from 'node:fs';
import { chmod, mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { freePort } from '../../src/db/embedded/free-port.ts';
import { postgresIdentity } from '../../src/db/embedded/identity.ts';
import { launch, stop, succeeded, untilReady } from '../../src/db/embedded/server.ts';
import { migrate } from '../../src/db/migrate.ts';
import { findProgram } from './apt.ts';

const run = promisify(execFile);

/** Where distributions put all programs of a server, newest first; on the PATH there are often only wrappers of them. */
const PLACES = ['/usr/lib/postgresql/*/bin', '/usr/pgsql-*/bin', '/opt/homebrew/opt/postgresql@*/bin'];
const NEEDED = ['initdb', 'postgres', 'pg_dump', 'pg_restore'];
const OLDEST = 15;

/** @returns the folder of a server's programs with pg_dump among them, which the embedded one does not bring */
export function findServerWithDump(): string | undefined {
  const onPath = findProgram('pg_dump');
  const folders = [...(onPath ? [dirname(onPath)] : []), ...globSync(PLACES).sort().reverse()];
  return folders.find((folder) => {
    if (!NEEDED.every((name) => globSync(join(folder, name)).length > 0)) return false;
    const said = execFileSync(join(folder, 'pg_dump'), ['--version'], { encoding: 'utf8' });
    return Number(/ (\d+)/.exec(said)?.[1]) >= OLDEST;
  });
}

/** A server of its own, whose databases pg_dump reads: it refuses those of a newer version. */
export interface ServerWithDump extends AsyncDisposable {
  /** @returns the URL of a migrated one, or of one without a table */
  createDatabase(is?: 'migrated' | 'empty'): Promise<string>;
  pgDump(...args: string[]): Promise<string>;
  pgRestore(...args: string[]): Promise<string>;
  /** Where dumps can lie: it goes with the server. */
  folder: string;
}

export async function startServerWithDump(programs: string): Promise<ServerWithDump> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'otpost-test-pg-dump-'));
  const removeNow = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeNow);
  starting.defer(async () => {
    await rm(folder, { recursive: true, force: true });
    process.off('exit', removeNow);
  });
  // PostgreSQL's own user has to get in when the tests run as root.
  await chmod(folder, 0o711);
  const cluster = join(folder, 'cluster');
  const program = (name: string) => join(programs, name);
  const identity = await postgresIdentity(cluster, [program('postgres'), folder], () => undefined);
  const password = randomBytes(18).toString('base64url');
  await mkdir(cluster, { mode: 0o700 });
  await writeFile(join(folder, 'password'), password, { mode: 0o600 });
  for (const path of [cluster, join(folder, 'password')]) await identity.own(path);
  const access = ['--username=otpost', `--pwfile=${join(folder, 'password')}`, '--auth=scram-sha-256'];
  const options = [`--pgdata=${cluster}`, ...access, '--encoding=UTF8', '--locale=C', '--no-sync'];
  await succeeded(launch(identity, program('initdb'), options));
  const port = await freePort();
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'timezone=UTC'];
  const flags = settings.flatMap((setting) => ['-c', setting]);
  const server = launch(identity, program('postgres'), ['-D', cluster, '-p', String(port), ...flags]);
  starting.defer(() => stop(server));
  const takeAlong = () => server.kill('SIGINT');
  process.once('exit', takeAlong);
  starting.defer(() => void process.off('exit', takeAlong));
  await untilReady(server, () => undefined);

  const urlOf = (database: string) => `postgres://otpost:${password}@127.0.0.1:${port}/${database}`;
  let made = 0;
  const running = starting.move();
  const say = async (name: string, args: string[]) =>
    (await run(program(name), args, { encoding: 'utf8', maxBuffer: 2 ** 28 })).stdout;
  return {
    folder,
    async createDatabase(is = 'empty') {
      const name = `test_${++made}`;
      const sql = postgres(urlOf('postgres'), { max: 1 });
      await sql.unsafe(`CREATE DATABASE ${name}`);
      await sql.end();
      if (is === 'migrated') await migrate(urlOf(name));
      return urlOf(name);
    },
    pgDump: (...args) => say('pg_dump', args),
    pgRestore: (...args) => say('pg_restore', args),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
