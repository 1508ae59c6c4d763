import { createHash } from 'node:crypto';
import { sendNothing, sendText } from '../send.ts';
import type { RestContext } from './endpoint.ts';

/** Answers what was asked for, or 304 when the caller has it: a strong tag over the body's octets (RFC 9110 §8.8.3). */
export function withETag({ env: { incoming, outgoing } }: RestContext, body: object): Response {
  const text = JSON.stringify(body);
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  outgoing.setHeader('etag', tag);
  // Masked or not depends on who asks: no cache in between may give it to somebody else.
  outgoing.setHeader('cache-control', 'private, no-cache');
  if (matches(incoming.headers['if-none-match'], tag)) return sendNothing(outgoing, 304);
  return sendText(outgoing, 200, text, { 'content-type': 'application/json' });
}

/** If-None-Match compares weakly (RFC 9110 §13.1.2). */
function matches(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === tag);
}
