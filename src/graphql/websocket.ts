import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql';
import { CloseCode, handleProtocols, makeServer, type Context } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { authenticate } from '../accounts/authenticate.ts';
import { onCredentialEnd } from '../accounts/credential-end.ts';
import { DomainError } from '../errors.ts';
import type { App } from '../platform.ts';
import { createDelivery } from './delivery.ts';
import { LIMITS } from './limits.ts';
import { openedStream } from './plugins/execution.ts';
import { TooComplex } from './plugins/limits.ts';
import { refusal, type MaskError } from './plugins/masking.ts';

/** What envelop has made of an operation's steps, for one operation. */
export interface Enveloped {
  schema: ExecutionArgs['schema'];
  parse(source: string): ExecutionArgs['document'];
  validate(schema: ExecutionArgs['schema'], document: ExecutionArgs['document']): readonly GraphQLError[];
  contextFactory(): object | Promise<object>;
  execute(args: ExecutionArgs): Promise<ExecutionResult>;
  subscribe(args: ExecutionArgs): Promise<AsyncIterable<ExecutionResult> | ExecutionResult>;
}

export interface WebSocketOptions {
  getEnveloped(context: { credential: string }): Enveloped;
  mask: MaskError;
  /** Between two pings; a socket that has not answered the last one is dropped. Milliseconds. */
  pingMs: number;
  /** How long a socket may say nothing before `connection_init`. Milliseconds. */
  initMs: number;
}

export interface GraphqlSockets {
  /** Takes over a connection whose path and origin are right. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Sends every client away with 1012, which makes it come back, to another process or a later one. */
  close(): Promise<void>;
}

interface Session {
  socket: WebSocket;
  answering: boolean;
  credential: string;
  forgetCredential: () => void;
}
type Connection = Context<Record<string, unknown>, Session>;
type Operation = ExecutionArgs & { enveloped: Enveloped };

/** WebSocket close code "service restart" (IANA registry). */
const SERVICE_RESTART = 1012;
/** More than this waiting in one socket is a client that asks and does not read. Octets. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const CLOSE_MS = 1_000;

/** The protocol graphql-transport-ws (graphql-ws) over ws, with the same plugins as HTTP. */
export function createGraphqlSockets(app: App, options: WebSocketOptions): GraphqlSockets {
  const sessions = new Set<Session>();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LIMITS.messageBytes,
    clientTracking: false,
    handleProtocols: (offered) => handleProtocols(offered),
  });
  const protocol = makeServer<Record<string, unknown>, Session>({
    connectionInitWaitTimeout: options.initMs,
    onConnect: (connection) => connect(app, connection),
    onSubscribe: ({ extra, subscriptions }, _id, { query, operationName, variables }) => {
      if (Object.keys(subscriptions).length > LIMITS.operationsPerSocket)
        return [withoutHttp(refusal(tooManyOperations()))];
      return prepare(options, extra.credential, { query, operationName, variableValues: variables });
    },
    execute: (args) => (args as Operation).enveloped.execute(args),
    subscribe: (args) => (args as Operation).enveloped.subscribe(args),
    onOperation: (connection, id, _payload, args, result) =>
      deliver(connection, id, args.contextValue as object, result as ExecutionResult),
    onNext: (_connection, _id, _payload, _args, result) =>
      result.errors && { ...result, errors: result.errors.map(withoutHttp) },
  });

  const pinger = setInterval(() => {
    for (const session of sessions) {
      if (!session.answering) session.socket.terminate();
      session.answering = false;
      session.socket.ping();
    }
  }, options.pingMs);
  pinger.unref();

  function open(socket: WebSocket): void {
    const session: Session = { socket, answering: true, credential: '', forgetCredential: () => {} };
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
        close: (code, reason) => socket.close(code, reason),
        onMessage: (receive) => {
          socket.on('message', (data) => {
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

/** Lets a client in by the `authorization` of its `connection_init`, for as long as that is good. */
async function connect(app: App, connection: Connection): Promise<boolean> {
  const { extra: session, connectionParams } = connection;
  const authorization = connectionParams?.authorization;
  // Held by the session alone from here on; the rest of the payload is nothing to us.
  (connection as { connectionParams?: unknown }).connectionParams = undefined;
  try {
    const credential = typeof authorization === 'string' ? authorization : undefined;
    const principal = await authenticate(app, credential);
    session.credential = credential ?? '';
    session.forgetCredential = onCredentialEnd(app, principal, () =>
      session.socket.close(CloseCode.Forbidden, 'auth/invalid'),
    );
    // It may have gone away meanwhile.
    if (session.socket.readyState !== session.socket.OPEN) session.forgetCredential();
    return true;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    session.socket.close(CloseCode.Unauthorized, error.code);
    return false;
  }
}

/** Parses, validates, and says who asks: the credential is looked at again for every operation. */
async function prepare(
  { getEnveloped, mask }: WebSocketOptions,
  credential: string,
  asked: {
    query: string;
    operationName?: string | null | undefined;
    variableValues?: Record<string, unknown> | null | undefined;
  },
): Promise<Operation | readonly GraphQLError[]> {
  const enveloped = getEnveloped({ credential });
  try {
    const document = enveloped.parse(asked.query);
    const errors = enveloped.validate(enveloped.schema, document);
    if (errors.length > 0) return errors.map((error) => withoutHttp(mask(error)));
    const contextValue = await enveloped.contextFactory();
    const { operationName, variableValues } = asked;
    return {
      enveloped,
      schema: enveloped.schema,
      document,
      operationName,
      variableValues,
      contextValue,
      rootValue: {},
    };
  } catch (error) {
    return [withoutHttp(mask(error))];
  }
}

/** Sends what was refused as `error`; hands a subscription's answers to the socket without a detour. */
function deliver(
  { extra: { socket }, subscriptions }: Connection,
  id: string,
  context: object,
  result: ExecutionResult,
): AsyncGenerator<ExecutionResult> | undefined {
  // What graphql-ws no longer knows it neither answers nor completes.
  const forget = () => delete (subscriptions as Record<string, unknown>)[id];
  const stream = openedStream(context);
  if (stream) return createDelivery(socket, id, stream, forget);
  if (result.errors && result.data === undefined && socket.readyState === socket.OPEN) {
    socket.send(JSON.stringify({ id, type: 'error', payload: result.errors.map(withoutHttp) }));
    forget();
  }
  return undefined;
}

function failMessage(app: App, socket: WebSocket, error: unknown): void {
  const unexpectedType = error instanceof Error && error.message.startsWith('Unexpected message');
  if (unexpectedType) return socket.close(CloseCode.BadRequest, error.message.slice(0, 120));
  app.log.error({ err: error }, 'socket message');
  socket.close(CloseCode.InternalServerError, 'internal/unexpected');
}

function tooManyOperations(): TooComplex {
  return new TooComplex(
    `A socket runs at most ${LIMITS.operationsPerSocket} operations at a time. Open another one.`,
  );
}

/** The status of a refused request is for HTTP only. */
function withoutHttp(error: GraphQLError): GraphQLError {
  delete error.extensions.http;
  return error;
}
