import { LRUCache } from 'lru-cache';
import type { App } from '../platform.ts';

/** Answers from the database, kept until something changes. */
export interface CachedLookup<Value> extends AsyncDisposable {
  /** @param name what the answer is kept under; the same for the same question */
  find(name: string, read: () => Promise<Value | undefined>): Promise<Value | undefined>;
  /** What a message on the channel does, at once: whoever has changed something reads it as it is now. */
  forget(message: string): void;
}

export interface CachedLookupOptions<Value> {
  /** A message on it makes answers old. */
  channel: string;
  /** Whether a message is about an answer; absent: each is about all of them. */
  isAbout?: (message: string, value: Value) => boolean;
  max: number;
  /** Changes are announced over the bus; this is for the announcement that got lost. */
  knownMs: number;
  /** For the answer that there is none. */
  unknownMs: number;
}

interface Answer<Value> {
  answer: Promise<Value | undefined>;
  /** What it came to; undefined while it is not there, and when there is nothing. */
  value: Value | undefined;
  until: number;
}

export function createCachedLookup<Value>(
  app: App,
  { channel, isAbout, max, knownMs, unknownMs }: CachedLookupOptions<Value>,
): CachedLookup<Value> {
  const known = new LRUCache<string, Answer<Value>>({ max });
  const forget = () => known.clear();
  const forgetSome = (message: string) => {
    if (!isAbout) return forget();
    // What is being read may have been read before the change.
    for (const [name, { value }] of known.entries())
      if (value === undefined || isAbout(message, value)) known.delete(name);
  };
  const subscription = app.bus.subscribe(channel, { onMessage: forgetSome, onResync: forget });
  return {
    find(name, read) {
      const entry = known.get(name);
      if (entry && entry.until > app.clock()) return entry.answer;
      // As in `accounts/cache.ts`: what is only asked when it is waited for is asked once.
      const answer = Promise.resolve(read());
      const fresh: Answer<Value> = { answer, value: undefined, until: app.clock() + knownMs };
      known.set(name, fresh);
      answer.then(
        (found) => {
          fresh.value = found;
          if (found === undefined) fresh.until = app.clock() + unknownMs;
        },
        () => known.delete(name),
      );
      return answer;
    },
    forget: forgetSome,
    async [Symbol.asyncDispose]() {
      (await subscription)();
    },
  };
}
