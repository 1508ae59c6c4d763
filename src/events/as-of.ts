import { timeOfId } from '../ids.ts';
import { isSettled } from '../messages/message.ts';
import type { MessageRow } from '../messages/table.ts';
import type { AnsweredVerification } from '../verifications/number-of.ts';
import type { EventRow } from './table.ts';

/** The state after an event, from rows that may have moved on since. */
export function asOf(
  event: EventRow,
  verification: AnsweredVerification,
  message: MessageRow | undefined,
): { verification: AnsweredVerification; message: MessageRow | undefined } {
  return {
    verification: verificationAsOf(event, verification),
    message: message && event.messageStatus ? messageAsOf(message, event.messageStatus) : undefined,
  };
}

function verificationAsOf(event: EventRow, row: AnsweredVerification): AnsweredVerification {
  const status = event.verificationStatus;
  return {
    ...row,
    channel: event.channel ?? 'sms',
    status,
    failureReason: status === 'failed' ? row.failureReason : null,
    checksUsed: row.maxChecks - event.checksLeft,
    sendsLeft: event.sendsLeft,
    nextSendAt: event.nextSendAt,
    version: event.version,
    settledAt: status === 'pending' ? null : row.settledAt,
  };
}

// A status tells which of the moments had come; comparing times would not, as one transaction can
// both send and deliver a message. Each is written once, and an end is final.
function messageAsOf(row: MessageRow, status: MessageRow['status']): MessageRow {
  return {
    ...row,
    status,
    sentAt: status === 'queued' ? null : row.sentAt,
    deliveredAt: status === 'delivered' ? row.deliveredAt : null,
    settledAt: isSettled(status) ? row.settledAt : null,
    failureReason: isSettled(status) ? row.failureReason : null,
    failureDecision: isSettled(status) ? row.failureDecision : null,
  };
}

/** What an event tells of a message that is not kept any more. */
export function goneMessage(event: EventRow, verification: AnsweredVerification): MessageRow | undefined {
  const { accountId, messageId: id, verificationId, messageStatus } = event;
  if (!id || !messageStatus) return undefined;
  return {
    ...{ accountId, id, verificationId, mode: verification.mode, status: messageStatus },
    ...{ sender: null, segments: null, attemptsSpent: 0, dueAt: null },
    ...{ queuedAt: new Date(timeOfId(id)), sentAt: null, deliveredAt: null, settledAt: null },
    ...{ failureReason: null, failureDecision: null, pinnedRouteId: null },
  };
}
