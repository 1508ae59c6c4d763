import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRedisBus } from '../../src/bus/redis.ts';
import { readRedisTls } from '../../src/bus/redis-tls.ts';
import { createTestApp, createWaitingAccount } from '../support/app.ts';
import { makeCertificates, type Certificates } from '../support/certificates.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { refusalToStart as refused } from '../support/refusal-to-start.ts';
import { startTlsPostgres, startTlsRedis, type TlsPostgres, type TlsServer } from '../support/tls-servers.ts';
import { until } from '../support/until.ts';
import { createNumbers, start } from '../support/verifying.ts';

// Real servers, whose certificates are for `localhost` and not for its address 127.0.0.1.

const aNumber = createNumbers(6_700_000);
const KEYS = `k1:${Buffer.alloc(32, 5).toString('base64')}`;
const files: Record<'ca' | 'otherCa' | 'cert' | 'key', string> = { ca: '', otherCa: '', cert: '', key: '' };
const stack = new AsyncDisposableStack();
let certificates: Certificates;

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'otpost-tls-'));
  stack.defer(() => rm(dir, { recursive: true }));
  const [ours, other] = await Promise.all([
    makeCertificates({ names: ['DNS:localhost'] }),
    makeCertificates(),
  ]);
  certificates = ours;
  const contents = { ca: ours.ca, otherCa: other.ca, cert: ours.client.cert, key: ours.client.key };
  for (const [name, content] of Object.entries(contents)) {
    files[name as keyof typeof files] = join(dir, name);
    await writeFile(join(dir, name), content, { mode: 0o600 });
  }
});
afterAll(() => stack.disposeAsync());

const refusalToStart = (env: Record<string, string>) => refused({ OTPOST_KEYS: KEYS, ...env });

