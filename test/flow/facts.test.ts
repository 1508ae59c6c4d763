import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import type { SubmitOutcome, SubmittedParts } from '../../src/carriers/carrier.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { idFromUuid, uuidOf, type CarrierId, type MessageId } from '../../src/ids.ts';
import { forgetOldParts } from '../../src/messages/attempt-parts.ts';
import { insertAttempts } from '../../src/messages/attempt-store.ts';
import { holdClaims } from '../../src/messages/claim.ts';
import { forgetOldReceipts, INBOX_HOURS, putIntoInbox } from '../../src/messages/inbox.ts';
import { LONE_RECEIPT_MS } from '../../src/messages/parts.ts';
import { startDispatcher } from '../../src/messages/dispatch.ts';
import { commitFacts, SETTLE_BATCH } from '../../src/messages/settle.ts';
import { settleInbox, settleLoneReceipts } from '../../src/messages/sweep-receipts.ts';
import type { AttemptRow } from '../../src/messages/table.ts';
import type { App } from '../../src/platform.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createCarriersByHand } from '../support/carriers-by-hand.ts';
import { createCarriers } from '../support/simulated-carriers.ts';
import { until } from '../support/until.ts';
import {
  attemptsOf,
  createClock,
  createNumbers,
  historyOf,
  messagesOf,
  start,
} from '../support/verifying.ts';

const clock = createClock();
const aNumber = createNumbers(4_000_000);
const DELIVERED = ['VerificationStarted', 'MessageQueued', 'MessageSent', 'MessageDelivered'];

// Two processes on one database, none of which dispatches: the tests are the workers and the carrier.
let one: TestApp;
let two: TestApp;
let app: TestApp['app'];
let other: TestApp['app'];

beforeAll(async () => {
  one = await createTestApp({ ROLES: 'simulator' }, { clock: clock.now });
  two = await createTestApp({ ROLES: 'simulator', DATABASE_URL: one.databaseUrl });
  [app, other] = [one.app, two.app];
});
afterAll(async () => {
  await two[Symbol.asyncDispose]();
  await one[Symbol.asyncDispose]();
});

/** A message that was claimed and is being submitted. */
async function onItsWay(over?: { who: Principal; carrierId: CarrierId; messageId?: MessageId }) {
  const who = over?.who ?? (await createTestAccount(app));
  const carrierId = over?.carrierId ?? (await createCarriers(app)(who, 'blackhole')).id;
  const v = await start(app, who, aNumber());
  const [message] = await messagesOf(app, v);
  const attempt: AttemptRow = {
    accountId: who.accountId,
    id: newId('att'),
    messageId: message!.id,
    verificationId: v.id,
    carrierId,
    routeId: idFromUuid('rte', randomUUID()),
    country: 'HR',
    operator: null,
    operatorConfidence: null,
    status: 'submitting',
    retry: null,
    isLate: false,
    carrierMessageId: null,
    errorCode: null,
    errorMessage: null,
    parts: null,
    partsDueAt: null,
    decision: { factors: [], ranked: [], excluded: [] },
    price: null,
    submittedAt: new Date(),
    answeredAt: null,
    settledAt: null,
  };
  if (over?.messageId) attempt.messageId = over.messageId;
  await insertAttempts(app.sql, [attempt]);
  const { accountId, verificationId, messageId, id: attemptId } = attempt;
  const carrierMessageId = randomUUID().slice(0, 8);
  const receipt = {
    ...{ accountId, carrierId, carrierMessageId },
    state: 'delivered',
    receivedAt: new Date(),
  } as const;
  const answer = (outcome: SubmitOutcome, by: App = app) =>
    by.batched(commitFacts, SETTLE_BATCH).add({
      kind: 'outcome',
      outcome,
      ...{ accountId, verificationId, messageId, attemptId, carrierId },
      sender: 'Test',
    });
  const lateAnswer = (outcome: SubmitOutcome) =>
    app.batched(commitFacts, SETTLE_BATCH).add({
      kind: 'lateAnswer',
      outcome,
      ...{ accountId, verificationId, messageId, attemptId, carrierId },
      sender: 'Test',
    });
  return {
    v,
    by: { who, carrierId },
    ids: { attemptId, messageId, verificationId },
    receipt,
    answer,
    lateAnswer,
    lateAccept: () => lateAnswer({ kind: 'accepted', carrierMessageId, segments: 1 }),
    accept: () => answer({ kind: 'accepted', carrierMessageId, segments: 1 }),
    /** Takes it in three segments. */
    acceptParts: (receipts: SubmittedParts['receipts']) =>
      answer({
        kind: 'accepted',
        carrierMessageId,
        segments: 3,
        parts: { others: [`${carrierMessageId}-2`, `${carrierMessageId}-3`], receipts },
      }),
    reportPart: (part: number, state: 'delivered' | 'undelivered', by: App = app) =>
      by.batched(commitFacts, SETTLE_BATCH).add({
        kind: 'receipt',
        ...receipt,
        carrierMessageId: part === 1 ? carrierMessageId : `${carrierMessageId}-${part}`,
        state,
      }),
    report: (state: 'delivered' | 'undelivered', by: App = app) =>
      by.batched(commitFacts, SETTLE_BATCH).add({ kind: 'receipt', ...receipt, state }),
    /** Another worker finds the lease over and takes the message. @returns the end of its lease */
    async takeOver(): Promise<Date> {
      const until = new Date(Date.now() + 5_000);
      await app.sql`UPDATE messages SET due_at = ${until} WHERE verification_id = ${uuidOf(v.id)}`;
      const held = await holdClaims(app.sql, [{ accountId, messageId, verificationId, until }]);
      return held.get(messageId)!;
    },
    async waiting(): Promise<number> {
      const [row] = await app.sql<{ count: number }[]>`
        SELECT count(*)::int AS count FROM receipt_inbox WHERE carrier_message_id = ${carrierMessageId}`;
      return row!.count;
    },
  };
}

