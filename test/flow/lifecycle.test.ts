import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { DomainError, type ErrorCode } from '../../src/errors.ts';
import { addBucket } from '../../src/limits/add-bucket.ts';
import { addLimit } from '../../src/limits/add-limit.ts';
import type { App } from '../../src/platform.ts';
import { createService } from '../../src/services/create.ts';
import { findService } from '../../src/services/directory.ts';
import { cancelVerification } from '../../src/verifications/cancel.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';
import { unlockDestination } from '../../src/verifications/unlock.ts';
import { connectSimulated, createWaitingAccount, createTestApp, type TestApp } from '../support/app.ts';
import { until } from '../support/until.ts';
import {
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
  wrong,
} from '../support/verifying.ts';

const clock = createClock();
const aNumber = createNumbers();
const MINUTE = 60_000;
const NO_COOL_DOWN = { coolDownSeconds: 0 };

let test1: TestApp;
let test2: TestApp;
let app: TestApp['app'];

beforeAll(async () => {
  test1 = await createTestApp({ ROLES: 'worker,simulator' }, { clock: clock.now });
  app = test1.app;
  // Another process on the same database.
  const env = { ROLES: 'worker', OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32' };
  test2 = await createTestApp({ ...env, DATABASE_URL: test1.databaseUrl }, { clock: clock.now });
});
afterAll(async () => {
  await test2[Symbol.asyncDispose]();
  await test1[Symbol.asyncDispose]();
});

function check(app: App, v: VerificationRow, code: string, who?: Principal): Promise<VerificationRow> {
  const owner: Principal = { kind: 'apiKey', accountId: v.accountId, apiKeyId: newId('key') };
  return checkVerification(app, who ?? owner, { verificationId: v.id, code });
}

/** What came of each: `approved`, or the code of its error. */
async function outcomes(tries: Promise<VerificationRow>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const result of await Promise.allSettled(tries)) {
    if (result.status === 'rejected' && !(result.reason instanceof DomainError)) throw result.reason;
    const name = result.status === 'fulfilled' ? result.value.status : (result.reason as DomainError).code;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

async function refusal(tried: Promise<unknown>): Promise<ErrorCode> {
  const result = await tried.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(result instanceof DomainError)) throw new Error('It was not refused.', { cause: result });
  return result.code;
}

async function wrongChecks(v: VerificationRow, count: number): Promise<void> {
  const code = wrong(await codeOf(app, v));
  for (let i = 0; i < count; i++) await refusal(check(app, v, code));
}

describe('one verification', () => {
  test('is started, sent, delivered, and approved by the code on the handset, each with its event', async () => {
    const who = await createWaitingAccount(app);
    await connectSimulated(app, who, ['normal']);
    const to = aNumber();
    const v = await start(app, who, to);
    expect(v).toMatchObject({ status: 'pending', country: 'HR', checksUsed: 0, sendsLeft: 4 });
    expect(v.expiresAt.getTime() - v.createdAt.getTime()).toBe(10 * MINUTE);
    const coolDown = v.nextSendAt!.getTime() - v.createdAt.getTime();
    expect(coolDown).toBeGreaterThanOrEqual(30_000);
    expect(coolDown).toBeLessThan(31_000);

    const [code] = await received(app, to);
    await happened(app, v, 'MessageDelivered');
    expect(await check(app, v, code!)).toMatchObject({ status: 'approved', checksUsed: 1 });
    expect(await historyOf(app, v)).toEqual([
      'VerificationStarted',
      'MessageQueued',
      'MessageSent',
      'MessageDelivered',
      'VerificationApproved',
    ]);
    expect((await stateOf(app, v)).settledAt).not.toBeNull();
  });

  test('is approved before its receipt comes, when the code is there first', async () => {
    const who = await createWaitingAccount(app);
    await connectSimulated(app, who, ['blackhole']);
    const v = await start(app, who, aNumber());
    await happened(app, v, 'MessageSent');
    expect((await check(app, v, await codeOf(app, v))).status).toBe('approved');
  });

  test.each([
    ['spaces', (code: string) => ` ${code.slice(0, 3)} ${code.slice(3)} `],
    ['a dash', (code: string) => `${code.slice(0, 3)}-${code.slice(3)}`],
    ['Arabic digits', (code: string) => code.replace(/\d/g, (d) => String.fromCodePoint(0x660 + Number(d)))],
    [
      'Devanagari digits',
      (code: string) => code.replace(/\d/g, (d) => String.fromCodePoint(0x966 + Number(d))),
    ],
    [
      'fullwidth digits',
      (code: string) => code.replace(/\d/g, (d) => String.fromCodePoint(0xff10 + Number(d))),
    ],
  ])('takes a code with %s', async (_, typed) => {
    const who = await createWaitingAccount(app);
    const v = await start(app, who, aNumber());
    expect((await check(app, v, typed(await codeOf(app, v)))).status).toBe('approved');
  });

  test('a wrong code costs a check and says how many are left; one of the wrong form costs nothing', async () => {
    const who = await createWaitingAccount(app);
    const v = await start(app, who, aNumber());
    const code = await codeOf(app, v);
    await expect(check(app, v, wrong(code))).rejects.toMatchObject({
      code: 'verification/wrong_code',
      checksLeft: 4,
    });
    for (const typed of ['', '12345', `${code}0`, 'abcdef', '💥', '0'.repeat(100_000)])
      expect(await refusal(check(app, v, typed))).toBe('input/code');
    expect((await stateOf(app, v)).checksUsed).toBe(1);
    expect((await check(app, v, code)).status).toBe('approved');
  });
});

describe('a start for a number that has a verification pending', () => {
  test('gives the same one with one more message, the same code, and not a second more of time', async () => {
    const who = await createWaitingAccount(app, { ...NO_COOL_DOWN });
    await connectSimulated(app, who, ['instant']);
    const to = aNumber();
    const first = await start(app, who, to);
    await received(app, to);
    clock.advance(5 * MINUTE);
    const second = await start(app, who, to);
    expect(second).toMatchObject({ id: first.id, expiresAt: first.expiresAt, sendsLeft: 3 });
    const codes = await received(app, to, 2);
    expect(new Set(codes).size).toBe(1);
    expect(await messagesOf(app, first)).toHaveLength(2);
    expect((await historyOf(app, first)).filter((type) => type === 'VerificationStarted')).toHaveLength(1);
  });

  test('makes a new code where the service rotates; only the newest one approves', async () => {
    const who = await createWaitingAccount(app, { ...NO_COOL_DOWN, resend: 'rotate' });
    await connectSimulated(app, who, ['instant']);
    const to = aNumber();
    const v = await start(app, who, to);
    await received(app, to);
    expect((await start(app, who, to)).id).toBe(v.id);
    const [old, current] = await received(app, to, 2);
    expect(current).not.toBe(old);
    expect(await refusal(check(app, v, old!))).toBe('verification/wrong_code');
    expect((await check(app, v, current!)).status).toBe('approved');
  });

  test('gives no check back', async () => {
    const who = await createWaitingAccount(app, { ...NO_COOL_DOWN });
    const to = aNumber();
    const v = await start(app, who, to);
    await wrongChecks(v, 3);
    await start(app, who, to);
    await expect(check(app, v, wrong(await codeOf(app, v)))).rejects.toMatchObject({ checksLeft: 1 });
  });

  test('is another verification for another service or another account', async () => {
    const who = await createWaitingAccount(app);
    const other = await createWaitingAccount(app);
    const service = await createService(app, who, { name: 'Second', settings: {} });
    const to = aNumber();
    const ids = [
      await start(app, who, to),
      await until(() => start(app, who, to, { serviceId: service.id })),
      await start(app, other, to),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
  });
});

describe('sends to one number', () => {
  test('wait for the cool-down, which grows, and the refusal names the moment at which the next one goes', async () => {
    const who = await createWaitingAccount(app);
    const to = aNumber();
    await start(app, who, to);
    for (const seconds of [30, 60, 120]) {
      const refused = await start(app, who, to).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'verification/too_many_sends' });
      const wait = (refused as { nextSendAt: Date }).nextSendAt.getTime() - clock.now();
      expect(wait).toBeGreaterThan(seconds * 1_000 - 5_000);
      expect(wait).toBeLessThanOrEqual(seconds * 1_000);
      clock.advance(wait);
      await start(app, who, to);
    }
  });

  test('the limits outlive the verification: approved, canceled or expired, the next one waits as well', async () => {
    const who = await createWaitingAccount(app, { maxSends: 2, coolDownSeconds: 30, ttlSeconds: 60 });
    const to = aNumber();
    const first = await start(app, who, to);
    await check(app, first, await codeOf(app, first));
    expect(await refusal(start(app, who, to))).toBe('verification/too_many_sends');
    clock.advance(30_000);
    const second = await start(app, who, to);
    expect(second.id).not.toBe(first.id);
    expect(second.sendsLeft).toBe(0);
    await cancelVerification(app, who, second.id);
    clock.advance(5 * MINUTE);
    expect(await refusal(start(app, who, to))).toBe('verification/too_many_sends');
    clock.advance(6 * MINUTE);
    expect((await start(app, who, to)).id).not.toBe(second.id);
  });

  test('no more go in a day than the service allows, whatever the window', async () => {
    const who = await createWaitingAccount(app, { ...NO_COOL_DOWN, sendWindowSeconds: 1, maxSendsPerDay: 3 });
    const to = aNumber();
    for (let i = 0; i < 3; i++) {
      await start(app, who, to);
      clock.advance(2_000);
    }
    clock.advance(12 * 60 * MINUTE);
    expect(await refusal(start(app, who, to))).toBe('verification/too_many_sends');
    clock.advance(12 * 60 * MINUTE);
    await start(app, who, to);
  });

  test('of twenty starts at once one goes, in two processes together, to a new number and to a known one', async () => {
    const who = await createWaitingAccount(app);
    const to = aNumber();
    for (let round = 0; round < 3; round++) {
      const counts = await outcomes(
        Array.from({ length: 20 }, (_, i) => start(i % 2 ? app : test2.app, who, to)),
      );
      expect(counts).toEqual({ pending: 1, 'verification/too_many_sends': 19 });
      clock.advance(2 * MINUTE);
    }
  });
});

