import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAccount } from '../../src/accounts/create-account.ts';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { RunningApp } from '../../src/app.ts';
import type { AccountId, PersonId } from '../../src/ids.ts';
import { makeMember } from '../../src/people/add-member.ts';
import { dumpOf } from '../support/account-rows.ts';
import { createTestApp } from '../support/app.ts';
import { auditOf, notedOf, withoutSignIns } from '../support/audit-log.ts';
import { Browser, type Said } from '../support/browser.ts';
import { callerWith, codesOf, openRawSocket, urlOf } from '../support/graphql.ts';
import { enrol, freshCode, giveBackupCode, giveCode, type Authenticator } from '../support/second-factor.ts';
import { MailServer } from '../support/smtp-server.ts';
import { totp } from '../support/totp.ts';
import { until } from '../support/until.ts';

const PASSWORD = 'correct horse battery staple';
const WHO = '{ viewer { kind factors person { hasSecondFactor } } }';
const WRONG = { status: 403, code: 'sign_in/wrong_code' };

const stack = new AsyncDisposableStack();
let mail: MailServer;
let app: RunningApp;
let accountId: AccountId;
let personId: PersonId;
let email: string;
let count = 0;

beforeAll(async () => {
  mail = stack.use(await MailServer.start());
  const env = { ROLES: 'api', SMTP_URL: mail.url, MAIL_FROM: 'Otpost <otpost@example.com>' };
  app = stack.use(await createTestApp(env)).app;
});
afterAll(() => stack.disposeAsync());
beforeEach(async () => {
  await app.sql`DELETE FROM sign_in_failures`;
  email = `person${++count}@people.example`;
  accountId = (await createAccount(app, { name: 'People' })).id;
  const member = { accountId, email, name: 'Ana', password: PASSWORD, role: 'owner' } as const;
  ({ personId } = await makeMember(app, member));
});

const signIn = async (browser = new Browser(app), password = PASSWORD) => {
  expect((await browser.signIn(email, password)).status).toBe(200);
  return browser;
};
const enrolled = async () => {
  const browser = await signIn();
  return { browser, ...(await enrol(app, browser, PASSWORD)) };
};
const signInWith = async ({ secret }: Pick<Authenticator, 'secret'>, browser = new Browser(app)) => {
  const code = await freshCode(app, secret);
  await signIn(browser);
  return { browser, code, said: await giveCode(browser, code) };
};
const refusalOf = ({ status, body }: Said) => ({ status, code: body.code });
const wrongCode = (secret: string) =>
  ['000000', '111111', '222222', '333333'].find(
    (code) => ![-1, 0, 1, 2].some((i) => totp(secret, i) === code),
  )!;

