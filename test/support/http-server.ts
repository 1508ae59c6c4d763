import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Received {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
  /** 1 for the first connection that was made. */
  connection: number;
}

export type Behave = (response: ServerResponse, received: Received, socket: Socket) => void | Promise<void>;

/** A real server on 127.0.0.1 that answers as a test says, and keeps what it was asked. */
export class TestHttpServer implements AsyncDisposable {
  readonly received: Received[] = [];
  behave: Behave;
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #numbers = new WeakMap<Socket, number>();

  private constructor(server: Server, behave: Behave) {
    this.#server = server;
    this.behave = behave;
    server.on('connection', (socket) => {
      this.#numbers.set(socket, ++this.connections);
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('request', (request, response) => void this.#answer(request, response));
  }

  /** @param port 0 takes a free one */
  static async start(behave: Behave, server: Server = createServer(), port = 0): Promise<TestHttpServer> {
    const started = new TestHttpServer(server, behave);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return started;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const received = {
      method: request.method!,
      url: request.url!,
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
      connection: this.#numbers.get(request.socket)!,
    };
    this.received.push(received);
    response.on('error', () => undefined);
    await this.behave(response, received, request.socket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server.listening) await once(this.#server, 'close');
  }
}

/** Answers at once. */
export function answering(status: number, body: string, headers: Record<string, string> = {}): Behave {
  return (response) => void response.writeHead(status, headers).end(body);
}