describe('a destination with too many wrong checks in a row', () => {
  const LOCKING = { ...NO_COOL_DOWN, lockAfterFailedChecks: 5, maxChecks: 3 };

  test('is locked over all its verifications, for checks and starts, until it is unlocked', async () => {
    const who = await createWaitingAccount(app, LOCKING);
    const to = aNumber();
    const first = await start(app, who, to);
    await wrongChecks(first, 3);
    expect((await stateOf(app, first)).status).toBe('max_checks_reached');
    const second = await start(app, who, to);
    expect(second.id).not.toBe(first.id);
    await wrongChecks(second, 2);

    const code = await codeOf(app, second);
    expect(await refusal(check(app, second, code))).toBe('destination/locked');
    expect(await refusal(start(app, who, to))).toBe('destination/locked');
    expect((await stateOf(app, second)).checksUsed).toBe(2);

    expect(await unlockDestination(app, who, { to })).toBe(true);
    expect(await unlockDestination(app, who, { to })).toBe(false);
    expect((await check(app, second, code)).status).toBe('approved');
    await start(app, who, to);
  });

  test('counts anew after a right check', async () => {
    const who = await createWaitingAccount(app, LOCKING);
    const to = aNumber();
    for (let i = 0; i < 3; i++) {
      const v = await start(app, who, to);
      await wrongChecks(v, 2);
      expect((await check(app, v, await codeOf(app, v))).status).toBe('approved');
    }
  });

  test('is not locked by fifty wrong checks at once beyond those that were looked at', async () => {
    const who = await createWaitingAccount(app, { ...LOCKING, lockAfterFailedChecks: 20 });
    const to = aNumber();
    const v = await start(app, who, to);
    const code = wrong(await codeOf(app, v));
    await outcomes(Array.from({ length: 50 }, () => check(app, v, code)));
    const destination = app.keys.blindIndex('destination', who.accountId, to);
    const [row] = await app.sql`SELECT failed_checks FROM destinations WHERE destination = ${destination}`;
    expect(row!.failed_checks).toBe(3);
  });
});

