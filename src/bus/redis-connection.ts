import { Redis } from 'ioredis';
import type { ConnectionOptions } from 'node:tls';
import type { Logger } from 'pino';
import { within } from '../within.ts';

export interface RedisConnection {
  readonly redis: Redis;
  /** Whether a command sent now goes to the server. */
  usable(): boolean;
  /** Whether the server answers within a second. */
  answers(): Promise<boolean>;
  /** The server's, e.g. `7.4.1`; undefined when it does not say. */
  version(): Promise<string | undefined>;
  /** What went wrong with it last. */
  lastError(): Error | undefined;
  close(): void;
}

export interface RedisConnectionOptions {
  url: string;
  /** Of a `rediss://` URL. */
  tls: ConnectionOptions | undefined;
  /** Shown by CLIENT LIST. */
  name: string;
  log: Logger;
  /** On every connect, the first one included. */
  onReady: () => void;
  onLost: () => void;
}

const HEARTBEAT_MS = 5_000;
const ANSWER_MS = 1_000;
// ioredis's word for a connection that was closed before its first commands were answered: what a Redis in its protected
// mode does, a proxy without a Redis behind it, or something else altogether.
const GAVE_UP = 'MaxRetriesPerRequestError';
// Its word for a command of its own that came behind that close.
const CUT_OFF = /^Stream isn't writeable/;
const CLOSED = 'it takes the connection and closes it again';

/** A connection that comes back by itself and never lets a command wait for that. */
export function connectRedis({
  url,
  tls,
  name,
  log,
  onReady,
  onLost,
}: RedisConnectionOptions): RedisConnection {
  const redis = new Redis(url, {
    connectionName: name,
    ...(tls && { tls }),
    disableClientInfo: true,
    // Both together: a command fails at once when the server is away, and when it goes away. Kept
    // ones would pile up without a bound, and those cut off otherwise never settle in ioredis 5.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // We subscribe again ourselves, to know when it is done and to tell the readers.
    autoResubscribe: false,
    connectTimeout: 5_000,
    retryStrategy: (tries) => Math.min(2_000, 25 * 2 ** tries),
  });
  let lastError: Error | undefined;
  // Before the first time, whoever starts tells what is wrong.
  let connected: boolean | undefined;
  redis.on('error', (error: Error) => {
    lastError = error.name === GAVE_UP || CUT_OFF.test(error.message) ? new Error(CLOSED) : error;
  });
  redis.on('ready', () => {
    if (connected === false) log.warn({ connection: name }, 'redis is back');
    connected = true;
    onReady();
  });
  redis.on('close', () => {
    if (connected) log.warn({ connection: name, problem: lastError?.message }, 'redis is away');
    if (connected !== undefined) connected = false;
    onLost();
  });

  const answers = async () => {
    if (redis.status !== 'ready') return false;
    const pong = await within(ANSWER_MS, redis.ping()).catch(() => undefined);
    return pong !== undefined;
  };

  // A peer that vanished without a word (a lost host, a firewall) is noticed only by asking.
  const heartbeat = setInterval(() => {
    const { stream } = redis;
    if (redis.status !== 'ready') return;
    void answers().then((alive) => {
      if (!alive && redis.status === 'ready' && redis.stream === stream)
        stream.destroy(new Error('no answer to a ping'));
    });
  }, HEARTBEAT_MS);
  heartbeat.unref();

  let closed = false;
  return {
    redis,
    // Its status says "ready" for a moment after a disconnect of our own.
    usable: () => redis.status === 'ready' && !closed,
    answers,
    async version() {
      // A user that may not ask for it is no reason not to start.
      const info = await redis.info('server').catch(() => '');
      return /^redis_version:(\S+)/m.exec(info)?.[1];
    },
    lastError: () => lastError,
    close() {
      clearInterval(heartbeat);
      connected = false;
      closed = true;
      redis.disconnect();
    },
  };
}
