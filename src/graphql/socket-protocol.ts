import { getOperationAST, type ExecutionArgs, type ExecutionResult, type GraphQLError } from 'graphql';
import { CloseCode, makeServer, type Context, type Server } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { authenticate } from '../accounts/authenticate.ts';
import { onCredentialEnd } from '../accounts/credential-end.ts';
import { CredentialInvalid, OriginNotAllowed } from '../accounts/errors.ts';
import type { Sender } from '../accounts/sender.ts';
import { DomainError, InvalidInput } from '../errors.ts';
import type { App } from '../platform.ts';
import { createDelivery } from './delivery.ts';
import { LIMITS } from './limits.ts';
import { openedStream } from './plugins/execution.ts';
import { TooComplex } from './plugins/limits.ts';
import type { SeatOwner } from '../rates/errors.ts';
import { seatOwner, type ConnectionSeats } from '../rates/seats.ts';
import type { ErrorWords } from './plugins/masking.ts';
import { trustedText, type TrustedDocuments } from './trusted-documents.ts';

/** What envelop has made of an operation's steps, for one operation. */
export interface Enveloped {
  schema: ExecutionArgs['schema'];
  parse(source: string): ExecutionArgs['document'];
  validate(schema: ExecutionArgs['schema'], document: ExecutionArgs['document']): readonly GraphQLError[];
  contextFactory(): object | Promise<object>;
  execute(args: ExecutionArgs): Promise<ExecutionResult>;
  subscribe(args: ExecutionArgs): Promise<AsyncIterable<ExecutionResult> | ExecutionResult>;
}

export interface ProtocolOptions extends ErrorWords {
  getEnveloped(context: { credential: string; sender: Sender; address: string | undefined }): Enveloped;
  /** The only operations that are run; undefined: any. */
  trusted?: TrustedDocuments | undefined;
  seats: ConnectionSeats;
  /** How long a socket may say nothing before `connection_init`. Milliseconds. */
  initMs: number;
}

/** One socket and who speaks through it. */
export interface Session {
  socket: WebSocket;
  answering: boolean;
  /** Until `connection_init`: what the cookie of a page of ours says. */
  credential: string;
  /** With the account that a person is in, for as long as the socket is open. */
  sender: Sender;
  /** Where it came from; undefined when nobody who is believed can tell. */
  address: string | undefined;
  forgetCredential: () => void;
}

type Connection = Context<Record<string, unknown>, Session>;
type Operation = ExecutionArgs & { enveloped: Enveloped };

/** WebSocket close code "try again later" (IANA registry): clients come back, after a while. */
const TRY_AGAIN_LATER = 1013;

export function refuseSeat(socket: WebSocket, whose: SeatOwner): void {
  socket.on('error', () => {});
  socket.close(TRY_AGAIN_LATER, `socket/too_many: ${whose}`);
}

/** What graphql-ws does at each message: the plugins of HTTP, on a socket. */
export function createProtocol(app: App, options: ProtocolOptions): Server<Session> {
  return makeServer<Record<string, unknown>, Session>({
    connectionInitWaitTimeout: options.initMs,
    onConnect: (connection) => connect(app, options.seats, connection),
    onSubscribe: ({ extra, subscriptions }, _id, payload) => {
      const { operationName, variables } = payload;
      if (Object.keys(subscriptions).length > LIMITS.operationsPerSocket)
        return [withoutHttp(options.refuse(tooManyOperations()))];
      return prepare(options, extra, { payload, operationName, variableValues: variables });
    },
    execute: (args) => (args as Operation).enveloped.execute(args),
    subscribe: (args) => (args as Operation).enveloped.subscribe(args),
    onOperation: (connection, id, _payload, args, result) =>
      deliver(connection, id, args.contextValue as object, result as ExecutionResult),
    onNext: (_connection, _id, _payload, _args, result) =>
      result.errors && { ...result, errors: result.errors.map(withoutHttp) },
  });
}

/**
 * Lets a client in by the `authorization` of its `connection_init`, or else by its session's cookie, for as long as
 * that is good.
 */
async function connect(app: App, seats: ConnectionSeats, connection: Connection): Promise<boolean> {
  const { extra: session, connectionParams } = connection;
  const authorization = connectionParams?.authorization;
  const account = connectionParams?.account;
  const clientApp = connectionParams?.app;
  // Held by the session alone from here on; the rest of the payload is nothing to us.
  (connection as { connectionParams?: unknown }).connectionParams = undefined;
  try {
    const credential = typeof authorization === 'string' ? authorization : session.credential;
    const sender = {
      ...session.sender,
      account: typeof account === 'string' ? account : undefined,
      ...(typeof clientApp === 'string' && { clientApp }),
    };
    const principal = await authenticate(app, credential, session.address, sender);
    const leave = seats.ofCaller(principal);
    if (!leave) {
      refuseSeat(session.socket, seatOwner(principal));
      return false;
    }
    session.socket.once('close', leave);
    session.credential = credential;
    // Whatever the person switches to elsewhere: here they stay where they are.
    session.sender = { ...sender, account: principal.kind === 'person' ? principal.accountId : undefined };
    // Whoever has the token knows that it is one, and hears why it is no good any more.
    const reason = principal.kind === 'clientToken' ? 'auth/invalid: expired' : 'auth/invalid';
    session.forgetCredential = onCredentialEnd(app, principal, () =>
      session.socket.close(CloseCode.Forbidden, reason),
    );
    // It may have gone away meanwhile.
    if (session.socket.readyState !== session.socket.OPEN) {
      session.forgetCredential();
      leave();
    }
    return true;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const reason = error instanceof CredentialInvalid ? `${error.code}: ${error.reason}` : error.code;
    const code = error instanceof OriginNotAllowed ? CloseCode.Forbidden : CloseCode.Unauthorized;
    session.socket.close(code, reason);
    return false;
  }
}

/** Parses, validates, and says who asks: the credential is looked at again for every operation. */
async function prepare(
  { getEnveloped, mask, refuse, trusted }: ProtocolOptions,
  { credential, sender, address }: Session,
  asked: {
    payload: { query: string };
    operationName?: string | null | undefined;
    variableValues?: Record<string, unknown> | null | undefined;
  },
): Promise<Operation | readonly GraphQLError[]> {
  const enveloped = getEnveloped({ credential, sender, address });
  try {
    const query = trusted ? trustedText(trusted, asked.payload) : asked.payload.query;
    const document = enveloped.parse(query);
    const errors = enveloped.validate(enveloped.schema, document);
    if (errors.length > 0) return errors.map((error) => withoutHttp(mask(error)));
    if (!getOperationAST(document, asked.operationName)) return [withoutHttp(refuse(noSuchOperation()))];
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

function noSuchOperation(): InvalidInput {
  return new InvalidInput('operationName', 'Could not determine what operation to execute.');
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
