import fc from 'fast-check';
import type { Cursor } from '../../src/events/cursor.ts';
import { EVENT_TYPES } from '../../src/events/catalog.ts';
import type { EventEnvelope } from '../../src/events/envelope.ts';
import type { Id, IdPrefix } from '../../src/ids.ts';
import type { MessageRow } from '../../src/messages/table.ts';
import type { StoredDecision } from '../../src/routing/decision.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';

const hex32 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((b) => Buffer.from(b).toString('hex'));
const id = <Prefix extends IdPrefix>(prefix: Prefix): fc.Arbitrary<Id<Prefix>> =>
  hex32.map((digits): Id<Prefix> => `${prefix}_${digits}`);
// Plain objects, as everywhere in the program.
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record<T>(model, { noNullPrototype: true });
const date = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') });
const buffer = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));
const smallint = fc.nat(32_767);
const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

export const cursors: fc.Arbitrary<Cursor> = record({
  transaction: fc.bigInt(0n, 2n ** 64n - 1n).map(String),
  verificationId: id('vrf'),
  version: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
});

export const verificationRows: fc.Arbitrary<VerificationRow> = record({
  accountId: id('acc'),
  id: id('vrf'),
  serviceId: id('svc'),
  mode: fc.constantFrom('live', 'test'),
  country: fc.constantFrom('HR', 'DE'),
  channel: fc.constantFrom('sms', 'inbound_sms'),
  locale: fc.string(),
  status: fc.constantFrom('pending', 'approved', 'canceled', 'expired', 'max_checks_reached', 'failed'),
  failureReason: nullable(fc.constantFrom('undeliverable', 'no_route', 'blocked')),
  codeNonce: buffer,
  codeKeyId: fc.string(),
  codeLength: smallint,
  codeAlphabet: fc.constantFrom('digits', 'unambiguous'),
  checksUsed: smallint,
  maxChecks: smallint,
  sendsLeft: smallint,
  nextSendAt: nullable(date),
  version: fc.nat(),
  createdAt: date,
  expiresAt: date,
  settledAt: nullable(date),
});

export const messageRows: fc.Arbitrary<MessageRow> = record({
  accountId: id('acc'),
  id: id('msg'),
  verificationId: id('vrf'),
  mode: fc.constantFrom('live', 'test'),
  status: fc.constantFrom('queued', 'sent', 'delivered', 'undelivered', 'failed', 'expired'),
  sender: nullable(fc.string({ unit: 'grapheme' })),
  segments: nullable(smallint),
  attemptsSpent: smallint,
  dueAt: nullable(date),
  queuedAt: date,
  sentAt: nullable(date),
  deliveredAt: nullable(date),
  settledAt: nullable(date),
  failureReason: nullable(fc.string({ unit: 'grapheme' })),
  failureDecision: nullable(
    fc.constant<StoredDecision>({ factors: [], ranked: [], excluded: [['does not serve HR', 'AAAA']] }),
  ),
  pinnedRouteId: nullable(id('rte')),
});

export const envelopes: fc.Arbitrary<EventEnvelope> = record({
  type: fc.constantFrom(...EVENT_TYPES),
  version: fc.nat(),
  cursor: fc.string(),
  occurredAt: date,
  verification: verificationRows,
  message: fc.option(messageRows, { nil: undefined }),
});
