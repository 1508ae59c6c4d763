import type { Mode } from '../accounts/mode.ts';
import type { AccountId, VerificationId } from '../ids.ts';
import type { App } from '../platform.ts';
import { createAccountFeed } from './account-feed.ts';
import { createCatchUp } from './catch-up.ts';
import { isBetweenEvents, startOfTransaction, type Cursor } from './cursor.ts';
import { InvalidCursor } from './errors.ts';
import { modeOfEvent, readSnapshot, type PlacedEvent } from './queries.ts';
import { EventReader, type ReaderOptions } from './reader.ts';
import { createSharedFeeds, type Lease, type SharedFeed } from './shared-feeds.ts';
import { isVisible, parseSnapshot } from './snapshot.ts';
import { beforeFirst, VerificationFeed } from './verification-feed.ts';

/** Who listens: to what is of their account and of their mode. */
export interface Audience {
  accountId: AccountId;
  mode: Mode;
}

/** All event streams of this process: what they watch is watched once, however many they are. */
export interface EventHub extends AsyncDisposable {
  /**
   * @param admit throws when whoever asks may not see it
   * @throws {VerificationNotFound | InvalidCursor}
   */
  openVerification(
    accountId: AccountId,
    id: VerificationId,
    after: Cursor | undefined,
    admit: (found: Pick<VerificationFeed, 'mode' | 'endedAt'>) => void,
  ): Promise<EventReader>;
  /** Calls back once when a verification has ended, at once when it had. @returns how to stop waiting for that */
  onEnded(accountId: AccountId, id: VerificationId, listener: (endedAt: Date) => void): () => void;
  /** @throws {InvalidCursor} */
  openAccount(audience: Audience, after: Cursor | undefined): Promise<EventReader>;
}

// A worker that is killed between its commit and its publish takes the message with it. So each
// open feed is compared with the table now and then: 4 ms of the database per 500 of them.
const RECONCILE_MS = 5_000;

export function createEventHub(app: App): EventHub {
  const { sql } = app;
  const verifications = createSharedFeeds<VerificationFeed>();
  const accounts = createSharedFeeds<SharedFeed>();
  const readers = new Set<EventReader>();
  const catchUp = createCatchUp(app);
  const reconciler = setInterval(() => catchUp.request(verifications.all()), RECONCILE_MS);
  reconciler.unref();

  function acquire(accountId: AccountId, id: VerificationId): Promise<Lease<VerificationFeed>> {
    const create = () => new VerificationFeed(app, accountId, id, catchUp);
    return verifications.acquire(`${accountId}/${id}`, create);
  }

  async function startReader<F extends SharedFeed>(
    { feed, release }: Lease<F>,
    start: () => Promise<Omit<ReaderOptions, 'feed'>>,
  ): Promise<EventReader> {
    try {
      const reader = new EventReader({ feed, ...(await start()) });
      readers.add(reader);
      reader.onEnd(() => readers.delete(reader));
      reader.onEnd(release);
      return reader;
    } catch (error) {
      release();
      throw error;
    }
  }

  return {
    async openVerification(accountId, id, after, admit) {
      const lease = await acquire(accountId, id);
      return startReader(lease, async () => {
        admit(lease.feed);
        if (!after) return { after: beforeFirst(id) };
        if (after.verificationId !== id || (await modeOfEvent(sql, accountId, after)) === undefined)
          throw new InvalidCursor();
        return { after };
      });
    },

    onEnded(accountId, id, listener) {
      const stack = new DisposableStack();
      acquire(accountId, id).then(
        ({ feed, release }) => {
          if (stack.disposed) return release();
          stack.defer(release);
          stack.defer(feed.onEnded(listener));
        },
        // Of what is not there nothing is shown; and one that could not be read ends by its own time.
        (error: unknown) => app.log.debug({ err: error, id }, 'waiting for the end of a verification failed'),
      );
      return () => stack.dispose();
    },

    async openAccount({ accountId, mode }, after) {
      const lease = await accounts.acquire(accountId, () => createAccountFeed(app, accountId));
      return startReader(lease, async () => {
        const isForeign = ({ event }: PlacedEvent) => event.verification.mode !== mode;
        if (after) {
          const isPlace = isBetweenEvents(after) || (await modeOfEvent(sql, accountId, after)) === mode;
          if (!isPlace) throw new InvalidCursor();
          return { after, skip: isForeign };
        }
        // "Now" is a snapshot, not a place in the order: a transaction that is still running will
        // stand before some that were over already.
        const now = parseSnapshot(await readSnapshot(sql));
        const skip = (placed: PlacedEvent) => isForeign(placed) || isVisible(now, placed.at.transaction);
        return { after: startOfTransaction(now.oldestRunning), skip };
      });
    },

    async [Symbol.asyncDispose]() {
      clearInterval(reconciler);
      for (const reader of readers) await reader.return();
      await catchUp[Symbol.asyncDispose]();
    },
  };
}
