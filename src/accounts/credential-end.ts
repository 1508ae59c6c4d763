import type { App } from '../platform.ts';
import { createKeyWatch } from './key-watch.ts';
import type { Principal } from './principal.ts';

/**
 * Calls back once when a credential ends: its time is up, or it was revoked. For whatever it holds
 * open: a socket, a stream.
 * @returns how to stop waiting for that
 */
export function onCredentialEnd(app: App, who: Principal, listener: () => void): () => void {
  switch (who.kind) {
    case 'apiKey':
      return app.single(createKeyWatch).add(who.apiKeyId, listener);
    case 'clientToken': {
      const timer = setTimeout(listener, Math.max(0, who.expiresAt.getTime() - app.clock()));
      timer.unref();
      return () => clearTimeout(timer);
    }
    default:
      throw new Error(`unhandled principal: ${who satisfies never}`);
  }
}
