import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A wire to a server that a test can cut: every connection breaks, and new ones are refused until it is mended. */
export interface Proxy extends AsyncDisposable {
  port: number;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** @param sees what goes to the server */
export async function startProxy(
  target: { host: string; port: number },
  sees: (bytes: Buffer) => void = () => undefined,
): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;

  function join(one: Socket, other: Socket): void {
    sockets.add(one);
    one.on('error', () => other.destroy());
    one.once('close', () => {
      sockets.delete(one);
      other.destroy();
    });
    one.pipe(other);
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
    for (const socket of sockets) socket.destroy();
    await closed;
  }
  await mend();
  return { port, cut, mend, [Symbol.asyncDispose]: cut };
}
