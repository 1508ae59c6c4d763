import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { decodePdu } from '../../src/carriers/smpp/codec.ts';
import { SmppConnection, type ConnectionOptions } from '../../src/carriers/smpp/connection.ts';
import { FrameReader } from '../../src/carriers/smpp/frames.ts';
import { answerTo, type Pdu } from '../../src/carriers/smpp/pdu.ts';

export interface Listener extends AsyncDisposable {
  port: number;
  /** Those that were ever accepted. */
  connections: SmppConnection[];
}

/** A listener of 127.0.0.1 whose sockets speak SMPP as our SMSC side does. Answers all with success by default. */
export async function listenSmpp(options: Partial<ConnectionOptions> = {}): Promise<Listener> {
  const connections: SmppConnection[] = [];
  const { port, dispose } = await listen((socket) => {
    connections.push(new SmppConnection(socket, { handle: acceptAll, ...options }));
  });
  return {
    port,
    connections,
    async [Symbol.asyncDispose]() {
      for (const connection of connections) connection.abort('the test is over');
      await Promise.all(connections.map(({ closed }) => closed));
      await dispose();
    },
  };
}

/** A listener of 127.0.0.1 that leaves its sockets to the test. */
export async function listenRaw(
  onSocket: (socket: Socket) => void,
): Promise<{ port: number } & AsyncDisposable> {
  const { port, dispose } = await listen(onSocket);
  return { port, [Symbol.asyncDispose]: dispose };
}

async function listen(onSocket: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    onSocket(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dispose = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { port: (server.address() as AddressInfo).port, dispose };
}

export const acceptAll: ConnectionOptions['handle'] = (request) =>
  request.command === 'outbind' || request.command === 'alert_notification'
    ? undefined
    : answerTo(request, 0);

/** A socket that says whatever the test wants and keeps all that it is told. */
export class RawPeer implements AsyncDisposable {
  readonly socket: Socket;
  readonly pdus: Pdu[] = [];
  /** Settles when the other end has closed. */
  readonly closed: Promise<void>;
  readonly #frames = new FrameReader();

  /** @param onPdu hears each PDU as it comes */
  constructor(socket: Socket, onPdu?: (pdu: Pdu) => void) {
    this.socket = socket;
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (chunk) => {
      this.#frames.push(chunk);
      for (let frame = this.#frames.next(); frame; frame = this.#frames.next())
        this.#hear(decodePdu(frame), onPdu);
    });
  }

  #hear(pdu: Pdu, onPdu: ((pdu: Pdu) => void) | undefined): void {
    this.pdus.push(pdu);
    onPdu?.(pdu);
  }

  static async connect(port: number): Promise<RawPeer> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawPeer(socket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }
}
