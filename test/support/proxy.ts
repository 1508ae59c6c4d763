import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A wire to a server that a test can cut: every connection breaks, and new ones are refused until it is mended. */
export interface Proxy extends AsyncDisposable {
  port: number;
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Breaks every connection by RST, as a host that has lost its memory does. */
  reset(): void;
  /** Lets nothing through any more, either way; connections stay and new ones are taken. */
  hush(): void;
  /** Lets all through again, also what was held up. */
  speak(): void;
}

/** @param sees what goes to the server */
export async function startProxy(
  target: { host: string; port: number },
  sees: (bytes: Buffer) => void = () => undefined,
): Promise<Proxy> {
  const sockets = new Map<Socket, Socket>();
  let silent = false;
  let server: Server | undefined;
  let port = 0;

  function join(one: Socket, other: Socket): void {
    sockets.set(one, other);
    one.on('error', () => other.destroy());
    one.once('close', () => {
      sockets.delete(one);
      other.destroy();
    });
    if (silent) one.pause();
    else one.pipe(other);
  }
  function reset(): void {
    for (const socket of sockets.keys()) socket.resetAndDestroy();
  }
  function hush(): void {
    silent = true;
    for (const [one, other] of sockets) one.unpipe(other).pause();
  }
  function speak(): void {
    silent = false;
    for (const [one, other] of sockets) one.pipe(other);
  }
  async function mend(): Promise<void> {
    server = createServer((client) => {
      const upstream = connect(target.port, target.host);
      client.on('data', sees);
      join(client, upstream);
      join(upstream, client);
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  }
  async function cut(): Promise<void> {
    if (!server?.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets.keys()) socket.destroy();
    await closed;
  }
  await mend();
  return { port, cut, mend, reset, hush, speak, [Symbol.asyncDispose]: cut };
}
