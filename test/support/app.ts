import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Principal } from '../../src/accounts/principal.ts';
import { createAccount } from '../../src/accounts/create-account.ts';
import { createApp, type Overrides, type RunningApp } from '../../src/app.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { loadConfig, type Config } from '../../src/config.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { uuidOf } from '../../src/ids.ts';
import type { App } from '../../src/platform.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { createService } from '../../src/services/create.ts';
import type { ServiceSettingsInput } from '../../src/services/settings.ts';
import { createTestDatabase } from './postgres.ts';

export interface TestApp extends AsyncDisposable {
  app: RunningApp;
  databaseUrl: string;
  dataDir: string;
  /** For another process of the same. */
  config: Config;
}

const KEYS = `test:${Buffer.alloc(32, 7).toString('base64')},index:${Buffer.alloc(32, 8).toString('base64')}`;

/** A whole app on a database of its own, with free ports and a quiet log. `env` is what its environment says. */
export async function createTestApp(
  env: Readonly<Record<string, string>> = {},
  overrides: Partial<Overrides> = {},
): Promise<TestApp> {
  await using starting = new AsyncDisposableStack();
  const database = starting.use(await createTestDatabase());
  const dataDir = await mkdtemp(join(tmpdir(), 'otpost-test-app-'));
  starting.defer(() => rm(dataDir, { recursive: true, force: true }));
  const config = loadConfig({
    ROLES: 'api,worker,simulator',
    PORT: '0',
    SIMULATOR_PORT: '0',
    EXAMPLE_PORT: '0',
    SIMULATOR_SMPP_PORT: '0',
    DATABASE_URL: database.url,
    DATABASE_POOL_SIZE: '8',
    OTPOST_KEYS: KEYS,
    DATA_DIR: dataDir,
    DRAIN_SECONDS: '2',
    LOG_LEVEL: 'silent',
    ...env,
  });
  const app = starting.use(await createApp(config, { log: pino({ level: config.logLevel }), ...overrides }));
  const running = starting.move();
  return {
    app,
    databaseUrl: database.url,
    dataDir,
    config,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/**
 * An account of its own with a default service, so that tests of one file do not meet. Its routes go by
 * priority: what a test says of the first and the second one must not depend on experience.
 */
export async function createTestAccount(app: App, settings: ServiceSettingsInput = {}): Promise<Principal> {
  const { id } = await createAccount(app, { name: 'Test' });
  const who: Principal = { kind: 'apiKey', accountId: id, apiKeyId: newId('key') };
  await createService(app, who, {
    name: 'Test',
    isDefault: true,
    settings: { routing: 'priority', ...settings },
  });
  return who;
}

/** As above, with a route whose carrier is away: its messages wait, so that a test can look at them. */
export async function createWaitingAccount(
  app: App,
  settings: ServiceSettingsInput = {},
): Promise<Principal> {
  const who = await createTestAccount(app, settings);
  const carrierId = await connectCarrier(app, who.accountId, {
    ...{ name: 'away', region: app.region },
    config: { kind: 'smpp', host: '127.0.0.1', port: 2775, systemId: 'away' },
    secrets: { password: 'test' },
  });
  await app.sql`UPDATE carriers SET enabled = false WHERE id = ${uuidOf(carrierId)}`;
  await addRoute(app, who, { name: 'away', carrierId, priority: 99 });
  return who;
}

/** Routes of an account to simulated carriers, the first one preferred; a system id is also its profile's name. */
export async function connectSimulated(
  app: RunningApp,
  who: Principal,
  systemIds: readonly string[],
): Promise<void> {
  for (const [position, systemId] of systemIds.entries()) {
    const carrierId = await connectCarrier(app, who.accountId, {
      ...{ name: systemId, region: app.region },
      config: { kind: 'smpp', host: '127.0.0.1', port: app.simulator!.smppPort, systemId, window: 100 },
      secrets: { password: 'test' },
    });
    await addRoute(app, who, { name: systemId, carrierId, priority: position + 1 });
  }
}
