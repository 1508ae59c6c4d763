import type { IncomingMessage, ServerResponse } from 'node:http';
import { createAllowedOrigins } from '../accounts/allowed-origins.ts';
import type { App } from '../platform.ts';

/**
 * Which pages a browser lets read our answers. A preflight has no credential, so it is not known whose account it is
 * about: what any account lists may ask, and the request itself is judged by its own account (`authenticate`).
 */
export interface Cors {
  allow(request: IncomingMessage, response: ServerResponse): Promise<void> | void;
  /** Whether a socket may be opened, as far as that is known at once. */
  mayAlways(request: IncomingMessage): boolean;
  /** The same, once the accounts have been looked at. */
  may(request: IncomingMessage): Promise<boolean>;
}

/** What a page may read of an answer besides what each may: how long to wait, where it is, whether it is as before. */
const EXPOSED = 'etag, location, otpost-mode, ratelimit, ratelimit-policy, retry-after, www-authenticate';
const PREFLIGHT_SECONDS = '86400';

/** @param named by the operator; undefined: all may */
export function createCors(app: App, named: readonly string[] | undefined): Cors {
  // Only browsers say where a page is from; whoever does not is none, and needs a credential all the same.
  const mayAlways: Cors['mayAlways'] = ({ headers: { origin } }) =>
    origin === undefined || !named || named.includes(origin);
  const may: Cors['may'] = async (request) =>
    mayAlways(request) || (await app.single(createAllowedOrigins).someLists(request.headers.origin!));

  return {
    mayAlways,
    may,
    allow(request, response) {
      const { origin } = request.headers;
      // Also where all may: an account can say otherwise, so what is answered to one page is not for another.
      response.setHeader('vary', 'origin');
      if (origin !== undefined) response.setHeader('access-control-expose-headers', EXPOSED);
      if (!named) return void response.setHeader('access-control-allow-origin', '*');
      if (origin === undefined) return;
      if (named.includes(origin)) {
        response.setHeader('access-control-allow-origin', origin);
        // Of an origin that the operator names, and of no other, people are let in by their cookie.
        return void response.setHeader('access-control-allow-credentials', 'true');
      }
      return may(request).then((listed) => {
        if (listed) response.setHeader('access-control-allow-origin', origin);
      });
    },
  };
}

export function answerPreflight(response: ServerResponse): void {
  response.writeHead(204, {
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers':
      'authorization, content-type, accept, idempotency-key, if-none-match, last-event-id, otpost-account, otpost-app',
    'access-control-max-age': PREFLIGHT_SECONDS,
  });
  response.end();
}
