import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { RunningApp } from '../../src/app.ts';
import { createHealthBoard } from '../../src/carriers/health-board.ts';
import type { AccountId, CarrierId } from '../../src/ids.ts';
import { uuidOf } from '../../src/ids.ts';
import { createTestAccount, createTestApp } from '../support/app.ts';
import { redisUrl } from '../support/redis.ts';
import { createCarriers } from '../support/simulated-carriers.ts';
import { until } from '../support/until.ts';
import { createNumbers, start } from '../support/verifying.ts';

const PER_SECOND = 40;

/** What each worker says that it may send a second. */
function allowances(app: RunningApp, accountId: AccountId, carrierId: CarrierId): (number | undefined)[] {
  const { workers } = app.single(createHealthBoard).of(accountId, carrierId);
  return workers.map(({ pace }) => pace.allowedPerSecond);
}

test('two workers together send a carrier what its contract allows, never more; one that stays behind sends all of it', async () => {
  const redis = {
    OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32',
    REDIS_URL: redisUrl(),
    REDIS_PREFIX: `otpost-test-${randomBytes(6).toString('hex')}`,
  };
  await using one = await createTestApp({ ...redis });
  const { app } = one;
  const who = await createTestAccount(app);
  // The carrier refuses the first that is too much.
  const { id } = await createCarriers(app)(
    who,
    { profile: 'throttling', maxPerSecond: PER_SECOND },
    { throughput: PER_SECOND },
  );
  const said = () => allowances(app, who.accountId, id);
  {
    await using _two = await createTestApp({ ...redis, ROLES: 'worker', DATABASE_URL: one.databaseUrl });
    await until(() => said().length === 2 && said().every((allowed) => allowed === PER_SECOND / 2));
    const aNumber = createNumbers(7_000_000);
    const sent = await Promise.all(Array.from({ length: 4 * PER_SECOND }, () => start(app, who, aNumber())));
    const statuses = () => app.sql<{ status: string; error: string | null; count: number }[]>`
      SELECT status, error_code AS error, count(*)::int AS count FROM attempts
      WHERE account_id = ${uuidOf(who.accountId)} GROUP BY 1, 2`;
    await until(
      async () => (await statuses()).find(({ status }) => status === 'delivered')?.count === sent.length,
    );
    expect(await statuses()).toEqual([{ status: 'delivered', error: null, count: sent.length }]);
  }
  await until(() => said().length === 1 && said()[0] === PER_SECOND);
});
