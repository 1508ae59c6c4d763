import type { IncomingMessage } from 'node:http';
import { readBody } from './read-body.ts';

/** What a request carries as JSON, up to a size; else what is wrong with it. */
export async function readJson(
  request: IncomingMessage,
  maxBytes: number,
): Promise<{ value: unknown } | 'tooLarge' | 'cut' | 'malformed'> {
  const body = await readBody(request, maxBytes);
  if (typeof body === 'string') return body;
  try {
    return { value: JSON.parse(body.toString()) };
  } catch {
    return 'malformed';
  }
}
