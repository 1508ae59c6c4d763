import { setTimeout as delay } from 'node:timers/promises';
import { answerQuestions } from '../ground/rpc.ts';
import { openSocket, type SubscriberSocket, type Subscription } from './socket.ts';

/** Many subscribers, one socket each, that only count what they get. A process of its own. */
export type Crowd = {
  /** Opens one more socket for each subscription. */
  join(url: string, apiKey: string, subscriptions: readonly Subscription[]): Promise<void>;
  /** Events so far, all sockets together. */
  received(): number;
  /** Waits for so many events in all. @throws {Error} at the deadline, or when a socket is in trouble */
  untilReceived(count: number, timeoutMs: number): Promise<void>;
  /** Sockets that got an event yet. */
  heard(): number;
  /** Some event, as it came over the wire. */
  lastFrame(): string;
  leave(): void;
};

const OPENED_AT_ONCE = 50;

const sockets: SubscriberSocket[] = [];
let received = 0;
let heard = 0;
let lastFrame = '';
let trouble: string | undefined;

async function joinOne(url: string, apiKey: string, subscription: Subscription): Promise<void> {
  const socket = await openSocket(url, apiKey, (what) => (trouble ??= what));
  sockets.push(socket);
  let first = true;
  socket.subscribe(subscription, (frame) => {
    received += 1;
    if (first) heard += 1;
    first = false;
    lastFrame = frame;
  });
}

answerQuestions({
  async join(url, apiKey, subscriptions) {
    for (let i = 0; i < subscriptions.length; i += OPENED_AT_ONCE) {
      const some = subscriptions.slice(i, i + OPENED_AT_ONCE);
      await Promise.all(some.map((subscription) => joinOne(url, apiKey, subscription)));
    }
  },
  received: () => received,
  async untilReceived(count, timeoutMs) {
    const deadline = performance.now() + timeoutMs;
    while (received < count) {
      if (trouble !== undefined) throw new Error(`a subscriber got ${trouble}`);
      if (performance.now() > deadline)
        throw new Error(`${received} of ${count} events came within ${timeoutMs} ms`);
      await delay(5);
    }
  },
  heard: () => heard,
  lastFrame: () => lastFrame,
  leave() {
    for (const socket of sockets.splice(0)) socket.close();
    heard = 0;
  },
} satisfies Crowd);
