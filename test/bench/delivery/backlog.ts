import { setTimeout as delay } from 'node:timers/promises';
import type { Platform } from '../ground/platform.ts';
import { uuidOf } from '../../../src/ids.ts';

const EVERY_MS = 100;

/** How many messages of an account are not at their end yet. */
export interface Backlog {
  open(): Promise<number>;
}

/**
 * Counts from the oldest open message on (ids are in the order of time), so that a look costs the
 * same however many were delivered before: 1–2 ms with 3,000 open ones.
 */
export function createBacklog({ app, who }: Platform): Backlog {
  const account = uuidOf(who.accountId);
  let watermark = '00000000-0000-0000-0000-000000000000';
  return {
    async open() {
      const [row] = await app.sql<{ open: number; oldest: string | null; newest: string | null }[]>`
        SELECT count(*)::int AS open, min(id::text) AS oldest FROM messages
        WHERE account_id = ${account} AND id >= ${watermark} AND settled_at IS NULL`;
      if (row!.oldest !== null) watermark = row!.oldest;
      return row!.open;
    },
  };
}

/** Lets the load generator start as many as keep the backlog full, until `signal` says to stop. */
export async function keepFull(
  backlog: Backlog,
  limit: number,
  allow: (count: number) => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await allow(Math.max(0, limit - (await backlog.open())));
    await delay(EVERY_MS);
  }
}

/** Waits until nothing is open. @throws {Error} when the backlog does not move for 15 s */
export async function drained(backlog: Backlog): Promise<void> {
  let before = await backlog.open();
  for (let still = 0; before > 0; still += 1) {
    await delay(EVERY_MS);
    const now = await backlog.open();
    if (now < before) still = 0;
    if (still > 150) throw new Error(`${now} messages do not come to an end`);
    before = now;
  }
}
