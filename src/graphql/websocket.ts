import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode, handleProtocols } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { AddressOf } from '../http/client-address.ts';
import { hangUp } from '../http/answer.ts';
import type { OwnPages } from '../http/cross-site.ts';
import type { Headers } from '../http/security-headers.ts';
import { cookieIn, senderIn } from '../people/presented.ts';
import type { App } from '../platform.ts';
import { LIMITS } from './limits.ts';
import { createProtocol, refuseSeat, type ProtocolOptions, type Session } from './socket-protocol.ts';

export interface WebSocketOptions extends ProtocolOptions {
  addressOf: AddressOf;
  own: OwnPages;
  /** What every answer says. */
  always: Headers;
  /** Between two pings; a socket that has not answered the last one is dropped. Milliseconds. */
  pingMs: number;
}

export interface GraphqlSockets {
  /** Takes over a connection whose path and origin are right. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Sends every client away with 1012, which makes it come back, to another process or a later one. */
  close(): Promise<void>;
}

/** WebSocket close code "service restart" (IANA registry). */
const SERVICE_RESTART = 1012;
/** More than this waiting in one socket is a client that asks and does not read. Octets. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const CLOSE_MS = 1_000;
const MAX_REASON_BYTES = 123;

/** The protocol graphql-transport-ws (graphql-ws) over ws, with the same plugins as HTTP. */
export function createGraphqlSockets(app: App, options: WebSocketOptions): GraphqlSockets {
  const sessions = new Set<Session>();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LIMITS.messageBytes,
    clientTracking: false,
    handleProtocols: (offered) => handleProtocols(offered),
  });
  // What is no handshake, or none of a version that is spoken here.
  sockets.on('wsClientError', (_error, socket) => hangUp(socket, '400 Bad Request', options.always));
  const protocol = createProtocol(app, options);

  const pinger = setInterval(() => {
    for (const session of sessions) {
      if (!session.answering) session.socket.terminate();
      session.answering = false;
      session.socket.ping();
    }
  }, options.pingMs);
  pinger.unref();

  function open(socket: WebSocket, request: IncomingMessage): void {
    const address = options.addressOf(request);
    const leave = options.seats.ofAddress(address);
    if (!leave) return refuseSeat(socket, 'address');
    socket.once('close', leave);
    const session: Session = {
      socket,
      answering: true,
      credential: cookieIn(request.headers, options.own) ?? '',
      sender: senderIn(request.headers, options.own),
      address,
      forgetCredential: () => {},
    };
    sessions.add(session);
    socket.on('error', (error) => app.log.debug({ err: error }, 'socket'));
    socket.on('pong', () => (session.answering = true));
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) =>
          new Promise((resolve) => {
            // A client that is gone is no error of the operation.
            if (socket.readyState === socket.OPEN) socket.send(data, () => resolve());
            else resolve();
          }),
        close: (code, reason) => socket.close(code, reasonOf(reason)),
        onMessage: (receive) => {
          socket.on('message', (data) => {
            // What still comes over one that we have closed is not done: nobody would hear of it.
            if (socket.readyState !== socket.OPEN) return;
            session.answering = true;
            if (socket.bufferedAmount > MAX_BUFFERED_BYTES) return socket.terminate();
            receive(String(data as Buffer)).catch((error: unknown) => failMessage(app, socket, error));
          });
        },
      },
      session,
    );
    socket.once('close', (code, reason) => {
      sessions.delete(session);
      session.forgetCredential();
      closed(code, String(reason)).catch((error: unknown) => app.log.error({ err: error }, 'socket close'));
    });
  }

  return {
    upgrade: (request, socket, head) => sockets.handleUpgrade(request, socket, head, open),
    async close() {
      clearInterval(pinger);
      const gone = [...sessions].map(({ socket }) => {
        const closed = Promise.withResolvers<void>();
        socket.once('close', () => closed.resolve());
        socket.close(SERVICE_RESTART, 'The server restarts.');
        return closed.promise;
      });
      const late = setTimeout(() => {
        for (const { socket } of sessions) socket.terminate();
      }, CLOSE_MS);
      await Promise.all(gone);
      clearTimeout(late);
      sockets.close();
    },
  };
}

function failMessage(app: App, socket: WebSocket, error: unknown): void {
  const unexpectedType = error instanceof Error && error.message.startsWith('Unexpected message');
  if (unexpectedType) return socket.close(CloseCode.BadRequest, reasonOf(error.message));
  // Its ping is sent back, with all that is nested in it.
  if (isStackOverflow(error)) return socket.close(CloseCode.BadRequest, 'A message is not so deep.');
  app.log.error({ err: error }, 'socket message');
  socket.close(CloseCode.InternalServerError, 'internal/unexpected');
}

/** As much of it as a close frame holds (RFC 6455 §5.5); some of them quote what the client has sent. */
function reasonOf(text = ''): string {
  const octets = Buffer.from(text).subarray(0, MAX_REASON_BYTES);
  return new TextDecoder().decode(octets, { stream: true });
}

function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.startsWith('Maximum call stack');
}
