import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { ApiKeyNotFound, CredentialInvalid, Forbidden } from '../../src/accounts/errors.ts';
import { revokeApiKey } from '../../src/accounts/revoke-api-key.ts';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Bus } from '../../src/bus/bus.ts';
import { createMemoryBus } from '../../src/bus/memory.ts';
import { createRedisBus } from '../../src/bus/redis.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { connect, type Database } from '../../src/db/client.ts';
import type { EventEnvelope } from '../../src/events/envelope.ts';
import { InvalidCursor, StreamTooSlow } from '../../src/events/errors.ts';
import { publishEvents } from '../../src/events/publish.ts';
import { accountEvents, verificationEvents, type EventStream } from '../../src/events/stream.ts';
import type { ApiKeyId } from '../../src/ids.ts';
import type { App } from '../../src/platform.ts';
import { VerificationNotFound } from '../../src/verifications/errors.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { createProcess as createTestProcess } from '../support/process-app.ts';
import { startPrivateRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import {
  insertAccount,
  tellStory,
  type Story,
  type TestAccount,
  type Written,
} from '../support/verification-story.ts';

const log = pino({ level: 'silent' });

let testDatabase: TestDatabase;
let database: Database;
let account: TestAccount;
let open: AsyncDisposableStack;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await connect(testDatabase.url, { poolSize: 8 });
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});
beforeAll(() => {
  open = new AsyncDisposableStack();
});
afterEach(async () => {
  await open.disposeAsync();
  open = new AsyncDisposableStack();
  vi.useRealTimers();
});

function createProcess(bus?: Bus): App {
  return open.use(createTestProcess({ database, ...(bus && { bus }) }));
}

async function createPrincipal(): Promise<Principal & { kind: 'apiKey' }> {
  account = await insertAccount(database.db);
  return { kind: 'apiKey', accountId: account.accountId, apiKeyId: newId('key') };
}

function publish(app: App, { entries, transactionId }: Written): void {
  publishEvents(app, entries, transactionId);
}

/** What is not found at once is not found at all then: the reconciler would find whatever else failed. */
function withoutReconciler(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
}

async function take(stream: EventStream, count: number): Promise<EventEnvelope[]> {
  const events: EventEnvelope[] = [];
  while (events.length < count) {
    const { value, done } = await stream.next();
    if (done) break;
    events.push(value);
  }
  return events;
}

/** Reads on its own until the stream ends; what came so far is in `events`. */
function collect(stream: EventStream) {
  const events: EventEnvelope[] = [];
  const ended = (async () => {
    for await (const event of stream) events.push(event);
  })();
  ended.catch(() => {});
  return { events, ended, versions: () => events.map((event) => event.version) };
}

/** The whole life of a verification; its six events end the stream. */
async function tellAll(app: App, story: Story): Promise<void> {
  for (const step of [story.start, story.sent, story.wrongCode, story.delivered, story.approved])
    publish(app, await step());
}

