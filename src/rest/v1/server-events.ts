import { z } from '@hono/zod-openapi';
import { streamSSE } from 'hono/streaming';
import type { Principal } from '../../accounts/principal.ts';
import { DomainError } from '../../errors.ts';
import type { App } from '../../platform.ts';
import type { ConnectionSeats } from '../../rates/seats.ts';
import { noteUnexpected, unexpectedMessage } from '../../unexpected.ts';
import type { RestContext } from './endpoint.ts';
import { problem, problemOf } from './problem.ts';

// Below the idle time of the usual proxies (60 s), and so that a reader who is gone is noticed.
const BEAT_MS = 15_000;
const RETRY_MS = 1_000;

/** How a reader says what it has seen. */
export const Resume = z.object({
  'last-event-id': z.string().optional().openapi({
    description:
      'The `id` of the last event that was seen; browsers send it by themselves when they reconnect.',
  }),
});
export const ResumeQuery = z.object({
  after: z.string().optional().openapi({ description: 'The same, for those who cannot set headers.' }),
});

/** Behind which event to go on. One that is empty is none: a reader has seen nothing yet. */
export function placeOf(
  { 'last-event-id': last }: z.output<typeof Resume>,
  { after }: z.output<typeof ResumeQuery>,
): string | undefined {
  return [last, after].find((place) => place !== undefined && place !== '');
}

/** One event on the wire. */
export interface ServerEvent {
  /** The cursor behind it. */
  id: string;
  event: string;
  data: string;
}

/** Who watches, and where the places of streams are; absent: as many as come. */
export interface Watching {
  app: App;
  context: RestContext;
  who: Principal;
  seats: ConnectionSeats | undefined;
}

/**
 * Answers with a stream of events, until it ends.
 * @param open has not been done when there is no place for it
 * @param toEvent what each value looks like to this caller
 * @throws {TooManyConnections} and what `open` throws
 */
export async function sendEvents<T>(
  { app, context, who, seats }: Watching,
  open: () => Promise<AsyncIterableIterator<T, undefined>>,
  toEvent: (value: T) => ServerEvent | Promise<ServerEvent>,
): Promise<Response> {
  const leave = seats?.ofStream(who) ?? (() => {});
  let events: AsyncIterableIterator<T, undefined>;
  try {
    events = await open();
  } catch (error) {
    leave();
    throw error;
  }
  context.header('x-accel-buffering', 'no');
  const response = streamSSE(context, async (stream) => {
    stream.onAbort(() => void events.return?.());
    await stream.write(`retry: ${RETRY_MS}\n\n`);
    const beat = setInterval(() => void stream.write(': still here\n\n'), BEAT_MS);
    try {
      // Waits for the reader: one that is too slow is ended by the stream itself.
      for await (const value of events) await stream.writeSSE(await toEvent(value));
      await stream.writeSSE({ event: 'end', data: '{}' });
    } catch (error) {
      await stream.writeSSE({ event: 'problem', data: JSON.stringify(told(app, error)) });
    } finally {
      clearInterval(beat);
      leave();
    }
  });
  // `streamSSE` would let it be kept, if it is asked about each time.
  response.headers.set('cache-control', 'no-store');
  return response;
}

function told(app: App, error: unknown) {
  if (error instanceof DomainError) return problemOf(app, error);
  const id = noteUnexpected(app.log, error, 'events');
  return problem(app, 'internal/unexpected', unexpectedMessage(id), { id });
}
