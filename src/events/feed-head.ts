import type { Cursor } from './cursor.ts';
import type { PlacedEvent } from './queries.ts';
import type { EventReader } from './reader.ts';

/**
 * The front of a feed and the readers there. All of them are given the same envelope object, so
 * that what is made of it for one can serve them all.
 */
export interface FeedHead {
  readonly at: Cursor;
  attach(reader: EventReader): void;
  detach(reader: EventReader): void;
  giveOut(placed: PlacedEvent): void;
  /** Moves on without an event: there is none between. */
  moveTo(at: Cursor): void;
  wakeReaders(): void;
}

export function createFeedHead(start: Cursor): FeedHead {
  let at = start;
  const readers = new Set<EventReader>();
  return {
    get at() {
      return at;
    },
    attach: (reader) => void readers.add(reader),
    detach: (reader) => void readers.delete(reader),
    giveOut(placed) {
      at = placed.at;
      for (const reader of readers) reader.offer(placed);
    },
    moveTo(cursor) {
      at = cursor;
    },
    wakeReaders() {
      for (const reader of readers) reader.wake();
    },
  };
}