describe('an answer', () => {
  test.each<SubmitOutcome>([
    { kind: 'unavailable', reason: 'link lost' },
    { kind: 'throttled', retryAfterMs: 100 },
    { kind: 'rejected', error: { code: '0x45', message: 'submit failed' }, retry: 'elsewhere' },
  ])(
    'of $kind, after its worker was given up, leaves the message to the worker that has it now',
    async (outcome) => {
      const message = await onItsWay();
      const lease = await message.takeOver();
      await message.answer(outcome);
      expect(await messagesOf(app, message.v)).toMatchObject([
        { status: 'queued', attemptsSpent: 0, dueAt: lease },
      ]);
      expect(await attemptsOf(app, message.v)).toMatchObject([{ status: 'rejected' }]);
    },
  );

  test.each([
    ['is waited for', undefined, 30_000],
    ['is not, where the carrier was asked for none', 'none', 600_000],
  ] as const)('that it was accepted says how long its receipt %s', async (_what, receipt, waitMs) => {
    const message = await onItsWay();
    const taken = { kind: 'accepted', carrierMessageId: randomUUID(), segments: 1 } as const;
    await message.answer(receipt ? { ...taken, receipt } : taken);
    const [row] = await messagesOf(app, message.v);
    const left = row!.dueAt!.getTime() - clock.now();
    expect(left).toBeLessThanOrEqual(waitMs);
    expect(left).toBeGreaterThan(waitMs - 20_000);
  });

  test('that it was accepted counts, however late it comes', async () => {
    const message = await onItsWay();
    await message.takeOver();
    await message.accept();
    expect(await historyOf(app, message.v)).toContain('MessageSent');
    expect(await attemptsOf(app, message.v)).toMatchObject([{ status: 'submitted' }]);
  });
});

describe('when the carrier answered', () => {
  const answeredAt = async ({ v }: Awaited<ReturnType<typeof onItsWay>>) => {
    const [row] = await app.sql<{ at: Date | null }[]>`
      SELECT answered_at AS at FROM attempts WHERE verification_id = ${uuidOf(v.id)}`;
    return row!.at;
  };

  test.each<SubmitOutcome>([
    { kind: 'unknown', reason: 'no answer' },
    { kind: 'unavailable', reason: 'link lost' },
  ])('is not known of what it never answered: $kind', async (outcome) => {
    const message = await onItsWay();
    await message.answer(outcome);
    expect(await answeredAt(message)).toBeNull();
  });

  test('is when the late answer came, and does not change when that is committed again', async () => {
    const message = await onItsWay();
    await message.answer({ kind: 'unknown', reason: 'no answer' });
    clock.advance(1_000);
    const from = clock.now();
    await message.lateAccept();
    const at = await answeredAt(message);
    expect(at!.getTime()).toBeGreaterThanOrEqual(from);
    clock.advance(1_000);
    await message.lateAccept();
    expect(await answeredAt(message)).toEqual(at);
  });
});

