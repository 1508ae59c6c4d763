import { onCredentialEnd } from '../accounts/credential-end.ts';
import { CredentialInvalid, Forbidden } from '../accounts/errors.ts';
import type { Principal } from '../accounts/principal.ts';
import { inboundChannel } from '../bus/channels.ts';
import { createStream, type Stream } from '../bus/stream.ts';
import { compareTransactions, isTransactionId } from '../events/cursor.ts';
import { InvalidCursor } from '../events/errors.ts';
import { readHorizon, readSnapshot } from '../events/queries.ts';
import { isVisible, parseSnapshot } from '../events/snapshot.ts';
import type { App } from '../platform.ts';
import { beforeTransaction, decodeInboundCursor, encodeInboundCursor, type InboundCursor } from './cursor.ts';
import { readInboundAfter } from './store.ts';
import type { InboundMessageRow } from './table.ts';

export interface PlacedInbound {
  cursor: string;
  message: InboundMessageRow;
}

export type InboundStream = Stream<PlacedInbound>;

const PAGE = 100;
/** While a transaction older than a hinted one still runs. */
const HELD_BACK_MS = { first: 25, most: 1_000 };
/** For a hint that got lost. */
const IDLE_MS = 5_000;
const AFTER_ERROR_MS = 1_000;

/**
 * The account's messages from handsets, each once, in the order of their transactions: behind `after`, or
 * from now on. Read from the table as fast as it is asked for them; the bus only says when to look. Does
 * not complete; fails with {@link CredentialInvalid} when the caller's credential ends.
 * @throws {Forbidden | InvalidCursor}
 */
export async function inboundMessageStream(
  app: App,
  who: Principal,
  after: string | undefined,
): Promise<InboundStream> {
  if (who.kind === 'clientToken') throw new Forbidden();
  const resumed = after === undefined ? undefined : decodeInboundCursor(after);
  if (after !== undefined && !resumed) throw new InvalidCursor();
  const { sql, bus, log } = app;
  const { accountId } = who;

  let hinted = '0';
  let heldBackMs = HELD_BACK_MS.first;
  const waiting: PlacedInbound[] = [];
  const stream = createStream<PlacedInbound>({
    take: () => waiting.shift(),
    async idle() {
      const pauseMs = await advance().catch((error: unknown) => {
        log.warn({ err: error }, 'reading the messages from handsets failed');
        return AFTER_ERROR_MS;
      });
      if (waiting.length === 0 && pauseMs > 0) await stream.sleep(pauseMs);
    },
    onEnd() {
      unsubscribe();
      stopWatching();
    },
  });
  const unsubscribe = await bus.subscribe(inboundChannel(accountId), {
    onMessage(transaction) {
      if (isTransactionId(transaction) && compareTransactions(transaction, hinted) > 0) hinted = transaction;
      stream.wake();
    },
    onResync: () => stream.wake(),
  });
  const stopWatching = onCredentialEnd(app, who, () => stream.end(new CredentialInvalid()));

  // "Now" is a snapshot, not a place in the order: see events/hub.ts.
  const now = resumed ? undefined : await readNow();
  let position = resumed ?? beforeTransaction(now!.oldestRunning);

  async function readNow() {
    try {
      return parseSnapshot(await readSnapshot(sql));
    } catch (error) {
      stream.end();
      throw error;
    }
  }

  /** Reads a page. @returns after how many milliseconds to look again without being asked */
  async function advance(): Promise<number> {
    const horizon = await readHorizon(sql);
    const page = await readInboundAfter(sql, accountId, position, horizon, PAGE);
    for (const message of page) {
      position = message satisfies InboundCursor;
      if (!now || !isVisible(now, message.transaction))
        waiting.push({ cursor: encodeInboundCursor(message), message });
    }
    if (page.length === PAGE) return 0;
    const pauseMs = heldBackMs;
    const isHeldBack = compareTransactions(hinted, horizon) >= 0;
    heldBackMs = isHeldBack ? Math.min(HELD_BACK_MS.most, heldBackMs * 2) : HELD_BACK_MS.first;
    return isHeldBack ? pauseMs : IDLE_MS;
  }

  return stream;
}
