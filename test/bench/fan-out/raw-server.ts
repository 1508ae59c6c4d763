import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { answerQuestions } from '../ground/rpc.ts';

/** The peer of the row fan-out: `ws` and nothing else, sending one payload that is ready. */
export type RawServer = {
  listen(): Promise<string>;
  /** Sends it to every socket, so many times. */
  broadcast(payload: string, times: number): void;
  /** User and system, of all threads. */
  cpuSeconds(): number;
};

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
const listening = once(server, 'listening');
// The handshake of graphql-transport-ws, so that the same crowd can listen.
server.on('connection', (socket) => socket.once('message', () => socket.send('{"type":"connection_ack"}')));

answerQuestions({
  async listen() {
    await listening;
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  broadcast(payload, times) {
    for (let i = 0; i < times; i++) for (const socket of server.clients) socket.send(payload);
  },
  cpuSeconds() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
} satisfies RawServer);
