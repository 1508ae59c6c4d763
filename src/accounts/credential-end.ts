import type { App } from '../platform.ts';
import { createKeyWatch } from './key-watch.ts';
import type { Principal } from './principal.ts';

// A timer of Node ends at once when it is set for longer than 2³¹ ms.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Calls back once when a credential ends: its time is up, it was revoked, or what it may do was changed, so
 * that its holder has to come again. For whatever it holds open: a socket, a stream.
 * @returns how to stop waiting for that
 */
export function onCredentialEnd(app: App, who: Principal, listener: () => void): () => void {
  switch (who.kind) {
    case 'apiKey': {
      const { expiresAt } = who;
      if (!expiresAt) return app.single(createKeyWatch).add(who, listener);
      const end = () => {
        stop();
        listener();
      };
      const stopWatching = app.single(createKeyWatch).add(who, end);
      const stopWaiting = onTime(app, expiresAt, end);
      const stop = () => {
        stopWatching();
        stopWaiting();
      };
      return stop;
    }
    case 'clientToken':
      return onTime(app, who.expiresAt, listener);
    default:
      throw new Error(`unhandled principal: ${who satisfies never}`);
  }
}

function onTime(app: App, at: Date, listener: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = () => {
    const left = at.getTime() - app.clock();
    timer =
      left > LONGEST_TIMER_MS ? setTimeout(wait, LONGEST_TIMER_MS) : setTimeout(listener, Math.max(0, left));
    timer.unref();
  };
  wait();
  return () => clearTimeout(timer);
}
