import type { AccessTokenPrincipal } from '../accounts/principal.ts';
import { OAUTH_CHANNEL } from '../bus/channels.ts';
import type { OAuthClientId } from '../ids.ts';
import type { App } from '../platform.ts';
import { isGood, readStandings } from './client-standing.ts';

/** The access tokens that hold something open in this process: sockets, streams. */
export interface TokenWatch extends AsyncDisposable {
  /** Calls back once when the token is good no more, before its time. @returns how to stop watching */
  add(who: AccessTokenPrincipal, onEnd: () => void): () => void;
}

interface Watcher {
  who: AccessTokenPrincipal;
  onEnd: () => void;
}

// A change is announced over the bus; this is for the announcement that got lost.
const RECHECK_MS = 30_000;
const CLIENTS_PER_READ = 1_000;

export function createTokenWatch(app: App): TokenWatch {
  const watchers = new Map<OAuthClientId, Set<Watcher>>();

  function remove(watcher: Watcher): boolean {
    const { clientId } = watcher.who;
    const ofClient = watchers.get(clientId);
    if (!ofClient?.delete(watcher)) return false;
    if (ofClient.size === 0) watchers.delete(clientId);
    return true;
  }

  async function recheck(ids: readonly OAuthClientId[]): Promise<void> {
    const watched = ids.filter((id) => watchers.has(id));
    for (let i = 0; i < watched.length; i += CLIENTS_PER_READ) {
      const some = watched.slice(i, i + CLIENTS_PER_READ);
      const standings = await readStandings(app, some);
      const over = some
        .flatMap((id) => [...(watchers.get(id) ?? [])])
        .filter(({ who }) => !isGood(standings.get(who.clientId), who));
      for (const watcher of over) if (remove(watcher)) watcher.onEnd();
    }
  }
  const recheckQuietly = (ids: readonly OAuthClientId[]) =>
    void recheck(ids).catch((error: unknown) =>
      app.log.warn({ err: error }, 'checking the access tokens in use failed'),
    );
  const recheckAll = () => recheckQuietly([...watchers.keys()]);

  const subscription = app.bus.subscribe(OAUTH_CHANNEL, {
    onMessage: (id) => recheckQuietly([id as OAuthClientId]),
    onResync: recheckAll,
  });
  const timer = setInterval(recheckAll, RECHECK_MS);
  timer.unref();

  return {
    add(who, onEnd) {
      const ofClient = watchers.get(who.clientId) ?? new Set();
      const watcher: Watcher = { who, onEnd };
      watchers.set(who.clientId, ofClient.add(watcher));
      return () => void remove(watcher);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      (await subscription)();
    },
  };
}
