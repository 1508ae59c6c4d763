import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { machineMs } from '../ground/clock.ts';
import { answerQuestions } from '../ground/rpc.ts';

/** Whom webhooks are sent to: a process of its own that believes everything, and answers it with 200. */
export type Receiver = {
  /** Where it listens: endpoints are told apart by their path. */
  url(): Promise<string>;
  /** Where connections are accepted and nothing is ever answered. */
  blackHole(): Promise<string>;
  /** How many came, each of them once. */
  count(): number;
  /** When each came first, `machineMs`; forgets them. */
  take(): Arrival[];
};

export interface Arrival {
  path: string;
  verificationId: string;
  at: number;
}

let arrivals = new Map<string, Arrival>();

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const at = machineMs();
    const verificationId = /vrf_[0-9a-f]{32}/.exec(Buffer.concat(chunks).toString('latin1'))?.[0] ?? '';
    const path = request.url!;
    const key = `${path} ${verificationId}`;
    if (!arrivals.has(key)) arrivals.set(key, { path, verificationId, at });
    response.writeHead(200, { 'content-length': 0 });
    response.end();
  });
});
const hole = createTcpServer((socket) => socket.on('error', () => {}).resume());

function listening(one: Server): () => Promise<string> {
  one.listen(0, '127.0.0.1');
  const isUp = once(one, 'listening');
  return async () => {
    await isUp;
    return `http://127.0.0.1:${(one.address() as AddressInfo).port}`;
  };
}

answerQuestions({
  url: listening(server),
  blackHole: listening(hole),
  count: () => arrivals.size,
  take() {
    const taken = [...arrivals.values()];
    arrivals = new Map();
    return taken;
  },
} satisfies Receiver);
