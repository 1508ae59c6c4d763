import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { Probe } from '../ground/probe.ts';
import { answerQuestions } from '../ground/rpc.ts';
import { cpuSeconds, settledMemory } from '../ground/usage.ts';

/** What subscribers are held against: `ws` and nothing else, sending a text that is ready. */
export type RawServer = Pick<Probe, 'cpuSeconds' | 'settledMemory'> & {
  listen(): Promise<string>;
  /** Sends it to every socket, so many times. */
  broadcast(frame: string, times: number): void;
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
  broadcast(frame, times) {
    for (let i = 0; i < times; i++) for (const socket of server.clients) socket.send(frame);
  },
  cpuSeconds,
  settledMemory,
} satisfies RawServer);
