import { LRUCache } from 'lru-cache';
import type { App } from '../platform.ts';

/** Answers from the database, kept until something changes. */
export interface CachedLookup<Value> extends AsyncDisposable {
  /** @param name what the answer is kept under; the same for the same question */
  find(name: string, read: () => Promise<Value | undefined>): Promise<Value | undefined>;
}

export interface CachedLookupOptions {
  /** A message on it makes all answers old. */
  channel: string;
  max: number;
  /** Changes are announced over the bus; this is for the announcement that got lost. */
  knownMs: number;
  /** For the answer that there is none. */
  unknownMs: number;
}

export function createCachedLookup<Value>(
  app: App,
  { channel, max, knownMs, unknownMs }: CachedLookupOptions,
): CachedLookup<Value> {
  const known = new LRUCache<string, { answer: Promise<Value | undefined>; until: number }>({ max });
  const forget = () => known.clear();
  const subscription = app.bus.subscribe(channel, { onMessage: forget, onResync: forget });
  return {
    find(name, read) {
      const entry = known.get(name);
      if (entry && entry.until > app.clock()) return entry.answer;
      const answer = read();
      const fresh = { answer, until: app.clock() + knownMs };
      known.set(name, fresh);
      answer.then(
        (found) => {
          if (found === undefined) fresh.until = app.clock() + unknownMs;
        },
        () => known.delete(name),
      );
      return answer;
    },
    async [Symbol.asyncDispose]() {
      (await subscription)();
    },
  };
}
