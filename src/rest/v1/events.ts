import { z } from '@hono/zod-openapi';
import { streamSSE } from 'hono/streaming';
import type { Principal } from '../../accounts/principal.ts';
import type { Shown } from '../../audit/note-reads.ts';
import { streamReadsOf } from '../../audit/stream-reads.ts';
import { DomainError } from '../../errors.ts';
import { accountEvents, verificationEvents, type EventStream } from '../../events/stream.ts';
import type { App } from '../../platform.ts';
import type { ConnectionSeats } from '../../rates/seats.ts';
import { noteUnexpected, unexpectedMessage } from '../../unexpected.ts';
import { VerificationNotFound } from '../../verifications/errors.ts';
import { addEndpoint, type Gate, type RestApi, type RestContext } from './endpoint.ts';
import { Event, eventShape } from './event-shape.ts';
import { idParams, readIdParam } from './parts.ts';
import { problem, problemOf } from './problem.ts';

const TAG = 'Events';
// Below the idle time of the usual proxies (60 s), and so that a reader who is gone is noticed.
const BEAT_MS = 15_000;
const RETRY_MS = 1_000;

const Resume = z.object({
  'last-event-id': z.string().optional().openapi({
    description:
      'The `id` of the last event that was seen; browsers send it by themselves when they reconnect.',
  }),
});
const ResumeQuery = z.object({
  after: z.string().optional().openapi({ description: 'The same, for those who cannot set headers.' }),
});
const STREAM = {
  schema: Event,
  mediaType: 'text/event-stream',
  description:
    'Server-sent events: `id` is the cursor, `event` the type, `data` the JSON of an Event. A comment every 15 s.',
};

/** What happens, live: each event once and in order, also across reconnects. */
export function addEvents(api: RestApi, app: App, gate: Gate, seats: ConnectionSeats | undefined): void {
  /** @param open has not been done when there is no place for it */
  async function send(
    who: Principal,
    context: RestContext,
    open: () => Promise<EventStream>,
  ): Promise<Response> {
    const leave = seats?.ofStream(who) ?? (() => {});
    try {
      return stream(app, who, context, await open(), leave);
    } catch (error) {
      leave();
      throw error;
    }
  }

  addEndpoint(api, app, gate, {
    ...{ method: 'get', path: '/v1/verifications/{id}/events', name: 'watchVerification', tag: TAG },
    summary: 'Watch a verification',
    description:
      'Its events from the first one, or behind `Last-Event-ID`, and then live. Ends when nothing more can happen.',
    permission: 'verifications:read',
    openToClientToken: true,
    params: idParams('vrf', 'The verification'),
    headers: Resume,
    query: ResumeQuery,
    status: 200,
    answer: STREAM,
    errors: ['verification/not_found', 'input/cursor', 'socket/too_many'],
    async handle({ who, params, headers, query, context }) {
      const verificationId = readIdParam('vrf', params);
      if (!verificationId) throw new VerificationNotFound();
      const after = headers['last-event-id'] ?? query.after;
      return send(who, context, () => verificationEvents(app, who, { verificationId, after }));
    },
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'get', path: '/v1/events', name: 'watchAccount', tag: TAG },
    summary: 'Watch all verifications of the account',
    description: 'From now on, or behind `Last-Event-ID`.',
    permission: 'verifications:read',
    headers: Resume,
    query: ResumeQuery,
    status: 200,
    answer: STREAM,
    errors: ['input/cursor', 'socket/too_many'],
    async handle({ who, headers, query, context }) {
      const after = headers['last-event-id'] ?? query.after;
      return send(who, context, () => accountEvents(app, who, { after }));
    },
  });
}

function stream(
  app: App,
  who: Principal,
  context: RestContext,
  events: EventStream,
  leave: () => void,
): Response {
  const reads = streamReadsOf(app, who);
  context.header('cache-control', 'no-store');
  context.header('x-accel-buffering', 'no');
  return streamSSE(context, async (stream) => {
    stream.onAbort(() => void events.return?.());
    await stream.write(`retry: ${RETRY_MS}\n\n`);
    const beat = setInterval(() => void stream.write(': still here\n\n'), BEAT_MS);
    try {
      for await (const event of events) {
        const shown: Shown[] = [];
        const data = JSON.stringify(await eventShape(app, who, event, shown));
        await reads.add(shown);
        // Waits for the reader: one that is too slow is ended by the stream itself.
        await stream.writeSSE({ id: event.cursor, event: event.type, data });
      }
      await stream.writeSSE({ event: 'end', data: '{}' });
    } catch (error) {
      await stream.writeSSE({ event: 'problem', data: JSON.stringify(told(app, error)) });
    } finally {
      clearInterval(beat);
      leave();
    }
  });
}

function told(app: App, error: unknown) {
  if (error instanceof DomainError) return problemOf(error);
  const id = noteUnexpected(app.log, error, 'events');
  return problem('internal/unexpected', unexpectedMessage(id), { id });
}
