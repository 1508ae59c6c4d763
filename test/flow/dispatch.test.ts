import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeConfiguration } from '../../src/accounts/change-configuration.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import { uuidOf } from '../../src/ids.ts';
import { LEASE_MS } from '../../src/messages/claim.ts';
import { LONE_RECEIPT_MS } from '../../src/messages/parts.ts';
import type { AttemptRow } from '../../src/messages/table.ts';
import { readDecision } from '../../src/routing/read-decision.ts';
import { routes } from '../../src/routing/table.ts';
import type { ProfileChange } from '../../src/simulator/profile-change.ts';
import { cancelVerification } from '../../src/verifications/cancel.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { freePort } from '../../src/db/embedded/free-port.ts';
import { createCarriers } from '../support/simulated-carriers.ts';
import { until } from '../support/until.ts';
import {
  attemptsOf,
  codeOf,
  codesOn,
  createClock,
  createNumbers,
  happened,
  historyOf,
  messagesOf,
  received,
  start,
  stateOf,
} from '../support/verifying.ts';

const clock = createClock();
const aNumber = createNumbers(2_000_000);
const NO_LIMITS = { coolDownSeconds: 0, maxSends: 20 };

let main: TestApp;
let app: TestApp['app'];
let connect: ReturnType<typeof createCarriers>;

beforeAll(async () => {
  main = await createTestApp(
    { ROLES: 'worker,simulator', OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32' },
    { clock: clock.now },
  );
  app = main.app;
  connect = createCarriers(app);
});
afterAll(() => main[Symbol.asyncDispose]());

const DELIVERED = ['VerificationStarted', 'MessageQueued', 'MessageSent', 'MessageDelivered'];

/** Waits for a condition; whenever nothing is on a wire, the clock jumps to what is due next. */
async function inTime<T>(
  who: Principal,
  condition: () => Promise<T>,
  what: string,
  stepMs = 1_000,
): Promise<NonNullable<T>> {
  return until(
    async () => {
      const value = await condition();
      if (value) return value;
      const [row] = await app.sql`
        SELECT count(*)::int AS count FROM attempts
        WHERE account_id = ${uuidOf(who.accountId)} AND status IN ('submitting', 'submitted')`;
      if (row!.count === 0) clock.advance(stepMs);
      app.dispatcher!.wake();
      return undefined;
    },
    { what, everyMs: 50 },
  );
}

async function startMany(who: Principal, count: number): Promise<{ to: string; v: VerificationRow }[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const to = aNumber();
      return { to, v: await start(app, who, to) };
    }),
  );
}

/** Of `GET /carriers` of the simulator. */
interface Traffic {
  systemId: string;
  submits: number;
}

/** What receipts have said of the parts of an account's only attempt. */
async function partsOf(who: Principal): Promise<string> {
  const [row] = await app.sql<{ parts: string }[]>`
    SELECT parts FROM attempts WHERE account_id = ${uuidOf(who.accountId)}`;
  return row!.parts;
}

