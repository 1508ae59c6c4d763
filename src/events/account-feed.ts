import { setTimeout as delay } from 'node:timers/promises';
import type { Unsubscribe } from '../bus/bus.ts';
import { accountChannel } from '../bus/channels.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import {
  compareCursors,
  compareTransactions,
  isTransactionId,
  startOfTransaction,
  type Cursor,
} from './cursor.ts';
import { FeedHead } from './feed-head.ts';
import { readAccountEvents, readHorizon, type PlacedEvent } from './queries.ts';
import type { SharedFeed } from './shared-feeds.ts';

const PAGE = 500;
/** Under load hints never stop: a pause this long gathers them into one read. */
const GATHER_MS = 20;
/** While a transaction older than a hinted one still runs. */
const HELD_BACK_MS = { first: 25, most: 1_000 };
/** For a hint that got lost. */
const IDLE_MS = 5_000;
const AFTER_ERROR_MS = 1_000;

/**
 * The events of an account in the order of their cursors, read from the table by one reader per
 * process. The bus only says when to look: it knows no order between transactions.
 */
export function createAccountFeed(
  { sql, bus, log }: Pick<App, 'sql' | 'bus' | 'log'>,
  accountId: AccountId,
): SharedFeed {
  const head = new FeedHead(startOfTransaction('0'));
  let hinted = '0';
  let heldBackMs = HELD_BACK_MS.first;
  let asked = false;
  let closed = false;
  let wakeUp: (() => void) | undefined;
  let unsubscribe: Unsubscribe | undefined;

  async function readBelowHorizon(after: Cursor): Promise<{ events: PlacedEvent[]; horizon: string }> {
    const horizon = await readHorizon(sql);
    return { events: await readAccountEvents(sql, accountId, after, horizon, PAGE), horizon };
  }

  /** Gives out one page. @returns after how many milliseconds to look again without being asked */
  async function advance(): Promise<number> {
    const { events, horizon } = await readBelowHorizon(head.at);
    if (closed) return 0;
    for (const placed of events) head.giveOut(placed);
    if (events.length === PAGE) return 0;
    if (compareTransactions(horizon, head.at.transaction) > 0) head.moveTo(startOfTransaction(horizon));
    const pauseMs = heldBackMs;
    const heldBack = compareTransactions(hinted, horizon) >= 0;
    heldBackMs = heldBack ? Math.min(HELD_BACK_MS.most, heldBackMs * 2) : HELD_BACK_MS.first;
    return heldBack ? pauseMs : IDLE_MS;
  }

  async function run(): Promise<void> {
    while (!closed) {
      asked = false;
      const pauseMs = await advance().catch((error: unknown) => {
        log.warn({ err: error }, 'reading the events of an account failed');
        return AFTER_ERROR_MS;
      });
      if (pauseMs === 0) continue;
      await delay(GATHER_MS, undefined, { ref: false });
      if (!asked && !closed) await rest(pauseMs);
    }
  }

  /** Until it is over, or someone asks. */
  function rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function look(): void {
    asked = true;
    wakeUp?.();
  }

  return {
    get head() {
      return head.at;
    },
    complete: false,
    compare: compareCursors,
    readPage: async (after) => (await readBelowHorizon(after)).events,
    attach: (reader) => head.attach(reader),
    detach: (reader) => head.detach(reader),

    async open() {
      unsubscribe = await bus.subscribe(accountChannel(accountId), {
        onMessage(transaction) {
          if (isTransactionId(transaction) && compareTransactions(transaction, hinted) > 0)
            hinted = transaction;
          look();
        },
        onResync: look,
      });
      head.moveTo(startOfTransaction(await readHorizon(sql)));
      if (closed) unsubscribe();
      else void run();
    },

    close() {
      closed = true;
      wakeUp?.();
      unsubscribe?.();
    },
  };
}
