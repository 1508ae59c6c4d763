import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import type { Bus } from '../../src/bus/bus.ts';
import { createMemoryBus } from '../../src/bus/memory.ts';
import { createRedisBus } from '../../src/bus/redis.ts';
import { redisUrl, startPrivateRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

const log = pino({ level: 'silent' });
let open: Bus[] = [];

function track(bus: Bus): Bus {
  open.push(bus);
  return bus;
}

afterEach(async () => {
  await Promise.all(open.map((bus) => bus.close()));
  open = [];
});

/** A listener that remembers. */
function recorder() {
  const seen: string[] = [];
  let resyncs = 0;
  return {
    seen,
    resyncs: () => resyncs,
    onMessage: (payload: string) => void seen.push(payload),
    onResync: () => void resyncs++,
  };
}

/** Two ends of one bus: one process's, and another's where there can be one. */
const implementations = {
  'in memory': () => {
    const bus = track(createMemoryBus());
    return [bus, bus] as const;
  },
  'over redis': () => {
    const prefix = `test:${randomUUID()}:`;
    return [
      track(createRedisBus({ url: redisUrl(), prefix, log })),
      track(createRedisBus({ url: redisUrl(), prefix, log })),
    ] as const;
  },
};

describe.each(Object.entries(implementations))('a bus %s', (_name, ends) => {
  async function readyEnds() {
    const [near, far] = ends();
    await until(async () => (await near.ready()) && (await far.ready()));
    return [near, far] as const;
  }

  test('brings every message to every listener of its channel, in order', async () => {
    const [near, far] = await readyEnds();
    const [first, second, other] = [recorder(), recorder(), recorder()];
    await Promise.all([far.subscribe('a', first), far.subscribe('a', second), far.subscribe('b', other)]);
    const payloads = Array.from({ length: 500 }, (_, i) => `message ${i} with "quotes", ž and 💬`);
    for (const payload of payloads) near.publish([{ channel: 'a', payload }]);
    near.publish([{ channel: 'b', payload: 'last' }]);
    await until(() => other.seen.length === 1);
    expect(first.seen).toEqual(payloads);
    expect(second.seen).toEqual(payloads);
    expect(other.seen).toEqual(['last']);
  });

  test('brings what is published right after the subscription resolved', async () => {
    const [near, far] = await readyEnds();
    for (let i = 0; i < 50; i++) {
      const listener = recorder();
      await far.subscribe(`c${i}`, listener);
      near.publish([{ channel: `c${i}`, payload: 'first' }]);
      await until(() => listener.seen.length === 1);
    }
  });

  test('never calls a listener on the stack of publish', async () => {
    const [near] = await readyEnds();
    const listener = recorder();
    await near.subscribe('a', listener);
    near.publish([{ channel: 'a', payload: '1' }]);
    expect(listener.seen).toEqual([]);
    await until(() => listener.seen.length === 1);
  });

  test('never calls a listener after it left, and keeps the channel for those who stay', async () => {
    const [near, far] = await readyEnds();
    const [leaves, stays] = [recorder(), recorder()];
    const leave = await far.subscribe('a', leaves);
    await far.subscribe('a', stays);
    near.publish([{ channel: 'a', payload: '1' }]);
    await until(() => leaves.seen.length === 1 && stays.seen.length === 1);
    near.publish([{ channel: 'a', payload: '2' }]);
    leave();
    leave();
    near.publish([{ channel: 'a', payload: '3' }]);
    await until(() => stays.seen.length === 3);
    expect(leaves.seen).toEqual(['1']);
  });

  test('a channel that was left and entered again in one tick still works', async () => {
    const [near, far] = await readyEnds();
    const listener = recorder();
    let leave = await far.subscribe('a', listener);
    for (let i = 0; i < 20; i++) {
      leave();
      const entering = far.subscribe('a', listener);
      if (i % 2) await new Promise((resolve) => setImmediate(resolve));
      leave = await entering;
    }
    near.publish([{ channel: 'a', payload: 'still here' }]);
    await until(() => listener.seen.length === 1);
  });

  test('a listener that is added twice hears twice, and one that throws takes nothing from the others', async () => {
    const [near, far] = await readyEnds();
    const [broken, listener] = [recorder(), recorder()];
    broken.onMessage = () => {
      throw new Error('broken listener');
    };
    await far.subscribe('a', broken);
    await far.subscribe('a', listener);
    await far.subscribe('a', listener);
    near.publish([{ channel: 'a', payload: '1' }]);
    await until(() => listener.seen.length === 2);
  });

  test('takes publishes and subscriptions after its end without a word', async () => {
    const [near] = await readyEnds();
    await near.close();
    near.publish([{ channel: 'a', payload: '1' }]);
    const leave = await near.subscribe('a', recorder());
    leave();
  });
});

describe('a bus over redis', () => {
  test('keeps two connections and one subscription per channel, and gives channels back', async () => {
    await using redis = await startPrivateRedis();
    const bus = track(createRedisBus({ url: redis.url, prefix: 'p:', log }));
    await using admin = administrator(redis.url);
    await until(() => bus.ready());
    const leaves = await Promise.all(
      Array.from({ length: 12_000 }, (_, i) => bus.subscribe(`c${i % 6_000}`, recorder())),
    );
    const clients = String(await admin.redis.client('LIST'))
      .split('\n')
      .filter((l) => l.includes('name=otpost-'));
    expect(clients).toHaveLength(2);
    expect(await admin.redis.pubsub('CHANNELS', 'p:c*')).toHaveLength(6_000);
    for (const leave of leaves) leave();
    await until(async () => (await admin.redis.pubsub('CHANNELS', 'p:c*')).length === 0);
  });

  test('installations with different prefixes do not hear each other', async () => {
    const id = randomUUID();
    const one = track(createRedisBus({ url: redisUrl(), prefix: `test:${id}:1:`, log }));
    const two = track(createRedisBus({ url: redisUrl(), prefix: `test:${id}:2:`, log }));
    await until(async () => (await one.ready()) && (await two.ready()));
    const [mine, theirs] = [recorder(), recorder()];
    await one.subscribe('a', mine);
    await two.subscribe('a', theirs);
    one.publish([{ channel: 'a', payload: '1' }]);
    await until(() => mine.seen.length === 1);
    two.publish([{ channel: 'a', payload: '2' }]);
    await until(() => theirs.seen.length === 1);
    expect([mine.seen, theirs.seen]).toEqual([['1'], ['2']]);
  });

  test('starts without the server, and tells listeners to catch up once it is there', async () => {
    await using redis = await startPrivateRedis();
    await redis.stop();
    const bus = track(createRedisBus({ url: redis.url, prefix: 'p:', log }));
    const listener = recorder();
    await bus.subscribe('a', listener);
    bus.publish([{ channel: 'a', payload: 'kept or made up for' }]);
    expect(await bus.ready()).toBe(false);
    await redis.restart();
    await until(() => listener.resyncs() > 0);
    await until(() => bus.ready());
    bus.publish([{ channel: 'a', payload: 'new' }]);
    await until(() => listener.seen.includes('new'));
  });

  test.each(['restart', 'client kill', 'flush'] as const)(
    'under load, %s loses no message without a resync after it, and keeps the order',
    async (blow) => {
      await using redis = await startPrivateRedis();
      await using admin = administrator(redis.url);
      const near = track(createRedisBus({ url: redis.url, prefix: 'p:', log }));
      const far = track(createRedisBus({ url: redis.url, prefix: 'p:', log }));
      await until(async () => (await near.ready()) && (await far.ready()));
      // What the database would be: what has been published so far, read again at a resync.
      let published = -1;
      const readers = Array.from({ length: 50 }, () => ({ last: -1, gaps: 0, caughtUp: 0 }));
      await Promise.all(
        readers.map((reader, i) =>
          far.subscribe(`c${i}`, {
            onMessage(payload) {
              const n = Number(payload);
              if (n <= reader.last) return;
              if (n > reader.last + 1) reader.gaps++;
              else reader.last = n;
            },
            onResync() {
              reader.caughtUp++;
              reader.last = published;
            },
          }),
        ),
      );
      let stop = false;
      const load = (async () => {
        while (!stop) {
          published++;
          near.publish(readers.map((_, i) => ({ channel: `c${i}`, payload: String(published) })));
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      })();
      for (let round = 0; round < 3; round++) {
        const from = published;
        await until(() => published > from + 50);
        if (blow === 'restart') await redis.restart();
        else if (blow === 'flush') await admin.redis.flushall();
        else {
          await admin.redis.client('KILL', 'TYPE', 'pubsub');
          await admin.redis.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        }
        await until(async () => (await near.ready()) && (await far.ready()));
      }
      stop = true;
      await load;
      // The messages that tell of a gap are only the last ones before its resync.
      await until(() => readers.every((reader) => reader.last === published), {
        what: 'every reader at the end',
      });
      if (blow === 'flush') expect(readers.every((r) => r.gaps === 0 && r.caughtUp === 0)).toBe(true);
      else expect(readers.every((r) => r.caughtUp > 0)).toBe(true);
    },
  );

  test('holds a bounded amount while the server is away', async () => {
    await using redis = await startPrivateRedis();
    const bus = track(createRedisBus({ url: redis.url, prefix: 'p:', log }));
    await until(() => bus.ready());
    const listener = recorder();
    await bus.subscribe('a', listener);
    await redis.stop();
    await until(async () => !(await bus.ready()));
    const payload = 'x'.repeat(10_000);
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 100_000; i++) bus.publish([{ channel: 'a', payload: payload + i }]);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(300_000_000);
    await redis.restart();
    await until(() => listener.resyncs() > 0);
    await until(() => bus.ready());
    bus.publish([{ channel: 'a', payload: 'after' }]);
    await until(() => listener.seen.includes('after'));
    expect(listener.seen.length).toBeLessThan(20_001);
  });

  test('a server that stops answering is left, and what was lost meanwhile made up for', async () => {
    await using redis = await startPrivateRedis();
    await using admin = administrator(redis.url);
    const bus = track(createRedisBus({ url: redis.url, prefix: 'p:', log }));
    await until(() => bus.ready());
    const listener = recorder();
    await bus.subscribe('a', listener);
    await admin.redis.client('PAUSE', 9_000, 'ALL');
    bus.publish([{ channel: 'a', payload: 'into the void' }]);
    await until(() => listener.resyncs() > 0);
  });

  test('a server that takes connections and closes them is told of in words of ours', async () => {
    // As a Redis in its protected mode answers whoever comes from elsewhere.
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('-DENIED Redis is running in protected mode\r\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const bus = track(createRedisBus({ url: `redis://127.0.0.1:${port}`, prefix: 'p:', log }));
      await until(() => bus.problem?.());
      expect(bus.problem?.()).toBe('it takes the connection and closes it again');
    } finally {
      server.close();
    }
  });
});

function administrator(url: string) {
  const redis = new Redis(url, { retryStrategy: () => 25 });
  redis.on('error', () => {});
  return { redis, [Symbol.asyncDispose]: async () => redis.disconnect() };
}