describe('a canceled verification', () => {
  test('stays canceled when it is canceled again, and its code approves no more', async () => {
    const who = await createWaitingAccount(app);
    const v = await start(app, who, aNumber());
    expect((await cancelVerification(app, who, v.id)).status).toBe('canceled');
    expect((await cancelVerification(app, who, v.id)).status).toBe('canceled');
    expect(await refusal(check(app, v, await codeOf(app, v)))).toBe('verification/canceled');
    expect((await historyOf(app, v)).filter((type) => type === 'VerificationCanceled')).toHaveLength(1);
  });

  test('cannot be what was approved, nor of another account', async () => {
    const who = await createWaitingAccount(app);
    const v = await start(app, who, aNumber());
    expect(await refusal(cancelVerification(app, await createWaitingAccount(app), v.id))).toBe(
      'verification/not_found',
    );
    await check(app, v, await codeOf(app, v));
    expect(await refusal(cancelVerification(app, who, v.id))).toBe('verification/settled');
  });

  test('is not sent any more: what was queued ends as expired', async () => {
    const who = await createWaitingAccount(app);
    const to = aNumber();
    const v = await start(app, who, to);
    await cancelVerification(app, who, v.id);
    await connectSimulated(app, who, ['instant']);
    expect(await happened(app, v, 'MessageExpired')).toEqual([
      'VerificationStarted',
      'MessageQueued',
      'VerificationCanceled',
      'MessageExpired',
    ]);
    expect(codesOn(app, to)).toEqual([]);
  });

  test('canceled and approved at the same moment is one of both', async () => {
    const who = await createWaitingAccount(app);
    for (let i = 0; i < 5; i++) {
      const v = await start(app, who, aNumber());
      const code = await codeOf(app, v);
      const counts = await outcomes([check(app, v, code), cancelVerification(test2.app, who, v.id)]);
      const { status } = await stateOf(app, v);
      expect(counts[status]).toBe(1);
      expect(Object.values(counts)).toEqual([1, 1]);
      // Its unsent message may have expired by now; the verification itself ends once.
      const ends = (await historyOf(app, v)).filter((type) => type.startsWith('Verification'));
      expect(ends.slice(1)).toHaveLength(1);
    }
  });
});