describe('an answer behind its deadline', () => {
  const UNKNOWN: SubmitOutcome = { kind: 'unknown', reason: 'no answer' };
  const REFUSED: SubmitOutcome = { kind: 'rejected', error: { code: '0x45', message: 'no' }, retry: 'never' };

  test('that it was accepted matches the receipt that waits in the inbox, and counts no second attempt', async () => {
    const message = await onItsWay();
    await message.answer(UNKNOWN);
    await message.report('delivered');
    expect(await message.waiting()).toBe(1);
    await message.lateAccept();
    expect(await historyOf(app, message.v)).toEqual(DELIVERED);
    expect(await attemptsOf(app, message.v)).toEqual([
      { carrier: 'blackhole', status: 'delivered', errorCode: null },
    ]);
    expect(await messagesOf(app, message.v)).toMatchObject([
      { status: 'delivered', attemptsSpent: 1, sender: 'Test', segments: 1 },
    ]);
    expect(await message.waiting()).toBe(0);
  });

  test('that it was refused is the end of its attempt, and leaves the message to its schedule', async () => {
    const message = await onItsWay();
    await message.answer(UNKNOWN);
    const before = await messagesOf(app, message.v);
    await message.lateAnswer(REFUSED);
    expect(await messagesOf(app, message.v)).toEqual(before);
    expect(await attemptsOf(app, message.v)).toMatchObject([{ status: 'rejected', errorCode: '0x45' }]);
  });

  test('that is committed before the news of the deadline wins over it', async () => {
    const message = await onItsWay();
    await message.lateAccept();
    await message.answer(UNKNOWN);
    expect(await attemptsOf(app, message.v)).toMatchObject([{ status: 'submitted', errorCode: null }]);
    expect(await messagesOf(app, message.v)).toMatchObject([{ status: 'sent' }]);
  });
});

describe('a receipt', () => {
  test('that another process hears before the answer is committed waits, and settles the message with it', async () => {
    const message = await onItsWay();
    await message.report('delivered', other);
    expect(await message.waiting()).toBe(1);
    await message.accept();
    expect(await historyOf(app, message.v)).toEqual(DELIVERED);
    expect(await message.waiting()).toBe(0);
  });

  test('that another process hears after the answer is committed settles the message at once', async () => {
    const message = await onItsWay();
    await message.accept();
    await message.report('delivered', other);
    await message.report('delivered');
    expect(await historyOf(app, message.v)).toEqual(DELIVERED);
  });

  test('that two processes hear at the same moment, with the answer in a third batch, is one event', async () => {
    for (let i = 0; i < 10; i++) {
      const message = await onItsWay();
      await Promise.all([message.report('delivered'), message.report('delivered', other), message.accept()]);
      while ((await settleInbox(app)) + (await settleInbox(other)) > 0);
      expect(await historyOf(app, message.v)).toEqual(DELIVERED);
      expect(await message.waiting()).toBe(0);
    }
  });

  test('that was put aside while its answer was being committed elsewhere is found by the sweep', async () => {
    const message = await onItsWay();
    await message.accept();
    // What two workers leave that did not see each other's rows.
    await putIntoInbox(app.sql, [message.receipt]);
    await Promise.all([settleInbox(app), settleInbox(other)]);
    expect(await historyOf(app, message.v)).toEqual(DELIVERED);
    expect(await message.waiting()).toBe(0);
  });

  test('that comes again, late, leaves the message to the attempt that is under way by then', async () => {
    const message = await onItsWay();
    await message.accept();
    await message.report('undelivered');
    const lease = await message.takeOver();
    await message.report('undelivered');
    await message.report('delivered');
    expect(await messagesOf(app, message.v)).toMatchObject([
      { status: 'sent', attemptsSpent: 1, dueAt: lease },
    ]);
    expect(await attemptsOf(app, message.v)).toMatchObject([{ status: 'undelivered' }]);
  });

  test('for an id that nobody knows waits, harms nothing, and is forgotten after three days', async () => {
    const message = await onItsWay();
    await message.report('delivered');
    await message.report('undelivered');
    await settleInbox(app);
    expect(await message.waiting()).toBe(2);
    expect(await historyOf(app, message.v)).toEqual(['VerificationStarted', 'MessageQueued']);
    const inThreeDays = Date.now() + INBOX_HOURS * 3_600_000;
    await forgetOldReceipts(app.sql, inThreeDays - 60_000);
    expect(await message.waiting()).toBe(2);
    await forgetOldReceipts(app.sql, inThreeDays);
    expect(await message.waiting()).toBe(0);
  });
});

