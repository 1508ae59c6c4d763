import { pause, waitMs } from './backoff.ts';
import { OtpostError, RateLimitedError, UnreachableError } from './errors.ts';

export interface ResumeOptions {
  /** Go on behind this event. */
  after?: string | undefined;
  /** Ends the watching with its reason. */
  signal?: AbortSignal | undefined;
  /** Told before it waits to come back: for a page that says so. */
  onReconnect?: ((error: OtpostError, waitMs: number) => void) | undefined;
}

/**
 * A stream of events that outlives its connections: whatever breaks on the way is waited for and resumed behind the
 * last event, however long it takes, so that each comes once.
 * @param open the stream behind a cursor, or from where it begins
 * @throws {OtpostError} what waiting does not mend
 */
export async function* resuming<Event extends { cursor: string }>(
  open: (after: string | null) => AsyncIterable<Event>,
  { after, signal, onReconnect }: ResumeOptions,
): AsyncGenerator<Event, void, void> {
  let cursor = after ?? null;
  let failures = 0;
  for (;;) {
    try {
      for await (const event of open(cursor)) {
        failures = 0;
        cursor = event.cursor;
        yield event;
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
    (error instanceof OtpostError && ['stream/too_slow', 'socket/too_many'].includes(error.code))
  );
}
