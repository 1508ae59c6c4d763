import postgres from 'postgres';
import { expect, test } from 'vitest';
import { isOutage } from '../../src/db/outage.ts';
import { socketFactory } from '../../src/db/socket.ts';
import { createTestAccount, createTestApp } from '../support/app.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { startProxy } from '../support/proxy.ts';
import { createCarriers } from '../support/simulated-carriers.ts';
import { until } from '../support/until.ts';
import {
  attemptsOf,
  codesOn,
  createNumbers,
  happened,
  historyOf,
  messagesOf,
  start,
} from '../support/verifying.ts';

/** Connecting there fails at once, as everywhere when the network is gone. */
const NO_ROUTE = '255.255.255.255:5432';
const DRIVER = { backoff: () => 0.05, socket: socketFactory(undefined) } as object;

const aNumber = createNumbers(5_000_000);

test('a database without a route to it fails what is asked of it, and is tried again until there is one', async () => {
  await using database = await createTestDatabase();
  const { host } = new URL(database.url);
  const sql = postgres(database.url.replace(host, NO_ROUTE), { max: 1, ...DRIVER });
  await expect(sql`select 1`).rejects.toSatisfy(isOutage);
  await expect(sql`select 1`).rejects.toSatisfy(isOutage);
  // The route comes back.
  const { hostname, port } = new URL(database.url);
  Object.assign(sql.options, { host: [hostname], port: [Number(port)] });
  expect(await sql`select 1 as answer`).toMatchObject([{ answer: 1 }]);
  await sql.end();
});

test('what is asked in the very moment in which a connection is reset is answered by the next one', async () => {
  await using database = await createTestDatabase();
  const url = new URL(database.url);
  await using wire = await startProxy({ host: url.hostname, port: Number(url.port) });
  url.host = `127.0.0.1:${wire.port}`;
  const sql = postgres(url.href, { max: 1, ...DRIVER });
  await sql`select 1`;
  const cut = sql`select pg_sleep(60)`.then(
    () => 'slept',
    (error: unknown) => isOutage(error),
  );
  const asked = cut.then(() => sql`select 1 as answer`);
  setTimeout(wire.reset, 50);
  expect(await cut).toBe(true);
  expect(await asked).toMatchObject([{ answer: 1 }]);
  await sql.end();
});

test('a database that goes away for a moment loses nothing: starts are refused, what was in flight is sent once', async () => {
  await using database = await createTestDatabase();
  const url = new URL(database.url);
  await using wire = await startProxy({ host: url.hostname, port: Number(url.port) });
  url.host = `127.0.0.1:${wire.port}`;
  await using running = await createTestApp({ ROLES: 'worker,simulator', DATABASE_URL: url.href });
  const { app } = running;
  const who = await createTestAccount(app);
  await createCarriers(app)(who, { profile: 'normal', responseMs: [400, 600], receiptMs: [700, 900] });
  const before = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const to = aNumber();
      return { to, v: await start(app, who, to) };
    }),
  );
  for (const { v } of before) await until(async () => (await attemptsOf(app, v)).length === 1);

  // The answers of the carrier, then its receipts, find no database.
  await wire.cut();
  const refused = await Promise.allSettled(Array.from({ length: 50 }, () => start(app, who, aNumber())));
  expect(refused.every(({ status }) => status === 'rejected')).toBe(true);
  await until(() => before.every(({ to }) => codesOn(app, to).length > 0));
  await wire.mend();

  const after = await until(() => start(app, who, aNumber()));
  await happened(app, after, 'MessageDelivered');
  for (const { to, v } of before) {
    expect(await happened(app, v, 'MessageDelivered')).toEqual(await historyOf(app, v));
    expect(await messagesOf(app, v)).toMatchObject([{ status: 'delivered', attemptsSpent: 1 }]);
    expect(await attemptsOf(app, v)).toMatchObject([{ status: 'delivered' }]);
    expect(codesOn(app, to)).toHaveLength(1);
  }
});
