import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDevFile } from '../../src/demo/dev-file.ts';
import { createTestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { runToEnd } from '../support/processes.ts';
import { refusalToStart } from '../support/refusal-to-start.ts';

const KEYS = `k1:${Buffer.alloc(32, 5).toString('base64')}`;
/** Connecting there fails at once, as everywhere when the network is gone. */
const NO_ROUTE = '255.255.255.255';

let database: TestDatabase;
let folder: string;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  database = stack.use(await createTestDatabase());
  folder = await mkdtemp(join(tmpdir(), 'otpost-test-start-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
});
afterAll(() => stack.disposeAsync());

const refusal = (env: Record<string, string>) =>
  refusalToStart({
    DATABASE_URL: database.url,
    OTPOST_KEYS: KEYS,
    DATA_DIR: folder,
    ...env,
  });

test('an address that is not of this machine, and a name that nobody knows, are laid at the door of HOST', async () => {
  expect(await refusal({ HOST: '192.0.2.1' })).toMatch(
    /^HOST 192\.0\.2\.1 is no address of this machine\. Set HOST/,
  );
  expect(await refusal({ HOST: 'nosuchhost.invalid' })).toMatch(
    /^HOST nosuchhost\.invalid is a name that nobody/,
  );
});

test.each(['PORT', 'SIMULATOR_PORT', 'SIMULATOR_SMPP_PORT', 'EXAMPLE_PORT'])(
  'a port that is taken names the variable to change: %s',
  async (variable) => {
    await using other = await listen(() => {});
    const free = { PORT: '0', SIMULATOR_PORT: '0', SIMULATOR_SMPP_PORT: '0', EXAMPLE_PORT: '0' };
    const said = await refusal({ ROLES: 'api,simulator', ...free, [variable]: String(other.port) });
    expect(said).toBe(
      `Port ${other.port} is taken, maybe by another Otpost. Stop what uses it, or choose another: ${variable} (0 takes a free one).`,
    );
  },
);

test.each(['PORT', 'EXAMPLE_PORT'])(
  'a first start that finds %s taken loses nothing: the next one says how to sign in, and that works',
  async (variable) => {
    await using fresh = await createTestDatabase();
    const dataDir = await mkdtemp(join(folder, 'first-'));
    const env = {
      ...{ DATABASE_URL: fresh.url, DATA_DIR: dataDir, ROLES: 'api,simulator' },
      ...{ PORT: '0', SIMULATOR_PORT: '0', SIMULATOR_SMPP_PORT: '0', EXAMPLE_PORT: '0' },
    };
    await using other = await listen(() => {});
    expect(await refusal({ ...env, [variable]: String(other.port) })).toContain(`${variable} (0 takes`);
    const left = await readDevFile(dataDir);

    await using next = await createTestApp({ ...env, OTPOST_KEYS: KEYS });
    const { owner, apiKey } = next.app.demo!;
    expect(apiKey).toBe(left?.apiKey);
    expect(await new Browser(next.app).signIn(owner!.email, owner!.password)).toMatchObject({ status: 200 });
    expect((await readDevFile(dataDir))?.owner).toEqual(owner);
  },
);

test('a file in the place of DATA_DIR is named', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  expect(await refusal({ DATABASE_URL: 'embedded', DATA_DIR: file })).toMatch(
    /file\S* is no folder .* Choose another DATA_DIR\.$/,
  );
});

test.runIf(process.platform === 'linux')(
  'a DATA_DIR in a file system that makes no folders is named',
  async () => {
    expect(await refusal({ DATABASE_URL: 'embedded', DATA_DIR: '/proc/otpost/data' })).toBe(
      'No folder can be made at /proc/otpost. Choose another DATA_DIR.',
    );
  },
);

test('a PostgreSQL without a route to it is told in one line', async () => {
  const { lines, ended } = await runToEnd({
    entry: 'src/main.ts',
    env: { DATABASE_URL: `postgres://u:x@${NO_ROUTE}/x`, DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'silent' },
  });
  expect(lines).toEqual([
    `otpost: Nothing answers at ${NO_ROUTE}:5432. Check DATABASE_URL, and that PostgreSQL runs there.`,
  ]);
  expect(ended).toBe(1);
});

test('a Redis without a route to it is told in one line', async () => {
  expect(await refusal({ REDIS_URL: `redis://${NO_ROUTE}` })).toMatch(
    /^Redis does not answer at 255\.255\.255\.255 \(.*\)\. Check REDIS_URL, and that a Redis runs there\.$/,
  );
});

test('what answers at REDIS_URL and is no Redis is told in one line', async () => {
  await using other = await listen((socket) => socket.on('data', () => socket.end()));
  expect(await refusal({ REDIS_URL: `redis://127.0.0.1:${other.port}` })).toBe(
    `Redis does not answer at 127.0.0.1:${other.port} (it takes the connection and closes it again). Check REDIS_URL, and that a Redis runs there.`,
  );
});

test('a Redis that is too old is refused, with what is needed', async () => {
  const info = '# Server\r\nredis_version:6.2.14\r\n';
  await using old = await listen((socket) =>
    socket.on('data', (sent) => {
      for (const command of sent
        .toString()
        .split(/^\*\d+\r\n/m)
        .slice(1))
        if (/\binfo\b/i.test(command)) socket.write(`$${info.length}\r\n${info}\r\n`);
        else socket.write(/\bping\b/i.test(command) ? '+PONG\r\n' : '+OK\r\n');
    }),
  );
  expect(await refusal({ REDIS_URL: `redis://127.0.0.1:${old.port}` })).toBe(
    `Redis 6.2.14 at 127.0.0.1:${old.port} is too old: Otpost needs 7 or newer.`,
  );
});

test('arguments that nobody knows are refused, with where to look', async () => {
  const { lines, ended } = await runToEnd({ entry: 'src/main.ts', args: ['--foo'] });
  expect(lines).toEqual([
    'otpost: --foo means nothing here: all is set by environment variables. npm start -- --help lists them.',
  ]);
  expect(ended).toBe(1);
});

async function listen(onSocket: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
