import type { Socket } from 'node:net';

/** Notices a server that is silent while its connections stay open: what waits on them would wait for ever. */
export interface Heartbeat {
  /** @returns the socket; destroyed when the server is silent, as if the connection had been lost */
  watch<T extends Socket>(socket: T): T;
  stop(): void;
}

const TICK_MS = 1_000;
// In ticks, not by the clock: a process that was held up itself has heard nothing either.
const ASK_AFTER = 5;
const GIVE_UP_AFTER = 15;
/** One that was just opened has so long for its first byte. */
const NEW_MAY = 3;

/**
 * A statement may take as long as it likes, as long as the server answers anybody: it is asked when nothing has come
 * from it for five ticks, and given up ten ticks later.
 * @param ask on a connection of its own, which no statement holds up
 */
export function createHeartbeat(ask: () => Promise<unknown>, tickMs = TICK_MS): Heartbeat {
  const watched = new Map<Socket, { bytes: number; quiet: number }>();
  let quiet = 0;
  let asking = false;

  function listen(): void {
    quiet++;
    for (const [socket, state] of watched) {
      state.quiet++;
      if (socket.bytesRead !== state.bytes) {
        state.bytes = socket.bytesRead;
        state.quiet = quiet = 0;
      }
      if (socket.destroyed) watched.delete(socket);
    }
    if (quiet >= ASK_AFTER && !asking) void question();
    if (quiet < GIVE_UP_AFTER) return;
    for (const [socket, state] of watched) if (state.quiet >= NEW_MAY) socket.destroy(silence());
  }

  async function question(): Promise<void> {
    asking = true;
    try {
      await ask();
    } catch {
      // It was heard, or not.
    } finally {
      asking = false;
    }
  }

  const timer = setInterval(listen, tickMs);
  timer.unref();
  return {
    watch(socket) {
      watched.set(socket, { bytes: socket.bytesRead, quiet: 0 });
      return socket;
    },
    stop: () => clearInterval(timer),
  };
}

function silence(): Error {
  return Object.assign(new Error('PostgreSQL does not answer any more'), { code: 'ETIMEDOUT' });
}