describe('the receipts of a message in three segments', () => {
  const SENT = DELIVERED.slice(0, 3);
  const attemptOf = async (message: Awaited<ReturnType<typeof onItsWay>>) =>
    (await attemptsOf(app, message.v))[0];

  test('deliver it with the last of them, in any order, twice, and in any process', async () => {
    const message = await onItsWay();
    await message.acceptParts('perPart');
    await message.reportPart(3, 'delivered', other);
    await message.reportPart(3, 'delivered');
    await message.reportPart(1, 'delivered');
    expect(await historyOf(app, message.v)).toEqual(SENT);
    expect(await attemptOf(message)).toMatchObject({ status: 'submitted' });
    await message.reportPart(2, 'delivered', other);
    expect(await historyOf(app, message.v)).toEqual(DELIVERED);
  });

  test('that all come before the answer wait for it', async () => {
    const message = await onItsWay();
    for (const part of [2, 1, 3]) await message.reportPart(part, 'delivered', part === 1 ? other : app);
    await message.acceptParts('perPart');
    expect(await historyOf(app, message.v)).toEqual(DELIVERED);
    const [inbox] = await app.sql`
      SELECT count(*)::int AS count FROM receipt_inbox WHERE carrier_id = ${uuidOf(message.receipt.carrierId)}`;
    expect(inbox!.count).toBe(0);
  });

  test('that were put aside while the answer was being committed elsewhere are found by the sweep', async () => {
    const message = await onItsWay();
    await message.acceptParts('perPart');
    const { carrierMessageId } = message.receipt;
    await putIntoInbox(
      app.sql,
      ['', '-2', '-3'].map((end) => ({ ...message.receipt, carrierMessageId: carrierMessageId + end })),
    );
    while ((await settleInbox(app)) > 0);
    expect(await historyOf(app, message.v)).toEqual(DELIVERED);
  });

  test('fail it with the first that fails', async () => {
    const message = await onItsWay();
    await message.acceptParts('auto');
    await message.reportPart(1, 'delivered');
    await message.reportPart(2, 'undelivered');
    expect(await attemptOf(message)).toMatchObject({ status: 'undelivered' });
    await message.reportPart(3, 'delivered');
    expect(await historyOf(app, message.v)).toEqual(SENT);
    expect(await messagesOf(app, message.v)).toMatchObject([{ status: 'sent', attemptsSpent: 1 }]);
  });

  test('are one where the carrier sends one for all, by the id of any of them', async () => {
    const message = await onItsWay();
    await message.acceptParts('once');
    await message.reportPart(3, 'delivered');
    expect(await historyOf(app, message.v)).toEqual(DELIVERED);
  });

  test('are taken for all when one stays alone, until the carrier reports a second part', async () => {
    const message = await onItsWay();
    await message.acceptParts('auto');
    await message.reportPart(3, 'delivered');
    expect(await settleLoneReceipts(app)).toBe(0);
    clock.advance(LONE_RECEIPT_MS);
    expect(await settleLoneReceipts(app)).toBe(1);
    expect(await settleLoneReceipts(app)).toBe(0);
    expect(await historyOf(app, message.v)).toEqual(DELIVERED);
    await message.reportPart(2, 'undelivered');
    expect(await attemptOf(message)).toMatchObject({ status: 'delivered' });
  });

  test('wait for each other where the carrier has reported a second part before', async () => {
    const first = await onItsWay();
    await first.acceptParts('auto');
    for (const part of [1, 2]) await first.reportPart(part, 'delivered');
    const second = await onItsWay(first.by);
    await second.acceptParts('auto');
    await second.reportPart(1, 'delivered');
    clock.advance(LONE_RECEIPT_MS);
    expect(await settleLoneReceipts(app)).toBe(1);
    expect(await settleLoneReceipts(app)).toBe(0);
    expect(await attemptOf(second)).toMatchObject({ status: 'submitted' });
    for (const part of [3, 2]) await second.reportPart(part, 'delivered');
    expect(await historyOf(app, second.v)).toEqual(DELIVERED);
  });

  test('find it for three days', async () => {
    const message = await onItsWay();
    await message.acceptParts('once');
    const inThreeDays = Date.now() + INBOX_HOURS * 3_600_000;
    await forgetOldParts(app.sql, inThreeDays - 60_000);
    await message.reportPart(2, 'delivered');
    expect(await historyOf(app, message.v)).toEqual(DELIVERED);
    await forgetOldParts(app.sql, inThreeDays + 60_000);
    const [row] = await app.sql`
      SELECT count(*)::int AS count FROM attempt_parts WHERE carrier_id = ${uuidOf(message.receipt.carrierId)}`;
    expect(row!.count).toBe(0);
  });
});

