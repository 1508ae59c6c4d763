import { createStream, type Stream } from '../bus/stream.ts';
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
export interface EventReader extends Stream<EventEnvelope>, AsyncDisposable {
  /** From the feed: something happened. */
  offer(placed: PlacedEvent): void;
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
  const waiting: EventEnvelope[] = [];
  let attached = false;
  const endListeners: (() => void)[] = [];
  const stream = createStream<EventEnvelope>({
    take: () => waiting.shift(),
    async idle() {
      if (!attached) await catchUp().catch(stream.end);
      else if (feed.complete && feed.compare(position, feed.head) >= 0) stream.end();
      else await stream.sleep();
    },
    onEnd() {
      feed.detach(reader);
      for (const listener of endListeners) listener();
    },
  });

  function take(placed: PlacedEvent): void {
    if (feed.compare(placed.at, position) <= 0) return;
    position = placed.at;
    if (!skip?.(placed)) waiting.push(placed.event);
  }

  async function catchUp(): Promise<void> {
    const page = await feed.readPage(position);
    if (stream.ended) return;
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

  const reader: EventReader = Object.assign(stream, {
    offer(placed: PlacedEvent) {
      take(placed);
      if (waiting.length > MAX_WAITING) stream.end(new StreamTooSlow(waiting.length));
      else stream.wake();
    },
    fail: stream.end,
    onEnd(listener: () => void) {
      if (stream.ended) listener();
      else endListeners.push(listener);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(stream.end()),
  });
  attach();
  return reader;
}
