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
import { FeedHead } from './feed-head.ts';
import {
  readVerificationEvents,
  readVerificationHead,
  type PlacedEvent,
  type VerificationPosition,
} from './queries.ts';
import type { EventReader } from './reader.ts';
import type { SharedFeed } from './shared-feeds.ts';

// A verification has some ten events: its resends and checks are limited.
const PAGE = 200;

/** Whoever reads from the table what feeds have missed. */
interface MissedEvents {
  request(feeds: readonly VerificationFeed[]): void;
}

/** The events of one verification as this process hears of them, for all its readers. */
export class VerificationFeed implements SharedFeed, BusListener {
  readonly #app: Pick<App, 'sql' | 'bus'>;
  readonly #accountId: AccountId;
  readonly #verificationId: VerificationId;
  readonly #catchUp: MissedEvents;
  readonly #head: FeedHead;
  readonly #unsettledMessages = new Set<MessageId>();
  #endListeners: ((endedAt: Date) => void)[] = [];
  #status: VerificationStatus = 'pending';
  #state: 'opening' | 'open' | 'complete' | 'closed' = 'opening';
  #heardWhileOpening = false;
  #unsubscribe: Unsubscribe | undefined;
  /** Of the verification; known once it is open. */
  mode: Mode | undefined;
  /** Of the verification; undefined while it is pending. */
  endedAt: Date | undefined;

  constructor(
    app: Pick<App, 'sql' | 'bus'>,
    accountId: AccountId,
    verificationId: VerificationId,
    catchUp: MissedEvents,
  ) {
    this.#app = app;
    this.#accountId = accountId;
    this.#verificationId = verificationId;
    this.#catchUp = catchUp;
    this.#head = new FeedHead(beforeFirst(verificationId));
  }

  get position(): VerificationPosition {
    return this.#after(this.#head.at);
  }

  /** Neither being opened, nor complete, nor closed. */
  get live(): boolean {
    return this.#state === 'open';
  }

  get head(): Cursor {
    return this.#head.at;
  }

  get complete(): boolean {
    return this.#state === 'complete';
  }

  compare(a: Cursor, b: Cursor): number {
    return compareVersions(a, b);
  }

  readPage(after: Cursor): Promise<readonly PlacedEvent[]> {
    return readVerificationEvents(this.#app.sql, [this.#after(after)], PAGE);
  }

  attach(reader: EventReader): void {
    this.#head.attach(reader);
  }

  detach(reader: EventReader): void {
    this.#head.detach(reader);
  }

  async open(): Promise<void> {
    const { sql, bus } = this.#app;
    // First the bus, then the table: what happens between the two is in both.
    this.#unsubscribe = await bus.subscribe(verificationChannel(this.#accountId, this.#verificationId), this);
    if (this.#isClosed()) return this.#unsubscribe();
    const found = await readVerificationHead(sql, this.#accountId, this.#verificationId);
    if (!found) throw new VerificationNotFound();
    if (this.#isClosed()) return;
    this.#head.moveTo({ ...beforeFirst(this.#verificationId), version: found.version });
    for (const id of found.unsettledMessages) this.#unsettledMessages.add(id);
    this.#status = found.status;
    this.mode = found.mode;
    this.#state = 'open';
    if (found.settledAt) this.#end(found.settledAt);
    this.#settle();
    if (this.#heardWhileOpening) this.#catchUp.request([this]);
  }

  onMessage(payload: string): void {
    if (this.#state === 'opening') this.#heardWhileOpening = true;
    else if (this.#state === 'open' && !this.#applyAll(decodeEvents(payload))) this.#catchUp.request([this]);
  }

  onResync(): void {
    if (this.#state === 'opening') this.#heardWhileOpening = true;
    else if (this.#state === 'open') this.#catchUp.request([this]);
  }

  /** Takes an event that was read from the table; what is known already is passed over. */
  apply(event: EventEnvelope): void {
    if (this.#state !== 'open' || event.version !== this.#head.at.version + 1) return;
    const at = decodeCursor(event.cursor);
    if (!at) return;
    const { message, verification } = event;
    if (message && isSettled(message.status)) this.#unsettledMessages.delete(message.id);
    else if (message) this.#unsettledMessages.add(message.id);
    this.#status = verification.status;
    this.#head.giveOut({ at, event });
    if (this.#status !== 'pending' && !this.endedAt) this.#end(event.occurredAt);
    this.#settle();
  }

  /** Calls back once when the verification has ended, whatever may still happen to its messages. @returns how to stop */
  onEnded(listener: (endedAt: Date) => void): () => void {
    if (this.endedAt) listener(this.endedAt);
    else this.#endListeners.push(listener);
    return () => (this.#endListeners = this.#endListeners.filter((one) => one !== listener));
  }

  close(): void {
    this.#state = 'closed';
    this.#endListeners = [];
    this.#unsubscribe?.();
  }

  /** @returns whether they followed what is known */
  #applyAll(events: readonly EventEnvelope[] | undefined): boolean {
    if (!events) return false;
    for (const event of events) {
      if (event.version > this.#head.at.version + 1) return false;
      this.apply(event);
    }
    return true;
  }

  #end(at: Date): void {
    this.endedAt = at;
    const listeners = this.#endListeners;
    this.#endListeners = [];
    for (const listener of listeners) listener(at);
  }

  #settle(): void {
    if (this.#isClosed() || this.#status === 'pending' || this.#unsettledMessages.size > 0) return;
    this.#state = 'complete';
    this.#unsubscribe?.();
    this.#head.wakeReaders();
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }

  #after({ version }: Cursor): VerificationPosition {
    return { accountId: this.#accountId, verificationId: this.#verificationId, version };
  }
}

/** Before a verification's first event. */
export function beforeFirst(verificationId: VerificationId): Cursor {
  return { transaction: '0', verificationId, version: 0 };
}
