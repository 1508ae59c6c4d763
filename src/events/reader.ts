import { Stream } from '../bus/stream.ts';
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

export interface ReaderOptions {
  feed: Feed;
  /** The last event that the subscriber has. */
  after: Cursor;
  /** What the subscriber need not be told. */
  skip?: (placed: PlacedEvent) => boolean;
}

const MAX_WAITING = 1_000;

/**
 * One subscriber's way through a feed. While it is behind it reads pages from the table, as fast as it is asked for
 * them and no faster. At the head it takes what the feed offers, and then ends only with its subscriber, the feed, or
 * its own slowness. At most one page or `MAX_WAITING` events wait in it.
 */
export class EventReader extends Stream<EventEnvelope> implements AsyncDisposable {
  readonly #feed: Feed;
  readonly #skip: ReaderOptions['skip'];
  readonly #waiting: EventEnvelope[] = [];
  readonly #endListeners: (() => void)[] = [];
  #position: Cursor;
  #attached = false;

  constructor({ feed, after, skip }: ReaderOptions) {
    super();
    this.#feed = feed;
    this.#position = after;
    this.#skip = skip;
    this.#attach();
  }

  /** From the feed: something happened. */
  offer(placed: PlacedEvent): void {
    this.#add(placed);
    if (this.#waiting.length > MAX_WAITING) this.end(new StreamTooSlow(this.#waiting.length));
    else this.wake();
  }

  /** Ends the stream with this error at once; what still waits is left out. */
  fail(error: Error): void {
    this.end(error);
  }

  /** Calls back once, however the stream ends; at once when it has. */
  onEnd(listener: () => void): void {
    if (this.ended) listener();
    else this.#endListeners.push(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }

  protected override take(): EventEnvelope | undefined {
    return this.#waiting.shift();
  }

  protected override async idle(): Promise<void> {
    if (!this.#attached) await this.#catchUp().catch((error: Error) => this.end(error));
    else if (this.#feed.complete && this.#feed.compare(this.#position, this.#feed.head) >= 0) this.end();
    else await this.sleep();
  }

  protected override leave(): void {
    this.#feed.detach(this);
    for (const listener of this.#endListeners) listener();
  }

  #add(placed: PlacedEvent): void {
    if (this.#feed.compare(placed.at, this.#position) <= 0) return;
    this.#position = placed.at;
    if (!this.#skip?.(placed)) this.#waiting.push(placed.event);
  }

  async #catchUp(): Promise<void> {
    const page = await this.#feed.readPage(this.#position);
    if (this.ended) return;
    for (const placed of page) this.#add(placed);
    const { head } = this.#feed;
    // What the table no longer has, nobody can be behind of.
    if (page.length === 0 && this.#feed.compare(this.#position, head) < 0) this.#position = head;
    this.#attach();
  }

  #attach(): void {
    if (this.#feed.compare(this.#position, this.#feed.head) < 0) return;
    this.#attached = true;
    this.#feed.attach(this);
  }
}
