import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';

/**
 * Answers with a text that is ready, on Node's own response.
 * @param headers besides those that were set before
 * @returns what tells Hono that nothing is left to do
 */
export function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>>,
): Response {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
  response.end(text);
  return RESPONSE_ALREADY_SENT;
}

/** Answers without a body. */
export function sendNothing(response: ServerResponse, status: 204 | 304): Response {
  response.writeHead(status);
  response.end();
  return RESPONSE_ALREADY_SENT;
}
