import { once } from 'node:events';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import type { RunningApp } from '../../src/app.ts';
import type { TypedDocumentString } from '../../src/graphql/generated/graphql.ts';

/** An answer over HTTP, errors included. */
export interface Answer<Result = Record<string, unknown>> {
  status: number;
  data?: Result | null;
  errors?: { message: string; path?: (string | number)[]; extensions?: Record<string, unknown> }[];
}

/** One caller of the API, with one credential. */
export interface Caller {
  credential: string;
  /** Runs one of our own operations. @throws {Error} when the answer has errors */
  run<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Result>;
  /** Runs any operation. */
  ask(query: string, variables?: Record<string, unknown>, headers?: Record<string, string>): Promise<Answer>;
}

export function urlOf(app: RunningApp): string {
  return `${app.server!.url}/graphql`;
}

/** A caller with an API key of the account of `who`. */
export async function createCaller(app: RunningApp, who: Principal): Promise<Caller> {
  const { key } = await createApiKey(app, who.accountId, { name: 'Test' });
  return callerWith(app, key);
}

export function callerWith(app: RunningApp, credential: string): Caller {
  const ask: Caller['ask'] = async (query, variables, headers = {}) => {
    const response = await fetch(urlOf(app), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        ...(credential && { authorization: `Bearer ${credential}` }),
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, ...((await response.json()) as object) };
  };
  return {
    credential,
    ask,
    async run(document, variables) {
      const answer = await ask(document.toString(), variables as Record<string, unknown>);
      if (answer.errors || !answer.data) throw new Error(JSON.stringify(answer.errors));
      return answer.data as never;
    },
  };
}

/** Codes of an answer's errors. */
export function codesOf({ errors = [] }: Answer): unknown[] {
  return errors.map((error) => error.extensions?.code);
}

/** A client of graphql-ws, as apps use it. */
export function createSocketClient(app: RunningApp, credential: string): Client & AsyncDisposable {
  const client = createClient({
    url: urlOf(app).replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${credential}` },
    retryAttempts: 0,
  });
  return { ...client, [Symbol.asyncDispose]: async () => client.dispose() };
}

export interface RawSocket extends AsyncDisposable {
  socket: WebSocket;
  send(message: unknown): void;
  /** The next message that the server has sent or will send. */
  next(): Promise<Record<string, unknown>>;
  /** Code and reason with which the server closes. */
  closed: Promise<{ code: number; reason: string }>;
}

export interface SocketOptions {
  protocol?: string;
  origin?: string;
  headers?: Record<string, string>;
  /** Not to answer pings. */
  autoPong?: false;
}

/** A socket that says what it is told to, right or wrong. */
export async function openRawSocket(url: string, options: SocketOptions = {}): Promise<RawSocket> {
  const socket = new WebSocket(url.replace('http', 'ws'), options.protocol ?? 'graphql-transport-ws', {
    ...(options.origin && { origin: options.origin }),
    ...(options.headers && { headers: options.headers }),
    ...(options.autoPong === false && { autoPong: false }),
  });
  const received: Record<string, unknown>[] = [];
  const waiting: ((message: Record<string, unknown>) => void)[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse((data as Buffer).toString()) as Record<string, unknown>;
    const taker = waiting.shift();
    if (taker) taker(message);
    else received.push(message);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
  );
  await once(socket, 'open');
  // Being cut off while writing is what some tests are about.
  socket.on('error', () => {});
  return {
    socket,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: () => {
      const message = received.shift();
      return message ? Promise.resolve(message) : new Promise((resolve) => waiting.push(resolve));
    },
    closed,
    async [Symbol.asyncDispose]() {
      socket.terminate();
      await closed;
    },
  };
}

/** A socket that has been let in. */
export async function openSocket(
  app: RunningApp,
  credential: string,
  options: SocketOptions = {},
): Promise<RawSocket> {
  const raw = await openRawSocket(urlOf(app), options);
  raw.send({ type: 'connection_init', payload: { authorization: `Bearer ${credential}` } });
  const { type } = await raw.next();
  if (type !== 'connection_ack') throw new Error(`not let in: ${String(type)}`);
  return raw;
}