describe('an expired verification', () => {
  test('is ended by the sweep, with its event, and says so', async () => {
    const who = await createWaitingAccount(app, { ttlSeconds: 30 });
    const v = await start(app, who, aNumber());
    const code = await codeOf(app, v);
    clock.advance(30_000);
    await happened(app, v, 'VerificationExpired');
    expect(await stateOf(app, v)).toMatchObject({ status: 'expired' });
    expect(await refusal(check(app, v, code))).toBe('verification/expired');
    expect(await refusal(cancelVerification(app, who, v.id))).toBe('verification/settled');
  });

  test('is expired to the millisecond, by whoever looks first, with one event', async () => {
    const who = await createWaitingAccount(app, { ...NO_COOL_DOWN, ttlSeconds: 30 });
    const to = aNumber();
    const v = await start(app, who, to);
    const code = await codeOf(app, v);
    clock.advance(v.expiresAt.getTime() - clock.now());
    const counts = await outcomes([check(app, v, code), check(test2.app, v, 'wrong'), start(app, who, to)]);
    expect(counts).toEqual({ 'verification/expired': 2, pending: 1 });
    expect((await historyOf(app, v)).filter((type) => type === 'VerificationExpired')).toHaveLength(1);
  });

  test('frees its number: a start right at the end is a new verification with a new code', async () => {
    const who = await createWaitingAccount(app, { ...NO_COOL_DOWN, ttlSeconds: 30 });
    const to = aNumber();
    const v = await start(app, who, to);
    const code = await codeOf(app, v);
    clock.advance(v.expiresAt.getTime() - clock.now());
    const next = await start(app, who, to);
    expect(next.id).not.toBe(v.id);
    expect(next.expiresAt.getTime()).toBeGreaterThan(v.expiresAt.getTime());
    expect(await codeOf(app, next)).not.toBe(code);
    expect((await stateOf(app, v)).status).toBe('expired');
    expect((await historyOf(app, v)).filter((type) => type === 'VerificationExpired')).toHaveLength(1);
  });
});

