import type { OtpostError } from './errors.ts';
import type { MessageStatus, VerificationStatus } from './generated/graphql.ts';
import type { VerificationEvent } from './watch.ts';

/** What a page shows of a verification. */
export interface Standing {
  /** Undefined until the first event has come. */
  status: VerificationStatus | undefined;
  /** Of the message on its way, or the last one. */
  message: MessageStatus | undefined;
  checksLeft: number | undefined;
  sendsLeft: number | undefined;
  nextSendAt: Date | undefined;
  expiresAt: Date | undefined;
  /** In the order in which they happened. */
  events: readonly VerificationEvent[];
  /** `lost` while it waits to come back; `ended` when nothing more can happen. */
  line: 'connecting' | 'live' | 'lost' | 'ended' | 'failed';
  /** Why the line is lost or has failed. */
  error: OtpostError | undefined;
}

export const UNKNOWN: Standing = {
  status: undefined,
  message: undefined,
  checksLeft: undefined,
  sendsLeft: undefined,
  nextSendAt: undefined,
  expiresAt: undefined,
  events: [],
  line: 'connecting',
  error: undefined,
};

/** What is known after one more event. */
export function withEvent(standing: Standing, event: VerificationEvent): Standing {
  const { verification: v } = event;
  return {
    status: v.status,
    message: 'message' in event ? event.message.status : standing.message,
    checksLeft: v.checksLeft,
    sendsLeft: v.sendsLeft,
    nextSendAt: dateOf(v.nextSendAt),
    expiresAt: dateOf(v.expiresAt),
    events: [...standing.events, event],
    line: 'live',
    error: undefined,
  };
}

function dateOf(text: string | null): Date | undefined {
  return text === null ? undefined : new Date(text);
}
