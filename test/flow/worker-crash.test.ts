import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { idFromUuid, uuidOf, type VerificationId } from '../../src/ids.ts';
import type { AttemptStatus } from '../../src/messages/attempt.ts';
import type { MessageStatus } from '../../src/messages/message.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { startOtpost, type RunningProcess } from '../support/processes.ts';
import { redisUrl } from '../support/redis.ts';
import { createCarriers } from '../support/simulated-carriers.ts';
import { until } from '../support/until.ts';
import { codeOf, codesOn, createNumbers, start } from '../support/verifying.ts';

const GIVEN_BACK_WITHIN_MS = 10_000;
const LOAD = 300;

const aNumber = createNumbers(3_000_000);
const secret = () => randomBytes(32).toString('base64');
const env = {
  OTPOST_KEYS: `test:${secret()},index:${secret()}`,
  REDIS_URL: redisUrl(),
  REDIS_PREFIX: `otpost-test-${randomBytes(6).toString('hex')}`,
};

let main: TestApp;
let who: Principal;
const workers: RunningProcess[] = [];

beforeAll(async () => {
  main = await createTestApp({ ...env, ROLES: 'simulator' });
  who = await createTestAccount(main.app);
  // Slow enough that many are in flight at any moment.
  await createCarriers(main.app)(
    who,
    { profile: 'normal', responseMs: [300, 600], receiptMs: [600, 800] },
    // Each worker could take it all: nothing waits for a place.
    { window: LOAD },
  );
  await Promise.all([addWorker(), addWorker()]);
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
  await main[Symbol.asyncDispose]();
});

async function addWorker(): Promise<void> {
  const own = {
    ROLES: 'worker',
    OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32',
    DATABASE_URL: main.databaseUrl,
    DATABASE_POOL_SIZE: '4',
  };
  workers.push(await startOtpost({ ...env, ...own }));
}

/** Waits until so many workers are bound to the carrier. */
function bound(count: number): Promise<true> {
  return until(async () => {
    const response = await fetch(`${main.app.simulator!.url}/carriers`);
    return ((await response.json()) as { binds: number }[]).some(({ binds }) => binds === count) || undefined;
  });
}

interface Started {
  to: string;
  v: VerificationRow;
}

/** Starts verifications in waves, which the workers share, and returns while most of them are in flight. */
async function startLoad(): Promise<Started[]> {
  const { app } = main;
  const started: Started[] = [];
  while (started.length < LOAD) {
    const numbers = Array.from({ length: 10 }, aNumber);
    started.push(...(await Promise.all(numbers.map(async (to) => ({ to, v: await start(app, who, to) })))));
  }
  await until(async () => (await countOf('attempts', 'submitting')) >= LOAD / 5, { what: 'Many in flight' });
  return started;
}

async function countOf(table: 'attempts', status: AttemptStatus): Promise<number>;
async function countOf(table: 'messages', status: MessageStatus): Promise<number>;
async function countOf(table: string, status: string): Promise<number> {
  const [row] = await main.app.sql<{ count: number }[]>`
    SELECT count(*)::int AS count FROM ${main.app.sql(table)}
    WHERE account_id = ${uuidOf(who.accountId)} AND status = ${status}`;
  return row!.count;
}

/** Verifications with an attempt of which nobody knows whether it went out. */
async function unclear(): Promise<Set<VerificationId>> {
  const rows = await main.app.sql<{ id: string }[]>`
    SELECT verification_id::text AS id FROM attempts
    WHERE account_id = ${uuidOf(who.accountId)} AND status = 'unknown'`;
  return new Set(rows.map(({ id }) => idFromUuid('vrf', id)));
}

test('a worker that is killed gives its messages back within ten seconds; nothing is lost, and only what was in flight goes twice', async () => {
  await bound(2);
  const started = await startLoad();
  await workers[0]!.kill();
  const killedAt = Date.now();
  await until(async () => (await countOf('messages', 'delivered')) === LOAD, {
    what: 'All delivered',
  });

  // All were accepted before: the last attempt of all is that of the last message that came back.
  const [last] = await main.app.sql<{ at: Date }[]>`
    SELECT max(submitted_at) AS at FROM attempts WHERE account_id = ${uuidOf(who.accountId)}`;
  expect(last!.at.getTime() - killedAt).toBeLessThan(GIVEN_BACK_WITHIN_MS);

  const inFlight = await unclear();
  expect(inFlight.size).toBeGreaterThan(0);
  expect(inFlight.size).toBeLessThan(LOAD);
  for (const { to, v } of started) {
    const codes = codesOn(main.app, to);
    expect(new Set(codes)).toEqual(new Set([await codeOf(main.app, v)]));
    expect(codes.length).toBeLessThanOrEqual(inFlight.has(v.id) ? 2 : 1);
  }
});

test('a worker that is asked to stop leaves nothing in the air: each message goes once', async () => {
  await addWorker();
  await bound(2);
  const [delivered, before] = [await countOf('messages', 'delivered'), await unclear()];
  const started = await startLoad();
  const stopped = workers[1]!;
  await stopped[Symbol.asyncDispose]();
  expect(await stopped.ended).toBe(0);
  await until(async () => (await countOf('messages', 'delivered')) === delivered + LOAD);
  expect(await unclear()).toEqual(before);
  for (const { to } of started) expect(codesOn(main.app, to)).toHaveLength(1);
});