describe('an idempotency key', () => {
  test('gives the first answer again, and sends one message', async () => {
    const who = await createWaitingAccount(app);
    const to = aNumber();
    const first = await start(app, who, to, { idempotencyKey: 'order 1' });
    const again = await start(app, who, to, { idempotencyKey: 'order 1' });
    const written = await start(app, who, ` ${to.slice(0, 6)} ${to.slice(6)}`, { idempotencyKey: 'order 1' });
    expect([again.id, written.id]).toEqual([first.id, first.id]);
    expect(await messagesOf(app, first)).toHaveLength(1);
  });

  test('answers with the verification as it is now, also when it has ended', async () => {
    const who = await createWaitingAccount(app);
    const to = aNumber();
    const v = await start(app, who, to, { idempotencyKey: 'order 2' });
    await check(app, v, await codeOf(app, v));
    expect(await start(app, who, to, { idempotencyKey: 'order 2' })).toMatchObject({
      id: v.id,
      status: 'approved',
    });
  });

  test('twenty starts at once, in two processes, are one verification with one message', async () => {
    const who = await createWaitingAccount(app, NO_COOL_DOWN);
    const to = aNumber();
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        start(i % 2 ? app : test2.app, who, to, { idempotencyKey: 'order 3' }),
      ),
    );
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(await messagesOf(app, all[0]!)).toHaveLength(1);
  });

  test('with a different request is a conflict, also at the same time', async () => {
    const who = await createWaitingAccount(app);
    const key = { idempotencyKey: 'order 4' };
    const counts = await outcomes([start(app, who, aNumber(), key), start(test2.app, who, aNumber(), key)]);
    expect(counts).toEqual({ pending: 1, 'idempotency/conflict': 1 });
    expect(await refusal(start(app, who, aNumber(), key))).toBe('idempotency/conflict');
    expect(await refusal(start(app, who, aNumber(), { ...key, locale: 'hr' }))).toBe('idempotency/conflict');
  });

  test('of another account is another key', async () => {
    const [one, two] = [await createWaitingAccount(app), await createWaitingAccount(app)];
    const to = aNumber();
    const key = { idempotencyKey: 'order 5' };
    expect((await start(app, one, to, key)).id).not.toBe((await start(app, two, to, key)).id);
  });

  test('of a start that was refused can be used again', async () => {
    const who = await createWaitingAccount(app);
    const to = aNumber();
    const v = await start(app, who, to);
    const key = { idempotencyKey: 'order 6' };
    expect(await refusal(start(app, who, to, key))).toBe('verification/too_many_sends');
    clock.advance(30_000);
    expect((await start(app, who, to, key)).id).toBe(v.id);
    expect(await messagesOf(app, v)).toHaveLength(2);
  });

  test('counts once against the limits of its service, and what is refused for it not at all', async () => {
    const who = await createWaitingAccount(app, NO_COOL_DOWN);
    const limits = await limitOf(who, 2);
    const to = aNumber();
    const key = { limits, idempotencyKey: 'order 7' };
    const { id } = await start(app, who, to, key);
    for (let i = 0; i < 3; i++) expect((await start(app, who, to, key)).id).toBe(id);
    expect(await refusal(start(app, who, aNumber(), key))).toBe('idempotency/conflict');
    expect(await refusal(start(app, who, aNumber(), { limits, idempotencyKey: '' }))).toBe('input/invalid');
    expect(await refusal(start(app, who, aNumber(), { limits, locale: 'not one' }))).toBe('input/invalid');
    await start(app, who, aNumber(), { limits, idempotencyKey: 'order 8' });
    expect(await refusal(start(app, who, aNumber(), { limits, idempotencyKey: 'order 9' }))).toBe(
      'limit/reached',
    );
    expect((await start(app, who, to, key)).id).toBe(id);
  });

  test('at once with limits is one verification, for which each counts at most once', async () => {
    const who = await createWaitingAccount(app, NO_COOL_DOWN);
    const limits = await limitOf(who, 10);
    const to = aNumber();
    const key = { limits, idempotencyKey: 'order 10' };
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, i) => start(i % 2 ? app : test2.app, who, to, key)),
    );
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(await messagesOf(app, all[0]!)).toHaveLength(1);
  });

  test.each([
    ['of 10,000 characters', 'x'.repeat(10_000)],
    ['of none', ''],
  ])('%s is refused, and names the field', async (_, idempotencyKey) => {
    const who = await createWaitingAccount(app);
    await expect(start(app, who, aNumber(), { idempotencyKey })).rejects.toMatchObject({
      code: 'input/invalid',
      field: 'idempotencyKey',
    });
  });
});

