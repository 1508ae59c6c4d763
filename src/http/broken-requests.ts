import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerJson, hangUp, setHeaders } from './answer.ts';
import type { Headers } from './security-headers.ts';

const STATUSES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/**
 * Ends connections over which something comes that is no request, or none in time, as Node does by itself.
 * @param always what every answer says
 * @param mayBeLate those that have more time; Node tells of each request once
 */
export function refuseBroken(server: Server, always: Headers, mayBeLate: (socket: Duplex) => boolean): void {
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (request, response) => answers.set(request.socket, response));
  server.on('clientError', ({ code = '' }: NodeJS.ErrnoException, socket) => {
    if (code === 'ERR_HTTP_REQUEST_TIMEOUT' && mayBeLate(socket)) return;
    // Nothing is written into an answer that has begun.
    const answer = answers.get(socket);
    const hasBegun = answer?.headersSent === true && !answer.writableFinished;
    if (!socket.writable || hasBegun) socket.destroy();
    else hangUp(socket, STATUSES[code] ?? '400 Bad Request', always);
  });
  // A tunnel, which Node would close without a word.
  server.on('connect', (_request, socket) => hangUp(socket, '405 Method Not Allowed', always));
  server.on('checkExpectation', ({ headers }, response) => {
    setHeaders(response, always);
    // What comes of its body is not read.
    response.setHeader('connection', 'close');
    answerJson(response, 417, { error: `Nobody here knows what is expected: ${headers.expect}.` });
  });
}
