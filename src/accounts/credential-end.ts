import { createTokenWatch } from '../oauth/token-watch.ts';
import { createPersonWatch } from '../people/person-watch.ts';
import type { App } from '../platform.ts';
import { createEventHub } from '../events/hub.ts';
import { createKeyWatch } from './key-watch.ts';
import { CLIENT_TOKEN_GRACE_MS } from './client-token.ts';
import type { ClientTokenPrincipal, Principal } from './principal.ts';

// A timer of Node ends at once when it is set for longer than 2³¹ ms.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Calls back once when a credential ends: its time is up, it was revoked, or what it may do was changed, so
 * that its holder has to come again. For whatever it holds open: a socket, a stream.
 * @returns how to stop waiting for that
 */
export function onCredentialEnd(app: App, who: Principal, listener: () => void): () => void {
  switch (who.kind) {
    case 'apiKey':
      return whicheverIsFirst(app, who.expiresAt, listener, (end) =>
        app.single(createKeyWatch).add(who, end),
      );
    case 'accessToken':
      return whicheverIsFirst(app, who.expiresAt, listener, (end) =>
        app.single(createTokenWatch).add(who, end),
      );
    case 'person':
      return whicheverIsFirst(app, who.expiresAt, listener, (end) =>
        app.single(createPersonWatch).add(who, end),
      );
    case 'clientToken':
      return whicheverIsFirst(app, who.expiresAt, listener, (end) => onEndOfVerification(app, who, end));
    default:
      throw new Error(`unhandled principal: ${who satisfies never}`);
  }
}

/** @param watch calls back when the credential is ended before its time */
function whicheverIsFirst(
  app: App,
  expiresAt: Date | undefined,
  listener: () => void,
  watch: (end: () => void) => () => void,
): () => void {
  if (!expiresAt) return watch(listener);
  const end = () => {
    stop();
    listener();
  };
  const stopWatching = watch(end);
  const stopWaiting = onTime(app, expiresAt, end);
  const stop = () => {
    stopWatching();
    stopWaiting();
  };
  return stop;
}

/** It is watched as a stream of its events is: the two share what is read and heard of it. */
function onEndOfVerification(
  app: App,
  { accountId, verificationId }: ClientTokenPrincipal,
  listener: () => void,
): () => void {
  let stopWaiting = () => {};
  const stopWatching = app.single(createEventHub).onEnded(accountId, verificationId, (endedAt) => {
    stopWaiting = onTime(app, new Date(endedAt.getTime() + CLIENT_TOKEN_GRACE_MS), listener);
  });
  return () => {
    stopWatching();
    stopWaiting();
  };
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