/** A value that so many starts of an hour may name. */
async function limitOf(who: Principal, max: number): Promise<Record<string, string>> {
  const serviceId = (await findService(app, who.accountId, undefined))!.id;
  const { id } = await addLimit(app, who, serviceId, { name: 'place' });
  await addBucket(app, who, serviceId, id, { max, intervalSeconds: 3_600 });
  return { place: '203.0.113.7' };
}

describe('checks at the same time', () => {
  test('of fifty with the right code exactly one approves, in two processes together', async () => {
    const who = await createWaitingAccount(app);
    const v = await start(app, who, aNumber());
    const code = await codeOf(app, v);
    const counts = await outcomes(
      Array.from({ length: 50 }, (_, i) => check(i % 2 ? app : test2.app, v, code)),
    );
    expect(counts).toEqual({ approved: 1, 'verification/already_used': 49 });
    expect((await historyOf(app, v)).filter((type) => type === 'VerificationApproved')).toHaveLength(1);
    expect(await stateOf(app, v)).toMatchObject({ checksUsed: 1 });
  });

  test('of fifty with a wrong code five are looked at, and the right one comes too late', async () => {
    const who = await createWaitingAccount(app);
    const v = await start(app, who, aNumber());
    const code = await codeOf(app, v);
    const counts = await outcomes(
      Array.from({ length: 50 }, (_, i) => check(i % 2 ? app : test2.app, v, wrong(code))),
    );
    expect(counts).toEqual({ 'verification/wrong_code': 4, 'verification/too_many_checks': 46 });
    expect((await historyOf(app, v)).filter((type) => type === 'CodeRejected')).toHaveLength(5);
    expect(await stateOf(app, v)).toMatchObject({ status: 'max_checks_reached', checksUsed: 5 });
    expect(await refusal(check(app, v, code))).toBe('verification/too_many_checks');
  });

  test('of a hundred different verifications each has its own answer', async () => {
    const who = await createWaitingAccount(app);
    const all = await Promise.all(Array.from({ length: 100 }, () => start(app, who, aNumber())));
    const codes = await Promise.all(all.map((v) => codeOf(app, v)));
    const answers = await Promise.allSettled(
      all.map((v, i) => check(app, v, i % 2 ? codes[i]! : wrong(codes[i]!))),
    );
    expect(answers.map(({ status }) => status)).toEqual(
      all.map((_, i) => (i % 2 ? 'fulfilled' : 'rejected')),
    );
  });
});

describe('a check of a verification that is not pending', () => {
  test('says which end it came to', async () => {
    const who = await createWaitingAccount(app, { ttlSeconds: 30 });
    const other = await createWaitingAccount(app);
    const [approved, canceled, exhausted, expired] = await Promise.all(
      Array.from({ length: 4 }, () => start(app, who, aNumber())),
    );
    const code = await codeOf(app, approved!);
    await check(app, approved!, code);
    await cancelVerification(app, who, canceled!.id);
    await wrongChecks(exhausted!, 5);
    clock.advance(30_000);
    const answers = {
      approved: await refusal(check(app, approved!, code)),
      canceled: await refusal(check(app, canceled!, '123456')),
      exhausted: await refusal(check(app, exhausted!, '123456')),
      expired: await refusal(check(app, expired!, '123456')),
      foreign: await refusal(check(app, approved!, code, other)),
      unknown: await refusal(checkVerification(app, who, { verificationId: newId('vrf'), code })),
    };
    expect(answers).toEqual({
      approved: 'verification/already_used',
      canceled: 'verification/canceled',
      exhausted: 'verification/too_many_checks',
      expired: 'verification/expired',
      foreign: 'verification/not_found',
      unknown: 'verification/not_found',
    });
  });
});

