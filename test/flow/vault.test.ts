import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { uuidOf } from '../../src/ids.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import { shownNumber } from '../../src/verifications/number-of.ts';
import { listVerifications } from '../../src/verifications/queries.ts';
import { resendVerification } from '../../src/verifications/resend.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';
import {
  connectSimulated,
  createTestAccount,
  createTestApp,
  createWaitingAccount,
  type TestApp,
} from '../support/app.ts';
import {
  codeOf,
  codesOn,
  createNumbers,
  messagesOf,
  received,
  start,
  stateOf,
} from '../support/verifying.ts';
import { until } from '../support/until.ts';

const aNumber = createNumbers(5_000_000);
const PAGE = { after: undefined, limit: 10 };
let testApp: TestApp;
let app: TestApp['app'];
let who: Principal;

beforeAll(async () => {
  testApp = await createTestApp();
  app = testApp.app;
  who = await createTestAccount(app, { coolDownSeconds: 0 });
  await connectSimulated(app, who, ['instant']);
});
afterAll(() => testApp[Symbol.asyncDispose]());

async function forget({ id }: VerificationRow): Promise<void> {
  const { count } = await app.sql`DELETE FROM vault.numbers WHERE verification_id = ${uuidOf(id)}`;
  expect(count).toBe(1);
}

async function found(to: string) {
  return (await listVerifications(app, who, { to }, PAGE)).map(({ id }) => id);
}

describe('a verification whose number has gone', () => {
  test('shows the code of its country and nothing else', async () => {
    const to = aNumber();
    const { id } = await start(app, who, to);
    const v = await stateOf(app, { accountId: who.accountId, id });
    expect(await shownNumber(app, who, v)).toBe(to);
    await forget(v);
    expect(await shownNumber(app, who, v)).toBe('+385•••••••••');
    expect(await shownNumber(app, who, { ...v, country: '00' })).toBe('+•••••••••');
  });

  test('is not found by its number any more, the others of that number are', async () => {
    const to = aNumber();
    const verifications: VerificationRow[] = [];
    for (let n = 0; n < 3; n++) {
      const v = await start(app, who, to);
      await checkVerification(app, who, { verificationId: v.id, code: await codeOf(app, v) });
      verifications.push(v);
    }
    const [first, second, third] = verifications as [VerificationRow, VerificationRow, VerificationRow];
    expect(await found(to)).toEqual([third.id, second.id, first.id]);
    expect(await listVerifications(app, who, { to, status: ['pending'] }, PAGE)).toEqual([]);
    const behind = await listVerifications(app, who, { to }, { after: third.id, limit: 1 });
    expect(behind.map(({ id }) => id)).toEqual([second.id]);
    await forget(second);
    expect(await found(to)).toEqual([third.id, first.id]);
  });

  test('can still be approved by its code, exactly once', async () => {
    const v = await start(app, who, aNumber());
    const code = await codeOf(app, v);
    await forget(v);
    expect((await checkVerification(app, who, { verificationId: v.id, code })).status).toBe('approved');
    await expect(checkVerification(app, who, { verificationId: v.id, code })).rejects.toThrow();
  });

  test('is not sent to, and stops no other message', async () => {
    const late = await createWaitingAccount(app, { coolDownSeconds: 0 });
    const [gone, there] = [aNumber(), aNumber()];
    const v = await start(app, late, gone);
    const other = await start(app, late, there);
    await forget(v);
    await connectSimulated(app, late, ['instant']);
    await received(app, there);
    await until(async () => (await messagesOf(app, v))[0]!.status === 'expired', {
      what: 'its message ended',
    });
    expect(codesOn(app, gone)).toEqual([]);
    await expect(resendVerification(app, late, v.id)).rejects.toMatchObject({
      code: 'verification/not_found',
    });
    expect((await stateOf(app, other)).status).toBe('pending');
  });
});

test('nothing but the vault tells which verifications were of one number', async () => {
  const to = aNumber();
  const v = await start(app, who, to);
  await received(app, to);
  const subject = app.keys.blindIndex('destination', who.accountId, to).toString('hex');
  for (const table of ['verifications', 'messages', 'attempts', 'events'])
    for (const {
      row,
    } of await app.sql`SELECT t::text AS row FROM ${app.sql(table)} t WHERE account_id = ${uuidOf(who.accountId)}`)
      expect(row).not.toContain(subject);
  const rows = await app.sql<{ verification_id: string }[]>`
    SELECT verification_id FROM vault.numbers WHERE subject = ${Buffer.from(subject, 'hex')}`;
  expect(rows.map((row) => row.verification_id.replaceAll('-', ''))).toEqual([uuidOf(v.id)]);
});
