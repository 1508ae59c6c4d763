import type { ChainableCommander, Redis } from 'ioredis';

/**
 * The one place that says which commands carry a channel. Redis Cluster with sharded pub/sub takes
 * SPUBLISH, SSUBSCRIBE (one per slot), SUNSUBSCRIBE and `smessage` here, and nothing else changes.
 */
export interface PubSubCommands {
  publish(pipeline: ChainableCommander, channel: string, payload: string): void;
  /** Resolves when the server has confirmed every channel. */
  subscribe(redis: Redis, channels: readonly string[]): Promise<void>;
  unsubscribe(redis: Redis, channels: readonly string[]): Promise<void>;
  onMessage(redis: Redis, listener: (channel: string, payload: string) => void): void;
}

// Above this, one command would hold the server for a noticeable time (5,000 take about 3 ms).
const CHANNELS_PER_COMMAND = 5_000;

/** @param prefix before every channel's name: one Redis may serve several installations */
export function createPubSubCommands(prefix: string): PubSubCommands {
  const name = (channel: string) => prefix + channel;
  const inCommands = (channels: readonly string[]) => {
    const commands: string[][] = [];
    for (let i = 0; i < channels.length; i += CHANNELS_PER_COMMAND)
      commands.push(channels.slice(i, i + CHANNELS_PER_COMMAND).map(name));
    return commands;
  };
  return {
    publish(pipeline, channel, payload) {
      pipeline.publish(name(channel), payload);
    },
    async subscribe(redis, channels) {
      await Promise.all(inCommands(channels).map((names) => redis.subscribe(...names)));
    },
    async unsubscribe(redis, channels) {
      await Promise.all(inCommands(channels).map((names) => redis.unsubscribe(...names)));
    },
    onMessage(redis, listener) {
      redis.on('message', (named: string, payload: string) => listener(named.slice(prefix.length), payload));
    },
  };
}
