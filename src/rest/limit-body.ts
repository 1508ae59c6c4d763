import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import { readBody } from '../http/read-body.ts';

/**
 * Refuses bodies that are larger than they may be, whether they say how long they are or not. Hono's own limit makes
 * a new `Request` of what does not say it, and the requests here are none of the kind that it can be made of.
 */
export function limitBody<Env extends { Bindings: HttpBindings }>(
  maxBytes: number,
  refuse: (context: Context<Env>) => Response,
): MiddlewareHandler<Env> {
  return async (context, next) => {
    const { incoming } = context.env;
    const { 'content-length': length, 'transfer-encoding': encoding } = incoming.headers;
    if (length !== undefined) return Number(length) > maxBytes ? refuse(context) : next();
    // Without either there is none (RFC 9112, 6.3).
    if (encoding === undefined) return next();
    const body = await readBody(incoming, maxBytes);
    if (body === 'tooLarge') return refuse(context);
    // What `text()` and `json()` look at first: a promise, whatever its type says.
    const text = Promise.resolve(body === 'cut' ? '' : body.toString());
    Object.assign(context.req.bodyCache, { text });
    return next();
  };
}
