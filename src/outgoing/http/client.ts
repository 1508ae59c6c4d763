import { Agent, request as requestPlain, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as requestTls } from 'node:https';
import type { Socket } from 'node:net';
import type { TrustSettings } from '../certificate.ts';
import { checkLiteral, createCheckedLookup, type Resolve } from '../lookup.ts';
import type { Networks } from '../networks.ts';
import type { Exchange, HttpRequest } from './exchange.ts';
import { inWords } from './failure.ts';
import { rulesOf } from './rules.ts';

export interface ClientOptions {
  origin: URL;
  networks: Networks;
  /** PEM of an authority of the other side's own. */
  ca: string | undefined;
  /** Where that may be set; absent: nowhere. */
  trust?: TrustSettings;
  connections: number;
  /** For a connection, and as long again from the request to the last octet of the answer. */
  timeoutMs: number;
  resolve?: Resolve | undefined;
}

// What no answer to one question needs.
const MAX_BODY_BYTES = 64 * 1024;
// Many servers close an idle connection after 5 s, and a request that meets the end of its connection is
// one of which nobody knows. Where the server announces less (`Keep-Alive: timeout=`), the agent obeys.
const IDLE_MS = 4_000;

/**
 * Connections to one host, kept alive. Built on Node's own agents: they do all that is needed (a
 * `lookup` of ours, limits, announced idle times), follow no redirects and unpack no bodies.
 */
export class HttpClient {
  readonly #options: ClientOptions;
  readonly #agent: Agent;
  readonly #isTls: boolean;
  readonly #underWay = new Set<ClientRequest>();
  /** The sockets that a request can be written to. */
  readonly #opened = new WeakSet<Socket>();

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#isTls = options.origin.protocol === 'https:';
    const pool = {
      keepAlive: true,
      maxSockets: options.connections,
      maxFreeSockets: options.connections,
      timeout: IDLE_MS,
      lookup: createCheckedLookup(this.#rules, options.resolve),
      // Node's 250 ms for each address of a name would give up on every host on another continent.
      autoSelectFamilyAttemptTimeout: 2_000,
    };
    this.#agent = this.#isTls
      ? new TlsAgent({
          ...pool,
          rejectUnauthorized: true,
          ...(options.ca !== undefined && { ca: options.ca }),
        })
      : new Agent(pool);
  }

  /** Never rejects. */
  exchange(request: HttpRequest): Promise<Exchange> {
    return new Promise((resolve) => {
      let outgoing: ClientRequest;
      try {
        outgoing = this.#open(request);
      } catch (error) {
        return resolve({ kind: 'none', written: false, reason: inWords(error, this.#options.trust) });
      }
      const { timeoutMs } = this.#options;
      let written = false;
      const finish = (exchange: Exchange): void => {
        clearTimeout(deadline);
        this.#underWay.delete(outgoing);
        resolve(exchange);
      };
      const fail = (reason: string): void => finish({ kind: 'none', written, reason });
      let giveUp = (): void => fail(`no ${written ? 'answer' : 'connection'} within ${timeoutMs} ms`);
      const deadline = setTimeout(() => {
        giveUp();
        outgoing.destroy();
      }, timeoutMs);
      this.#underWay.add(outgoing);
      outgoing.once('socket', (socket) => {
        const write = (): void => {
          written = true;
          deadline.refresh();
        };
        // It is written to as soon as it is open, and one that was kept for us is open already.
        if (this.#opened.has(socket)) return write();
        socket.once(this.#isTls ? 'secureConnect' : 'connect', () => {
          this.#opened.add(socket);
          write();
        });
      });
      outgoing.on('error', (error) => fail(inWords(error, this.#options.trust)));
      outgoing.once('response', (response) => {
        const end = (body: string, incomplete?: string): void =>
          finish({ kind: 'answer', answer: { ...headOf(response), body, incomplete } });
        giveUp = () => end('', `the answer was not complete within ${timeoutMs} ms`);
        collect(response, end, () => outgoing.destroy());
      });
      outgoing.end(request.body);
    });
  }

  /** Cuts what is under way. */
  close(): void {
    for (const outgoing of this.#underWay) outgoing.destroy(new Error('we closed the connection'));
    this.#agent.destroy();
  }

  get #rules() {
    return rulesOf(this.#options.origin, this.#options.networks);
  }

  #open({ method, target, headers }: HttpRequest): ClientRequest {
    const { hostname, port } = this.#options.origin;
    checkLiteral(hostname, this.#rules);
    const host = hostname.replace(/^\[|\]$/g, '');
    const to = { host, ...(port !== '' && { port }), method, path: target, headers, agent: this.#agent };
    return this.#isTls ? requestTls(to) : requestPlain(to);
  }
}

function headOf({ statusCode = 0, headers }: IncomingMessage) {
  return { status: statusCode, retryAfter: headers['retry-after'] };
}

function collect(
  response: IncomingMessage,
  end: (body: string, incomplete?: string) => void,
  hangUp: () => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) return void chunks.push(chunk);
    end('', `the answer is larger than ${MAX_BODY_BYTES / 1024} KB`);
    hangUp();
  });
  response.once('end', () => end(Buffer.concat(chunks).toString('utf8')));
  response.on('error', () => end('', 'the connection broke in the middle of the answer'));
}
