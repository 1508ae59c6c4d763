import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Milliseconds. */
export interface UploadLimits {
  /** Without a single octet. */
  idleMs: number;
  /** From its first octet to its last one. */
  totalMs: number;
}

// The largest batch at 0.45 Mbit/s; 100,000 plain numbers at 35 kbit/s.
export const UPLOAD_LIMITS: UploadLimits = { idleMs: 30_000, totalMs: 600_000 };

/** Its sender was too slow; it is not cut off, so that they hear of it. */
export class UploadTooSlow extends Error {
  readonly kind: 'idle' | 'total';
  constructor(kind: 'idle' | 'total') {
    super(`An upload was too slow: ${kind}`);
    this.kind = kind;
  }
}

/**
 * Bodies that may take longer to come than requests may, as long as something comes of them. Only what is being read
 * here is one: whoever may not send any is held to the time of every request.
 */
export interface SlowUploads {
  /** Whether one comes over it at this moment. */
  has(socket: Duplex): boolean;
  /** A body as it comes. What its reader takes for a chunk is not its sender's time. @throws {UploadTooSlow} */
  read(request: IncomingMessage): AsyncGenerator<Uint8Array>;
}

export function createSlowUploads({ idleMs, totalMs }: UploadLimits = UPLOAD_LIMITS): SlowUploads {
  const under = new WeakSet<Duplex>();

  async function* read(request: IncomingMessage): AsyncGenerator<Uint8Array> {
    const { socket } = request;
    // Not closed when nobody reads on: whoever sends it must still hear why.
    const chunks: AsyncIterator<Uint8Array> = request.iterator({ destroyOnReturn: false });
    const end = performance.now() + totalMs;
    under.add(socket);
    try {
      for (;;) {
        const next = await inTime(chunks.next(), Math.min(idleMs, end - performance.now()), () => {
          return new UploadTooSlow(performance.now() < end ? 'idle' : 'total');
        });
        if (next.done) return;
        yield next.value;
      }
    } finally {
      under.delete(socket);
      // A reading that was given up has not been answered; it is ended behind that.
      void chunks.return?.(undefined).catch(() => {});
      endSoon(request, idleMs);
    }
  }

  return { has: (socket) => under.has(socket), read };
}

/** Each is waited for by itself: a promise of a whole upload would keep what waited for it. */
function inTime<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), Math.max(0, ms));
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** What nobody reads any more is thrown away while the answer goes out, and not for longer than a request may take. */
function endSoon(request: IncomingMessage, ms: number): void {
  if (request.complete || request.destroyed) return;
  setTimeout(() => {
    if (!request.complete) request.destroy();
  }, ms).unref();
}
