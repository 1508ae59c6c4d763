import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SubmitOutcome } from '../../src/carriers/carrier.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { idFromUuid, uuidOf } from '../../src/ids.ts';
import { abandonAttempts, insertAttempts } from '../../src/messages/attempt-store.ts';
import { forgetOldReceipts, INBOX_HOURS, putIntoInbox } from '../../src/messages/inbox.ts';
import { commitFacts, SETTLE_BATCH, settleInbox } from '../../src/messages/settle.ts';
import type { AttemptRow } from '../../src/messages/table.ts';
import type { App } from '../../src/platform.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createCarriers } from '../support/simulated-carriers.ts';
import { attemptsOf, createNumbers, historyOf, messagesOf, start } from '../support/verifying.ts';

const aNumber = createNumbers(4_000_000);
const DELIVERED = ['VerificationStarted', 'MessageQueued', 'MessageSent', 'MessageDelivered'];

// Two processes on one database, none of which dispatches: the tests are the workers and the carrier.
let one: TestApp;
let two: TestApp;
let app: TestApp['app'];
let other: TestApp['app'];

beforeAll(async () => {
  one = await createTestApp({ ROLES: 'simulator' });
  two = await createTestApp({ ROLES: 'simulator', DATABASE_URL: one.databaseUrl });
  [app, other] = [one.app, two.app];
});
afterAll(async () => {
  await two[Symbol.asyncDispose]();
  await one[Symbol.asyncDispose]();
});

/** A message that was claimed and is being submitted. */
async function onItsWay() {
  const who = await createTestAccount(app);
  const { id: carrierId } = await createCarriers(app)(who, 'blackhole');
  const v = await start(app, who, aNumber());
  const [message] = await messagesOf(app, v);
  const attempt: AttemptRow = {
    accountId: who.accountId,
    id: newId('att'),
    messageId: message!.id,
    verificationId: v.id,
    carrierId,
    routeId: idFromUuid('rte', randomUUID()),
    status: 'submitting',
    carrierMessageId: null,
    errorCode: null,
    errorMessage: null,
    decision: { factors: [], ranked: [], excluded: [] },
    price: null,
    submittedAt: new Date(),
    answeredAt: null,
    settledAt: null,
  };
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
    receipt,
    answer,
    lateAnswer,
    lateAccept: () => lateAnswer({ kind: 'accepted', carrierMessageId, segments: 1 }),
    accept: () => answer({ kind: 'accepted', carrierMessageId, segments: 1 }),
    report: (state: 'delivered' | 'undelivered', by: App = app) =>
      by.batched(commitFacts, SETTLE_BATCH).add({ kind: 'receipt', ...receipt, state }),
    /** Another worker finds the lease over and takes the message. @returns the end of its lease */
    async takeOver(): Promise<Date> {
      const lease = new Date(Date.now() + 5_000);
      await abandonAttempts(app.sql, [{ accountId, id: messageId }]);
      await app.sql`UPDATE messages SET due_at = ${lease} WHERE verification_id = ${uuidOf(v.id)}`;
      return lease;
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

  test('that it was accepted counts, however late it comes', async () => {
    const message = await onItsWay();
    await message.takeOver();
    await message.accept();
    expect(await historyOf(app, message.v)).toContain('MessageSent');
    expect(await attemptsOf(app, message.v)).toMatchObject([{ status: 'submitted' }]);
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
