import { StreamTooSlow } from './errors.ts';
import type { Cursor } from './cursor.ts';
import type { EventEnvelope } from './envelope.ts';
import type { PlacedEvent } from './queries.ts';

/** What a reader reads from: what has happened from the table, what happens from the feed. */
export interface Feed {
  /** The last event that was given out. */
  readonly head: Cursor;
  /** Nothing comes after `head`. */
  readonly complete: boolean;
  compare(a: Cursor, b: Cursor): number;
  /** A page of what follows, from the table; empty at the end. */
  readPage(after: Cursor): Promise<readonly PlacedEvent[]>;
  attach(reader: EventReader): void;
  detach(reader: EventReader): void;
}

/** One subscriber's way through a feed. At most one page or `MAX_WAITING` events wait in it. */
export interface EventReader extends AsyncIterableIterator<EventEnvelope, undefined>, AsyncDisposable {
  next(): Promise<IteratorResult<EventEnvelope, undefined>>;
  return(): Promise<IteratorReturnResult<undefined>>;
  /** From the feed: something happened. */
  offer(placed: PlacedEvent): void;
  /** From the feed: it is complete, or has gone on. */
  wake(): void;
  /** Ends the stream with this error at once; what still waits is left out. */
  fail(error: Error): void;
  /** Calls back once, however the stream ends; at once when it has. */
  onEnd(listener: () => void): void;
}

export interface ReaderOptions {
  feed: Feed;
  /** The last event that the subscriber has. */
  after: Cursor;
  /** What the subscriber need not be told. */
  skip?: (placed: PlacedEvent) => boolean;
}

const MAX_WAITING = 1_000;

/**
 * A reader that is behind reads pages from the table, as fast as it is asked for them and no faster.
 * At the head it takes what the feed offers, and then ends only with its subscriber, the feed, or
 * its own slowness.
 */
export function createEventReader({ feed, after, skip }: ReaderOptions): EventReader {
  let position = after;
  let waiting: EventEnvelope[] = [];
  let attached = false;
  let ended = false;
  let failure: Error | undefined;
  const endListeners: (() => void)[] = [];
  let wakeUp: (() => void) | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  function end(error?: Error): void {
    if (ended) return;
    ended = true;
    failure = error;
    waiting = [];
    feed.detach(reader);
    for (const listener of endListeners) listener();
    wakeUp?.();
  }

  function take(placed: PlacedEvent): void {
    if (feed.compare(placed.at, position) <= 0) return;
    position = placed.at;
    if (!skip?.(placed)) waiting.push(placed.event);
  }

  async function catchUp(): Promise<void> {
    const page = await feed.readPage(position);
    if (ended) return;
    for (const placed of page) take(placed);
    // What the table no longer has, nobody can be behind of.
    if (page.length === 0 && feed.compare(position, feed.head) < 0) position = feed.head;
    attach();
  }

  function attach(): void {
    if (feed.compare(position, feed.head) < 0) return;
    attached = true;
    feed.attach(reader);
  }

  async function step(): Promise<IteratorResult<EventEnvelope, undefined>> {
    for (;;) {
      const event = waiting.shift();
      if (event) return { value: event, done: false };
      if (ended) {
        const error = failure;
        failure = undefined;
        if (error) throw error;
        return { value: undefined, done: true };
      }
      if (!attached) await catchUp().catch(end);
      else if (feed.complete && feed.compare(position, feed.head) >= 0) end();
      else await new Promise<void>((resolve) => (wakeUp = resolve));
    }
  }

  const reader: EventReader = {
    next() {
      // One after the other, also when the consumer does not wait for its answers.
      const result = turn.then(step);
      turn = result.catch(() => {});
      return result;
    },
    return() {
      end();
      return Promise.resolve({ value: undefined, done: true });
    },
    offer(placed) {
      take(placed);
      if (waiting.length > MAX_WAITING) end(new StreamTooSlow(waiting.length));
      else wakeUp?.();
    },
    wake: () => wakeUp?.(),
    fail: end,
    onEnd(listener) {
      if (ended) listener();
      else endListeners.push(listener);
    },
    [Symbol.asyncIterator]: () => reader,
    [Symbol.asyncDispose]: async () => end(),
  };
  attach();
  return reader;
}