describe('PostgreSQL over TLS', () => {
  let server: TlsPostgres;
  beforeAll(async () => {
    server = stack.use(await startTlsPostgres({ certificates }));
  });
  const url = (query: string, host = 'localhost', { port, password } = server) =>
    `postgres://otpost:${password}@${host}:${port}/postgres${query}`;
  const verified = () => `?sslmode=verify-full&sslrootcert=${files.ca}`;

  test('with a good certificate carries everything: migrations, transactions, reads', async () => {
    await using running = await createTestApp({ DATABASE_URL: url(verified()), ROLES: 'api' });
    const { app } = running;
    const who = await createWaitingAccount(app);
    await start(app, who, aNumber());
    expect(await app.db.query.verifications.findMany({ where: { accountId: who.accountId } })).toHaveLength(
      1,
    );
    const connections = await app.sql<{ ssl: boolean }[]>`
      SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'otpost'`;
    expect(connections.length).toBeGreaterThan(2);
    expect(connections.every(({ ssl }) => ssl)).toBe(true);
  });

  test('comes back after its connections were cut', async () => {
    await using running = await createTestApp({ DATABASE_URL: url(verified()), ROLES: 'api' });
    const { app } = running;
    const who = await createWaitingAccount(app);
    const cutter = postgres(url(''), { max: 1, ssl: { ca: certificates.ca } });
    await cutter`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'otpost'`;
    await cutter.end();
    await until(async () => (await start(app, who, aNumber()).catch(() => undefined)) !== undefined);
  });

  test('of an authority that is not trusted is refused, in one line', async () => {
    const said = await refusalToStart({
      DATABASE_URL: url(`?sslmode=verify-full&sslrootcert=${files.otherCa}`),
    });
    expect(said).toMatch(/^The certificate of PostgreSQL at localhost:\d+ does not verify: .*sslrootcert/);
    expect(await refusalToStart({ DATABASE_URL: url('?sslmode=verify-full') })).toMatch(
      /the system's authorities/,
    );
  });

  test('for another host is refused, in one line', async () => {
    const said = await refusalToStart({ DATABASE_URL: url(verified(), '127.0.0.1') });
    expect(said).toMatch(
      /^The certificate of PostgreSQL at 127\.0\.0\.1:\d+ does not verify: .*127\.0\.0\.1/,
    );
  });

  test('is taken for another host by verify-ca, and whoever it is by require', async () => {
    for (const query of [`?sslmode=verify-ca&sslrootcert=${files.ca}`, '?sslmode=require']) {
      await using running = await createTestApp({ DATABASE_URL: url(query, '127.0.0.1'), ROLES: 'api' });
      expect(await running.app.sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    }
  });

  test('is not done without: a server that has none is refused, in one line', async () => {
    await using plain = await createTestDatabase();
    const said = await refusalToStart({ DATABASE_URL: `${plain.url}${verified()}` });
    expect(said).toMatch(
      /^PostgreSQL at \S+ has no encryption, but DATABASE_URL asks for sslmode=verify-full/,
    );
  });

  test('shows a client certificate to a server that asks for one', async () => {
    await using strict = await startTlsPostgres({ certificates, clientCertificates: true });
    const own = `${verified()}&sslcert=${files.cert}&sslkey=${files.key}`;
    await using running = await createTestApp({ DATABASE_URL: url(own, 'localhost', strict), ROLES: 'api' });
    expect(await running.app.sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    const said = await refusalToStart({ DATABASE_URL: url(verified(), 'localhost', strict) });
    expect(said).toMatch(/^PostgreSQL refused .*certificate/);
  });

  test('a file that is not there is named, in one line', async () => {
    const said = await refusalToStart({ DATABASE_URL: url('?sslmode=verify-full&sslrootcert=/no/such.crt') });
    expect(said).toBe('The sslrootcert of DATABASE_URL, /no/such.crt, cannot be read (ENOENT).');
  });
});

describe('Redis over TLS', () => {
  let server: TlsServer;
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  beforeAll(async () => {
    server = stack.use(await startTlsRedis({ certificates }));
    database = stack.use(await createTestDatabase());
  });
  const url = (host = 'localhost', { port } = server) => `rediss://${host}:${port}`;

  async function hears(redisUrl: string, tls: { ca: string | undefined; cert?: string; key?: string }) {
    const options = await readRedisTls(redisUrl, { cert: undefined, key: undefined, ...tls });
    const bus = createRedisBus({ url: redisUrl, tls: options, prefix: 't:', log: pino({ level: 'silent' }) });
    try {
      await until(() => bus.ready());
      const heard = Promise.withResolvers<string>();
      await bus.subscribe('c', { onMessage: heard.resolve, onResync: () => {} });
      bus.publish([{ channel: 'c', payload: 'hello' }]);
      return await heard.promise;
    } finally {
      await bus.close();
    }
  }

  test('with a good certificate carries messages', async () => {
    expect(await hears(url(), { ca: files.ca })).toBe('hello');
  });

  test('shows a client certificate to a server that asks for one', async () => {
    await using strict = await startTlsRedis({ certificates, clientCertificates: true });
    expect(await hears(url('localhost', strict), { ca: files.ca, cert: files.cert, key: files.key })).toBe(
      'hello',
    );
  });

  test.each([
    [
      'an authority that is not trusted',
      () => ({ REDIS_URL: url(), REDIS_CA_FILE: files.otherCa }),
      /certificate/,
    ],
    ['a system that does not know it', () => ({ REDIS_URL: url() }), /certificate/],
    ['another host', () => ({ REDIS_URL: url('127.0.0.1'), REDIS_CA_FILE: files.ca }), /127\.0\.0\.1/],
  ])('is refused at the start, in one line, by %s', async (_what, env, why) => {
    const said = await refusalToStart({ DATABASE_URL: database.url, ...env() });
    expect(said).toMatch(/^Redis does not answer at \S+ \(.+\)\. Check REDIS_URL and REDIS_CA_FILE/);
    expect(said).toMatch(why);
  });

  test.each([
    [{ REDIS_URL: 'redis://127.0.0.1:1', REDIS_CA_FILE: '/no/ca.crt' }, /does not begin with rediss:/],
    [
      { REDIS_URL: 'rediss://127.0.0.1:1', REDIS_CA_FILE: '/no/ca.crt' },
      /REDIS_CA_FILE, \/no\/ca\.crt, cannot be read/,
    ],
    [{ REDIS_URL: 'rediss://127.0.0.1:1', REDIS_CERT_FILE: '/no/crt' }, /needs both/],
  ])('configured by halves is refused (%#)', async (env, why) => {
    expect(await refusalToStart({ DATABASE_URL: database.url, ...env })).toMatch(why);
  });
});
