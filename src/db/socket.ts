import { Socket } from 'node:net';
import type { Heartbeat } from './heartbeat.ts';
import { secure } from './secure-socket.ts';
import type { DatabaseTls } from './target.ts';

/** Where the driver wants to go: it parsed the connection string. */
interface Target {
  host: readonly string[];
  port: readonly number[];
  /** A Unix domain socket; absent over TCP. */
  path?: string | false;
}

// The driver stops sending ahead as soon as a write does not fit: the statements of a large batch
// would wait for each other, one round trip each.
const SEND_AHEAD_BYTES = 16 * 1024 * 1024;
const HANDSHAKE_MS = 10_000;

/** Sends what is written in one turn as one piece: the statements of a transaction cost one system call. */
function sendByTurn<T extends Socket>(socket: T): T {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let held = false;
  socket.write = (...args: unknown[]) => {
    if (!held) {
      held = true;
      socket.cork();
      process.nextTick(() => {
        held = false;
        socket.uncork();
      });
    }
    return write(...args);
  };
  return socket;
}

/**
 * A connection that has worked ends by closing alone. Between its error and its close the driver (postgres 3.4.9) takes
 * further queries for it and forgets them: they, and their lane, would wait for ever.
 */
function closing<T extends Socket>(socket: T): T {
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error?: Error) => destroy(socket.bytesRead > 0 ? undefined : error);
  return socket;
}

/**
 * Makes the driver's sockets, each for the next of its hosts. Those over TLS are handed over when the server
 * has proved who it is: so the driver's own encryption is off, and what it writes in a turn stays one piece.
 */
export function socketFactory(
  tls: DatabaseTls | undefined,
  watch: Heartbeat['watch'] = (socket) => socket,
): (target: Target) => Promise<Socket> {
  let turn = 0;
  return async ({ host, port, path }) => {
    const socket = new Socket({ writableHighWaterMark: SEND_AHEAD_BYTES } as object);
    const i = turn++ % host.length;
    const to = { host: host[i]!, port: port[i]! };
    // Without a route it fails at the next tick, which would end the process, as the driver does not listen yet. Out of
    // a promise that tick is behind the other promises', so behind the driver's, too.
    await Promise.resolve();
    if (path) socket.connect(path);
    else socket.setNoDelay(true).connect(to.port, to.host);
    if (tls && !path) return watch(closing(await secured(socket, to, tls)));
    // Behind `connect`, which puts the socket's own `write` back. The driver's errors tell the host and the port.
    return watch(closing(Object.assign(sendByTurn(socket), to)));
  };
}

async function secured(
  socket: Socket,
  to: { host: string; port: number },
  tls: DatabaseTls,
): Promise<Socket> {
  const timer = setTimeout(
    () => socket.destroy(new Error(`no TLS handshake with ${to.host}:${to.port} within ${HANDSHAKE_MS} ms`)),
    HANDSHAKE_MS,
  );
  try {
    return sendByTurn(await secure(socket, to, tls, SEND_AHEAD_BYTES));
  } catch (error) {
    // The driver waits for ever for a socket that never was; one that ends it tries again.
    const dead = new Socket();
    setImmediate(() => dead.destroy(error as Error));
    return dead;
  } finally {
    clearTimeout(timer);
  }
}
