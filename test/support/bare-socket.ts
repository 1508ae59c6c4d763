import { once } from 'node:events';
import { request } from 'node:http';
import type { Socket } from 'node:net';

/** A WebSocket behind its handshake, for frames as they are: for what no client would send. */
export interface BareSocket extends AsyncDisposable {
  write(...frames: Buffer[]): void;
  /** What the close frame of the server says; it is not answered. */
  closed: Promise<{ code: number; reason: string }>;
  /** The connection is over, too. */
  ended: Promise<void>;
}

export async function openBareSocket(url: string): Promise<BareSocket> {
  const sent = request(url, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
      'sec-websocket-protocol': 'graphql-transport-ws',
    },
  }).end();
  const [, socket] = (await once(sent, 'upgrade')) as [unknown, Socket];
  // A reset is one way of being hung up on.
  socket.on('error', () => {});
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    for (let frame = readFrame(received); frame; frame = readFrame(received)) {
      received = received.subarray(frame.octets);
      const { opcode, payload } = frame;
      if (opcode === 8)
        closed.resolve({ code: payload.readUInt16BE(0), reason: String(payload.subarray(2)) });
    }
  });
  const ended = Promise.withResolvers<void>();
  socket.once('close', () => {
    ended.resolve();
    closed.reject(new Error('the server hung up without a word'));
  });
  closed.promise.catch(() => {});
  return {
    write: (...frames) => void socket.write(Buffer.concat(frames)),
    closed: closed.promise,
    ended: ended.promise,
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await ended.promise;
    },
  };
}

interface FrameOptions {
  isLast?: boolean;
  isMasked?: boolean;
  reserved?: number;
  /** What it says that its length is. */
  length?: bigint;
}

/** A frame of a client (RFC 6455 §5.2), masked with nothing. */
export function frame(
  opcode: number,
  payload: string | Buffer = '',
  { isLast = true, isMasked = true, reserved = 0, length }: FrameOptions = {},
): Buffer {
  const octets = Buffer.from(payload as string);
  const head = Buffer.alloc(10);
  head[0] = (isLast ? 0x80 : 0) | (reserved << 4) | opcode;
  head[1] = (isMasked ? 0x80 : 0) | 127;
  head.writeBigUInt64BE(length ?? BigInt(octets.length), 2);
  const mask = isMasked ? [Buffer.alloc(4)] : [];
  // Of control frames the length has one octet, and there is no way to say it in more.
  const isShort = length === undefined && octets.length < 126;
  const start = isShort ? Buffer.from([head[0], (head[1] & 0x80) | octets.length]) : head;
  return Buffer.concat([start, ...mask, octets]);
}

/** Of a server, which masks nothing; undefined while it is not whole. */
function readFrame(data: Buffer): { opcode: number; payload: Buffer; octets: number } | undefined {
  if (data.length < 2) return undefined;
  const short = data[1]! & 0x7f;
  const start = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (data.length < start) return undefined;
  const length =
    short === 126 ? data.readUInt16BE(2) : short === 127 ? Number(data.readBigUInt64BE(2)) : short;
  const octets = start + length;
  if (data.length < octets) return undefined;
  return { opcode: data[0]! & 0x0f, payload: data.subarray(start, octets), octets };
}
