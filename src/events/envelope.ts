import type { MessageRow } from '../messages/table.ts';
import type { AnsweredVerification } from '../verifications/number-of.ts';
import type { EventType } from './catalog.ts';

/** An event as a subscriber gets it: with the verification and the message as they were after it. */
export interface EventEnvelope {
  type: EventType;
  version: number;
  /** Opaque to clients; given back as `after` it resumes either stream behind this event. */
  cursor: string;
  occurredAt: Date;
  /** With its number, when the event was read from the table. */
  verification: AnsweredVerification;
  /** Present for the `Message…` events. */
  message: MessageRow | undefined;
}
