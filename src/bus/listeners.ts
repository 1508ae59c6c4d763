import type { Logger } from 'pino';
import type { BusListener } from './bus.ts';

/** The listeners of this process by channel, whatever carries the messages. */
export interface Listeners {
  /** @returns its removal, which answers whether it was the channel's last one */
  add(channel: string, listener: BusListener): () => boolean;
  has(channel: string): boolean;
  channels(): string[];
  clear(): void;
  deliver(channel: string, payload: string): void;
  resyncAll(): void;
}

/** @param log hears of a listener that throws; the others get their message all the same */
export function createListeners(log: Logger | undefined): Listeners {
  const byChannel = new Map<string, Set<{ listener: BusListener }>>();

  function call(what: () => void): void {
    try {
      what();
    } catch (error) {
      log?.error({ err: error }, 'a bus listener failed');
    }
  }

  return {
    add(channel, listener) {
      // A listener may be added twice: each time counts.
      const entry = { listener };
      const present = byChannel.get(channel);
      if (present) present.add(entry);
      else byChannel.set(channel, new Set([entry]));
      return () => {
        const left = byChannel.get(channel);
        if (!left?.delete(entry) || left.size > 0) return false;
        return byChannel.delete(channel);
      };
    },
    has: (channel) => byChannel.has(channel),
    channels: () => [...byChannel.keys()],
    clear: () => byChannel.clear(),
    deliver(channel, payload) {
      for (const { listener } of byChannel.get(channel) ?? []) call(() => listener.onMessage(payload));
    },
    resyncAll() {
      for (const present of byChannel.values())
        for (const { listener } of present) call(() => listener.onResync());
    },
  };
}