describe('the events of a verification', () => {
  test('come from the first one, then live, and end with the last that can come', async () => {
    const who = await createPrincipal();
    const app = createProcess();
    const story = tellStory(app, account);
    publish(app, await story.start());
    publish(app, await story.sent());
    const stream = await verificationEvents(app, who, { verificationId: story.verification.id });
    const reading = collect(stream);
    await until(() => reading.events.length === 3);
    publish(app, await story.wrongCode());
    await until(() => reading.events.length === 4);
    publish(app, await story.approved());
    await until(() => reading.events.length === 5);
    // The verification has ended, but its message may still be delivered.
    publish(app, await story.delivered());
    await reading.ended;
    expect(reading.events.map((e) => [e.version, e.type, e.verification.status, e.message?.status])).toEqual([
      [1, 'VerificationStarted', 'pending', undefined],
      [2, 'MessageQueued', 'pending', 'queued'],
      [3, 'MessageSent', 'pending', 'sent'],
      [4, 'CodeRejected', 'pending', undefined],
      [5, 'VerificationApproved', 'approved', undefined],
      [6, 'MessageDelivered', 'approved', 'delivered'],
    ]);
    expect(reading.events.map((e) => e.verification.checksUsed)).toEqual([0, 0, 0, 1, 2, 2]);
  });

  test('look the same live and read again later', async () => {
    const who = await createPrincipal();
    const app = createProcess();
    const story = tellStory(app, account);
    publish(app, await story.start());
    const live = collect(await verificationEvents(app, who, { verificationId: story.verification.id }));
    for (const step of [story.sent, story.wrongCode, story.approved, story.delivered])
      publish(app, await step());
    await live.ended;
    const later = collect(await verificationEvents(app, who, { verificationId: story.verification.id }));
    await later.ended;
    const told = (events: EventEnvelope[]) =>
      events.map(({ message, verification, ...event }) => {
        // What is no part of an event: when the message is due is the queue's own business.
        return { ...event, verification, message: message && { ...message, dueAt: null } };
      });
    expect(told(later.events)).toEqual(told(live.events));
  });

  test('resume behind any cursor without gap or double', async () => {
    const who = await createPrincipal();
    const app = createProcess();
    const story = tellStory(app, account);
    await tellAll(app, story);
    const { id: verificationId } = story.verification;
    const all = collect(await verificationEvents(app, who, { verificationId }));
    await all.ended;
    expect(all.versions()).toEqual([1, 2, 3, 4, 5, 6]);
    for (const { cursor, version } of all.events) {
      const rest = collect(await verificationEvents(app, who, { verificationId, after: cursor }));
      await rest.ended;
      expect(rest.versions()).toEqual([1, 2, 3, 4, 5, 6].slice(version));
    }
  });

  test('reach a subscriber although nothing was published: a worker died between commit and publish', async () => {
    const who = await createPrincipal();
    const app = createProcess();
    const story = tellStory(app, account);
    await story.start();
    const reading = collect(await verificationEvents(app, who, { verificationId: story.verification.id }));
    const ofAccount = collect(await accountEvents(app, who));
    await until(() => reading.events.length === 2);
    await story.sent();
    await until(() => reading.events.length === 3 && ofAccount.events.length === 1);
  });

  test('come in order and once when the messages of the bus come late, twice, and in the wrong order', async () => {
    withoutReconciler();
    const who = await createPrincipal();
    const app = createProcess();
    const story = tellStory(app, account);
    await story.start();
    const reading = collect(await verificationEvents(app, who, { verificationId: story.verification.id }));
    const sent = await story.sent();
    const wrong = await story.wrongCode();
    const delivered = await story.delivered();
    publish(app, wrong);
    publish(app, sent);
    publish(app, sent);
    publish(app, delivered);
    publish(app, wrong);
    publish(app, await story.approved());
    publish(app, delivered);
    await until(() => reading.events.length === 6);
    await reading.ended;
    expect(reading.versions()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('that the bus lost come with the next one that it brings', async () => {
    withoutReconciler();
    const who = await createPrincipal();
    const app = createProcess();
    const story = tellStory(app, account);
    await story.start();
    const reading = collect(await verificationEvents(app, who, { verificationId: story.verification.id }));
    await until(() => reading.events.length === 2);
    await story.sent();
    publish(app, await story.delivered());
    await until(() => reading.events.length === 4);
    expect(reading.versions()).toEqual([1, 2, 3, 4]);
  });

  test('that happened while redis was away come as soon as it is back', async () => {
    withoutReconciler();
    await using redis = await startPrivateRedis();
    const who = await createPrincipal();
    const watcher = createProcess(createRedisBus({ url: redis.url, prefix: 'p:', log }));
    await until(() => watcher.bus.ready());
    const story = tellStory(watcher, account);
    await story.start();
    const reading = collect(
      await verificationEvents(watcher, who, { verificationId: story.verification.id }),
    );
    const ofAccount = collect(await accountEvents(watcher, who));
    await until(() => reading.events.length === 2);
    await redis.stop();
    // Not published at all: its worker took the message with it.
    await story.sent();
    await redis.restart();
    await until(() => reading.events.length === 3 && ofAccount.events.length === 1);
  });

  test('are not lost between the table and the bus, whenever one subscribes', async () => {
    const who = await createPrincipal();
    const app = createProcess();
    const rounds = Array.from({ length: 40 }, async (_, i) => {
      const story = tellStory(app, account);
      publish(app, await story.start());
      const telling = (async () => {
        for (const step of [story.sent, story.wrongCode, story.delivered, story.approved])
          publish(app, await step());
      })();
      if (i % 2) await new Promise((resolve) => setTimeout(resolve, i / 2));
      const reading = collect(await verificationEvents(app, who, { verificationId: story.verification.id }));
      await telling;
      await reading.ended;
      expect(reading.versions()).toEqual([1, 2, 3, 4, 5, 6]);
    });
    await Promise.all(rounds);
  });

  test('are the same objects for all subscribers of a process, so that their answers can be shared', async () => {
    const who = await createPrincipal();
    const app = createProcess();
    const story = tellStory(app, account);
    publish(app, await story.start());
    const { id: verificationId } = story.verification;
    const streams = await Promise.all([1, 2, 3].map(() => verificationEvents(app, who, { verificationId })));
    for (const stream of streams) await take(stream, 2);
    const next = Promise.all(streams.map((stream) => stream.next()));
    publish(app, await story.sent());
    const [first, ...others] = (await next).map(({ value }) => value);
    for (const other of others) expect(other).toBe(first);
  });

  test('are not told to another account: it looks like one that does not exist', async () => {
    const owner = await createPrincipal();
    const app = createProcess();
    const story = tellStory(app, account);
    publish(app, await story.start());
    const stranger = await createPrincipal();
    const [{ cursor }] = (await take(
      await verificationEvents(app, owner, { verificationId: story.verification.id }),
      1,
    )) as [EventEnvelope];
    await expect(
      verificationEvents(app, stranger, { verificationId: story.verification.id }),
    ).rejects.toThrow(VerificationNotFound);
    await expect(verificationEvents(app, stranger, { verificationId: newId('vrf') })).rejects.toThrow(
      VerificationNotFound,
    );
    await expect(accountEvents(app, stranger, { after: cursor })).rejects.toThrow(InvalidCursor);
  });

  test('do not resume behind rubbish, another verification, or an event that is not there', async () => {
    const who = await createPrincipal();
    const app = createProcess();
    const [story, other] = [tellStory(app, account), tellStory(app, account)];
    publish(app, await story.start());
    publish(app, await other.start());
    const { id: verificationId } = story.verification;
    const [, second] = (await take(await verificationEvents(app, who, { verificationId }), 2)) as [
      EventEnvelope,
      EventEnvelope,
    ];
    const [foreign] = (await take(
      await verificationEvents(app, who, { verificationId: other.verification.id }),
      1,
    )) as [EventEnvelope];
    const beyond = Buffer.from(second.cursor, 'base64url');
    beyond.writeUInt32BE(3, 24);
    for (const after of ['', 'rubbish', second.cursor + 'A', foreign.cursor, beyond.toString('base64url')])
      await expect(verificationEvents(app, who, { verificationId, after })).rejects.toThrow(InvalidCursor);
    for (const after of ['', 'rubbish', beyond.toString('base64url')])
      await expect(accountEvents(app, who, { after })).rejects.toThrow(InvalidCursor);
  });

  test('a reader that lets more than 1,000 events wait is ended, and the others are not', async () => {
    const who = await createPrincipal();
    const app = createProcess();
    const story = tellStory(app, account);
    publish(app, await story.start());
    const { id: verificationId } = story.verification;
    const [slow, quick] = await Promise.all([
      verificationEvents(app, who, { verificationId }),
      verificationEvents(app, who, { verificationId }),
    ]);
    await take(slow, 2);
    const reading = collect(quick);
    for (let i = 0; i < 1_010; i++) publish(app, await story.wrongCode());
    await until(() => reading.events.length === 1_012);
    await expect(take(slow, 1)).rejects.toThrow(StreamTooSlow);
    expect(await slow.next()).toEqual({ value: undefined, done: true });
    expect(reading.versions()).toEqual(Array.from({ length: 1_012 }, (_, i) => i + 1));
  });

  test('a reader that is far behind reads pages at its own pace and is never too slow', async () => {
    const who = await createPrincipal();
    const app = createProcess();
    const story = tellStory(app, account);
    publish(app, await story.start());
    for (let i = 0; i < 1_200; i++) await story.wrongCode();
    const stream = await verificationEvents(app, who, { verificationId: story.verification.id });
    await take(stream, 1);
    for (let i = 0; i < 20; i++) publish(app, await story.wrongCode());
    expect((await take(stream, 1_221)).map((e) => e.version)).toEqual(
      Array.from({ length: 1_221 }, (_, i) => i + 2),
    );
  });

  test('a stream that is left gives its channel back, also while it waits', async () => {
    const who = await createPrincipal();
    const bus = createMemoryBus();
    let listening = 0;
    const counted: Bus = {
      ...bus,
      async subscribe(channel, listener) {
        const leave = await bus.subscribe(channel, listener);
        if (channel.startsWith('v:') || channel.startsWith('a:')) listening++;
        return () => {
          if (channel.startsWith('v:') || channel.startsWith('a:')) listening--;
          leave();
        };
      },
    };
    const app = createProcess(counted);
    const story = tellStory(app, account);
    publish(app, await story.start());
    const { id: verificationId } = story.verification;
    const one = await verificationEvents(app, who, { verificationId });
    const two = await verificationEvents(app, who, { verificationId });
    const all = await accountEvents(app, who);
    await take(one, 2);
    const pending = [one.next(), all.next()];
    expect(listening).toBe(2);
    await one.return!();
    await all.return!();
    for (const next of pending) expect(await next).toEqual({ value: undefined, done: true });
    expect(listening).toBe(1);
    await two.return!();
    expect(listening).toBe(0);
    await expect(verificationEvents(app, who, { verificationId, after: 'rubbish' })).rejects.toThrow();
    await expect(verificationEvents(app, who, { verificationId: newId('vrf') })).rejects.toThrow();
    expect(listening).toBe(0);
  });
});

describe('a credential', () => {
  test('that is a client token opens its own verification and nothing else, until it expires', async () => {
    const { accountId } = await createPrincipal();
    const app = createProcess();
    const [story, other] = [tellStory(app, account), tellStory(app, account)];
    publish(app, await story.start());
    publish(app, await other.start());
    const who: Principal = {
      kind: 'clientToken',
      accountId,
      verificationId: story.verification.id,
      expiresAt: new Date(Date.now() + 400),
    };
    await expect(verificationEvents(app, who, { verificationId: other.verification.id })).rejects.toThrow(
      Forbidden,
    );
    await expect(accountEvents(app, who)).rejects.toThrow(Forbidden);
    const stream = await verificationEvents(app, who, { verificationId: story.verification.id });
    expect(await take(stream, 2)).toHaveLength(2);
    await expect(stream.next()).rejects.toThrow(CredentialInvalid);
    expect(Date.now()).toBeGreaterThanOrEqual(who.expiresAt.getTime() - 2);
  });

  test('that is revoked ends its streams at once, and those of no other key', async () => {
    const { accountId } = await createPrincipal();
    const app = createProcess();
    const [first, second] = await Promise.all([1, 2].map(() => createApiKey(app, accountId, { name: 'k' })));
    const story = tellStory(app, account);
    publish(app, await story.start());
    const { id: verificationId } = story.verification;
    const principal = (apiKeyId: ApiKeyId): Principal => ({ kind: 'apiKey', accountId, apiKeyId });
    const ends = collect(await verificationEvents(app, principal(first!.row.id), { verificationId }));
    const endsToo = collect(await accountEvents(app, principal(first!.row.id)));
    const stays = collect(await verificationEvents(app, principal(second!.row.id), { verificationId }));
    const stranger = await createPrincipal();
    await expect(revokeApiKey(app, stranger, second!.row.id)).rejects.toThrow(ApiKeyNotFound);
    await revokeApiKey(app, principal(second!.row.id), first!.row.id);
    await expect(ends.ended).rejects.toThrow(CredentialInvalid);
    await expect(endsToo.ended).rejects.toThrow(CredentialInvalid);
    publish(app, await story.sent());
    await until(() => stays.events.length === 3);
  });
});

describe('the events of an account', () => {
  test('begin now, and come in the order of their cursors', async () => {
    const who = await createPrincipal();
    const app = createProcess();
    const stories = Array.from({ length: 10 }, () => tellStory(app, account));
    for (const story of stories) publish(app, await story.start());
    const reading = collect(await accountEvents(app, who));
    await Promise.all(
      stories.map(async (story) => {
        for (const step of [story.sent, story.delivered, story.approved]) publish(app, await step());
      }),
    );
    await until(() => reading.events.length === 30);
    for (const story of stories) {
      const own = reading.events.filter((e) => e.verification.id === story.verification.id);
      expect(own.map((e) => e.version)).toEqual([3, 4, 5]);
    }
    const again = collect(await accountEvents(app, who, { after: reading.events[0]!.cursor }));
    await until(() => again.events.length === 29);
    expect(again.events.map((e) => e.cursor)).toEqual(reading.events.slice(1).map((e) => e.cursor));
  });

  test('are those of this account alone', async () => {
    const stranger = await createPrincipal();
    const app = createProcess();
    const theirs = collect(await accountEvents(app, stranger));
    const who = await createPrincipal();
    const ours = collect(await accountEvents(app, who));
    publish(app, await tellStory(app, account).start());
    await until(() => ours.events.length === 2);
    expect(theirs.events).toEqual([]);
  });

  test('wait for an older transaction that still runs, and stand behind its events', async () => {
    const who = await createPrincipal();
    const app = createProcess();
    const reading = collect(await accountEvents(app, who));
    const [early, late] = [tellStory(app, account), tellStory(app, account)];
    publish(app, await early.start());
    await until(() => reading.events.length === 2);
    const release = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const older = app.sql.begin(async (tx) => {
      // Takes its transaction id now, and commits when it is let go.
      await tx`UPDATE verifications SET locale = 'de' WHERE id = ${early.verification.id.slice(4)}`;
      begun.resolve();
      await release.promise;
    });
    await begun.promise;
    publish(app, await late.start());
    // A reader that begins now need not hear of what was over before it, held back or not.
    const newcomer = collect(await accountEvents(app, who));
    publish(app, await late.sent());
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(reading.events).toHaveLength(2);
    release.resolve();
    await older;
    await until(() => reading.events.length === 5);
    await until(() => newcomer.events.length === 1);
    expect(newcomer.events[0]!.type).toBe('MessageSent');
  });

  test('reach a subscriber that is far behind, in pages, up to the head and on', async () => {
    const who = await createPrincipal();
    const app = createProcess();
    const story = tellStory(app, account);
    publish(app, await story.start());
    const [first] = (await take(
      await verificationEvents(app, who, { verificationId: story.verification.id }),
      1,
    )) as [EventEnvelope];
    for (let i = 0; i < 1_100; i++) await story.wrongCode();
    const stream = await accountEvents(app, who, { after: first.cursor });
    expect((await take(stream, 1_101)).map((e) => e.version)).toEqual(
      Array.from({ length: 1_101 }, (_, i) => i + 2),
    );
    publish(app, await story.sent());
    expect((await take(stream, 1))[0]!.type).toBe('MessageSent');
  });
});

async function flush(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushall();
  redis.disconnect();
}

describe('redis restarted and flushed under load', () => {
  test('loses no event for any subscriber in any process, doubles none, and keeps the order', async () => {
    await using redis = await startPrivateRedis();
    const who = await createPrincipal();
    const prefix = `${randomUUID()}:`;
    const [writer, ...watchers] = Array.from({ length: 3 }, () =>
      createProcess(createRedisBus({ url: redis.url, prefix, log })),
    ) as [App, App, App];
    for (const app of [writer, ...watchers]) await until(() => app.bus.ready());

    const stories = Array.from({ length: 60 }, () => tellStory(writer, account));
    for (const story of stories) publish(writer, await story.start());
    const accountReadings = await Promise.all(
      watchers.flatMap((app) => [1, 2].map(async () => collect(await accountEvents(app, who)))),
    );
    const readings = await Promise.all(
      stories.flatMap((story) =>
        watchers.map(async (app) =>
          collect(await verificationEvents(app, who, { verificationId: story.verification.id })),
        ),
      ),
    );

    let blows = 0;
    const load = Promise.all(
      stories.map(async (story) => {
        while (blows < 3) publish(writer, await story.wrongCode());
        for (const step of [story.sent, story.delivered, story.approved]) publish(writer, await step());
      }),
    );
    const readyAgain = () =>
      until(async () =>
        (await Promise.all([writer, ...watchers].map((app) => app.bus.ready()))).every(Boolean),
      );
    await redis.restart();
    await readyAgain();
    blows++;
    await flush(redis.url);
    await redis.stop();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await redis.restart();
    await readyAgain();
    blows++;
    await redis.restart();
    blows++;
    await load;

    // Each verification's streams complete: that is, every event came.
    await Promise.all(readings.map((reading) => reading.ended));
    const versions = stories.map((story) => story.verification.version);
    for (const [i, reading] of readings.entries()) {
      const story = Math.floor(i / watchers.length);
      expect(reading.versions()).toEqual(Array.from({ length: versions[story]! }, (_, v) => v + 1));
    }
    const total = versions.reduce((sum, version) => sum + version - 2, 0);
    for (const reading of accountReadings) {
      await until(() => reading.events.length >= total);
      expect(new Set(reading.events.map((event) => event.cursor)).size).toBe(total);
      expect(reading.events).toHaveLength(total);
      expect(reading.events.map((e) => e.cursor)).toEqual(accountReadings[0]!.events.map((e) => e.cursor));
    }
  });
});
