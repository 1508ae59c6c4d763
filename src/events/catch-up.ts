import type { App } from '../platform.ts';
import { readVerificationEvents } from './queries.ts';
import type { VerificationFeed } from './verification-feed.ts';

/** Brings feeds up to the table: all that need it in one statement. */
export interface CatchUp extends AsyncDisposable {
  request(feeds: Iterable<VerificationFeed>): void;
}

const FEEDS_PER_READ = 500;
const EVENTS_PER_READ = 2_000;
const AFTER_ERROR_MS = 1_000;

export function createCatchUp({ sql, log }: Pick<App, 'sql' | 'log'>): CatchUp {
  const behind = new Set<VerificationFeed>();
  let running: Promise<void> | undefined;
  let stopped = false;

  async function run(): Promise<void> {
    while (behind.size > 0 && !stopped) {
      const batch = [...behind].slice(0, FEEDS_PER_READ);
      for (const feed of batch) behind.delete(feed);
      try {
        if (!(await read(batch))) request(batch);
      } catch (error) {
        log.warn({ err: error }, 'catching up with missed events failed');
        request(batch);
        await new Promise((resolve) => setTimeout(resolve, AFTER_ERROR_MS).unref());
      }
    }
    running = undefined;
  }

  /** @returns whether that was all */
  async function read(batch: readonly VerificationFeed[]): Promise<boolean> {
    const positions = batch.map((feed) => feed.position);
    const events = await readVerificationEvents(sql, positions, EVENTS_PER_READ);
    const feeds = new Map(batch.map((feed) => [feed.position.verificationId, feed]));
    for (const { event } of events) feeds.get(event.verification.id)?.apply(event);
    return events.length < EVENTS_PER_READ;
  }

  function request(feeds: Iterable<VerificationFeed>): void {
    for (const feed of feeds) if (feed.live) behind.add(feed);
    if (behind.size > 0 && !stopped) running ??= run();
  }

  return {
    request,
    async [Symbol.asyncDispose]() {
      stopped = true;
      await running;
    },
  };
}
