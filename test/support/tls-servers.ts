import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { startEmbeddedPostgres } from '../../src/db/embedded.ts';
import { loadPostgresBinaries } from '../../src/db/embedded/binaries.ts';
import { freePort } from '../../src/db/embedded/free-port.ts';
import { postgresIdentity } from '../../src/db/embedded/identity.ts';
import type { Certificates } from './certificates.ts';
import { redisServer } from './redis.ts';
import { until } from './until.ts';

export interface TlsServer extends AsyncDisposable {
  port: number;
}

export interface TlsPostgres extends TlsServer {
  password: string;
}

interface TlsServerOptions {
  certificates: Certificates;
  /** Clients have to show a certificate, too. */
  clientCertificates?: boolean;
}

/** A PostgreSQL of the test's own that takes connections over TLS only. */
export async function startTlsPostgres({
  certificates,
  clientCertificates = false,
}: TlsServerOptions): Promise<TlsPostgres> {
  await using starting = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'otpost-tls-postgres-'));
  starting.defer(() => rm(dataDir, { recursive: true, force: true }));
  await chmod(dataDir, 0o711);
  const files = join(dataDir, 'tls');
  await mkdir(files);
  const method = clientCertificates ? 'cert' : 'scram-sha-256';
  const contents = {
    'server.key': certificates.key,
    'server.crt': certificates.cert,
    'ca.crt': certificates.ca,
    'pg_hba.conf': `hostssl all all 127.0.0.1/32 ${method}\n`,
  };
  const { postgres } = await loadPostgresBinaries();
  const identity = await postgresIdentity(join(dataDir, 'cluster'), [postgres, dataDir], () => undefined);
  await identity.own(files);
  for (const [name, content] of Object.entries(contents)) {
    await writeFile(join(files, name), content, { mode: 0o600 });
    await identity.own(join(files, name));
  }
  const port = await freePort();
  const server = starting.use(
    await startEmbeddedPostgres({
      ...{ dataDir, port, log: () => undefined },
      settings: {
        fsync: 'off',
        ssl: 'on',
        ssl_key_file: join(files, 'server.key'),
        ssl_cert_file: join(files, 'server.crt'),
        ssl_ca_file: join(files, 'ca.crt'),
        hba_file: join(files, 'pg_hba.conf'),
      },
    }),
  );
  const running = starting.move();
  return {
    port,
    password: new URL(server.url).password,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** A Redis of the test's own that listens over TLS only. */
export async function startTlsRedis({
  certificates,
  clientCertificates = false,
}: TlsServerOptions): Promise<TlsServer> {
  const dir = await mkdtemp(join(tmpdir(), 'otpost-tls-redis-'));
  const file = async (name: string, content: string) => {
    await writeFile(join(dir, name), content, { mode: 0o600 });
    return join(dir, name);
  };
  const port = await freePort();
  const settings = {
    port: '0',
    'tls-port': String(port),
    'tls-cert-file': await file('server.crt', certificates.cert),
    'tls-key-file': await file('server.key', certificates.key),
    'tls-ca-cert-file': await file('ca.crt', certificates.ca),
    'tls-auth-clients': clientCertificates ? 'yes' : 'no',
    bind: '127.0.0.1',
    dir,
    save: '',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const server = spawn(redisServer(), args, { stdio: 'ignore' });
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);
  await until(() => speaksTls(port), { what: 'redis-server over TLS' });
  return {
    port,
    async [Symbol.asyncDispose]() {
      process.off('exit', kill);
      const ended = once(server, 'exit');
      kill();
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function speaksTls(port: number): Promise<boolean> {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return true;
  } catch {
    return false;
  } finally {
    socket.on('error', () => {});
    socket.destroy();
  }
}
