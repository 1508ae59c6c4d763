import type { Logger } from 'pino';
import type { Bus } from './bus.ts';
import { createListeners } from './listeners.ts';

/** The bus of a single process: nothing is ever lost, so nobody has to catch up. */
export function createMemoryBus(log?: Logger): Bus {
  const listeners = createListeners(log);
  return {
    publish(messages) {
      if (messages.length === 0) return;
      // Never on the publisher's own stack: over Redis it would not be there either.
      setImmediate(() => {
        for (const { channel, payload } of messages) listeners.deliver(channel, payload);
      });
    },
    subscribe(channel, listener) {
      const remove = listeners.add(channel, listener);
      return Promise.resolve(() => void remove());
    },
    ready: () => Promise.resolve(true),
    close() {
      listeners.clear();
      return Promise.resolve();
    },
  };
}
