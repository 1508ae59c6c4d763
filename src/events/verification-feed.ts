import type { Mode } from '../accounts/mode.ts';
import { verificationChannel } from '../bus/channels.ts';
import type { BusListener, Unsubscribe } from '../bus/bus.ts';
import type { AccountId, MessageId, VerificationId } from '../ids.ts';
import { isSettled } from '../messages/message.ts';
import type { App } from '../platform.ts';
import { VerificationNotFound } from '../verifications/errors.ts';
import type { VerificationStatus } from '../verifications/verification.ts';
import { decodeEvents } from './codec.ts';
import { compareVersions, decodeCursor, type Cursor } from './cursor.ts';
import type { EventEnvelope } from './envelope.ts';
import { createFeedHead } from './feed-head.ts';
import { readVerificationEvents, readVerificationHead, type VerificationPosition } from './queries.ts';
import type { SharedFeed } from './shared-feeds.ts';

/** The events of one verification as this process hears of them, for all its readers. */
export interface VerificationFeed extends SharedFeed {
  /** Of the verification; known once it is open. */
  readonly mode: Mode | undefined;
  /** Of the verification; undefined while it is pending. */
  readonly endedAt: Date | undefined;
  readonly position: VerificationPosition;
  /** Neither being opened, nor complete, nor closed. */
  readonly live: boolean;
  /** Takes an event that was read from the table; what is known already is passed over. */
  apply(event: EventEnvelope): void;
  /** Calls back once when the verification has ended, whatever may still happen to its messages. @returns how to stop */
  onEnded(listener: (endedAt: Date) => void): () => void;
}

// A verification has some ten events: its resends and checks are limited.
const PAGE = 200;

/** @param requestCatchUp reads from the table what the feed has missed */
export function createVerificationFeed(
  { sql, bus }: Pick<App, 'sql' | 'bus'>,
  accountId: AccountId,
  verificationId: VerificationId,
  requestCatchUp: (feed: VerificationFeed) => void,
): VerificationFeed {
  const head = createFeedHead(beforeFirst(verificationId));
  const unsettledMessages = new Set<MessageId>();
  let status: VerificationStatus = 'pending';
  let mode: Mode | undefined;
  let endedAt: Date | undefined;
  const endListeners = new Set<(endedAt: Date) => void>();
  let state: 'opening' | 'open' | 'complete' | 'closed' = 'opening';
  let heardWhileOpening = false;
  let unsubscribe: Unsubscribe | undefined;

  const listener: BusListener = {
    onMessage(payload) {
      if (state === 'opening') heardWhileOpening = true;
      else if (state === 'open' && !applyAll(decodeEvents(payload))) requestCatchUp(feed);
    },
    onResync() {
      if (state === 'opening') heardWhileOpening = true;
      else if (state === 'open') requestCatchUp(feed);
    },
  };

  /** @returns whether they followed what is known */
  function applyAll(events: readonly EventEnvelope[] | undefined): boolean {
    if (!events) return false;
    for (const event of events) {
      if (event.version > head.at.version + 1) return false;
      feed.apply(event);
    }
    return true;
  }

  function end(at: Date): void {
    endedAt = at;
    for (const listener of endListeners) listener(at);
    endListeners.clear();
  }

  function settle(): void {
    if (state === 'closed' || status === 'pending' || unsettledMessages.size > 0) return;
    state = 'complete';
    unsubscribe?.();
    head.wakeReaders();
  }

  const isClosed = () => state === 'closed';

  const feed: VerificationFeed = {
    get mode() {
      return mode;
    },
    get endedAt() {
      return endedAt;
    },
    get position() {
      return { accountId, verificationId, version: head.at.version };
    },
    get live() {
      return state === 'open';
    },
    get head() {
      return head.at;
    },
    get complete() {
      return state === 'complete';
    },
    compare: compareVersions,
    readPage: (after) =>
      readVerificationEvents(sql, [{ accountId, verificationId, version: after.version }], PAGE),
    attach: head.attach,
    detach: head.detach,

    async open() {
      // First the bus, then the table: what happens between the two is in both.
      unsubscribe = await bus.subscribe(verificationChannel(accountId, verificationId), listener);
      if (isClosed()) return unsubscribe();
      const found = await readVerificationHead(sql, accountId, verificationId);
      if (!found) throw new VerificationNotFound();
      if (isClosed()) return;
      head.moveTo({ ...beforeFirst(verificationId), version: found.version });
      for (const id of found.unsettledMessages) unsettledMessages.add(id);
      status = found.status;
      mode = found.mode;
      state = 'open';
      if (found.settledAt) end(found.settledAt);
      settle();
      if (heardWhileOpening) requestCatchUp(feed);
    },

    apply(event) {
      if (state !== 'open' || event.version !== head.at.version + 1) return;
      const at = decodeCursor(event.cursor);
      if (!at) return;
      const { message, verification } = event;
      if (message && isSettled(message.status)) unsettledMessages.delete(message.id);
      else if (message) unsettledMessages.add(message.id);
      status = verification.status;
      head.giveOut({ at, event });
      if (status !== 'pending' && !endedAt) end(event.occurredAt);
      settle();
    },

    onEnded(listener) {
      if (endedAt) listener(endedAt);
      else endListeners.add(listener);
      return () => endListeners.delete(listener);
    },

    close() {
      state = 'closed';
      endListeners.clear();
      unsubscribe?.();
    },
  };
  return feed;
}

/** Before a verification's first event. */
export function beforeFirst(verificationId: VerificationId): Cursor {
  return { transaction: '0', verificationId, version: 0 };
}
