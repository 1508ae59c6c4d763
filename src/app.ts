import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { refuseOtherRegions } from './accounts/refuse-other-regions.ts';
import { startBatches } from './batches/run-batches.ts';
import { createMemoryBus } from './bus/memory.ts';
import { createRedisBus } from './bus/redis.ts';
import { readRedisTls } from './bus/redis-tls.ts';
import { createRedisCounter } from './bus/redis-counter.ts';
import { untilReachable } from './bus/until-reachable.ts';
import { createMemoryCounter } from './bus/shared-counter.ts';
import type { CarrierReceipt } from './carriers/carrier.ts';
import { createHealthBoard } from './carriers/health-board.ts';
import { outsideOf } from './carriers/outside.ts';
import { createCarrierRegistry } from './carriers/registry.ts';
import { every } from './chores.ts';
import type { Config } from './config.ts';
import { ensureKeyFile } from './crypto/key-file.ts';
import { openKeyEncryption } from './crypto/open-key-encryption.ts';
import { connect } from './db/client.ts';
import { startEmbeddedPostgres } from './db/embedded.ts';
import { migrate } from './db/migrate.ts';
import { createAddressOf } from './http/client-address.ts';
import { receiveInbound } from './inbound/receive.ts';
import { followKeys } from './keys/follow.ts';
import { openKeys } from './keys/open.ts';
import { createSmtpMailer } from './mail/smtp.ts';
import { startDispatcher, type Dispatcher } from './messages/dispatch.ts';
import { commitFacts, SETTLE_BATCH } from './messages/settle.ts';
import { createWorkerWatch } from './messages/worker-watch.ts';
import { FORGET_SIGN_INS_MS, forgetSignIns } from './people/forget.ts';
import { createNetworks } from './outgoing/networks.ts';
import type { AccountId } from './ids.ts';
import { createKept } from './kept.ts';
import { LOG_SERIALIZERS } from './log-errors.ts';
import type { App } from './platform.ts';
import { adoptDevFile } from './demo/adopt-dev-file.ts';
import { readDevFile, writeDevFile } from './demo/dev-file.ts';
import { DEMO_PROFILES, seedDemo, type Demo } from './demo/seed.ts';
import { simulatedAt } from './demo/simulated-at.ts';
import { startExample, type Example } from './example/start.ts';
import type { ApiServer } from './graphql/server.ts';
import { createSandbox } from './sandbox/carrier.ts';
import { createSimulator, type Simulator } from './simulator/simulator.ts';
import { keepErasures, LEDGER_MS } from './subjects/ledger.ts';
import { Stops } from './stops.ts';
import { startWebhooks } from './webhooks/worker.ts';
import { startChores } from './worker-chores.ts';

/** What a test may put in the place of the real thing. */
export interface Overrides {
  clock: () => number;
  random: () => number;
  log: Logger;
}

/** The app with what its roles started. Disposing it drains and stops everything, in the reverse order. */
export interface RunningApp extends App, AsyncDisposable {
  /** The database in use, for whoever starts more processes on it. */
  databaseUrl: string;
  /** With the role `api`. */
  server: ApiServer | undefined;
  /** With the role `worker`. */
  dispatcher: Dispatcher | undefined;
  /** With the role `simulator`. */
  simulator: Simulator | undefined;
  demo: Demo | undefined;
  /** An app that uses all this, in development. */
  example: Example | undefined;
  stopping: Pick<Stops, 'waitsFor'>;
}

/** The composition root: the only place that constructs clients. */
export async function createApp(config: Config, overrides: Partial<Overrides> = {}): Promise<RunningApp> {
  await using starting = new Stops();
  const log = overrides.log ?? createLog(config.logLevel);
  const databaseUrl = await startDatabase(config, log, starting);
  await migrate(databaseUrl);
  const simulator = starting.use(await startSimulator(config));
  starting.name('the simulator');
  const app = await createPlatform(config, databaseUrl, simulator, log, overrides, starting);
  await refuseOtherRegions(app);
  await keepErasures(app);

  const seeded = simulator && (await seedDemo(app, config, simulator));
  // Before the worker, to hear its first words.
  const watch = config.roles.includes('api') ? app.single(createWorkerWatch) : undefined;
  if (watch) app.single(createHealthBoard);
  const dispatcher = config.roles.includes('worker')
    ? await startWorker(app, config, simulator, starting)
    : undefined;
  let server: ApiServer | undefined;
  if (watch) {
    // Loaded here, so that a worker does without the GraphQL libraries (40 MB of memory).
    const { serveApi } = await import('./graphql/server.ts');
    const addressOf = createAddressOf(config.trustProxy, config.proxyHeader);
    server = starting.use(await serveApi(app, { ...config, addressOf, demoApiKey: seeded?.apiKey }));
    starting.name('requests under way');
    starting.defer(every(app, LEDGER_MS, 'keeping of erasures', () => keepErasures(app)));
    starting.defer(every(app, FORGET_SIGN_INS_MS, 'forgetting of sign-ins', () => forgetSignIns(app)));
    starting.name('chores of the API');
  }
  const demo = seeded && {
    ...seeded,
    url: server?.url ?? (await readDevFile(config.dataDir))?.url ?? config.publicUrl,
  };
  const example = starting.use(demo && server && (await startExample(config, demo)));
  if (demo) await writeDevFile(config.dataDir, demo);
  else if (server) await adoptDevFile(app, config.dataDir, server.url);

  const running = starting.move();
  return Object.assign(app, {
    databaseUrl,
    server,
    dispatcher,
    simulator,
    demo,
    example,
    stopping: starting,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  });
}

