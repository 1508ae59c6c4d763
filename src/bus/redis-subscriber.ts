import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { BusListener, Unsubscribe } from './bus.ts';
import type { Listeners } from './listeners.ts';
import type { PubSubCommands } from './redis-commands.ts';

export interface RedisSubscriber {
  subscribe(channel: string, listener: BusListener): Promise<Unsubscribe>;
  /** Subscribes to everything again, then tells every listener that it may have missed something. */
  restore(): void;
  /** What was subscribed on the connection is gone with it. */
  forget(): void;
}

const RETRY_MS = 1_000;

/** Keeps the server's subscriptions in step with this process's listeners, one command per tick. */
export function createRedisSubscriber(
  connection: () => { redis: Redis; usable(): boolean },
  commands: PubSubCommands,
  listeners: Listeners,
  log: Logger,
): RedisSubscriber {
  /** What this connection has asked for; resolved once the server confirmed it. */
  const confirmations = new Map<string, Promise<void>>();
  const changed = new Set<string>();
  let nextUpdate: Promise<void> | undefined;

  function update(): void {
    nextUpdate = undefined;
    const { redis, usable } = connection();
    if (!usable()) return;
    const missing = [...changed].filter((c) => listeners.has(c) && !confirmations.has(c));
    const unwanted = [...changed].filter((c) => !listeners.has(c) && confirmations.has(c));
    changed.clear();
    if (missing.length > 0) void ask(missing);
    for (const channel of unwanted) confirmations.delete(channel);
    if (unwanted.length > 0) commands.unsubscribe(redis, unwanted).catch(startOver);
  }

  function ask(channels: readonly string[]): Promise<void> {
    const confirmed = commands.subscribe(connection().redis, channels).catch(startOver);
    for (const channel of channels) confirmations.set(channel, confirmed);
    return confirmed;
  }

  // A refused command leaves us not knowing what is subscribed: a new connection knows.
  function startOver(error: unknown): void {
    const { redis, usable } = connection();
    if (!usable()) return;
    log.error({ err: error }, 'redis refused a subscription');
    const { stream } = redis;
    setTimeout(() => stream.destroy(), RETRY_MS).unref();
  }

  function schedule(channel: string): Promise<void> {
    changed.add(channel);
    nextUpdate ??= new Promise((resolve) =>
      setImmediate(() => {
        update();
        resolve();
      }),
    );
    return nextUpdate;
  }

  return {
    async subscribe(channel, listener) {
      const remove = listeners.add(channel, listener);
      if (!confirmations.has(channel)) await schedule(channel);
      // Nothing to wait for while the server is away: restore() will resync this listener, too.
      await confirmations.get(channel);
      return () => {
        if (remove()) void schedule(channel);
      };
    },
    restore() {
      confirmations.clear();
      changed.clear();
      void ask(listeners.channels()).then(() => listeners.resyncAll());
    },
    forget: () => confirmations.clear(),
  };
}
