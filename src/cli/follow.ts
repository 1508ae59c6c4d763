import { AccountEventsCursorDocument } from '../graphql/generated/graphql.ts';
import { resuming } from '../sdk/resume.ts';
import { tellOfReconnect, type Session } from './connect.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { Interrupted } from './interrupts.ts';

export interface FollowOptions {
  /** The cursor of the last event that was seen; from now on without it. */
  after?: string | undefined;
  /** Ends after so many. */
  count?: number | undefined;
}

export interface Following<Event> {
  /** Told where it begins: whatever happens from then on will come. */
  begin(after: string): void;
  /** The stream behind a cursor. */
  open(after: string | null, signal: AbortSignal): AsyncIterable<Event>;
  /** @returns whether it counts */
  take(event: Event): boolean | Promise<boolean>;
}

/**
 * Takes the account's events one after the other, over whatever breaks, until Ctrl-C. The next is not read before the
 * last is taken.
 * @throws {OtpostError}
 */
export async function followAccount<Event extends { cursor: string }>(
  session: Session,
  { after, count = Infinity }: FollowOptions,
  { begin, open, take }: Following<Event>,
): Promise<ExitCode> {
  const { transport, interrupts, output } = session;
  const { signal } = interrupts;
  let last = after;
  let left = count;
  try {
    // A place, so that nothing is missed either when the line breaks before the first event.
    last ??= (await transport.ask(AccountEventsCursorDocument, {}, signal)).accountEventsCursor;
    begin(last);
    const events = resuming((place) => open(place, signal), {
      after: last,
      signal,
      onReconnect: tellOfReconnect(session),
    });
    for await (const event of events) {
      if (await take(event)) left -= 1;
      signal.throwIfAborted();
      last = event.cursor;
      if (left <= 0) return EXIT.ok;
    }
    return EXIT.ok;
  } catch (error) {
    // That is how it ends.
    if (!(error instanceof Interrupted)) throw error;
    if (last !== undefined) output.note(`To go on where this stopped: --after ${last}`);
    return EXIT.ok;
  }
}
