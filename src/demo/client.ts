import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import type { TypedDocumentString } from '../graphql/generated/graphql.ts';
import { reasonOf } from './reasons.ts';

/** Our own API as a partner's program would use it: queries over HTTP, events over a few sockets. */
export interface DemoClient extends AsyncDisposable {
  /** @throws {Error} with the server's words when the answer has errors */
  request<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Result>;
  /** Calls back for every event; resolves when the subscription ends. The returned function ends it. */
  subscribe<Result, Variables extends Record<string, unknown>>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    onEvent: (event: Result) => void,
  ): { done: Promise<void>; stop(): void };
}

// A socket may carry 50 subscriptions.
const SUBSCRIPTIONS_PER_SOCKET = 40;

export function createDemoClient(url: string, apiKey: string): DemoClient {
  const endpoint = `${url}/graphql`;
  const sockets: { client: Client; open: number }[] = [];

  function leastBusy(): { client: Client; open: number } {
    const free = sockets.find((socket) => socket.open < SUBSCRIPTIONS_PER_SOCKET);
    if (free) return free;
    const client = createClient({
      url: endpoint.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${apiKey}` },
      lazyCloseTimeout: 1_000,
    });
    const socket = { client, open: 0 };
    sockets.push(socket);
    return socket;
  }

  return {
    async request(document, variables) {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json',
          authorization: `Bearer ${apiKey}`,
        },
        body: JSON.stringify({ query: document.toString(), variables }),
      });
      const answer = (await response.json()) as { data?: unknown; errors?: { message: string }[] };
      if (answer.errors?.length || !answer.data)
        throw new Error(answer.errors?.map((e) => e.message).join('; ') ?? `HTTP ${response.status}`);
      return answer.data as never;
    },
    subscribe(document, variables, onEvent) {
      const socket = leastBusy();
      socket.open++;
      let stop = (): void => {};
      const done = new Promise<void>((resolve, reject) => {
        stop = socket.client.subscribe(
          { query: document.toString(), variables },
          {
            next: ({ data, errors }) => {
              if (errors?.length) reject(new Error(errors.map((e) => e.message).join('; ')));
              else if (data) onEvent(data as never);
            },
            error: (error) => reject(new Error(reasonOf(error))),
            complete: resolve,
          },
        );
      }).finally(() => socket.open--);
      return { done, stop };
    },
    async [Symbol.asyncDispose]() {
      for (const { client } of sockets) await client.dispose();
    },
  };
}
