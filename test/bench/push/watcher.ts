import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { answerQuestions } from '../ground/rpc.ts';
import { HttpConnection } from '../load/connection.ts';
import { requestSource } from '../load/requests.ts';
import { openSocket, type SubscriberSocket } from '../subscribers/socket.ts';
import { machineMs } from '../ground/clock.ts';

export interface WatchJob {
  url: string;
  apiKey: string;
  firstNumber: number;
  count: number;
  perSecond: number;
  redisUrl: string;
  redisChannel: string;
}

export interface Watched {
  /** When the event that the message was delivered came, `machineMs` by the number's index. */
  arrivals: Map<number, number>;
  /** From publish to subscriber, for a text as long as an event on the bus. Milliseconds. */
  redisMs: number[];
}

/** Starts verifications, each watched over a subscription of its own, and times bare Redis meanwhile. */
export type Watcher = {
  watch(job: WatchJob): Promise<Watched>;
};

const QUERY = `subscription Watch($id: ID!) {
  verificationEvents(verificationId: $id) { __typename cursor verification { id status } ... on MessageDelivered { message { id status } } }
}`;
const SOCKETS = 50;
const BUS_PAYLOAD = 'x'.repeat(1_000);
const LAST_RECEIPTS_MS = 10_000;

async function watch(job: WatchJob): Promise<Watched> {
  const stopRedis = new AbortController();
  const redis = timeRedis(job, stopRedis.signal);
  const arrivals = await watchStarts(job);
  stopRedis.abort();
  return { arrivals, redisMs: await redis };
}

async function watchStarts(job: WatchJob): Promise<Map<number, number>> {
  const { url, apiKey, firstNumber, count, perSecond } = job;
  let trouble: string | undefined;
  const openOne = () => openSocket(url, apiKey, (what) => (trouble ??= what));
  const sockets = await Promise.all(Array.from({ length: SOCKETS }, openOne));
  const arrivals = new Map<number, number>();

  async function watchOne(index: number, socket: SubscriberSocket): Promise<void> {
    const id = await start(url, apiKey, index);
    const unsubscribe = socket.subscribe({ query: QUERY, variables: { id } }, (frame) => {
      if (!frame.includes('"MessageDelivered"')) return;
      arrivals.set(index, machineMs());
      unsubscribe();
    });
  }

  const startedAt = machineMs();
  const starts: Promise<void>[] = [];
  for (let i = 0; i < count; i++) {
    const waitMs = startedAt + (i * 1_000) / perSecond - machineMs();
    if (waitMs > 1) await delay(waitMs);
    starts.push(watchOne(firstNumber + i, sockets[i % SOCKETS]!));
  }
  await Promise.all(starts);
  const deadline = machineMs() + LAST_RECEIPTS_MS;
  while (arrivals.size < count && machineMs() < deadline && trouble === undefined) await delay(20);
  for (const socket of sockets) socket.close();
  if (trouble !== undefined) throw new Error(`a subscriber got ${trouble}`);
  if (arrivals.size < count) throw new Error(`${count - arrivals.size} deliveries were never told`);
  return arrivals;
}

async function start(url: string, apiKey: string, index: number): Promise<string> {
  const source = requestSource({ kind: 'start', firstNumber: index });
  const connection = await HttpConnection.open(new URL(url), source.form, apiKey);
  const { body } = await connection.post(source.next()!);
  connection.close();
  const id = /vrf_[0-9a-f]{32}/.exec(body)?.[0];
  if (id === undefined) throw new Error(`a start was answered with ${body}`);
  return id;
}

async function timeRedis({ redisUrl, redisChannel }: WatchJob, signal: AbortSignal): Promise<number[]> {
  const publisher = new Redis(redisUrl);
  const subscriber = new Redis(redisUrl);
  const times: number[] = [];
  subscriber.on('message', (_channel, payload: string) => {
    times.push(machineMs() - Number(payload.slice(0, payload.indexOf(' '))));
  });
  await subscriber.subscribe(redisChannel);
  while (!signal.aborted) {
    await publisher.publish(redisChannel, `${machineMs()} ${BUS_PAYLOAD}`);
    await delay(10);
  }
  publisher.disconnect();
  subscriber.disconnect();
  return times;
}

answerQuestions({ watch } satisfies Watcher);
