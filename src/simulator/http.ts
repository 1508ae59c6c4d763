import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TextTooLong } from '../carriers/smpp/text.ts';
import { setHeaders } from '../http/answer.ts';
import { refuseBroken } from '../http/broken-requests.ts';
import { isOwnHost } from '../http/hosts.ts';
import { readJson } from '../http/read-json.ts';
import { securityHeaders } from '../http/security-headers.ts';
import type { SimulatedCarriers } from './carriers.ts';
import type { Handsets, Seen } from './handsets.ts';
import { PAGE, PAGE_POLICY } from './page.ts';
import { InvalidProfileChange, parseProfileChange } from './profile-change.ts';
import type { Smsc } from './smsc.ts';

export interface SimulatorHttpOptions {
  /** 0 takes a free one. */
  port: number;
  host: string;
  /** Names under which it may be asked, in lower case; addresses and localhost go without saying. */
  ownHosts: ReadonlySet<string>;
  handsets: Handsets;
  carriers: SimulatedCarriers;
  smsc: Pick<Smsc, 'traffic' | 'originate'>;
}

export interface SimulatorHttp {
  readonly port: number;
  close(): Promise<void>;
}

const MAX_BODY_OCTETS = 16_384;
const MAX_WAIT_MS = 30_000;
const LATEST = 100;
const ALWAYS = securityHeaders({ https: false });

/** A request that cannot be answered; the message says what would be allowed. */
class BadRequest extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * The handsets and the carriers over HTTP; see README.md of this folder.
 * @throws when the port cannot be listened on
 */
export async function createSimulatorHttp(options: SimulatorHttpOptions): Promise<SimulatorHttp> {
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      const status = error instanceof BadRequest ? error.status : 500;
      const message = error instanceof BadRequest ? error.message : 'the simulator failed';
      sendJson(response, status, { error: message });
    });
  });
  refuseBroken(server, ALWAYS, () => false);
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  options: SimulatorHttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  setHeaders(response, ALWAYS);
  // Under a name that leads here and is not ours, the page of somebody else would read every code.
  if (!isOwnHost(request.headers.host, options.ownHosts))
    throw new BadRequest(
      421,
      'The simulator is asked under an address, localhost, or a name in ALLOWED_HOSTS.',
    );
  const url = URL.parse(request.url ?? '/', 'http://simulator');
  if (!url) throw new BadRequest(400, 'The address is not well formed.');
  const [first, second, third, ...rest] = url.pathname.split('/').slice(1).map(decode);
  const route = `${request.method} /${first}${second ? '/*' : ''}${third ? `/${third}` : ''}`;
  switch (rest.length > 0 ? '' : route) {
    case 'GET /':
    case 'GET /handsets/*':
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': PAGE_POLICY,
      });
      response.end(PAGE);
      return;
    case 'GET /health':
      return sendJson(response, 200, { status: 'ok' });
    case 'GET /handsets':
      return sendJson(response, 200, options.handsets.latest(LATEST));
    case 'GET /handsets/*/messages': {
      const messages = await readMessages(options.handsets, numberOf(second!), url.searchParams, response);
      return sendJson(response, 200, messages);
    }
    case 'POST /handsets/*/messages':
      refuseOtherPages(request);
      return sendJson(response, 202, originate(options, numberOf(second!), await readInput(request)));
    case 'GET /carriers':
      return sendJson(
        response,
        200,
        options.carriers.systemIds().map((id) => carrierJson(options, id)),
      );
    case 'PUT /carriers/*':
      await changeCarrier(options, second!, request);
      return sendJson(response, 200, carrierJson(options, second!));
    default:
      throw new BadRequest(
        404,
        `There is no ${request.method} ${url.pathname} here; see the simulator's README.`,
      );
  }
}