describe('what cannot be settled', () => {
  test('holds up no other receipt of the inbox, and is left alone for a while', async () => {
    const good = await onItsWay();
    await good.accept();
    // An attempt of a message that is not there.
    const bad = await onItsWay({ ...good.by, messageId: newId('msg') });
    await app.sql`UPDATE attempts SET status = 'submitted', carrier_message_id = ${bad.receipt.carrierMessageId}
      WHERE verification_id = ${uuidOf(bad.v.id)}`;
    await putIntoInbox(app.sql, [bad.receipt, good.receipt]);
    while ((await settleInbox(app)) > 0);
    expect(await historyOf(app, good.v)).toEqual(DELIVERED);
    expect(await bad.waiting()).toBe(1);
    clock.advance(60_001);
    expect(await settleInbox(app)).toBe(0);
    expect(await bad.waiting()).toBe(1);
    await app.sql`DELETE FROM receipt_inbox`;
    await app.sql`DELETE FROM attempts WHERE verification_id = ${uuidOf(bad.v.id)}`;
  });

  test('of a service is not what its carriers say: that is noted, and its verification goes on', async () => {
    const message = await onItsWay();
    const { accountId } = message.v;
    await app.sql`
      UPDATE services SET settings = '{"ofNextYear": true}', settings_sealed = NULL
      WHERE account_id = ${uuidOf(accountId)}`;
    // Another process: this one has read them already.
    const error = { code: '0x0b', message: 'invalid destination' };
    const { attemptId, messageId, verificationId } = message.ids;
    await other.batched(commitFacts, SETTLE_BATCH).add({
      ...{ kind: 'outcome', accountId, attemptId, messageId, verificationId, sender: 'Test' },
      ...{ carrierId: message.by.carrierId, outcome: { kind: 'rejected', error, retry: 'never' } },
    });
    expect(await attemptsOf(app, message.v)).toMatchObject([{ status: 'rejected', errorCode: '0x0b' }]);
    expect(await historyOf(app, message.v)).toEqual([...DELIVERED.slice(0, 2), 'MessageFailed']);
  });

  test('by one chore keeps no other chore of a worker from being done', async () => {
    const message = await onItsWay();
    await message.acceptParts('auto');
    await message.reportPart(1, 'delivered');
    clock.advance(LONE_RECEIPT_MS);
    await using carriers = createCarriersByHand(app);
    await app.sql`ALTER TABLE receipt_inbox RENAME TO receipt_inbox_away`;
    const dispatcher = await startDispatcher(app, carriers.links);
    try {
      await until(async () => (await attemptsOf(app, message.v))[0]!.status === 'delivered');
    } finally {
      await dispatcher.stop(0);
      await app.sql`ALTER TABLE receipt_inbox_away RENAME TO receipt_inbox`;
    }
  });
});