describe('an authenticator app', () => {
  test('is asked for from its first right code on, and not before', async () => {
    const elsewhere = await signIn();
    const browser = await signIn();
    const { body } = await browser.post('/two-factor/enable', { password: PASSWORD });
    const { totpURI, secret, backupCodes } = body as unknown as Authenticator & { totpURI: string };
    expect(new URL(totpURI)).toMatchObject({ protocol: 'otpauth:', host: 'totp' });
    expect(totpURI).toContain(`Otpost:${encodeURIComponent(email)}`);
    expect(new URL(totpURI).searchParams.get('secret')).toBe(secret);
    expect(backupCodes).toHaveLength(10);
    expect(refusalOf(await giveCode(browser, wrongCode(secret)))).toEqual(WRONG);
    expect((await new Browser(app).signIn(email, PASSWORD)).body).toHaveProperty('token');
    const before = browser.cookies.get('otpost.session');
    const noted = await notedOf(app, accountId, async () => {
      expect((await giveCode(browser, totp(secret))).status).toBe(200);
    });
    expect(noted).toMatchObject([
      { action: 'second_factor.enable', targets: [personId], actor: { id: personId, address: '127.0.0.1' } },
    ]);
    // It goes on in a new session, and what was open without a code is over.
    expect(browser.cookies.get('otpost.session')).not.toBe(before);
    expect(codesOf(await elsewhere.ask(WHO))).toEqual(['auth/invalid']);
    expect(await browser.data(WHO)).toEqual({
      viewer: { kind: 'PERSON', factors: ['PASSWORD', 'TOTP'], person: { hasSecondFactor: true } },
    });
    // The secret was shown that once.
    const again = await browser.post('/two-factor/enable', { password: PASSWORD });
    expect(refusalOf(again)).toEqual({ status: 409, code: 'sign_in/second_factor_on' });
    expect((await browser.post('/two-factor/get-totp-uri', { password: PASSWORD })).status).toBe(404);
  });

  test('makes of a sign-in two steps, and the session says with what it was made', async () => {
    const owner = await enrolled();
    const browser = new Browser(app);
    const first = await browser.signIn(email, PASSWORD);
    expect(first.body).toEqual({ twoFactorRedirect: true, twoFactorMethods: ['totp'] });
    expect(first.setCookies.filter((cookie) => cookie.includes('otp_ses_'))).toEqual([]);
    expect(codesOf(await browser.ask(WHO))).toEqual(['auth/missing']);
    const second = await giveCode(browser, await freshCode(app, owner.secret));
    expect(second.body.token).toMatch(/^otp_ses_/);
    const { sessions } = await browser.data<{ sessions: object[] }>('{ sessions { isCurrent factors } }');
    expect(sessions).toEqual([
      { isCurrent: false, factors: ['PASSWORD', 'TOTP'] },
      { isCurrent: true, factors: ['PASSWORD', 'TOTP'] },
    ]);
    expect(await browser.data(WHO)).toMatchObject({ viewer: { factors: ['PASSWORD', 'TOTP'] } });
    // A new password does not ask for the code again, and takes nothing away.
    const newPassword = 'another long password';
    await browser.post('/change-password', { currentPassword: PASSWORD, newPassword });
    expect(await browser.data(WHO)).toMatchObject({ viewer: { factors: ['PASSWORD', 'TOTP'] } });
    expect((await new Browser(app).signIn(email, newPassword)).body).not.toHaveProperty('token');
  });

  test('lets nobody in twice with one code, also not at the same time', async () => {
    const { secret } = await enrolled();
    const code = await freshCode(app, secret);
    const browsers = await Promise.all(Array.from({ length: 4 }, () => signIn()));
    const answers = await Promise.all(browsers.map((browser) => giveCode(browser, code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status !== 200).map(refusalOf)).toEqual(Array(3).fill(WRONG));
    expect(refusalOf(await giveCode(await signIn(), code))).toEqual(WRONG);
  });

  test('rests where nobody can read it: neither its secret nor a backup code', async () => {
    const { secret, backupCodes } = await enrolled();
    const dump = JSON.stringify(await dumpOf(app));
    for (const text of [secret, ...backupCodes]) {
      expect(dump).not.toContain(text);
      expect(dump).not.toContain(Buffer.from(text).toString('hex'));
    }
  });

  test('that is set up twice at the same time is one, and its codes are good', async () => {
    const browser = await signIn();
    const both = await Promise.all(
      [1, 2].map(() => browser.post('/two-factor/enable', { password: PASSWORD })),
    );
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    const rows = await app.sql`SELECT id FROM person_totp WHERE NOT verified`;
    expect(rows).toHaveLength(1);
    const statuses: number[] = [];
    for (const { body } of both) {
      const said = await giveCode(browser, await freshCode(app, String(body.secret)));
      statuses.push(said.status);
    }
    expect(statuses.sort()).toEqual([200, 403]);
  });

  test.each([
    ['no code', {}],
    ['a number', { code: 123456 }],
    ['an object', { code: { $ne: '' } }],
    ['too much', { code: '1'.repeat(10_000) }],
    ['another one’s answer', { code: '1', found: { personId: 'per_1' } }],
  ])('that is given %s refuses it, and nothing fails', async (_what, body) => {
    await enrolled();
    const browser = await signIn();
    const said = await browser.post('/two-factor/verify-totp', body);
    expect([400, 403]).toContain(said.status);
  });
});

describe('a backup code', () => {
  test('lets its owner in once, and everybody can see that it did', async () => {
    const { backupCodes } = await enrolled();
    const browser = await signIn();
    const noted = await notedOf(app, accountId, async () => {
      expect((await giveBackupCode(browser, backupCodes[0]!)).status).toBe(200);
    });
    expect(withoutSignIns(noted)).toMatchObject([
      { action: 'second_factor.use', outcome: 'ok', details: { factor: 'BACKUP_CODE' } },
    ]);
    expect(await browser.data(WHO)).toMatchObject({ viewer: { factors: ['PASSWORD', 'BACKUP_CODE'] } });
    expect(refusalOf(await giveBackupCode(await signIn(), backupCodes[0]!))).toEqual(WRONG);
    const browsers = await Promise.all([1, 2, 3].map(() => signIn()));
    const answers = await Promise.all(browsers.map((one) => giveBackupCode(one, backupCodes[1]!)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status !== 200).map(refusalOf)).toEqual(Array(2).fill(WRONG));
  });

  test('is void once new ones were made, for which password and code are needed', async () => {
    const { browser, secret, backupCodes } = await enrolled();
    const renew = (body: object) => browser.post('/two-factor/generate-backup-codes', body);
    expect(refusalOf(await renew({ password: PASSWORD }))).toMatchObject({ code: 'input/invalid' });
    const code = await freshCode(app, secret);
    const noted = await notedOf(app, accountId, async () => {
      const { body } = await renew({ password: PASSWORD, code });
      const fresh = body.backupCodes as string[];
      expect(refusalOf(await giveBackupCode(await signIn(), backupCodes[0]!))).toEqual(WRONG);
      expect((await giveBackupCode(await signIn(), fresh[0]!)).status).toBe(200);
    });
    expect(withoutSignIns(noted)).toMatchObject([
      { action: 'second_factor.renew_backup_codes', targets: [personId], actor: { id: personId } },
      { action: 'second_factor.use', outcome: 'sign_in/wrong_code' },
      { action: 'second_factor.use', outcome: 'ok' },
    ]);
  });
});

describe('turning it off', () => {
  test('needs the password and a code, ends all other sessions, and is noted', async () => {
    const { browser, secret } = await enrolled();
    const elsewhere = (await signInWith({ secret })).browser;
    const code = await freshCode(app, secret);
    const off = (body: object) => browser.post('/two-factor/disable', body);
    expect(refusalOf(await off({ password: PASSWORD }))).toMatchObject({ code: 'input/invalid' });
    expect(refusalOf(await off({ code }))).toEqual({ status: 403, code: 'sign_in/wrong_password' });
    const guess = { password: 'wrong wrong wrong', code };
    expect(refusalOf(await off(guess))).toEqual({ status: 403, code: 'sign_in/wrong_password' });
    expect(refusalOf(await off({ password: PASSWORD, code: wrongCode(secret) }))).toEqual(WRONG);
    const noted = await notedOf(app, accountId, async () => {
      expect((await off({ password: PASSWORD, code })).status).toBe(200);
    });
    expect(noted).toMatchObject([{ action: 'second_factor.disable', targets: [personId] }]);
    expect(codesOf(await elsewhere.ask(WHO))).toEqual(['auth/invalid']);
    expect(await browser.data(WHO)).toEqual({
      viewer: { kind: 'PERSON', factors: ['PASSWORD'], person: { hasSecondFactor: false } },
    });
    expect((await new Browser(app).signIn(email, PASSWORD)).body).toHaveProperty('token');
    // Another app can be set up then.
    await enrol(app, browser, PASSWORD);
  });

  test('goes with a backup code, too, for whoever has lost the app', async () => {
    const { browser, backupCodes } = await enrolled();
    const { status } = await browser.post('/two-factor/disable', {
      password: PASSWORD,
      code: backupCodes[0],
    });
    expect(status).toBe(200);
  });
});

describe('whoever has stolen the password', () => {
  test('has nothing of the cookie between the two steps: it opens no door', async () => {
    await enrolled();
    const thief = await signIn();
    expect(thief.cookies.has('otpost.two_factor')).toBe(true);
    expect(codesOf(await thief.ask(WHO))).toEqual(['auth/missing']);
    for (const [path, body] of [
      ['/change-password', { currentPassword: PASSWORD, newPassword: 'another long password' }],
      ['/two-factor/enable', { password: PASSWORD }],
      ['/two-factor/disable', { password: PASSWORD, code: '123456' }],
      ['/two-factor/generate-backup-codes', { password: PASSWORD, code: '123456' }],
    ] as const)
      expect(refusalOf(await thief.post(path, body))).toEqual({ status: 401, code: 'auth/missing' });
    const asSession = new Browser(app);
    asSession.cookies.set('otpost.session', thief.cookies.get('otpost.two_factor')!);
    expect(codesOf(await asSession.ask(WHO))).toEqual(['auth/invalid']);
  });

  test('cannot use that cookie again once somebody has come in with it, whatever code they have', async () => {
    const { secret, backupCodes } = await enrolled();
    const browser = await signIn();
    const stolen = new Browser(app);
    stolen.cookies.set('otpost.two_factor', browser.cookies.get('otpost.two_factor')!);
    expect((await giveCode(browser, await freshCode(app, secret))).status).toBe(200);
    const over = { status: 401, code: 'sign_in/step_over' };
    expect(refusalOf(await giveCode(stolen, await freshCode(app, secret)))).toEqual(over);
    expect(refusalOf(await giveBackupCode(stolen, backupCodes[0]!))).toEqual(over);
    // Nor one of their own making, nor none.
    stolen.cookies.set('otpost.two_factor', '2fa-abcdefghijklmnopqrst.c2lnbmF0dXJl');
    expect(refusalOf(await giveCode(stolen, totp(secret)))).toEqual(over);
    expect(refusalOf(await giveCode(new Browser(app), totp(secret)))).toEqual(over);
  });

  test('guesses ten codes in a quarter of an hour, over however many sign-ins, and the owner goes on', async () => {
    const owner = await enrolled();
    const known = (await signInWith(owner)).browser;
    await known.post('/sign-out');
    await app.sql`DELETE FROM sign_in_failures`;
    const wrong = wrongCode(owner.secret);
    const thieves: Browser[] = [];
    for (let i = 0; i < 13; i++) thieves.push(await signIn());
    const noted = await notedOf(app, accountId, async () => {
      const answers = await Promise.all(thieves.map((thief) => giveCode(thief, wrong)));
      const statuses = answers.map(refusalOf);
      expect(statuses.filter(({ status }) => status === 403)).toHaveLength(10);
      expect(statuses.filter(({ code }) => code === 'sign_in/too_many_attempts')).toHaveLength(3);
    });
    const guessed = noted.filter(({ kind }) => kind === 'act');
    expect(guessed).toHaveLength(10);
    const more = noted.filter(({ outcome }) => outcome === 'sign_in/too_many_attempts');
    expect(more.reduce((sum, { count }) => sum + count, 0)).toBe(3);
    expect(more[0]).toMatchObject({ action: 'second_factor.use', kind: 'refusal', actor: { id: personId } });
    expect(guessed[0]).toMatchObject({
      action: 'second_factor.use',
      outcome: 'sign_in/wrong_code',
      actor: { id: personId, session: null, address: '127.0.0.1' },
      details: { factor: 'TOTP' },
    });
    // Not even the right one is looked at, and backup codes are no way around.
    const late = await signIn();
    expect((await giveCode(late, totp(owner.secret))).status).toBe(429);
    expect((await giveBackupCode(late, owner.backupCodes[0]!)).status).toBe(429);
    await signIn(known);
    expect((await giveCode(known, totp(owner.secret))).status).toBe(200);
  });

  test('has five tries in one sign-in, and after thirty wrong ones in a row nobody has any for a day', async () => {
    const owner = await enrolled();
    const wrong = wrongCode(owner.secret);
    const answers: object[] = [];
    for (let i = 0; i < 5; i++) {
      await app.sql`DELETE FROM sign_in_failures`;
      const thief = await signIn();
      for (let j = 0; j < 6; j++) answers.push(refusalOf(await giveCode(thief, wrong)));
    }
    const round = [...Array<object>(5).fill(WRONG), { status: 401, code: 'sign_in/step_over' }];
    expect(answers).toEqual(Array<object[]>(5).fill(round).flat());
    const last = await signIn();
    await app.sql`DELETE FROM sign_in_failures`;
    for (let i = 0; i < 5; i++) await giveCode(last, wrong);
    const locked = { status: 429, code: 'sign_in/second_factor_locked' };
    expect(refusalOf((await signInWith(owner)).said)).toEqual(locked);
    const [{ hours }] = await app.sql<[{ hours: number }]>`
      SELECT extract(epoch FROM locked_until - now()) / 3600 AS hours FROM person_totp WHERE locked_until > now()`;
    expect(Number(hours)).toBeCloseTo(24, 0);
    expect(withoutSignIns(await auditOf(app, accountId)).at(-1)).toMatchObject({ outcome: locked.code });
  });

  test('does not make a browser known, or trusted, that did not get through', async () => {
    const { secret } = await enrolled();
    const browser = await signIn();
    expect(browser.cookies.has('otpost.device')).toBe(false);
    const code = await freshCode(app, secret);
    await browser.post('/two-factor/verify-totp', { code, trustDevice: true });
    expect([...browser.cookies.keys()].sort()).toEqual(['otpost.device', 'otpost.session']);
    await browser.post('/sign-out');
    expect((await browser.signIn(email, PASSWORD)).body).not.toHaveProperty('token');
  });
});

test('whoever plants a session in a browser does not have the one that its owner signs in to', async () => {
  const { secret } = await enrolled();
  const browser = new Browser(app);
  const planted = `otp_ses_${'A'.repeat(39)}`;
  browser.cookies.set('otpost.session', `${planted}.c2lnbmF0dXJl`);
  await signIn(browser);
  expect(browser.cookies.has('otpost.session')).toBe(false);
  browser.cookies.set('otpost.session', `${planted}.c2lnbmF0dXJl`);
  const { body } = await giveCode(browser, await freshCode(app, secret));
  expect(body.token).not.toBe(planted);
  expect(browser.cookies.get('otpost.session')).toContain(String(body.token));
});

test('whoever has stolen a session can set up, change or turn off nothing without the password', async () => {
  const browser = await signIn();
  const thief = new Browser(app, { origin: browser.origin });
  const token = browser.cookies.get('otpost.session')!.split('.')[0]!;
  const asProgram = (path: string, body: object) =>
    fetch(`${app.server!.url}/auth${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
  thief.cookies.set('otpost.session', browser.cookies.get('otpost.session')!);
  const guess = { password: 'wrong wrong wrong' };
  expect(refusalOf(await thief.post('/two-factor/enable', guess))).toMatchObject({ status: 403 });
  expect((await thief.post('/two-factor/enable', {})).status).toBe(400);
  // Nor by guessing it, as a page or as a program.
  const statuses = await Promise.all(
    Array.from({ length: 14 }, async (_, i) =>
      i % 2 === 0
        ? (await thief.post('/two-factor/enable', guess)).status
        : (await asProgram('/change-password', { currentPassword: 'x', newPassword: PASSWORD })).status,
    ),
  );
  expect(statuses.filter((status) => status === 403)).toHaveLength(8);
  expect(statuses.filter((status) => status === 429)).toHaveLength(6);
  const rows = await app.sql`SELECT t.id FROM person_totp t JOIN people p ON p.id = t.person_id
    WHERE NOT t.verified AND p.email_index = ${app.keys.blindIndex('email', email)}`;
  expect(rows).toEqual([]);
});

test('a new password by e-mail does not take the second factor away', async () => {
  const { secret } = await enrolled();
  mail.mails.length = 0;
  await new Browser(app).post('/request-password-reset', { email });
  await until(() => mail.mails.length > 0);
  const token = mail.mails[0]!.link.split('#reset=')[1]!;
  const newPassword = 'another long password';
  expect((await new Browser(app).post('/reset-password', { token, newPassword })).status).toBe(200);
  const browser = new Browser(app);
  expect((await browser.signIn(email, newPassword)).body).toEqual({
    twoFactorRedirect: true,
    twoFactorMethods: ['totp'],
  });
  expect((await giveCode(browser, await freshCode(app, secret))).status).toBe(200);
  expect(await browser.data(WHO)).toMatchObject({ viewer: { person: { hasSecondFactor: true } } });
});

describe('an account that requires a second factor', () => {
  const REQUIRE = `mutation ($required: Boolean!) { setRequireSecondFactor(input: { required: $required }) {
    __typename ... on Account { requireSecondFactor } ... on Error { code } } }`;
  const require = (browser: Browser, required = true) =>
    browser.data<{ setRequireSecondFactor: object }>(REQUIRE, { required });
  const NEEDED = ['auth/second_factor_needed'];
  const MEMBERS = '{ members(first: 1) { nodes { id } } }';

  /** Somebody else in the account, with a password alone. */
  const another = async () => {
    const member = {
      accountId,
      email: `other${email}`,
      name: 'Ben',
      password: PASSWORD,
      role: 'admin',
    } as const;
    await makeMember(app, member);
    const browser = new Browser(app);
    expect((await browser.signIn(member.email, PASSWORD)).status).toBe(200);
    return browser;
  };

  test('is made one by an owner who has one, and by nobody else', async () => {
    const browser = await signIn();
    expect(await require(browser)).toEqual({
      setRequireSecondFactor: { __typename: 'SecondFactorNeeded', code: NEEDED[0] },
    });
    const admin = await another();
    expect(codesOf(await admin.ask(REQUIRE, { required: true }))).toEqual(['auth/forbidden']);
    await enrol(app, browser, PASSWORD);
    const noted = await notedOf(app, accountId, async () => {
      expect(await require(browser)).toEqual({
        setRequireSecondFactor: { __typename: 'Account', requireSecondFactor: true },
      });
    });
    expect(noted).toMatchObject([
      { action: 'account.set_require_second_factor', actor: { id: personId }, details: { required: true } },
    ]);
  });

  test('lets a member without one set one up, and do nothing else; their socket is closed', async () => {
    const owner = (await enrolled()).browser;
    const browser = await another();
    const token = browser.cookies.get('otpost.session')!.split('.')[0]!;
    const elsewhere = (await createAccount(app, { name: 'Elsewhere' })).id;
    const { viewer } = await browser.data<{ viewer: { person: { email: string } } }>(
      '{ viewer { person { email } } }',
    );
    await makeMember(app, {
      accountId: elsewhere,
      email: viewer.person.email,
      name: 'Ben',
      password: PASSWORD,
      role: 'owner',
    });
    await using socket = await openRawSocket(urlOf(app), {
      origin: browser.origin,
      headers: { cookie: browser.cookie },
    });
    socket.send({ type: 'connection_init' });
    expect(await socket.next()).toMatchObject({ type: 'connection_ack' });
    expect(await browser.data(MEMBERS)).toHaveProperty('members');
    await require(owner);
    expect(await socket.closed).toMatchObject({ code: 4403 });

    for (const query of [
      MEMBERS,
      '{ account { name } }',
      '{ viewer { account { name } } }',
      'mutation { leaveAccount { __typename } }',
      REQUIRE,
    ])
      expect(codesOf(await browser.ask(query, query === REQUIRE ? { required: false } : {})), query).toEqual(
        NEEDED,
      );
    const rest = await fetch(`${app.server!.url}/v1/services`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await rest.json()).toMatchObject({ status: 403, code: NEEDED[0] });
    const asked = '{ viewer { needsSecondFactor permissions factors } sessions { id } }';
    expect(await browser.data(asked)).toMatchObject({
      viewer: { needsSecondFactor: true, permissions: [], factors: ['PASSWORD'] },
    });
    // In their other account they are who they were.
    const there = { 'otpost-account': elsewhere };
    expect(await browser.data('{ account { requireSecondFactor } }', {}, there)).toEqual({
      account: { requireSecondFactor: false },
    });

    await enrol(app, browser, PASSWORD);
    expect(await browser.data(MEMBERS)).toHaveProperty('members');
    expect(await browser.data('{ viewer { needsSecondFactor } }')).toEqual({
      viewer: { needsSecondFactor: false },
    });
  });

  test('stops no key, and stops whoever turns theirs off', async () => {
    const { browser: owner, secret } = await enrolled();
    const { key } = await createApiKey(app, accountId, { name: 'server' });
    await require(owner);
    const ask = callerWith(app, key);
    expect((await ask.ask('{ account { requireSecondFactor } }')).data).toEqual({
      account: { requireSecondFactor: true },
    });
    const code = await freshCode(app, secret);
    expect((await owner.post('/two-factor/disable', { password: PASSWORD, code })).status).toBe(200);
    expect(codesOf(await owner.ask(MEMBERS))).toEqual(NEEDED);
  });
});
