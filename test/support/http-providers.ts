import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { NewCarrier } from '../../src/carriers/connect-carrier.ts';
import type { HttpCarrierConfig } from '../../src/carriers/http/config.ts';
import { answering, TestHttpServer, type Behave, type Received } from './http-server.ts';

/** What a provider is told to do wrong, whatever its API looks like. */
export type Misbehaviour =
  | 'hang'
  | 'slowDrip'
  | 'resetBeforeAnswer'
  | 'resetInBody'
  | 'garbage'
  | 'notHttp'
  | 'hugeBody'
  | 'endlessHeaders'
  | 'redirectToMetadata'
  | 'throttle'
  | 'serverError'
  | 'emptyAnswer';

export const MISBEHAVIOURS: Record<Misbehaviour, Behave> = {
  hang: () => undefined,
  slowDrip: (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), 10);
    response.once('close', () => clearInterval(timer));
  },
  resetBeforeAnswer: (_response, _received, socket) => void socket.resetAndDestroy(),
  resetInBody: (response, _received, socket) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"message":{"id":"half', () => setImmediate(() => socket.destroy()));
  },
  garbage: answering(200, '\u0000\u0001<<<}{ not what was agreed'),
  notHttp: (_response, _received, socket) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n'),
  hugeBody: (response) => {
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    response.writeHead(200);
    let left = 10;
    const more = (): void => {
      while (left-- > 0) if (!response.write(megabyte)) return void response.once('drain', more);
      response.end();
    };
    more();
  },
  endlessHeaders: (_response, _received, socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    const timer = setInterval(() => socket.write(`x-${'y'.repeat(5_000)}: z\r\n`), 1);
    socket.once('close', () => clearInterval(timer));
  },
  redirectToMetadata: answering(307, '', { location: 'http://169.254.169.254/latest/meta-data/' }),
  throttle: answering(429, '{"error":{"code":"slow_down"}}', { 'retry-after': '2' }),
  serverError: answering(503, '<html>Bad gateway</html>'),
  emptyAnswer: answering(200, ''),
};

interface Report {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: string;
}

/** A message that a provider has taken. */
export interface Taken {
  id: string;
  /** As the request says it. */
  to: string;
  callbackUrl: string;
  text: string;
}

/** A provider of the kind that one of our examples describes: its API, its receipts, and what it can do wrong. */
export abstract class HttpProvider implements AsyncDisposable {
  readonly messages: Taken[] = [];
  misbehaves: Misbehaviour | undefined;
  /** Given to every message, instead of one id for each. */
  onlyId: string | undefined;
  /** Reports on a message before it answers. */
  reportsFirst = false;
  /** In every answer, whatever its content. */
  contentType = 'application/json';
  server!: TestHttpServer;

  async start(): Promise<this> {
    this.server = await TestHttpServer.start(async (response, received, socket) => {
      if (this.misbehaves) return MISBEHAVIOURS[this.misbehaves](response, received, socket);
      const answer = this.answer(received);
      if (answer.id !== undefined && this.reportsFirst) await this.report(answer.id, 'delivered');
      response.writeHead(answer.status, { 'content-type': this.contentType }).end(answer.body);
    });
    return this;
  }

  /** The shipped example, with its host and its secrets. */
  abstract example(): Promise<NewCarrier & { config: HttpCarrierConfig }>;
  protected abstract answer(received: Received): { status: number; body: string; id?: string };
  protected abstract reportOf(message: Taken, state: 'delivered' | 'undelivered'): Report;

  /** Calls back about a message, the last one with an id. @returns the status that it is answered with */
  async report(id: string, state: 'delivered' | 'undelivered', forge: Partial<Report> = {}): Promise<number> {
    return this.reportOn(
      this.messages.findLast((message) => message.id === id)!,
      state,
      forge,
    );
  }

  async reportOn(
    message: Taken,
    state: 'delivered' | 'undelivered',
    forge: Partial<Report> = {},
  ): Promise<number> {
    const { url, ...init } = { ...this.reportOf(message, state), ...forge };
    return (await fetch(url, init)).status;
  }