async function readMessages(
  handsets: Handsets,
  number: string,
  query: URLSearchParams,
  response: ServerResponse,
) {
  const seen = seenOf(query.get('after'));
  const waitMs = query.has('waitMs') ? Number(query.get('waitMs')) : 0;
  if (!(waitMs >= 0 && waitMs <= MAX_WAIT_MS)) {
    throw new BadRequest(400, `waitMs must be a number from 0 to ${MAX_WAIT_MS}.`);
  }
  const messages = handsets.messages(number, seen);
  if (messages.length > 0 || waitMs === 0) return messages;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, waitMs);
    const unwatch = handsets.watch(number, done);
    response.once('close', done);
    function done() {
      clearTimeout(timer);
      unwatch();
      response.off('close', done);
      resolve();
    }
  });
  return handsets.messages(number, seen);
}

/** A page of another origin may call, too; it must not write in a handset's name. */
function refuseOtherPages({ headers: { origin, host } }: IncomingMessage): void {
  if (origin !== undefined && URL.parse(origin)?.host !== host)
    throw new BadRequest(403, 'Only the page of the simulator itself may send texts.');
}

/** A text from a handset. */
function originate({ smsc }: SimulatorHttpOptions, from: string, body: unknown): { carrier: string } {
  const { to, text, carrier } = (body ?? {}) as Record<string, unknown>;
  if (typeof to !== 'string' || !/^(?:\+\d{3,15}|\d{3,15})$/.test(to))
    throw new BadRequest(400, 'to must be a number such as +385911234567, or a short code such as 12345.');
  if (typeof text !== 'string' || text === '') throw new BadRequest(400, 'text must be a text.');
  if (carrier !== undefined && typeof carrier !== 'string')
    throw new BadRequest(400, 'carrier must be the system id of one, or be left out.');
  try {
    const over = smsc.originate({ from, to, text }, carrier);
    if (over === undefined) throw new BadRequest(409, 'Nobody is bound to receive messages from handsets.');
    return { carrier: over };
  } catch (error) {
    throw error instanceof TextTooLong ? new BadRequest(400, error.message) : error;
  }
}

function seenOf(after: string | null): Seen | undefined {
  if (after === null) return undefined;
  if (/^\d{1,9}$/.test(after)) return { count: Number(after) };
  const receivedAt = Date.parse(after);
  if (Number.isNaN(receivedAt)) {
    throw new BadRequest(400, 'after must be a count of messages, or the receivedAt of the last one seen.');
  }
  return { receivedAt };
}

async function changeCarrier({ carriers }: SimulatorHttpOptions, systemId: string, request: IncomingMessage) {
  if (!carriers.find(systemId)) {
    const known = carriers.systemIds().join(', ');
    throw new BadRequest(404, `There is no carrier "${systemId}". There are: ${known}.`);
  }
  try {
    carriers.change(systemId, parseProfileChange(await readInput(request)));
  } catch (error) {
    throw error instanceof InvalidProfileChange ? new BadRequest(400, error.message) : error;
  }
}

function carrierJson({ carriers, smsc }: SimulatorHttpOptions, systemId: string) {
  const named = carriers.find(systemId)!;
  return { systemId, profile: named.name, ...smsc.traffic(systemId), parameters: named.profile };
}

async function readInput(request: IncomingMessage): Promise<unknown> {
  const read = await readJson(request, MAX_BODY_OCTETS);
  if (read === 'tooLarge') throw new BadRequest(413, `The body exceeds ${MAX_BODY_OCTETS} octets.`);
  if (typeof read === 'string')
    throw new BadRequest(400, 'The body must be JSON, such as { "profile": "blackhole" }.');
  return read.value;
}

function numberOf(path: string): string {
  const digits = /^\s?\+?(\d{3,15})$/.exec(path)?.[1];
  if (!digits) throw new BadRequest(400, 'A handset is named by its E.164 number, such as +385911234567.');
  return `+${digits}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new BadRequest(400, 'The path is not well encoded.');
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
