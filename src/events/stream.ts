import { onCredentialEnd } from '../accounts/credential-end.ts';
import { refuseEnded } from '../accounts/client-token.ts';
import { CredentialInvalid, Forbidden } from '../accounts/errors.ts';
import { modeOf, type Principal } from '../accounts/principal.ts';
import type { VerificationId } from '../ids.ts';
import type { App } from '../platform.ts';
import { VerificationNotFound } from '../verifications/errors.ts';
import { decodeCursor, encodeCursor, firstOfTransaction, type Cursor } from './cursor.ts';
import type { EventEnvelope } from './envelope.ts';
import { InvalidCursor } from './errors.ts';
import { createEventHub } from './hub.ts';
import { readHorizon } from './queries.ts';
import type { EventReader } from './reader.ts';

export interface VerificationEventsInput {
  verificationId: VerificationId;
  /** The cursor of the last event that was seen; the first event comes first without it. */
  after?: string | undefined;
}

export interface AccountEventsInput {
  /** The cursor of the last event that was seen; without it the stream begins now. */
  after?: string | undefined;
}

export type EventStream = AsyncIterableIterator<EventEnvelope, undefined>;

/**
 * The events of one verification and its messages: those that were, then live, each once and in
 * order. Completes behind the last event that can come: when the verification has ended and all its
 * messages are settled. The stream fails with
 * {@link CredentialInvalid} when the caller's credential ends (that of a frontend: with its verification), and with `StreamTooSlow` when more
 * than 1,000 events wait to be read; both resume with `after`.
 * @throws {VerificationNotFound | InvalidCursor | Forbidden | CredentialInvalid}
 */
export async function verificationEvents(
  app: App,
  who: Principal,
  { verificationId, after }: VerificationEventsInput,
): Promise<EventStream> {
  if (who.kind === 'clientToken' && who.verificationId !== verificationId) throw new Forbidden();
  const cursor = readCursor(after);
  const hub = app.single(createEventHub);
  const reader = await hub.openVerification(who.accountId, verificationId, cursor, ({ mode, endedAt }) => {
    refuseEnded(who, endedAt, app.clock());
    // A frontend sees the one that its token is for, whichever that is.
    if (who.kind !== 'clientToken' && mode !== modeOf(who)) throw new VerificationNotFound();
  });
  return endWithCredential(app, who, reader);
}

/**
 * The events of all verifications of the account that the caller sees, each once, in the order of their cursors: that of
 * their transactions, so the same for every subscriber. Does not complete; fails as
 * {@link verificationEvents} does. An event comes when no transaction older than its own is running
 * any more in the database.
 * @throws {InvalidCursor | Forbidden}
 */
export async function accountEvents(
  app: App,
  who: Principal,
  { after }: AccountEventsInput = {},
): Promise<EventStream> {
  if (who.kind === 'clientToken') throw new Forbidden();
  const cursor = readCursor(after);
  const audience = { accountId: who.accountId, mode: modeOf(who) };
  return endWithCredential(app, who, await app.single(createEventHub).openAccount(audience, cursor));
}

/**
 * The place in the account's events that is now: {@link accountEvents} behind it tells of everything that is committed
 * from now on, however late it begins, and perhaps of some that was committed in the last moments.
 * @throws {Forbidden}
 */
export async function accountEventsCursor(app: App, who: Principal): Promise<string> {
  if (who.kind === 'clientToken') throw new Forbidden();
  return encodeCursor(firstOfTransaction(await readHorizon(app.sql)));
}

function readCursor(after: string | undefined): Cursor | undefined {
  if (after === undefined) return undefined;
  const cursor = decodeCursor(after);
  if (!cursor) throw new InvalidCursor();
  return cursor;
}

function endWithCredential(app: App, who: Principal, reader: EventReader): EventStream {
  const reason = who.kind === 'clientToken' ? 'expired' : 'unknown';
  reader.onEnd(onCredentialEnd(app, who, () => reader.fail(new CredentialInvalid(reason))));
  return reader;
}
