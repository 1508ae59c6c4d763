import type { IncomingMessage } from 'node:http';

/** Reads a request's body, and no more of it than may be there. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | 'tooLarge' | 'cut'> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.resolve('tooLarge');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) return void chunks.push(chunk);
      request.pause();
      resolve('tooLarge');
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    // After its end this says nothing new.
    request.once('close', () => resolve('cut'));
    request.once('error', () => resolve('cut'));
  });
}
