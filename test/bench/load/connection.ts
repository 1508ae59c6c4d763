import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  status: number;
  /** One character per octet: good for looking into, not for showing. */
  body: string;
}

/** What all requests of a connection have in common. */
export interface RequestForm {
  path: string;
  contentType: string;
  accept: string;
  /** The value of `Authorization`. */
  authorization(apiKey: string): string;
}

/**
 * One kept-alive HTTP/1.1 connection that posts, one request at a time. Only as much of the
 * protocol as our own server answers with: Node's client costs 60 µs a request, this 12 µs, and the
 * load generator shares its cores with what it measures.
 */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #form: RequestForm;
  /** Before and behind the value of `Authorization`. */
  readonly #head: readonly [string, string];
  readonly #authorization: string;
  #received = '';
  #waiting: PromiseWithResolvers<HttpAnswer> | undefined;

  private constructor(socket: Socket, { host }: URL, form: RequestForm, apiKey: string) {
    this.#socket = socket;
    this.#form = form;
    this.#head = [
      `POST ${form.path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: `,
      `\r\nContent-Type: ${form.contentType}\r\nAccept: ${form.accept}\r\nContent-Length: `,
    ];
    this.#authorization = form.authorization(apiKey);
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  static async open(url: URL, form: RequestForm, apiKey: string): Promise<HttpConnection> {
    const socket = connect(Number(url.port), url.hostname);
    await once(socket, 'connect');
    return new HttpConnection(socket, url, form, apiKey);
  }

  /**
   * @param body ASCII
   * @param apiKey another one than that of the connection
   */
  post(body: string, apiKey?: string): Promise<HttpAnswer> {
    this.#waiting = Promise.withResolvers();
    const [before, behind] = this.#head;
    const authorization = apiKey === undefined ? this.#authorization : this.#form.authorization(apiKey);
    this.#socket.write(`${before}${authorization}${behind}${body.length}\r\n\r\n${body}`, 'latin1');
    return this.#waiting.promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received += chunk.toString('latin1');
    const answer = readAnswer(this.#received);
    if (!answer) return;
    this.#received = '';
    this.#waiting?.resolve(answer);
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
  }
}

/** @returns undefined until the answer is whole */
function readAnswer(received: string): HttpAnswer | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = received.slice(0, headEnd);
  const body = received.slice(headEnd + 4);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const isWhole = length === undefined ? body.endsWith('0\r\n\r\n') : body.length >= Number(length);
  return isWhole ? { status: Number(head.slice(9, 12)), body } : undefined;
}
