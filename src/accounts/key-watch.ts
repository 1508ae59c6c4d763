import { and, inArray, isNotNull } from 'drizzle-orm';
import { API_KEY_CHANNEL } from '../bus/channels.ts';
import type { ApiKeyId } from '../ids.ts';
import type { App } from '../platform.ts';
import { apiKeys } from './table.ts';

/** The API keys that hold something open in this process: sockets, streams. */
export interface KeyWatch extends AsyncDisposable {
  /** Calls back once when the key is revoked. @returns how to stop watching */
  add(id: ApiKeyId, onRevoked: () => void): () => void;
}

// Revocation is announced over the bus; this is for the announcement that got lost.
const RECHECK_MS = 30_000;
const KEYS_PER_READ = 1_000;

export function createKeyWatch(app: App): KeyWatch {
  const watchers = new Map<ApiKeyId, Set<() => void>>();

  function revoked(id: ApiKeyId): void {
    const callbacks = watchers.get(id) ?? [];
    watchers.delete(id);
    for (const callback of callbacks) callback();
  }

  async function recheck(): Promise<void> {
    const watched = [...watchers.keys()];
    for (let i = 0; i < watched.length; i += KEYS_PER_READ) {
      const ids = watched.slice(i, i + KEYS_PER_READ);
      const rows = await app.db
        .select({ id: apiKeys.id })
        .from(apiKeys)
        .where(and(inArray(apiKeys.id, ids), isNotNull(apiKeys.revokedAt)));
      for (const { id } of rows) revoked(id);
    }
  }
  const recheckQuietly = () =>
    void recheck().catch((error: unknown) => app.log.warn({ err: error }, 'checking the keys in use failed'));

  const subscription = app.bus.subscribe(API_KEY_CHANNEL, {
    onMessage: (id) => revoked(id as ApiKeyId),
    onResync: recheckQuietly,
  });
  const timer = setInterval(recheckQuietly, RECHECK_MS);
  timer.unref();

  return {
    add(id, onRevoked) {
      const callbacks = watchers.get(id) ?? new Set();
      watchers.set(id, callbacks.add(onRevoked));
      return () => {
        if (callbacks.delete(onRevoked) && callbacks.size === 0 && watchers.get(id) === callbacks)
          watchers.delete(id);
      };
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      (await subscription)();
    },
  };
}
