import { describe, expect, test } from 'vitest';
import { asOf } from '../../src/events/as-of.ts';
import type { EventRow } from '../../src/events/table.ts';
import type { MessageRow } from '../../src/messages/table.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const ACCOUNT = `acc_${'1'.repeat(32)}` as const;
const VERIFICATION = `vrf_${'2'.repeat(32)}` as const;
const MESSAGE = `msg_${'3'.repeat(32)}` as const;

/** As the table has it at the end of its story. */
const verification: VerificationRow = {
  accountId: ACCOUNT,
  id: VERIFICATION,
  serviceId: `svc_${'4'.repeat(32)}`,
  mode: 'live',
  country: 'HR',
  channel: 'inbound_sms',
  locale: 'hr',
  status: 'failed',
  failureReason: 'undeliverable',
  codeNonce: Buffer.alloc(16),
  codeKeyId: 'k1',
  codeLength: 6,
  codeAlphabet: 'digits',
  checksUsed: 3,
  maxChecks: 5,
  sendsLeft: 2,
  nextSendAt: at(90),
  version: 9,
  createdAt: at(0),
  expiresAt: at(600),
  settledAt: at(50),
};
const message: MessageRow = {
  accountId: ACCOUNT,
  id: MESSAGE,
  verificationId: VERIFICATION,
  mode: 'live',
  status: 'delivered',
  sender: 'Otpost',
  segments: 1,
  attemptsSpent: 1,
  dueAt: null,
  queuedAt: at(0),
  sentAt: at(10),
  deliveredAt: at(10),
  settledAt: at(10),
  failureReason: null,
  failureDecision: null,
  pinnedRouteId: null,
};
const event: EventRow = {
  accountId: ACCOUNT,
  verificationId: VERIFICATION,
  version: 3,
  type: 'MessageSent',
  occurredAt: at(10),
  transaction: '7',
  verificationStatus: 'pending',
  checksLeft: 4,
  sendsLeft: 4,
  nextSendAt: at(30),
  channel: null,
  messageId: MESSAGE,
  messageStatus: 'sent',
};

describe('the state as of an event', () => {
  test('is the verification that the event saw, not the one of today', () => {
    expect(asOf(event, verification, message).verification).toEqual({
      ...verification,
      channel: 'sms',
      status: 'pending',
      failureReason: null,
      checksUsed: 1,
      sendsLeft: 4,
      nextSendAt: at(30),
      version: 3,
      settledAt: null,
    });
  });

  test('has the end of a verification only once it has ended', () => {
    const last: EventRow = {
      ...event,
      version: 9,
      verificationStatus: 'failed',
      checksLeft: 2,
      sendsLeft: 2,
      nextSendAt: at(90),
      channel: 'inbound_sms',
    };
    expect(asOf(last, verification, undefined)).toEqual({ verification, message: undefined });
  });

  test('has no reason of failure for another end', () => {
    const { verification: approved } = asOf(
      { ...event, verificationStatus: 'approved' },
      verification,
      undefined,
    );
    expect(approved).toMatchObject({ status: 'approved', failureReason: null, settledAt: at(50) });
  });

  test.each([
    ['queued', { sentAt: null, deliveredAt: null, settledAt: null }],
    // Sent and delivered in one transaction have one time: the status tells them apart.
    ['sent', { sentAt: at(10), deliveredAt: null, settledAt: null }],
    ['delivered', { sentAt: at(10), deliveredAt: at(10), settledAt: at(10) }],
    ['undelivered', { sentAt: at(10), deliveredAt: null, settledAt: at(10) }],
    ['failed', { sentAt: at(10), deliveredAt: null, settledAt: at(10) }],
    ['expired', { sentAt: at(10), deliveredAt: null, settledAt: at(10) }],
  ] as const)('has of a message that was %s only the moments that had come', (messageStatus, moments) => {
    const state = asOf({ ...event, messageStatus }, verification, message);
    expect(state.message).toEqual({ ...message, status: messageStatus, ...moments });
  });

  test('has no message when the event is not about one', () => {
    expect(
      asOf({ ...event, messageId: null, messageStatus: null }, verification, undefined).message,
    ).toBeUndefined();
  });

  test('leaves the rows it was given as they are', () => {
    const given = {
      event: Object.freeze(event),
      verification: Object.freeze(verification),
      message: Object.freeze(message),
    };
    expect(() => asOf(given.event, given.verification, given.message)).not.toThrow();
  });
});