/** How many messages of an account are in each status. */
async function statuses(who: Principal): Promise<Record<string, number>> {
  const rows = await app.sql<{ status: string; count: number }[]>`
    SELECT status, count(*)::int AS count FROM messages WHERE account_id = ${uuidOf(who.accountId)} GROUP BY status`;
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

async function allDelivered(who: Principal, count: number): Promise<boolean> {
  return (await statuses(who)).delivered === count;
}

describe('a message goes over the next route', () => {
  test('at once when the first carrier refuses it', async () => {
    const who = await createTestAccount(app);
    await connect(who, 'rejecting');
    await connect(who, 'instant');
    const to = aNumber();
    const v = await start(app, who, to);
    expect(await happened(app, v, 'MessageDelivered')).toEqual(DELIVERED);
    expect(await attemptsOf(app, v)).toEqual([
      { carrier: 'rejecting', status: 'rejected', errorCode: '0x00000045' },
      { carrier: 'instant', status: 'delivered', errorCode: null },
    ]);
    expect(await received(app, to)).toEqual([await codeOf(app, v)]);
    expect((await messagesOf(app, v))[0]).toMatchObject({ attemptsSpent: 2, sender: 'Otpost', segments: 1 });
  });

  test('when the first carrier is down, without an attempt there, and the decision says why', async () => {
    const who = await createTestAccount(app);
    await connect(who, 'normal', { port: await freePort() });
    await connect(who, 'instant');
    const v = await start(app, who, aNumber());
    await happened(app, v, 'MessageDelivered');
    expect(await attemptsOf(app, v)).toMatchObject([{ carrier: 'instant', status: 'delivered' }]);
    const [row] = await app.sql<{ decision: AttemptRow['decision'] }[]>`
      SELECT decision FROM attempts WHERE verification_id = ${uuidOf(v.id)}`;
    expect(await readDecision(app, who.accountId, row!.decision)).toMatchObject([
      { reasons: [{ factor: 'priority' }, { factor: 'load' }] },
      { excluded: expect.stringMatching(/refused|ECONNREFUSED|not up yet/) as string },
    ]);
  });

  test('when the first carrier throttles; being throttled spends no attempt', async () => {
    const who = await createTestAccount(app);
    await connect(who, { profile: 'throttling', maxPerSecond: 1 });
    await connect(who, 'instant');
    const sent = await startMany(who, 20);
    await inTime(who, () => allDelivered(who, 20), 'all delivered', 100);
    for (const { to } of sent) expect(codesOn(app, to)).toHaveLength(1);
    const rows = await app.sql`
      SELECT DISTINCT attempts_spent AS spent FROM messages WHERE account_id = ${uuidOf(who.accountId)}`;
    expect(rows.map((row) => row.spent as number)).toEqual([1]);
  });

  test('with the same code when the first carrier never answers: unknown is not failed', async () => {
    const who = await createTestAccount(app);
    await connect(who, 'silent', { responseTimeoutMs: 100 });
    await connect(who, 'instant');
    const to = aNumber();
    const v = await start(app, who, to);
    const code = await codeOf(app, v);
    await inTime(who, async () => (await historyOf(app, v)).includes('MessageDelivered'), 'MessageDelivered');
    expect(await attemptsOf(app, v)).toMatchObject([
      { carrier: 'silent', status: 'unknown' },
      { carrier: 'instant', status: 'delivered' },
    ]);
    expect(await historyOf(app, v)).toEqual(DELIVERED);
    expect(codesOn(app, to)).toEqual([code]);
  });

  test('when a receipt says that the first one did not deliver, and is sent only once for those who watch', async () => {
    const who = await createTestAccount(app);
    await connect(who, { profile: 'undelivered', receiptMs: [0, 10] });
    await connect(who, 'instant');
    const to = aNumber();
    const v = await start(app, who, to);
    expect(await happened(app, v, 'MessageDelivered')).toEqual(DELIVERED);
    expect(await attemptsOf(app, v)).toMatchObject([
      { carrier: 'undelivered', status: 'undelivered' },
      { carrier: 'instant', status: 'delivered' },
    ]);
    expect(codesOn(app, to)).toHaveLength(1);
  });

  test("and one account's dead carrier does not hold up another's messages", async () => {
    const [stuck, who] = [await createTestAccount(app), await createTestAccount(app)];
    await connect(stuck, 'normal', { port: await freePort() });
    await connect(who, 'instant');
    await startMany(stuck, 400);
    const sent = await startMany(who, 20);
    await until(() => allDelivered(who, 20));
    expect(sent).toHaveLength(20);
    expect(await statuses(stuck)).toEqual({ queued: 400 });
  });
});

describe('a carrier', () => {
  test.each(['earlyReceipt', 'duplicates', 'outOfOrder', 'normal'] as const)(
    'with receipts as of %s: each message is delivered once, with one text and one event',
    async (profile) => {
      const who = await createTestAccount(app);
      await connect(who, { profile, receiptMs: profile === 'earlyReceipt' ? [10, 10] : [20, 60] });
      const sent = await startMany(who, 25);
      await until(() => allDelivered(who, 25));
      // Whatever comes late has come, once a message that is sent behind it has.
      const last = await start(app, who, aNumber());
      await happened(app, last, 'MessageDelivered');
      for (const { to, v } of sent) {
        expect(await historyOf(app, v)).toEqual(DELIVERED);
        expect(await attemptsOf(app, v)).toHaveLength(1);
        expect(codesOn(app, to)).toEqual([await codeOf(app, v)]);
      }
      const [inbox] = await app.sql`
        SELECT count(*)::int AS count FROM receipt_inbox WHERE account_id = ${uuidOf(who.accountId)}`;
      expect(inbox!.count).toBe(0);
    },
  );

  test.each(['normal', 'oneReceipt'] as const)(
    'that reports a text of three segments as %s does: it is delivered once, with one event',
    async (profile) => {
      const text = `Kôd {code}. ${'Ne dijelite ga ni s kim. '.repeat(6)}`;
      const who = await createTestAccount(app, { templates: { en: text } });
      await connect(who, { profile, receiptMs: [20, 200] });
      const to = aNumber();
      const v = await start(app, who, to);
      await happened(app, v, 'MessageSent');
      expect(await messagesOf(app, v)).toMatchObject([{ segments: 3 }]);
      if (profile === 'oneReceipt') {
        await until(async () => (await partsOf(who)) === 'auto:..d');
        clock.advance(LONE_RECEIPT_MS);
      }
      expect(await happened(app, v, 'MessageDelivered')).toEqual(DELIVERED);
      expect(await partsOf(who)).toBe(profile === 'normal' ? 'auto:ddd' : 'auto:..d');
      expect(await received(app, to)).toEqual([await codeOf(app, v)]);
    },
  );

  test('that throttles is fed at what it takes: all is delivered, no attempt is spent on it, little is refused', async () => {
    const who = await createTestAccount(app);
    const { systemId } = await connect(who, { profile: 'throttling', maxPerSecond: 40 });
    const sent = await startMany(who, 120);
    await until(() => allDelivered(who, 120));
    for (const { to } of sent) expect(codesOn(app, to)).toHaveLength(1);
    const rows = await app.sql<{ spent: number }[]>`
      SELECT DISTINCT attempts_spent AS spent FROM messages WHERE account_id = ${uuidOf(who.accountId)}`;
    expect(rows.map(({ spent }) => spent)).toEqual([1]);
    const attempts = await app.sql<{ status: string; error: string | null; count: number }[]>`
      SELECT status, error_code AS error, count(*)::int AS count FROM attempts
      WHERE account_id = ${uuidOf(who.accountId)} GROUP BY 1, 2 ORDER BY 1`;
    expect(attempts.map(({ status, error }) => [status, error])).toEqual([
      ['delivered', null],
      ['rejected', 'throttled'],
    ]);
    // The first window finds the limit; after that the pace stays below it.
    const carriers = (await (await fetch(`${app.simulator!.url}/carriers`)).json()) as Traffic[];
    const { submits } = carriers.find((carrier) => carrier.systemId === systemId)!;
    expect(submits - 120).toBeLessThan(100);
  });

  test.each(['auto', 'decimalToHex'] as const)(
    'that answers in hex and reports in decimal is understood when its form is %s',
    async (receiptIdForm) => {
      const who = await createTestAccount(app);
      const { id } = await connect(who, { profile: 'hexIds', receiptMs: [0, 60] }, { receiptIdForm });
      const sent = await startMany(who, 10);
      await until(() => allDelivered(who, 10));
      for (const { v } of sent) expect(await historyOf(app, v)).toEqual(DELIVERED);
      const learned = async () => {
        const [row] = await app.sql<{ form: string | null }[]>`
          SELECT receipt_id_form AS form FROM carriers WHERE id = ${uuidOf(id)}`;
        return row!.form;
      };
      if (receiptIdForm === 'auto') await until(async () => (await learned()) === 'decimalToHex');
      else expect(await learned()).toBeNull();
    },
  );

  test.each(['unique', 'repeated'] as const)(
    'that gives all messages one id, taken for %s: each receipt counts for the message of its number',
    async (messageIds) => {
      const who = await createTestAccount(app);
      await connect(
        who,
        { profile: 'sameId', receiptMs: [30, 90], undeliveredShare: 0.5 },
        { messageIds, responseTimeoutMs: 5_000 },
      );
      const sent = await startMany(who, 25);
      const settled = async () =>
        (await Promise.all(sent.map(({ v }) => attemptsOf(app, v)))).every(
          (attempts) => attempts[0] && /delivered$/.test(attempts[0].status),
        );
      await until(settled);
      for (const { to, v } of sent) {
        const attempts = await attemptsOf(app, v);
        // The first try alone: what was not delivered is tried again, and then has two of one number.
        expect(attempts[0]!.status === 'delivered').toBe(
          codesOn(app, to).length > 0 && attempts.length === 1,
        );
      }
    },
  );

  test('that reports nothing leaves its messages sent, sends none again, and they end with their verification', async () => {
    const who = await createTestAccount(app, { ttlSeconds: 60 });
    const carrier = await connect(who, 'blackhole');
    const v = await start(app, who, aNumber());
    await happened(app, v, 'MessageSent');
    clock.advance(59_000 - (clock.now() - v.createdAt.getTime()));
    // A message that is queued later and delivered: by then the one before it had its turn as well.
    app.simulator!.change(carrier.systemId, 'instant');
    await happened(app, await start(app, who, aNumber()), 'MessageDelivered');
    expect(await attemptsOf(app, v)).toMatchObject([{ status: 'submitted' }]);
    clock.advance(1_000);
    const history = await happened(app, v, 'MessageExpired');
    await happened(app, v, 'VerificationExpired');
    expect(history).not.toContain('MessageDelivered');
    expect(await attemptsOf(app, v)).toHaveLength(1);
  });

  test('that delivers nothing has every message tried by the schedule, then it is undelivered', async () => {
    const who = await createTestAccount(app);
    await connect(who, { profile: 'undelivered', receiptMs: [0, 5], undeliveredErrors: [60] });
    const v = await start(app, who, aNumber());
    await inTime(
      who,
      async () => (await historyOf(app, v)).includes('MessageUndelivered'),
      'MessageUndelivered',
    );
    const attempts = await attemptsOf(app, v);
    expect(attempts).toHaveLength(6);
    expect(attempts.every(({ status }) => status === 'undelivered')).toBe(true);
    expect(await historyOf(app, v)).toEqual([
      'VerificationStarted',
      'MessageQueued',
      'MessageSent',
      'MessageUndelivered',
    ]);
    // Another try is up to the caller: the code stays good.
    expect((await stateOf(app, v)).status).toBe('pending');
  });

  test('that refuses everything for now has every message tried by the schedule, then it is failed', async () => {
    const who = await createTestAccount(app);
    await connect(who, { profile: 'rejecting', refusalStatus: 0x08 });
    const v = await start(app, who, aNumber());
    await inTime(who, async () => (await historyOf(app, v)).includes('MessageFailed'), 'MessageFailed');
    expect(await attemptsOf(app, v)).toHaveLength(6);
    expect((await stateOf(app, v)).status).toBe('pending');
    expect((await messagesOf(app, v))[0]!.failureReason).toBe('system error (0x00000008)');
  });

  test("is tried as its service's policy says", async () => {
    const who = await createTestAccount(app, { retry: { maxAttempts: 3, baseSeconds: 20, jitter: 0 } });
    await connect(who, { profile: 'rejecting', refusalStatus: 0x08 });
    const v = await start(app, who, aNumber());
    await until(async () => (await attemptsOf(app, v))[0]?.status === 'rejected');
    const [waiting] = await until(async () => {
      const all = await messagesOf(app, v);
      return all[0]!.attemptsSpent === 1 ? all : undefined;
    });
    expect(waiting!.dueAt!.getTime() - clock.now()).toBeGreaterThan(15_000);
    await inTime(
      who,
      async () => (await historyOf(app, v)).includes('MessageFailed'),
      'MessageFailed',
      5_000,
    );
    expect(await attemptsOf(app, v)).toHaveLength(3);
  });

  test.each(['garbage', 'flaky'] as const)(
    'that is %s loses nothing: all is delivered in the end, and every text carries the same code',
    async (profile) => {
      const who = await createTestAccount(app);
      await connect(who, {
        profile,
        responseMs: [0, 5],
        receiptMs: [5, 20],
        ...(profile === 'flaky' && { hangUpShare: 0.1 }),
      });
      await connect(who, 'instant');
      const sent = await startMany(who, 100);
      await inTime(who, () => allDelivered(who, 100), 'all delivered');
      for (const { to, v } of sent) {
        const code = await codeOf(app, v);
        expect(new Set(codesOn(app, to))).toEqual(new Set([code]));
        const attempts = await attemptsOf(app, v);
        // A text more than once only where a link died in the middle.
        const unclear = attempts.filter(({ status }) => status === 'unknown').length;
        expect(codesOn(app, to).length).toBeLessThanOrEqual(1 + unclear);
      }
    },
  );
});

describe('a template with curly quotes and a no-break space', () => {
  const template = 'Your “{service}” code is {code}. We’ll never ask you for it\u00a0– keep it to yourself.';

  test.each([
    {
      smartEncoding: undefined,
      segments: 1,
      says: 'Your "Test" code is 123456. We\'ll never ask you for it - keep it to yourself.',
    },
    {
      smartEncoding: false,
      segments: 2,
      says: 'Your “Test” code is 123456. We’ll never ask you for it\u00a0– keep it to yourself.',
    },
  ])('takes $segments segment(s) with smartEncoding $smartEncoding', async (given) => {
    const { smartEncoding, segments, says } = given;
    const who = await createTestAccount(app, {
      templates: { en: template },
      ...(smartEncoding !== undefined && { smartEncoding }),
    });
    const { systemId } = await connect(who, 'instant');
    const to = aNumber();
    const v = await start(app, who, to);
    await happened(app, v, 'MessageDelivered');
    expect((await messagesOf(app, v))[0]).toMatchObject({ segments });
    const [text] = app.simulator!.handsets.messages(to).map((message) => message.text);
    expect(text).toBe(says.replace('123456', await codeOf(app, v)));
    // As many submit_sm came to the carrier.
    const carriers = (await (await fetch(`${app.simulator!.url}/carriers`)).json()) as Traffic[];
    expect(carriers.find((carrier) => carrier.systemId === systemId)!.submits).toBe(segments);
  });
});

describe('a refusal', () => {
  const SENDER = 0x0a;
  const NOBODY_KNOWS = 0x45;
  const THREE = ['normal', 'duplicates', 'outOfOrder'] as const;
  const refusing = (refusalStatus: number) => ({ refusedShare: 1, refusalStatus });

  test('that nobody can explain is worth one other route, and then it is believed', async () => {
    const who = await createTestAccount(app);
    for (const profile of THREE) await connect(who, { ...refusing(NOBODY_KNOWS), profile });
    const v = await start(app, who, aNumber());
    await inTime(who, async () => (await historyOf(app, v)).includes('MessageFailed'), 'MessageFailed', 100);
    expect(await attemptsOf(app, v)).toHaveLength(2);
    expect((await stateOf(app, v)).status).toBe('pending');
  });

  test('of the sender is taken to every other route, and to none twice', async () => {
    const who = await createTestAccount(app);
    for (const profile of THREE) await connect(who, { ...refusing(SENDER), profile });
    const v = await start(app, who, aNumber());
    await inTime(who, async () => (await historyOf(app, v)).includes('MessageFailed'), 'MessageFailed', 500);
    expect(await attemptsOf(app, v)).toHaveLength(3);
    expect((await messagesOf(app, v))[0]!.failureReason).toMatch(/refused this message with its sender/);
    await connect(who, 'instant');
    const again = await start(app, who, aNumber());
    const isDelivered = async () => (await historyOf(app, again)).includes('MessageDelivered');
    await inTime(who, isDelivered, 'MessageDelivered', 500);
    expect((await attemptsOf(app, again)).map(({ carrier }) => carrier)).toEqual([...THREE, 'instant']);
  });

  test.each([
    ['an unknown number', 1, 2],
    ['a phone that is off', 60, 6],
  ])('by a receipt that says %s (err %i) takes %i attempts to be believed', async (_what, err, attempts) => {
    const who = await createTestAccount(app);
    for (const profile of THREE)
      await connect(who, { profile, undeliveredShare: 1, receiptMs: [0, 5], undeliveredErrors: [err] });
    const v = await start(app, who, aNumber());
    await inTime(
      who,
      async () => (await historyOf(app, v)).includes('MessageUndelivered'),
      'MessageUndelivered',
    );
    expect(await attemptsOf(app, v)).toHaveLength(attempts);
  });
});

describe('a message that no route can carry', () => {
  test('fails at once with its verification, and says why; a price is a reason', async () => {
    const who = await createTestAccount(app, { maxPrice: 0.05 });
    await connect(who, 'instant');
    const { accountId } = who;
    await changeConfiguration(app, who, 'route.update', (tx, act) => {
      act.on([]);
      return tx.update(routes).set({ price: 0.08 }).where(eq(routes.accountId, accountId));
    });
    const v = await start(app, who, aNumber());
    expect(await happened(app, v, 'VerificationFailed')).toEqual([
      'VerificationStarted',
      'MessageQueued',
      'MessageFailed',
      'VerificationFailed',
    ]);
    expect(await attemptsOf(app, v)).toEqual([]);
    const [message] = await messagesOf(app, v);
    const reason = 'costs 0.08, more than the 0.05 that the service pays';
    expect(message).toMatchObject({ status: 'failed', attemptsSpent: 0 });
    expect(message!.failureReason).toBe(`no route can take it: ${reason}`);
    expect(await readDecision(app, who.accountId, message!.failureDecision!)).toMatchObject([
      { excluded: reason },
    ]);
    // That is not the number's fault, and nobody needs another one.
    expect(await stateOf(app, v)).toMatchObject({ status: 'failed', failureReason: 'no_route' });
    await expect(
      checkVerification(app, who, { verificationId: v.id, code: await codeOf(app, v) }),
    ).rejects.toMatchObject({
      code: 'verification/failed',
      reason: 'no_route',
      message: expect.stringMatching(/no route .*another number will not help/i) as string,
    });
  });

  test('because there is none fails; one whose carrier is only down waits', async () => {
    const [without, withOne] = [await createTestAccount(app), await createTestAccount(app)];
    await connect(withOne, 'normal', { port: await freePort() });
    const waiting = await start(app, withOne, aNumber());
    const v = await start(app, without, aNumber());
    await happened(app, v, 'VerificationFailed');
    expect((await messagesOf(app, v))[0]!.failureReason).toBe('there is no route');
    expect(await historyOf(app, waiting)).toEqual(['VerificationStarted', 'MessageQueued']);
  });
});

describe('a carrier that answers behind its deadline', () => {
  const late = (responseMs: number, receiptMs: number): ProfileChange => ({
    profile: 'late',
    responseMs: [responseMs, responseMs],
    receiptMs: [receiptMs, receiptMs],
  });

  test.each([
    ['after its answer', late(300, 350)],
    ['before its answer', late(300, 200)],
  ])('and reports %s: the message is delivered, and sent once', async (_when, profile) => {
    const who = await createTestAccount(app);
    await connect(who, profile, { responseTimeoutMs: 100 });
    const second = await connect(who, 'instant');
    const to = aNumber();
    const v = await start(app, who, to);
    expect(await happened(app, v, 'MessageDelivered')).toEqual(DELIVERED);
    expect(await attemptsOf(app, v)).toEqual([{ carrier: 'late', status: 'delivered', errorCode: null }]);
    expect((await messagesOf(app, v))[0]).toMatchObject({ attemptsSpent: 1, dueAt: null, segments: 1 });
    expect(codesOn(app, to)).toEqual([await codeOf(app, v)]);
    expect(await trafficOf(second.systemId)).toBe(0);
  });

  describe('the last attempt that is allowed', () => {
    const ONCE = { retry: { maxAttempts: 1 } };

    test('is waited for like any other: the message is delivered', async () => {
      const who = await createTestAccount(app, ONCE);
      await connect(who, late(300, 350), { responseTimeoutMs: 100 });
      const v = await start(app, who, aNumber());
      expect(await happened(app, v, 'MessageDelivered')).toEqual(DELIVERED);
      expect(await attemptsOf(app, v)).toEqual([{ carrier: 'late', status: 'delivered', errorCode: null }]);
    });

    test('is given up when nothing is heard of it in that time; its verification stays open', async () => {
      const who = await createTestAccount(app, ONCE);
      await connect(who, 'silent', { responseTimeoutMs: 100 });
      const v = await start(app, who, aNumber());
      await until(async () => (await attemptsOf(app, v))[0]?.status === 'unknown');
      const [waiting] = await messagesOf(app, v);
      expect(waiting).toMatchObject({ status: 'queued', attemptsSpent: 1 });
      expect(waiting!.dueAt!.getTime()).toBeGreaterThan(clock.now());
      clock.advance(5_000);
      app.dispatcher!.wake();
      await happened(app, v, 'MessageFailed');
      expect((await messagesOf(app, v))[0]!.failureReason).toMatch(/no more attempts .*unknown/);
      expect(await attemptsOf(app, v)).toHaveLength(1);
      expect(await stateOf(app, v)).toMatchObject({ status: 'pending' });
    });
  });

  test('is sent again once the wait is over, and both attempts learn what became of them', async () => {
    const who = await createTestAccount(app);
    // Far behind the next attempt, also where that takes its time.
    await connect(who, late(5_000, 5_050), { responseTimeoutMs: 100 });
    await connect(who, 'instant');
    const to = aNumber();
    const v = await start(app, who, to);
    await until(async () => (await attemptsOf(app, v))[0]?.status === 'unknown', { everyMs: 5 });
    clock.advance(5_000);
    app.dispatcher!.wake();
    expect(await happened(app, v, 'MessageDelivered')).toEqual(DELIVERED);
    await until(async () => (await attemptsOf(app, v)).every(({ status }) => status === 'delivered'));
    expect(await attemptsOf(app, v)).toMatchObject([{ carrier: 'late' }, { carrier: 'instant' }]);
    expect(await historyOf(app, v)).toEqual(DELIVERED);
    expect(new Set(codesOn(app, to))).toEqual(new Set([await codeOf(app, v)]));
  });

  /** How many submits a simulated carrier was given. */
  async function trafficOf(systemId: string): Promise<number> {
    const carriers = (await (await fetch(`${app.simulator!.url}/carriers`)).json()) as {
      systemId: string;
      submits: number;
    }[];
    return carriers.find((carrier) => carrier.systemId === systemId)!.submits;
  }
});

describe('a number that no carrier can reach', () => {
  const UNREACHABLE = { profile: 'rejecting', refusalStatus: 0x0b } as const;

  test('fails its message and its verification, which says so', async () => {
    const who = await createTestAccount(app, NO_LIMITS);
    await connect(who, UNREACHABLE);
    await connect(who, 'instant');
    const to = aNumber();
    const v = await start(app, who, to);
    expect(await happened(app, v, 'VerificationFailed')).toEqual([
      'VerificationStarted',
      'MessageQueued',
      'MessageFailed',
      'VerificationFailed',
    ]);
    expect(await stateOf(app, v)).toMatchObject({ status: 'failed', failureReason: 'undeliverable' });
    expect(await attemptsOf(app, v)).toMatchObject([{ status: 'rejected', errorCode: '0x0000000b' }]);
    await expect(
      checkVerification(app, who, { verificationId: v.id, code: await codeOf(app, v) }),
    ).rejects.toMatchObject({ code: 'verification/failed', reason: 'undeliverable' });
    expect((await start(app, who, to)).id).not.toBe(v.id);
  });

  test('keeps its verification open while another message of it was delivered', async () => {
    const who = await createTestAccount(app, NO_LIMITS);
    const carrier = await connect(who, 'instant');
    const to = aNumber();
    const v = await start(app, who, to);
    await happened(app, v, 'MessageDelivered');
    app.simulator!.change(carrier.systemId, UNREACHABLE);
    await start(app, who, to);
    await happened(app, v, 'MessageFailed');
    expect((await stateOf(app, v)).status).toBe('pending');
  });

  test('fails its verification with the last of its messages, also when they are refused together', async () => {
    const who = await createTestAccount(app, NO_LIMITS);
    await connect(who, 'normal', { port: await freePort() });
    const to = aNumber();
    const v = await start(app, who, to);
    await start(app, who, to);
    await start(app, who, to);
    await connect(who, UNREACHABLE);
    const history = await inTime(
      who,
      async () => {
        const events = await historyOf(app, v);
        return events.includes('VerificationFailed') ? events : undefined;
      },
      'VerificationFailed',
      250,
    );
    expect(history.filter((type) => type === 'MessageFailed')).toHaveLength(3);
    expect(history.filter((type) => type === 'VerificationFailed')).toHaveLength(1);
    expect(history.at(-1)).toBe('VerificationFailed');
  });
});

describe('nothing is sent after its verification ended', () => {
  test('whatever the end was: what was queued expires without an attempt', async () => {
    const who = await createTestAccount(app, { ttlSeconds: 60 });
    await connect(who, 'normal', { port: await freePort() });
    const ends = await startMany(who, 3);
    const [approved, canceled, expired] = ends.map(({ v }) => v);
    await checkVerification(app, who, { verificationId: approved!.id, code: await codeOf(app, approved!) });
    await cancelVerification(app, who, canceled!.id);
    clock.advance(60_000);
    await happened(app, expired!, 'VerificationExpired');
    await connect(who, 'instant');
    for (const { to, v } of ends) {
      await happened(app, v, 'MessageExpired');
      expect(await attemptsOf(app, v)).toEqual([]);
      expect(codesOn(app, to)).toEqual([]);
    }
  });

  test('nor is a message tried again that waits for its retry', async () => {
    const who = await createTestAccount(app);
    await connect(who, 'silent', { responseTimeoutMs: 100 });
    await connect(who, 'instant');
    const to = aNumber();
    const v = await start(app, who, to);
    await until(async () => (await attemptsOf(app, v))[0]?.status === 'unknown');
    await cancelVerification(app, who, v.id);
    await inTime(who, async () => (await historyOf(app, v)).includes('MessageExpired'), 'MessageExpired');
    expect(codesOn(app, to)).toEqual([]);
  });

  test('nor delivered late by the carrier, which is told how long it may try', async () => {
    const who = await createTestAccount(app, { ttlSeconds: 60 });
    const to = aNumber();
    const TRY_LATER = 0x08;
    const { systemId } = await connect(who, { profile: 'rejecting', refusalStatus: TRY_LATER });
    const v = await start(app, who, to);
    await until(async () => (await attemptsOf(app, v))[0]?.status === 'rejected');
    // In one turn of the event loop: the next try finds a carrier that takes it, and a second and a half left.
    app.simulator!.change(systemId, { profile: 'normal', receiptMs: [1_600, 1_600] });
    clock.advance(58_500 - (clock.now() - v.createdAt.getTime()));
    await inTime(
      who,
      async () => (await attemptsOf(app, v)).some(({ status }) => status === 'undelivered'),
      'a receipt that says expired',
      0,
    );
    const [row] = await app.sql`
      SELECT error_message FROM attempts WHERE verification_id = ${uuidOf(v.id)} ORDER BY id DESC LIMIT 1`;
    expect(row!.error_message).toMatch(/in its time/);
    clock.advance(1_500);
    await happened(app, v, 'VerificationExpired');
    await happened(app, v, 'MessageExpired');
    expect(codesOn(app, to)).toEqual([]);
  });
});

test('a worker that lives keeps what it is sending, however long the carrier takes', async () => {
  const who = await createTestAccount(app);
  await connect(who, { profile: 'slow', responseMs: [3_500, 3_500], receiptMs: [3_500, 3_500] });
  const to = aNumber();
  const v = await start(app, who, to);
  await until(async () => (await attemptsOf(app, v)).length === 1);
  // Less of the lease is left than the carrier will take.
  clock.advance(LEASE_MS - 2_000);
  expect(await happened(app, v, 'MessageDelivered')).toEqual(DELIVERED);
  expect(await attemptsOf(app, v)).toHaveLength(1);
  expect(codesOn(app, to)).toHaveLength(1);
});
