import type { Principal } from '../../accounts/principal.ts';
import type { Shown } from '../../audit/note-reads.ts';
import { streamReadsOf } from '../../audit/stream-reads.ts';
import { accountEvents, verificationEvents, type EventStream } from '../../events/stream.ts';
import type { App } from '../../platform.ts';
import type { ConnectionSeats } from '../../rates/seats.ts';
import { VerificationNotFound } from '../../verifications/errors.ts';
import { addEndpoint, type Gate, type RestApi, type RestContext } from './endpoint.ts';
import { Event, eventShape } from './event-shape.ts';
import { idParams, readIdParam } from './parts.ts';
import { placeOf, Resume, ResumeQuery, sendEvents } from './server-events.ts';

const TAG = 'Events';

const STREAM = {
  schema: Event,
  mediaType: 'text/event-stream',
  description:
    'Server-sent events: `id` is the cursor, `event` the type, `data` the JSON of an Event. A comment every 15 s.',
};

/** What happens, live: each event once and in order, also across reconnects. */
export function addEvents(api: RestApi, app: App, gate: Gate, seats: ConnectionSeats | undefined): void {
  const send = (who: Principal, context: RestContext, open: () => Promise<EventStream>) => {
    const reads = streamReadsOf(app, who);
    return sendEvents({ app, context, who, seats }, open, async (event) => {
      const shown: Shown[] = [];
      const data = JSON.stringify(await eventShape(app, who, event, shown));
      await reads.add(shown);
      return { id: event.cursor, event: event.type, data };
    });
  };

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
      const after = placeOf(headers, query);
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
      const after = placeOf(headers, query);
      return send(who, context, () => accountEvents(app, who, { after }));
    },
  });
}
