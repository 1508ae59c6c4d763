import type { ConnectionOptions } from 'node:tls';
import type { Logger } from 'pino';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { connectRedis } from './redis-connection.ts';
import { createLimiters, type SharedCounter } from './shared-counter.ts';

export interface RedisCounterOptions {
  url: string;
  /** Of a `rediss://` URL. */
  tls?: ConnectionOptions | undefined;
  /** Before every key: one Redis may serve several installations. */
  prefix: string;
  log: Logger;
}

/** Counts of all processes on one Redis: a command per `add`. What is counted while it is away, it never hears of. */
export function createRedisCounter({ url, tls, prefix, log }: RedisCounterOptions): SharedCounter {
  const ignore = () => {};
  const connection = connectRedis({ url, tls, name: 'otpost-counter', log, onReady: ignore, onLost: ignore });
  const limiters = createLimiters(
    (duration) =>
      new RateLimiterRedis({
        storeClient: connection.redis,
        keyPrefix: `${prefix}count:${duration}`,
        points: 0,
        duration,
        rejectIfRedisNotReady: true,
        insuranceLimiter: new RateLimiterMemory({ points: 0, duration }),
      }),
  );
  return {
    async add(name, units, seconds) {
      const { consumedPoints, msBeforeNext } = await limiters(seconds).penalty(name, units);
      return { total: consumedPoints, endsInMs: msBeforeNext };
    },
    close: connection.close,
  };
}
