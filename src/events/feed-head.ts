import type { Cursor } from './cursor.ts';
import type { PlacedEvent } from './queries.ts';
import type { EventReader } from './reader.ts';

/**
 * The front of a feed and the readers there. All of them are given the same envelope object, so
 * that what is made of it for one can serve them all.
 */
export class FeedHead {
  at: Cursor;
  readonly #readers = new Set<EventReader>();

  constructor(start: Cursor) {
    this.at = start;
  }

  attach(reader: EventReader): void {
    this.#readers.add(reader);
  }

  detach(reader: EventReader): void {
    this.#readers.delete(reader);
  }

  giveOut(placed: PlacedEvent): void {
    this.at = placed.at;
    for (const reader of this.#readers) reader.offer(placed);
  }

  /** Moves on without an event: there is none between. */
  moveTo(at: Cursor): void {
    this.at = at;
  }

  wakeReaders(): void {
    for (const reader of this.#readers) reader.wake();
  }
}