  protected take(to: string, callbackUrl: string, text: string, id: string): string {
    this.messages.push({ id: this.onlyId ?? id, to, callbackUrl, text });
    return this.onlyId ?? id;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server[Symbol.asyncDispose]();
  }
}

async function readExample(name: string, origin: string, secrets: Record<string, string>) {
  const text = await readFile(`src/carriers/http/examples/${name}.json`, 'utf8');
  const example = JSON.parse(text) as NewCarrier & { config: HttpCarrierConfig };
  example.config.request.url = example.config.request.url.replace(/^https:\/\/[^/]+/, origin);
  example.config.allowPlainHttp = true;
  return { ...example, secrets };
}

/** JSON both ways, a bearer token, signed receipts in lists. */
export class Nordwave extends HttpProvider {
  static readonly SECRETS = { apiToken: 'nw-live-token', webhookKey: 'nw-webhook-key' };

  example() {
    return readExample('nordwave', this.server.url, Nordwave.SECRETS);
  }

  protected answer({ headers, body }: Received) {
    if (headers.authorization !== `Bearer ${Nordwave.SECRETS.apiToken}`)
      return error(401, 'unauthorized', 'no');
    const message = JSON.parse(body) as {
      recipient: { value: string };
      originator: string;
      content: { text: string };
      callback: { url: string };
    };
    const to = message.recipient.value;
    if (to.endsWith('000')) return error(422, 'invalid_recipient', `The number ${to} does not exist`);
    if (message.originator === 'Unknown') return error(403, 'sender_not_registered', 'Register it first');
    const id = this.take(to, message.callback.url, message.content.text, `nw_${this.messages.length + 1}`);
    return { status: 202, id, body: JSON.stringify({ message: { id, parts: 1, state: 'queued' } }) };
  }

  protected reportOf({ id, to, callbackUrl: url }: Taken, state: 'delivered' | 'undelivered'): Report {
    const message =
      state === 'delivered'
        ? { id, to, state }
        : { id, to, state: 'undeliverable', error: { code: 'absent_subscriber' } };
    const body = JSON.stringify({ events: [{ type: 'message.status', message }] });
    const signature = createHmac('sha256', Nordwave.SECRETS.webhookKey).update(body).digest('hex');
    const headers = { 'content-type': 'application/json', 'x-nordwave-signature': `sha256=${signature}` };
    return { method: 'POST', url, headers, body };
  }
}

function error(status: number, code: string, detail: string) {
  return { status, body: JSON.stringify({ error: { code, detail } }) };
}

/** Forms in, a line of text out with status 200 whatever happened, receipts as GET with a shared secret. */
export class Telegrafo extends HttpProvider {
  static readonly SECRETS = { user: 'otpost', password: 'pa&ss=word', callbackToken: 'a long random text' };
  override contentType = 'text/html';

  example() {
    return readExample('telegrafo', this.server.url, Telegrafo.SECRETS);
  }

  protected answer({ body }: Received) {
    const form = new URLSearchParams(body);
    const say = (text: string) => ({ status: 200, body: `${text}\r\n` });
    if (form.get('user') !== Telegrafo.SECRETS.user || form.get('pass') !== Telegrafo.SECRETS.password)
      return say('ERR: 101 Authentication failed');
    if (form.get('to')!.endsWith('000')) return say('ERR: 201 Invalid destination');
    if (form.get('from') === 'Unknown') return say('ERR: 202 Sender not allowed');
    const id = this.take(
      form.get('to')!,
      form.get('dlr-url')!,
      form.get('msg')!,
      String(4711 + this.messages.length),
    );
    return { ...say(`OK: ${id}`), id };
  }

  protected reportOf({ id, to, callbackUrl }: Taken, state: 'delivered' | 'undelivered'): Report {
    const url = new URL(callbackUrl);
    url.searchParams.set('id', id);
    url.searchParams.set('to', to);
    url.searchParams.set('stat', state === 'delivered' ? 'DELIVRD' : 'UNDELIV');
    url.searchParams.set('err', state === 'delivered' ? '000' : '060');
    return { method: 'GET', url: url.href, headers: {} };
  }
}
