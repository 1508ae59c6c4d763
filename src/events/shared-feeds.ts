import type { Feed } from './reader.ts';

/** A feed that many readers share: opened for the first of them, closed after the last. */
export interface SharedFeed extends Feed {
  open(): Promise<void>;
  close(): void;
}

export interface SharedFeeds<F extends SharedFeed> {
  /** @throws what opening the feed throws */
  acquire(name: string, create: () => F): Promise<Lease<F>>;
  get(name: string): F | undefined;
  all(): F[];
}

export interface Lease<F extends SharedFeed> {
  feed: F;
  release(): void;
}

export function createSharedFeeds<F extends SharedFeed>(): SharedFeeds<F> {
  const byName = new Map<string, { feed: F; opened: Promise<void>; leases: number }>();

  return {
    async acquire(name, create) {
      let shared = byName.get(name);
      if (!shared) {
        const feed = create();
        shared = { feed, opened: feed.open(), leases: 0 };
        byName.set(name, shared);
      }
      const { feed, opened } = shared;
      shared.leases++;
      let released = false;
      const release = () => {
        if (released) return;
        released = true;
        if (--shared.leases > 0) return;
        byName.delete(name);
        feed.close();
      };
      try {
        await opened;
      } catch (error) {
        release();
        throw error;
      }
      return { feed, release };
    },
    get: (name) => byName.get(name)?.feed,
    all: () => [...byName.values()].map(({ feed }) => feed),
  };
}
