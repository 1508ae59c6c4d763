import { randomBytes } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { CarrierConfig } from '../../src/carriers/config.ts';
import { carriers } from '../../src/carriers/table.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { updateCarrier } from '../../src/carriers/update-carrier.ts';
import { connectSimulated, createTestAccount, createTestApp } from '../support/app.ts';
import { redisUrl } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { received, start } from '../support/verifying.ts';

test('a carrier that cannot be opened keeps no other from its work', async () => {
  await using running = await createTestApp({ ROLES: 'worker,simulator' });
  const { app } = running;
  const who = await createTestAccount(app);
  await app.db.insert(carriers).values({
    accountId: who.accountId,
    id: newId('car'),
    name: 'broken',
    config: CarrierConfig.parse({ kind: 'smpp', host: '127.0.0.1', port: 1, systemId: 'broken' }),
    secretsSealed: Buffer.from('sealed by nobody'),
    createdAt: new Date(),
  });
  await connectSimulated(app, who, ['instant']);
  await start(app, who, '+385911234567');
  expect(await received(app, '+385911234567')).toHaveLength(1);
});

test('a change in one process reaches a worker in another over Redis, without waiting for its next look', async () => {
  const redis = { REDIS_URL: redisUrl(), REDIS_PREFIX: `otpost-test-${randomBytes(6).toString('hex')}` };
  await using other = await createTestApp({ ...redis, ROLES: 'simulator' });
  const { app } = other;
  const who = await createTestAccount(app);
  await connectSimulated(app, who, ['normal']);
  const binds = async (systemId: string) => {
    const response = await fetch(`${app.simulator!.url}/carriers`);
    const carriers = (await response.json()) as { systemId: string; binds: number }[];
    return carriers.find((carrier) => carrier.systemId === systemId)?.binds;
  };
  // Nothing that a worker does from time to time is done: what it learns, it has been told.
  vi.useFakeTimers({ toFake: ['setInterval'] });
  try {
    await using _worker = await createTestApp({ ...redis, ROLES: 'worker', DATABASE_URL: other.databaseUrl });
    await until(async () => (await binds('normal')) === 1);
    const [carrier] = await app.db.query.carriers.findMany({ where: { accountId: who.accountId } });
    await updateCarrier(app, who, carrier!.id, { config: { systemId: 'instant' } });
    await until(async () => (await binds('instant')) === 1 && (await binds('normal')) === 0);
    await updateCarrier(app, who, carrier!.id, { enabled: false });
    await until(async () => (await binds('instant')) === 0);
  } finally {
    vi.useRealTimers();
  }
});
