import { Socket } from 'node:net';

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

/** Sends what is written in one turn as one piece: the statements of a transaction cost one system call. */
function sendByTurn(socket: Socket): void {
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
}

/** Makes the driver's sockets, each for the next of its hosts. */
export function socketFactory(): (target: Target) => Socket {
  let turn = 0;
  return ({ host, port, path }) => {
    const socket = new Socket({ writableHighWaterMark: SEND_AHEAD_BYTES } as object);
    const i = turn++ % host.length;
    if (path) socket.connect(path);
    else socket.setNoDelay(true).connect(port[i]!, host[i]!);
    // Behind `connect`, which puts the socket's own `write` back.
    sendByTurn(socket);
    // The driver reads it, as the name that the certificate must be for.
    return Object.assign(socket, { host: host[i]! });
  };
}