describe('a start', () => {
  test.each([
    ['with letters', '+38591CALLME1', 'input/phone_number'],
    ['that does not exist', '+385000000000', 'input/phone_number'],
    ['of no country', '0911234567', 'input/phone_number'],
    ['of a country that is not allowed', '+12015550123', 'service/country_not_allowed'],
  ] as const)('to a number %s is refused, and leaves nothing behind', async (_, to, code) => {
    const who = await createWaitingAccount(app, { allowedCountries: ['HR', 'SI'] });
    expect(await refusal(start(app, who, to))).toBe(code);
    const [row] = await app.sql`
      SELECT count(*)::int AS count FROM verifications WHERE account_id = ${who.accountId.slice(4)}`;
    expect(row!.count).toBe(0);
  });

  test('with a service or locale that is none is refused', async () => {
    const who = await createWaitingAccount(app);
    expect(await refusal(start(app, who, aNumber(), { serviceId: newId('svc') }))).toBe('service/not_found');
    expect(await refusal(start(app, who, aNumber(), { locale: 'not a locale' }))).toBe('input/invalid');
  });

  test('of many at once is not held up by those that are refused', async () => {
    const who = await createWaitingAccount(app);
    const used = aNumber();
    await start(app, who, used);
    const counts = await outcomes(
      Array.from({ length: 100 }, (_, i) => start(app, who, i % 4 ? aNumber() : used)),
    );
    expect(counts).toEqual({ pending: 75, 'verification/too_many_sends': 25 });
  });
});

test('no code and no number is in the database, in the log or in an error, whatever happens', async () => {
  const lines: string[] = [];
  const log = pino(
    { level: 'trace' },
    new Writable({
      write(chunk: Buffer, _, done) {
        lines.push(chunk.toString());
        done();
      },
    }),
  );
  await using canary = await createTestApp({ ROLES: 'worker,simulator' }, { log, clock: clock.now });
  const { app } = canary;
  const who = await createWaitingAccount(app, NO_COOL_DOWN);
  await connectSimulated(app, who, ['rejecting', 'undelivered', 'normal']);
  const to = '+385919876543';
  const errors: string[] = [];
  const note = (error: unknown) => void errors.push(String(error), JSON.stringify(error));
  const idempotencyKey = `signup ${to}`;

  const v = await start(app, who, to, { idempotencyKey });
  const code = await codeOf(app, v);
  await start(app, who, to);
  await start(app, who, to, { idempotencyKey, locale: 'hr' }).catch(note);
  await start(app, who, `${to}99`).catch(note);
  await check(app, v, wrong(code)).catch(note);
  await check(app, v, `${code}0`).catch(note);
  // By the third carrier, after two failovers. Where the links are not up at the first look, it waits for a while.
  await until(
    () => {
      if (codesOn(app, to).length > 0) return true;
      clock.advance(1_000);
      app.dispatcher!.wake();
      return false;
    },
    { everyMs: 250 },
  );
  await happened(app, v, 'MessageSent');
  await check(app, v, code);
  await check(app, v, code).catch(note);

  const tables = await app.sql<{ name: string }[]>`
    SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
    WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'`;
  let dump = '';
  for (const { name } of tables)
    for (const row of await app.sql.unsafe<{ line: string }[]>(`SELECT t::text AS line FROM ${name} t`))
      dump += `${name} ${row.line}\n`;
  expect(dump).toContain(v.id.slice(4, 12));
  for (const text of [dump, lines.join(''), errors.join('\n')]) {
    const bare = text.replace(
      /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\\x[0-9a-f]+/g,
      '',
    );
    expect(bare).not.toContain(to.slice(1));
    expect(bare).not.toContain('919876543');
    expect(bare).not.toMatch(new RegExp(`(?<!\\d)${code}(?!\\d)`));
    expect(text).not.toContain(Buffer.from('919876543').toString('hex'));
    expect(text).not.toContain(Buffer.from(code).toString('hex'));
  }
});
