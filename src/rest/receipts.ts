import type { IncomingMessage, ServerResponse } from 'node:http';
import { receiveCallback } from '../carriers/http/receive.ts';
import { createReceiverDirectory, type Receiver } from '../carriers/http/receivers.ts';
import type { CarrierId } from '../ids.ts';
import { commitFacts, SETTLE_BATCH } from '../messages/settle.ts';
import type { App } from '../platform.ts';

// A thousand receipts of the wordiest kind.
const MAX_BODY_BYTES = 256 * 1024;

/**
 * Answers a carrier that calls with receipts: 204 once they are stored, so a carrier that gets anything
 * else sends them again; a receipt that comes again changes nothing.
 */
export async function answerReceipts(
  app: App,
  id: CarrierId,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const receiver = await app.single(createReceiverDirectory).find(id);
    if (!receiver) return refuse(response, 404, 'There is no carrier here that sends receipts.');
    const method = methodsOf(receiver).includes(request.method ?? '');
    if (!method) {
      response.setHeader('allow', methodsOf(receiver).join(', '));
      return refuse(response, 405, `Receipts of this carrier come by ${methodsOf(receiver).join(' or ')}.`);
    }
    const body = await readBody(request);
    if (body === 'tooLarge') return refuse(response, 413, `A call has at most ${MAX_BODY_BYTES / 1024} KB.`);
    if (body === 'cut') return void response.destroy();
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
    const receipts = receiveCallback(app, receiver, { headers: request.headers, query, body });
    switch (receipts) {
      case 'notAuthentic':
        return refuse(response, 401, 'The proof that this is the carrier is missing or wrong.');
      case 'unreadable':
        return refuse(response, 400, 'There is no receipt in this call, as this carrier is configured.');
      default: {
        const settler = app.batched(commitFacts, SETTLE_BATCH);
        const { accountId } = receiver;
        await Promise.all(receipts.map((receipt) => settler.add({ kind: 'receipt', ...receipt, accountId })));
        response.writeHead(204).end();
      }
    }
  } catch (error) {
    app.log.error({ err: error, carrierId: id }, 'receipts were not stored');
    refuse(response, 503, 'The receipts could not be stored now. Send them again.');
  }
}

function methodsOf({ format }: Receiver): string[] {
  return format === 'query' ? ['GET', 'POST'] : ['POST'];
}

function readBody(request: IncomingMessage): Promise<Buffer | 'tooLarge' | 'cut'> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return Promise.resolve('tooLarge');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) return void chunks.push(chunk);
      request.pause();
      resolve('tooLarge');
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    // After its end this says nothing new.
    request.once('close', () => resolve('cut'));
    request.once('error', () => resolve('cut'));
  });
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
