import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import type { Sql } from '../../src/db/client.ts';
import { createHeartbeat } from '../../src/db/heartbeat.ts';
import { isOutage } from '../../src/db/outage.ts';
import { socketFactory } from '../../src/db/socket.ts';
import { startVerification } from '../../src/verifications/start.ts';
import { createTestApp, createWaitingAccount } from '../support/app.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { startOtpost } from '../support/processes.ts';
import { startProxy } from '../support/proxy.ts';
import { until } from '../support/until.ts';

/** A database behind a wire that can fall silent: connections stay open, nothing is answered. */
async function createSilentDatabase() {
  await using stack = new AsyncDisposableStack();
  const url = new URL(stack.use(await createTestDatabase()).url);
  const wire = stack.use(await startProxy({ host: url.hostname, port: Number(url.port) }));
  url.host = `127.0.0.1:${wire.port}`;
  const open = stack.move();
  return { url: url.href, wire, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

test('a process whose database is silent says in time that it is not ready, and is again when it speaks', async () => {
  await using database = await createSilentDatabase();
  await using running = await createTestApp({ DATABASE_URL: database.url });
  const ask = () => fetch(`${running.app.server!.url}/ready`, { signal: AbortSignal.timeout(8_000) });
  await until(async () => (await ask()).status === 200);
  database.wire.hush();
  const answers = await Promise.all([ask(), ask(), ask()]);
  expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
  expect(await answers[0].json()).toMatchObject({ ready: false, database: false, bus: true });
  database.wire.speak();
  await until(async () => (await ask()).status === 200);
});

test('a start that waits for a silent database fails as for one that is away, and asked again happens once', async () => {
  await using database = await createSilentDatabase();
  await using running = await createTestApp({ ROLES: 'api', DATABASE_URL: database.url });
  const { app } = running;
  const who = await createWaitingAccount(app);
  const ask = () =>
    startVerification(app, who, { to: '+385915550001', channel: 'sms', idempotencyKey: 'once' });
  database.wire.hush();
  await expect(ask()).rejects.toSatisfy(isOutage);
  database.wire.speak();
  const { id } = await until(ask);
  expect(await ask()).toMatchObject({ id });
  expect(await app.sql`SELECT count(*)::int FROM verifications`).toMatchObject([{ count: 1 }]);
});

test('a statement takes as long as it likes while the database answers, and no longer than its silence', async () => {
  await using database = await createSilentDatabase();
  await using stack = new AsyncDisposableStack();
  const open = (): Sql => {
    const sql = postgres(database.url, {
      max: 1,
      fetch_types: false,
      ...({ socket, backoff: () => 0.05 } as object),
    });
    stack.defer(() => sql.end({ timeout: 0 }));
    return sql;
  };
  const heartbeat = createHeartbeat(() => probe`select 1`, 100);
  stack.defer(() => heartbeat.stop());
  const socket = socketFactory(undefined, heartbeat.watch);
  const [probe, sql] = [open(), open()];
  await sql`select pg_sleep(3)`;
  const waiting = sql`select pg_sleep(60)`.execute();
  database.wire.hush();
  await expect(waiting).rejects.toSatisfy(isOutage);
  database.wire.speak();
  // Asked in the very turn in which the other failed.
  expect(await until(() => sql`select 1 as answer`)).toMatchObject([{ answer: 1 }]);
});

test('a process whose database is silent stops all the same soon after DRAIN_SECONDS, and says what it waited for', async () => {
  await using database = await createSilentDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'otpost-test-silent-'));
  try {
    await using otpost = await startOtpost({
      ROLES: 'api,worker',
      PORT: '0',
      DATABASE_URL: database.url,
      OTPOST_KEYS: `k1:${Buffer.alloc(32, 5).toString('base64')}`,
      DATA_DIR: dataDir,
      DRAIN_SECONDS: '1',
      LOG_LEVEL: 'silent',
    });
    database.wire.hush();
    otpost.signalGroup('SIGTERM');
    expect(await otpost.ended).toBe(1);
    expect(otpost.lines.at(-1)).toMatch(/^otpost: did not stop within 6 s: still waiting for [a-z]/);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
