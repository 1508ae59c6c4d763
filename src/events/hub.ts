import type { Mode } from '../accounts/mode.ts';
import type { AccountId, VerificationId } from '../ids.ts';
import type { App } from '../platform.ts';
import { createAccountFeed } from './account-feed.ts';
import { createCatchUp } from './catch-up.ts';
import { startOfTransaction, type Cursor } from './cursor.ts';
import { VerificationNotFound } from '../verifications/errors.ts';
import { InvalidCursor } from './errors.ts';
import { modeOfEvent, readSnapshot, type PlacedEvent } from './queries.ts';
import { createEventReader, type EventReader, type ReaderOptions } from './reader.ts';
import { createSharedFeeds, type Lease, type SharedFeed } from './shared-feeds.ts';
import { isVisible, parseSnapshot } from './snapshot.ts';
import { beforeFirst, createVerificationFeed, type VerificationFeed } from './verification-feed.ts';

/** Who listens: to what is of their account and of their mode. */
export interface Audience {
  accountId: AccountId;
  mode: Mode;
}

/** All event streams of this process: what they watch is watched once, however many they are. */
export interface EventHub extends AsyncDisposable {
  /**
   * @param audience without a mode: the verification's own
   * @throws {VerificationNotFound | InvalidCursor}
   */
  openVerification(
    audience: Pick<Audience, 'accountId'> & Partial<Audience>,
    id: VerificationId,
    after: Cursor | undefined,
  ): Promise<EventReader>;
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

  async function startReader<F extends SharedFeed>(
    { feed, release }: Lease<F>,
    start: () => Promise<Omit<ReaderOptions, 'feed'>>,
  ): Promise<EventReader> {
    try {
      const reader = createEventReader({ feed, ...(await start()) });
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
    async openVerification({ accountId, mode }, id, after) {
      const create = () => createVerificationFeed(app, accountId, id, (feed) => catchUp.request([feed]));
      const lease = await verifications.acquire(`${accountId}/${id}`, create);
      return startReader(lease, async () => {
        if (mode !== undefined && lease.feed.mode !== mode) throw new VerificationNotFound();
        if (!after) return { after: beforeFirst(id) };
        if (after.verificationId !== id || (await modeOfEvent(sql, accountId, after)) === undefined)
          throw new InvalidCursor();
        return { after };
      });
    },

    async openAccount({ accountId, mode }, after) {
      const lease = await accounts.acquire(accountId, () => createAccountFeed(app, accountId));
      return startReader(lease, async () => {
        const isForeign = ({ event }: PlacedEvent) => event.verification.mode !== mode;
        if (after) {
          if ((await modeOfEvent(sql, accountId, after)) !== mode) throw new InvalidCursor();
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
