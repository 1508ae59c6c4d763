import { z } from '@hono/zod-openapi';
import type { Principal } from '../../accounts/principal.ts';
import type { Shown } from '../../audit/note-reads.ts';
import { EVENT_TYPES } from '../../events/catalog.ts';
import type { EventEnvelope } from '../../events/envelope.ts';
import type { App } from '../../platform.ts';
import { idOf, moment } from './parts.ts';
import { Verification, verificationShape } from './verification-shape.ts';

/** The message of an event: as it was then, without its attempts. */
const EventMessage = z.object({
  id: idOf('msg', 'The message'),
  status: z.string().openapi({ description: 'Where it stood.' }),
  sender: z.string().nullable().openapi({ description: 'Who it came from.' }),
  segments: z.int().nullable().openapi({ description: 'How many SMS it took.' }),
});

export const Event = z
  .object({
    cursor: z
      .string()
      .openapi({ description: 'The `id` of the event in the stream: `Last-Event-ID` resumes behind it.' }),
    type: z.enum(EVENT_TYPES).openapi({ description: 'What happened; also the `event` in the stream.' }),
    version: z
      .int()
      .openapi({ description: 'Its number among the events of its verification, without a hole.' }),
    occurredAt: moment('When it happened.'),
    verification: Verification.openapi({ description: 'As it was right after.' }),
    message: EventMessage.nullable().openapi({
      description: 'As it was right after; null where it is about none.',
    }),
  })
  .openapi('Event', { description: 'Something that happened to a verification or one of its messages.' });

/** @param collected see `noteRead` */
export async function eventShape(
  app: App,
  who: Principal,
  event: EventEnvelope,
  collected?: Shown[],
): Promise<z.output<typeof Event>> {
  const { cursor, type, version, occurredAt, verification, message } = event;
  return {
    ...{ cursor, type, version, occurredAt },
    verification: await verificationShape(app, who, verification, collected),
    message: message
      ? { id: message.id, status: message.status, sender: message.sender, segments: message.segments }
      : null,
  };
}
