import { inArray } from 'drizzle-orm';
import { API_KEY_CHANNEL } from '../bus/channels.ts';
import type { ApiKeyId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { ApiKeyPrincipal } from './principal.ts';
import { apiKeys } from './table.ts';

/** The API keys that hold something open in this process: sockets, streams. */
export interface KeyWatch extends AsyncDisposable {
  /** Calls back once when the key is revoked, or its secret or rights are changed. @returns how to stop watching */
  add(who: ApiKeyPrincipal, onEnd: () => void): () => void;
}

// A change is announced over the bus; this is for the announcement that got lost.
const RECHECK_MS = 30_000;
const KEYS_PER_READ = 1_000;

interface Watcher {
  /** Of the key when it was let in. */
  generation: number;
  onEnd: () => void;
}

export function createKeyWatch(app: App): KeyWatch {
  const watchers = new Map<ApiKeyId, Set<Watcher>>();

  /** @param generation of those that may stay; undefined: of none */
  function end(id: ApiKeyId, generation?: number): void {
    const ofKey = watchers.get(id);
    if (!ofKey) return;
    const over = [...ofKey].filter((watcher) => watcher.generation !== generation);
    for (const watcher of over) ofKey.delete(watcher);
    if (ofKey.size === 0) watchers.delete(id);
    for (const { onEnd } of over) onEnd();
  }

  async function recheck(): Promise<void> {
    const watched = [...watchers.keys()];
    for (let i = 0; i < watched.length; i += KEYS_PER_READ) {
      const ids = watched.slice(i, i + KEYS_PER_READ);
      const rows = await app.db
        .select({ id: apiKeys.id, generation: apiKeys.generation, revokedAt: apiKeys.revokedAt })
        .from(apiKeys)
        .where(inArray(apiKeys.id, ids));
      for (const { id, generation, revokedAt } of rows) end(id, revokedAt ? undefined : generation);
    }
  }
  const recheckQuietly = () =>
    void recheck().catch((error: unknown) => app.log.warn({ err: error }, 'checking the keys in use failed'));

  const subscription = app.bus.subscribe(API_KEY_CHANNEL, {
    onMessage: (id) => end(id as ApiKeyId),
    onResync: recheckQuietly,
  });
  const timer = setInterval(recheckQuietly, RECHECK_MS);
  timer.unref();

  return {
    add({ apiKeyId: id, generation = 0 }, onEnd) {
      const ofKey = watchers.get(id) ?? new Set();
      const watcher: Watcher = { generation, onEnd };
      watchers.set(id, ofKey.add(watcher));
      return () => {
        if (ofKey.delete(watcher) && ofKey.size === 0 && watchers.get(id) === ofKey) watchers.delete(id);
      };
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      (await subscription)();
    },
  };
}
