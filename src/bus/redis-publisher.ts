import type { Redis } from 'ioredis';
import type { BusMessage } from './bus.ts';
import type { PubSubCommands } from './redis-commands.ts';

export interface RedisPublisher {
  publish(messages: readonly BusMessage[]): void;
  /** Sends what waits; for every connect and every answer. */
  flush(): void;
  /** Resolves when all is sent, or when `deadlineMs` have passed. */
  drain(deadlineMs: number): Promise<void>;
}

/** Tells every process that messages were lost, so that all its readers catch up. */
export const RESYNC_CHANNEL = 'resync';

const MAX_WAITING_MESSAGES = 20_000;
const MAX_WAITING_CHARACTERS = 16 * 1024 * 1024;
const RETRY_MS = 250;

/**
 * Sends all messages of one tick as one pipeline. What cannot be sent is not kept for long: once a
 * message is lost, one resync makes up for all that were lost with it.
 */
export function createRedisPublisher(
  connection: () => { redis: Redis; usable(): boolean },
  commands: PubSubCommands,
): RedisPublisher {
  let waiting: BusMessage[] = [];
  let waitingCharacters = 0;
  let unanswered = 0;
  let lost = false;
  let scheduled = false;
  let whenSent: (() => void)[] = [];

  function take(): BusMessage[] {
    const messages = waiting;
    waiting = [];
    waitingCharacters = 0;
    if (lost) messages.unshift({ channel: RESYNC_CHANNEL, payload: '' });
    lost = false;
    return messages;
  }

  function settle(count: number, failed: boolean): void {
    unanswered -= count;
    if (failed) {
      lost = true;
      setTimeout(flush, RETRY_MS).unref();
    } else if (waiting.length > 0) flush();
    if (unanswered > 0 || waiting.length > 0) return;
    for (const resolve of whenSent) resolve();
    whenSent = [];
  }

  function flush(): void {
    scheduled = false;
    const { redis, usable } = connection();
    if (!usable() || (waiting.length === 0 && !lost) || unanswered >= MAX_WAITING_MESSAGES) return;
    const messages = take();
    unanswered += messages.length;
    const pipeline = redis.pipeline();
    for (const { channel, payload } of messages) commands.publish(pipeline, channel, payload);
    pipeline.exec().then(
      (answers) => settle(messages.length, !answers || answers.some(([error]) => error)),
      () => settle(messages.length, true),
    );
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  }

  return {
    publish(messages) {
      const { usable } = connection();
      for (const message of messages) {
        // With a resync owed, keeping messages for a server that is away gains nothing.
        if (lost && !usable()) return;
        waiting.push(message);
        waitingCharacters += message.payload.length;
      }
      if (waiting.length > MAX_WAITING_MESSAGES || waitingCharacters > MAX_WAITING_CHARACTERS) {
        waiting = [];
        waitingCharacters = 0;
        lost = true;
      }
      if (usable()) schedule();
    },
    flush,
    drain(deadlineMs) {
      if ((unanswered === 0 && waiting.length === 0) || !connection().usable()) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      const deadline = setTimeout(resolve, deadlineMs);
      whenSent.push(() => {
        clearTimeout(deadline);
        resolve();
      });
      flush();
      return promise;
    },
  };
}
