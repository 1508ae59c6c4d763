import { pause, waitMs } from './backoff.ts';
import { OtpostError, RateLimitedError, UnreachableError } from './errors.ts';
import { WatchDocument, type WatchSubscription } from './generated/graphql.ts';
import type { Transport } from './transport.ts';

/** Something that happened to a verification; `type` says what. */
export type VerificationEvent = Renamed<WatchSubscription['event']>;
type Renamed<Event> = Event extends { __typename: infer Type }
  ? Omit<Event, '__typename'> & { type: Type }
  : never;

export interface WatchOptions {
  /** Go on behind this event; without it everything comes from the first one on. */
  after?: string | undefined;
  /** Ends the watching with its reason. */
  signal?: AbortSignal | undefined;
  /** Told before it waits to come back: for a page that says so. */
  onReconnect?: ((error: OtpostError, waitMs: number) => void) | undefined;
}

/**
 * Everything that happens to a verification, each thing once and in its order, until nothing more can happen.
 * Whatever breaks on the way is waited for and resumed behind the last event, however long it takes.
 * @throws {OtpostError} what waiting does not mend: the credential is over, the verification is not there
 */
export async function* watch(
  transport: Transport,
  verificationId: string,
  { after, signal, onReconnect }: WatchOptions = {},
): AsyncGenerator<VerificationEvent, void, void> {
  let cursor = after;
  let failures = 0;
  for (;;) {
    const stream = transport.stream(WatchDocument, { verificationId, after: cursor ?? null }, signal);
    try {
      for await (const { event } of stream) {
        failures = 0;
        cursor = event.cursor;
        const { __typename: type, ...rest } = event;
        yield { ...rest, type } as VerificationEvent;
      }
      return;
    } catch (error) {
      if (!isPassing(error)) throw error;
      failures += 1;
      const asked = error instanceof RateLimitedError ? error.retryAfterSeconds * 1_000 : 0;
      const wait = asked + waitMs(failures, Math.random());
      onReconnect?.(error, wait);
      await pause(wait, signal);
    }
  }
}

/** A reader that was too slow, a server that restarted, a line that was cut: the same again will do. */
function isPassing(error: unknown): error is OtpostError {
  return (
    error instanceof UnreachableError ||
    error instanceof RateLimitedError ||
    (error instanceof OtpostError && error.code === 'stream/too_slow')
  );
}
