import type { IncomingMessage } from 'node:http';

/** What a request carries, up to a size; `cut` when its client went away in the middle of it. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | 'tooLarge' | 'cut'> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.resolve('tooLarge');
  // Gone before anybody listened: no event says so any more.
  if (request.destroyed) return Promise.resolve('cut');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      // What comes behind it is thrown away: whoever is cut off while sending does not read why.
      else resolve('tooLarge');
    });
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    // After its end these say nothing new.
    request.once('close', () => resolve('cut'));
    request.once('error', () => resolve('cut'));
  });
}
