import type { ConnectionOptions } from 'node:tls';
import type { Logger } from 'pino';
import type { Bus } from './bus.ts';
import { createListeners } from './listeners.ts';
import { createPubSubCommands } from './redis-commands.ts';
import { connectRedis, type RedisConnection } from './redis-connection.ts';
import { createRedisPublisher, RESYNC_CHANNEL } from './redis-publisher.ts';
import { createRedisSubscriber } from './redis-subscriber.ts';

export interface RedisBusOptions {
  /** `redis://…` or `rediss://…` */
  url: string;
  /** Of a `rediss://` URL. */
  tls?: ConnectionOptions | undefined;
  /** Before every channel's name: one Redis may serve several installations. */
  prefix: string;
  log: Logger;
}

const DRAIN_MS = 1_000;

/**
 * The bus between processes, on two connections per process however many channels there are.
 * It starts and works on without the server; the readers are told to catch up when it is back.
 */
export function createRedisBus({ url, tls, prefix, log }: RedisBusOptions): Bus {
  const commands = createPubSubCommands(prefix);
  const listeners = createListeners(log);
  listeners.add(RESYNC_CHANNEL, { onMessage: () => listeners.resyncAll(), onResync: () => {} });

  const publisher = createRedisPublisher(() => outgoing, commands);
  const subscriber = createRedisSubscriber(() => incoming, commands, listeners, log);
  const outgoing: RedisConnection = connectRedis({
    url,
    tls,
    name: 'otpost-publisher',
    log,
    onReady: publisher.flush,
    onLost: () => {},
  });
  const incoming: RedisConnection = connectRedis({
    url,
    tls,
    name: 'otpost-subscriber',
    log,
    onReady: subscriber.restore,
    onLost: subscriber.forget,
  });
  commands.onMessage(incoming.redis, listeners.deliver);

  return {
    publish: publisher.publish,
    subscribe: subscriber.subscribe,
    async ready() {
      const answers = await Promise.all([outgoing.answers(), incoming.answers()]);
      return answers.every(Boolean);
    },
    problem: () => (outgoing.lastError() ?? incoming.lastError())?.message,
    version: () => outgoing.version(),
    async close() {
      await publisher.drain(DRAIN_MS);
      listeners.clear();
      outgoing.close();
      incoming.close();
    },
  };
}
