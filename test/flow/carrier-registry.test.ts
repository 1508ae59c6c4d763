import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import type { Outside } from '../../src/carriers/outside.ts';
import { createCarrierRegistry } from '../../src/carriers/registry.ts';
import type { OutboundMessage } from '../../src/carriers/carrier.ts';
import { CarrierConfig } from '../../src/carriers/config.ts';
import { carriers } from '../../src/carriers/table.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { updateCarrier } from '../../src/carriers/update-carrier.ts';
import type { CarrierId } from '../../src/ids.ts';
import { connectSimulated, createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createNetworks } from '../../src/outgoing/networks.ts';
import { redisUrl } from '../support/redis.ts';
import { listenRaw } from '../support/smpp-peers.ts';
import { until } from '../support/until.ts';
import { received, start } from '../support/verifying.ts';

let ground: TestApp;
beforeAll(async () => {
  ground = await createTestApp({ ROLES: 'simulator' });
});
afterAll(() => ground[Symbol.asyncDispose]());

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
  const redis = {
    OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32',
    REDIS_URL: redisUrl(),
    REDIS_PREFIX: `otpost-test-${randomBytes(6).toString('hex')}`,
  };
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

describe('a carrier that is changed while a message is on its way', () => {
  const RESPONSE_MS = 300;
  async function changeOne(systemId: string) {
    const { app } = ground;
    const simulator = app.simulator!;
    simulator.change(systemId, { profile: 'oneBind', responseMs: [RESPONSE_MS, RESPONSE_MS] });
    const who = await createTestAccount(app);
    const id = await connectCarrier(app, who.accountId, {
      name: systemId,
      secrets: { password: 'test' },
      config: { kind: 'smpp', host: '127.0.0.1', port: simulator.smppPort, systemId },
    });
    const registry = await createCarrierRegistry(app, OUTSIDE, {
      onReceipt: () => Promise.resolve(),
      onInbound: () => Promise.resolve(),
      onReady: () => undefined,
    });
    await until(() => (registry.get(id)?.freeWindow() ?? 0) > 0);
    const submitted = registry.get(id)!.submit(aMessage(app.clock()));
    await updateCarrier(app, who, id, { config: { window: 7 } });
    await registry.refresh();
    return {
      registry,
      submitted,
      carrier: () => registry.get(id),
      perSecond: () => registry.perSecond(who.accountId),
      async traffic() {
        const all = (await (await fetch(`${simulator.url}/carriers`)).json()) as Traffic[];
        return all.find((carrier) => carrier.systemId === systemId)!;
      },
      [Symbol.asyncDispose]: () => registry.close(1_000),
    };
  }

  test('is bound anew when its old link is gone, for many carriers take one bind at a time', async () => {
    await using one = await changeOne('changed');
    expect(one.carrier()).toBeUndefined();
    expect(one.perSecond()).toBe(0);
    expect(await one.submitted).toMatchObject({ kind: 'accepted' });
    await until(() => one.carrier()?.freeWindow() === 7);
    expect(await one.traffic()).toMatchObject({ binds: 1, refusedBinds: 0, submits: 1 });
  });

  test('is waited for by a worker that stops, so that what becomes of the message is known', async () => {
    await using one = await changeOne('stopped');
    let outcome: unknown;
    void one.submitted.then((it) => (outcome = it));
    await one.registry.close(5_000);
    expect(outcome).toMatchObject({ kind: 'accepted' });
    await until(async () => (await one.traffic()).binds === 0);
  });
});

test('a simulator is reached without naming its network, and nothing else beside it', async () => {
  const { app } = ground;
  const { smppPort } = app.simulator!;
  await using other = await listenRaw(() => undefined);
  const who = await createTestAccount(app);
  const connectTo = (name: string, port: number) =>
    connectCarrier(app, who.accountId, {
      name,
      secrets: { password: 'test' },
      config: { kind: 'smpp', host: '127.0.0.1', port, systemId: 'normal' },
    });
  const [simulated, beside] = [await connectTo('simulated', smppPort), await connectTo('beside', other.port)];
  const problemOf = async (id: CarrierId, simulator?: Outside['simulator']) => {
    const outside = { publicUrl: 'http://localhost', networks: createNetworks([]), simulator };
    const registry = await createCarrierRegistry(app, outside, {
      onReceipt: () => Promise.resolve(),
      onInbound: () => Promise.resolve(),
      onReady: () => undefined,
    });
    const health = await until(() => {
      const now = registry.get(id)!.health();
      return now.state === 'connecting' ? undefined : now;
    });
    await registry.close(0);
    return health.problem ?? health.state;
  };
  const simulator = { hosts: ['127.0.0.1'], port: smppPort };
  expect(await problemOf(simulated, simulator)).toBe('up');
  expect(await problemOf(simulated)).toMatch(/OTPOST_PRIVATE_NETWORKS/);
  expect(await problemOf(beside, simulator)).toMatch(/OTPOST_PRIVATE_NETWORKS/);
});

const OUTSIDE = { publicUrl: 'http://localhost', networks: createNetworks(['127.0.0.1/32']) };

/** Of `GET /carriers` of the simulator. */
interface Traffic {
  systemId: string;
  binds: number;
  refusedBinds: number;
  submits: number;
}

const aMessage = (now: number): OutboundMessage => ({
  attemptId: newId('att'),
  to: '+385911234567',
  sender: 'Otpost',
  text: 'Your code is 123456',
  expiresAt: new Date(now + 60_000),
});
