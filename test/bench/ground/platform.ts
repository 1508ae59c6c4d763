import { writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createAccount } from '../../../src/accounts/create-account.ts';
import { createApiKey } from '../../../src/accounts/create-api-key.ts';
import { PERMISSIONS, type Permission } from '../../../src/accounts/permissions.ts';
import type { Principal } from '../../../src/accounts/principal.ts';
import { createApp } from '../../../src/app.ts';
import { connectCarrier } from '../../../src/carriers/connect-carrier.ts';
import { loadConfig } from '../../../src/config.ts';
import { newId } from '../../../src/crypto/new-id.ts';
import type { CarrierId, ServiceId } from '../../../src/ids.ts';
import type { App } from '../../../src/platform.ts';
import { addRoute } from '../../../src/routing/add-route.ts';
import { createService } from '../../../src/services/create.ts';
import type { ServiceSettings } from '../../../src/services/settings.ts';
import { countStatements, summarizeStatements } from '../profile/statements.ts';
import type { Ground } from './ground.ts';
import { createNumbers, type Numbers } from './numbers.ts';

/** A migrated database with an account, and the app without a role: the bench's own hand in it. */
export interface BenchAccount {
  who: Principal;
  apiKey: string;
  /** Its default service. */
  serviceId: ServiceId;
}

export interface Platform extends BenchAccount, AsyncDisposable {
  app: App;
  databaseUrl: string;
  numbers: Numbers;
  /** What every process that works on this database has in common. */
  env: Readonly<Record<string, string>>;
}

export async function createPlatform(ground: Ground): Promise<Platform> {
  await using starting = new AsyncDisposableStack();
  const databaseUrl = await ground.databases.create();
  starting.defer(() => ground.databases.drop(databaseUrl));
  const dataDir = await ground.createFolder();
  const env = {
    NODE_ENV: 'production',
    // As under `npm start`: lines about single requests would measure the reader of this pipe, too.
    LOG_LEVEL: 'warn',
    DATABASE_URL: databaseUrl,
    REDIS_URL: ground.redisUrl,
    REDIS_PREFIX: ground.redisPrefix(),
    OTPOST_KEYS: `bench:${randomBytes(32).toString('base64')},index:${randomBytes(32).toString('base64')}`,
    DATA_DIR: dataDir,
    DRAIN_SECONDS: '1',
    // The simulator is a process of its own, and so are receivers of webhooks.
    OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32',
    // Everything is counted, and nothing refused: the load generator is one caller, and the fastest that there is.
    RATE_LIMIT_CREDENTIAL: '100000000/60',
    RATE_LIMIT_ACCOUNT: '100000000/60',
  };
  const app = starting.use(await createApp({ ...loadConfig(env), roles: [] }));
  const { profileDir } = ground;
  if (profileDir !== undefined) {
    await countStatements(app.sql);
    const path = join(profileDir, `${new URL(databaseUrl).pathname.slice(1)}.statements`);
    starting.defer(async () => writeFile(path, await summarizeStatements(app.sql)));
  }
  const account = await createBenchAccount(app);
  const running = starting.move();
  return {
    app,
    databaseUrl,
    ...account,
    numbers: createNumbers(),
    env,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** @param routing how its service chooses routes: what a row measures must not depend on experience */
export async function createBenchAccount(
  app: App,
  routing: ServiceSettings['routing'] = 'priority',
): Promise<BenchAccount> {
  const { id: accountId } = await createAccount(app, { name: 'Bench' });
  const who: Principal = { kind: 'apiKey', accountId, apiKeyId: newId('key') };
  const { id: serviceId } = await createService(app, who, {
    name: 'Bench',
    isDefault: true,
    settings: { routing },
  });
  // All of them, by name: so that each request is held against a list.
  const permissions = Object.keys(PERMISSIONS) as Permission[];
  const { key: apiKey } = await createApiKey(app, accountId, { name: 'Bench', permissions });
  return { who, apiKey, serviceId };
}

/**
 * Routes over two carriers. Two are as the demo has them: the second one takes what the window of the
 * first does not.
 */
export async function addRoutes(
  { app, who }: Pick<Platform, 'app' | 'who'>,
  smppPort: number,
  profile: string,
  count = 2,
): Promise<void> {
  const carriers: CarrierId[] = [];
  for (const priority of [1, 2]) {
    const name = `carrier ${priority}`;
    const config = {
      kind: 'smpp',
      host: '127.0.0.1',
      port: smppPort,
      systemId: profile,
      window: 100,
    } as const;
    const carrierId = await connectCarrier(app, who.accountId, {
      name,
      senderRules: 'off',
      config,
      secrets: { password: 'bench' },
    });
    await addRoute(app, who, { name, carrierId, priority });
    carriers.push(carrierId);
  }
  for (let i = carriers.length; i < count; i++)
    await addRoute(app, who, {
      name: `route ${i}`,
      carrierId: carriers[i % carriers.length]!,
      priority: i + 1,
      price: i / 1_000,
    });
}
