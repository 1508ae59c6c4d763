import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { findBatch, listResults } from '../../src/batches/queries.ts';
import { startVerifications } from '../../src/batches/start-verifications.ts';
import { BATCH_CHANNEL } from '../../src/bus/channels.ts';
import { uuidOf } from '../../src/ids.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { startOtpost, type RunningProcess } from '../support/processes.ts';
import { redisUrl } from '../support/redis.ts';
import { createCarriers } from '../support/simulated-carriers.ts';
import { until } from '../support/until.ts';
import { createNumbers } from '../support/verifying.ts';

const ROWS = 1_500;
const aNumber = createNumbers(7_100_001);
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
  await createCarriers(main.app)(
    who,
    { profile: 'normal', responseMs: [5, 20], receiptMs: [20, 50] },
    {
      window: 500,
    },
  );
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
  await main[Symbol.asyncDispose]();
});

async function addWorker(): Promise<RunningProcess> {
  const own = {
    ROLES: 'worker',
    OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32',
    DATABASE_URL: main.databaseUrl,
    DATABASE_POOL_SIZE: '4',
  };
  const worker = await startOtpost({ ...env, ...own });
  workers.push(worker);
  return worker;
}

test('a worker that is killed in the middle of a batch leaves each row started once, or refused once', async () => {
  const { app } = main;
  const account = uuidOf(who.accountId);
  const worker = await addWorker();
  const numbers = Array.from({ length: ROWS }, aNumber);
  // One number twice: the second one is refused.
  numbers[ROWS - 1] = numbers[ROWS - 2]!;
  const batch = await startVerifications(app, who, {}, [numbers.map((to) => JSON.stringify({ to }))]);
  await until(async () => (await findBatch(app, who, batch.id))!.started > 50);
  await worker.kill();
  // What it had started and not written down: as if it had died between the two.
  const killedAt = (await findBatch(app, who, batch.id))!;
  expect(killedAt.started).toBeLessThan(ROWS - 1);
  const [chunk] = await app.sql<{ first: number }[]>`
    SELECT min(first_row) AS first FROM vault.batch_chunks WHERE account_id = ${account}`;
  const from = Math.max(chunk!.first, killedAt.nextRow - 40);
  await app.sql`DELETE FROM batch_results WHERE account_id = ${account} AND row >= ${from}`;
  await app.sql`
    UPDATE batches SET next_row = ${from}, started = ${from - 1}
    WHERE account_id = ${account} AND id = ${uuidOf(batch.id)}`;

  await addWorker();
  const done = await until(
    async () => {
      const now = await findBatch(app, who, batch.id);
      return now!.finishedAt ? now : undefined;
    },
    { what: 'The batch is done' },
  );
  expect(done).toMatchObject({ status: 'done', rows: ROWS, started: ROWS - 1, refused: 1, canceled: 0 });
  const results = await listResults(app, done, { after: 0, limit: ROWS });
  expect(results.at(-1)).toMatchObject({ status: 'refused', error: { code: 'verification/too_many_sends' } });
  const ids = results.flatMap(({ verificationId }) => verificationId ?? []);
  expect(new Set(ids).size).toBe(ROWS - 1);
  const [counted] = await app.sql<{ verifications: number; messages: number }[]>`
    SELECT (SELECT count(*)::int FROM verifications WHERE account_id = ${account}) AS verifications,
      (SELECT count(*)::int FROM messages WHERE account_id = ${account}) AS messages`;
  expect(counted).toEqual({ verifications: ROWS - 1, messages: ROWS - 1 });
});

test('two workers that take one batch from each other start each of its rows once', async () => {
  const { app } = main;
  const account = await createTestAccount(app);
  await createCarriers(app)(account, { profile: 'normal', responseMs: [5, 20], receiptMs: [20, 50] });
  await addWorker();
  const rows = 400;
  const texts = Array.from({ length: rows }, () => JSON.stringify({ to: aNumber() }));
  const batch = await startVerifications(app, account, {}, [texts]);
  const owners = new Set<string>();
  const done = await until(
    async () => {
      // As if whoever has it had been held up: the other one takes it, and this one goes on all the same.
      const [was] = await app.sql<{ worker: string | null }[]>`
        WITH was AS (SELECT account_id, id, worker FROM batches
          WHERE account_id = ${uuidOf(account.accountId)} AND id = ${uuidOf(batch.id)} FOR UPDATE)
        UPDATE batches b SET lease_until = 'epoch', worker = NULL FROM was
        WHERE b.account_id = was.account_id AND b.id = was.id AND b.finished_at IS NULL
        RETURNING was.worker`;
      app.bus.publish([{ channel: BATCH_CHANNEL, payload: '' }]);
      if (was?.worker) owners.add(was.worker);
      const now = await findBatch(app, account, batch.id);
      return now!.finishedAt ? now : undefined;
    },
    { what: 'The batch is done' },
  );
  expect(done).toMatchObject({ status: 'done', rows, started: rows, refused: 0, canceled: 0 });
  expect(owners.size).toBe(2);
  const results = await listResults(app, done, { after: 0, limit: rows });
  expect(new Set(results.map(({ verificationId }) => verificationId)).size).toBe(rows);
  const [counted] = await app.sql<{ messages: number }[]>`
    SELECT count(*)::int AS messages FROM messages WHERE account_id = ${uuidOf(account.accountId)}`;
  expect(counted).toEqual({ messages: rows });
});
