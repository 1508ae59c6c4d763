import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Callback } from '../carriers/http/callback-auth.ts';
import type { CallbackKind } from '../carriers/http/callback-url.ts';
import type { Refused } from '../carriers/http/receive.ts';
import { createReceiverDirectory, type Receiver } from '../carriers/receivers.ts';
import type { CarrierId } from '../ids.ts';
import type { App } from '../platform.ts';
import { readBody } from '../http/read-body.ts';
import { takeInbound } from './inbound.ts';
import { takeReceipts } from './receipts.ts';

// A thousand receipts of the wordiest kind.
const MAX_BODY_BYTES = 256 * 1024;

/** Takes one kind of calls: what came is stored once the promise resolves. */
type Taker = (app: App, receiver: Receiver, callback: Callback) => Promise<'taken' | Refused>;

const KINDS: Record<CallbackKind, { what: string; take: Taker }> = {
  receipts: { what: 'receipt', take: takeReceipts },
  inbound: { what: 'message', take: takeInbound },
};

/**
 * Answers a carrier that calls: 204 once all is stored, so a carrier that gets anything else sends it
 * again; what comes again changes nothing.
 */
export async function answerCallback(
  app: App,
  { id, kind }: { id: CarrierId; kind: CallbackKind },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { what, take } = KINDS[kind];
  try {
    const receiver = await app.single(createReceiverDirectory).find(id);
    const door = receiver?.[kind];
    if (!receiver || !door) return refuse(response, 404, `There is no carrier here that sends ${what}s.`);
    const methods = door.format === 'query' ? ['GET', 'POST'] : ['POST'];
    if (!methods.includes(request.method ?? '')) {
      response.setHeader('allow', methods.join(', '));
      return refuse(response, 405, `The ${what}s of this carrier come by ${methods.join(' or ')}.`);
    }
    const body = await readBody(request, MAX_BODY_BYTES);
    if (body === 'tooLarge') return refuse(response, 413, `A call has at most ${MAX_BODY_BYTES / 1024} KB.`);
    if (body === 'cut') return void response.destroy();
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
    const result = await take(app, receiver, { headers: request.headersDistinct, query, body });
    switch (result) {
      case 'notAuthentic':
        return refuse(response, 401, 'The proof that this is the carrier is missing or wrong.');
      case 'unreadable':
        return refuse(response, 400, `There is no ${what} in this call, as this carrier is configured.`);
      case 'taken':
        return void response.writeHead(204).end();
      default:
        throw new Error(`unhandled result: ${result satisfies never}`);
    }
  } catch (error) {
    app.log.error({ err: error, carrierId: id }, `${what}s were not stored`);
    refuse(response, 503, `The ${what}s could not be stored now. Send them again.`);
  }
}

/** Says what is wrong, and hangs up: what may still come of the body is not read. */
function refuse(response: ServerResponse, status: number, error: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end(`${JSON.stringify({ error })}\n`);
}