async function startDatabase(config: Config, log: Logger, stack: Stops): Promise<string> {
  if (config.databaseUrl !== 'embedded') return config.databaseUrl;
  const dataDir = join(config.dataDir, 'postgres');
  const postgres = stack.use(
    await startEmbeddedPostgres({ dataDir, log: (line) => log.debug({ postgres: line }, 'postgres') }),
  );
  stack.name('the embedded PostgreSQL');
  return postgres.url;
}

async function startSimulator(config: Config): Promise<Simulator | undefined> {
  if (!config.roles.includes('simulator')) return undefined;
  return createSimulator({
    host: config.host,
    httpPort: config.simulator.httpPort,
    smppPort: config.simulator.smppPort,
    profiles: DEMO_PROFILES,
    ownHosts: config.ownHosts,
  });
}

async function createPlatform(
  config: Config,
  databaseUrl: string,
  simulator: Simulator | undefined,
  log: Logger,
  overrides: Partial<Overrides>,
  stack: Stops,
): Promise<App> {
  const database = await connect(databaseUrl, { poolSize: config.databasePoolSize });
  stack.defer(() => database.close());
  stack.name('the connections to PostgreSQL');
  const place =
    config.keys !== undefined
      ? { text: config.keys }
      : { file: config.keysFile ?? (await ensureKeyFile(config.dataDir)) };
  const { kek, roots } = stack.use(await openKeyEncryption(place, config.vault));
  const { keys, loader } = await openKeys({ sql: database.aside.sql, kek, log }, roots);
  const tls = config.redisUrl ? await readRedisTls(config.redisUrl, config.redisTls) : undefined;
  const bus = config.redisUrl
    ? createRedisBus({ url: config.redisUrl, tls, prefix: config.redisPrefix, log })
    : createMemoryBus(log);
  stack.defer(() => bus.close());
  if (config.redisUrl) await untilReachable(bus, config.redisUrl);
  stack.defer(await followKeys(bus, loader, config.keysRereadMs, log));
  const counter = config.redisUrl
    ? createRedisCounter({ url: config.redisUrl, tls, prefix: config.redisPrefix, log })
    : createMemoryCounter();
  stack.defer(() => counter.close());
  stack.name('the bus');

  const kept = createKept(() => app);
  const mail = config.mail && stack.use(createSmtpMailer({ ...config.mail, log }));
  const app: App = {
    ...database,
    bus,
    counter,
    keys,
    kek,
    publicUrl: config.publicUrl,
    passkeys: config.passkeys,
    region: config.region,
    mail,
    networks: createNetworks(config.privateNetworks),
    simulatedAt: simulatedAt(config, simulator),
    erasures: config.erasures,
    rates: config.rates,
    log,
    clock: overrides.clock ?? Date.now,
    random: overrides.random ?? Math.random,
    batched: kept.batched,
    single: kept.single,
  };
  stack.use(kept);
  stack.name('what is being committed');
  return app;
}

async function startWorker(
  app: App,
  config: Config,
  simulator: Simulator | undefined,
  stack: Stops,
): Promise<Dispatcher> {
  let dispatcher: Dispatcher | undefined;
  const onReceipt = async (accountId: AccountId, receipt: CarrierReceipt) => {
    await app.batched(commitFacts, SETTLE_BATCH).add({ kind: 'receipt', ...receipt, accountId });
  };
  const onReady = () => dispatcher?.wake();
  const carriers = await createCarrierRegistry(app, outsideOf(app), {
    onReceipt,
    onInbound: (accountId, message) => receiveInbound(app, accountId, message),
    onReady,
  });
  const sandbox = createSandbox(app, { onReceipt, onReady, handsets: simulator?.handsets });
  dispatcher = await startDispatcher(app, { carriers, sandbox });
  stack.defer(() => dispatcher.stop(config.drainMs));
  stack.name('messages under way');
  stack.defer(await startWebhooks(app));
  stack.name('webhooks');
  stack.defer(await startBatches(app, carriers));
  stack.name('batches');
  startChores(app, stack);
  stack.name('chores of the worker');
  return dispatcher;
}

// Numbers and codes have no place in a log; should one get into an object all the same, these hide it.
const REDACTED = [
  ...['to', 'code', 'email', 'password', 'secrets', 'authorization', 'apiKey', 'clientToken', 'text'],
  ...['secret', 'client_secret', 'client_assertion', 'access_token', 'token'],
];

function createLog(level: string): Logger {
  return pino({
    level,
    serializers: LOG_SERIALIZERS,
    redact: { paths: REDACTED.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
  });
}
