import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAccount } from '../../src/accounts/create-account.ts';
import type { RunningApp } from '../../src/app.ts';
import { uuidOf, type AccountId, type PersonId } from '../../src/ids.ts';
import { makeMember } from '../../src/people/add-member.ts';
import { createPasswords } from '../../src/people/passwords.ts';
import { dumpOf } from '../support/account-rows.ts';
import { sendRaw } from '../support/raw-request.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { Browser, type Said } from '../support/browser.ts';
import { codesOf, openRawSocket, urlOf } from '../support/graphql.ts';

const PASSWORD = 'correct horse battery staple';
const WHO = '{ viewer { kind role person { email name } } }';

let testApp: TestApp;
let app: RunningApp;
let accountId: AccountId;
let personId: PersonId;
let email: string;
let count = 0;
/** What the app's clock is ahead of the real one. Milliseconds. */
let ahead = 0;

beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api' }, { clock: () => Date.now() + ahead });
  app = testApp.app;
});
afterAll(() => testApp[Symbol.asyncDispose]());
beforeEach(async () => {
  ahead = 0;
  await app.sql`DELETE FROM sign_in_failures`;
  email = `person${++count}@people.example`;
  accountId = (await createAccount(app, { name: 'People' })).id;
  ({ personId } = await makeMember(app, {
    accountId,
    email,
    name: 'Ana',
    password: PASSWORD,
    role: 'owner',
  }));
});

async function signedIn(): Promise<Browser> {
  const browser = new Browser(app);
  expect((await browser.signIn(email, PASSWORD)).status).toBe(200);
  return browser;
}

const refusalOf = ({ status, body }: Said) => ({ status, code: body.code });

describe('somebody who signs in', () => {
  test('is let in by a cookie that no script reads and no foreign page sends, for twelve hours', async () => {
    const browser = new Browser(app);
    const { body, setCookies } = await browser.signIn(` ${email.toUpperCase()} `.trim(), PASSWORD);
    expect(body).toMatchObject({ token: expect.stringMatching(/^otp_ses_[0-9A-Za-z]{39}$/) as unknown });
    const session = setCookies.find((cookie) => cookie.startsWith('otpost.session='))!;
    expect(session).toMatch(/; Max-Age=43200;/);
    for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/']) expect(session).toContain(attribute);
    expect(await browser.data(WHO)).toEqual({
      viewer: { kind: 'PERSON', role: 'OWNER', person: { email, name: 'Ana' } },
    });
    ahead = 12 * 3_600_000 + 1_000;
    expect((await browser.ask(WHO)).errors![0]!.extensions).toMatchObject({
      code: 'auth/invalid',
      reason: 'expired',
    });
  });

  test('has no longer session for not being remembered', async () => {
    const said = await new Browser(app).post('/sign-in/email', {
      email,
      password: PASSWORD,
      rememberMe: false,
    });
    expect(said.status).toBe(200);
    const [row] = await app.sql<[{ hours: number }]>`
      SELECT extract(epoch FROM expires_at - created_at)::float8 / 3600 AS hours FROM person_sessions
      WHERE person_id = ${uuidOf(personId)}`;
    expect(row.hours).toBeCloseTo(12, 2);
  });

  test('can be a program, too, with the token as a bearer', async () => {
    const { body } = await new Browser(app).signIn(email, PASSWORD);
    const program = { authorization: `Bearer ${String(body.token)}` };
    const nobody = new Browser(app, { origin: 'https://elsewhere.example' });
    expect(await nobody.data(WHO, {}, program)).toMatchObject({ viewer: { kind: 'PERSON' } });
    await using socket = await openRawSocket(urlOf(app));
    socket.send({ type: 'connection_init', payload: program });
    expect(await socket.next()).toMatchObject({ type: 'connection_ack' });
  });

  test('over TLS has a cookie that is bound to this host', async () => {
    await using secure = await createTestApp({ ROLES: 'api', PUBLIC_URL: 'https://otp.example' });
    const { id } = await createAccount(secure.app, { name: 'People' });
    await makeMember(secure.app, { accountId: id, email, name: 'Ana', password: PASSWORD, role: 'owner' });
    const browser = new Browser(secure.app, { origin: 'https://otp.example' });
    const { setCookies } = await browser.signIn(email, PASSWORD);
    expect(setCookies.length).toBeGreaterThan(1);
    for (const cookie of setCookies) expect(cookie).toMatch(/^__Host-otpost\.\w+=.*; Path=\/; .*Secure/);
    expect(await browser.data(WHO)).toMatchObject({ viewer: { kind: 'PERSON' } });
  });

  test('gets another session each time, and never one that somebody put there before', async () => {
    const browser = new Browser(app);
    const planted = `otp_ses_${'A'.repeat(39)}`;
    browser.cookies.set('otpost.session', `${planted}.c2lnbmF0dXJl`);
    const first = await browser.signIn(email, PASSWORD);
    const second = await browser.signIn(email, PASSWORD);
    const tokens = new Set([planted, first.body.token, second.body.token]);
    expect(tokens.size).toBe(3);
    expect(browser.cookies.get('otpost.session')).toContain(String(second.body.token));
  });

  test('leaves nothing readable in the database: no address, no name, no password, no token', async () => {
    const { body } = await new Browser(app).signIn(email, PASSWORD);
    const dump = JSON.stringify(await dumpOf(app));
    const octets = (text: string) => Buffer.from(text).toString('hex');
    for (const secret of [email, 'Ana', PASSWORD, String(body.token)]) {
      if (secret !== 'Ana') expect(dump).not.toContain(secret);
      expect(dump).not.toContain(octets(secret));
    }
    expect(dump).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
  });
});

describe('whoever does not know the password', () => {
  test('learns from the answer neither who exists nor what was wrong', async () => {
    const answers = await Promise.all([
      new Browser(app).signIn(email, 'wrong wrong wrong'),
      new Browser(app).signIn('nobody@people.example', 'wrong wrong wrong'),
    ]);
    expect(answers.map(refusalOf)).toEqual(Array(2).fill({ status: 401, code: 'sign_in/refused' }));
    expect(answers[0].body).toEqual(answers[1].body);
    expect(answers[0].setCookies).toEqual(answers[1].setCookies);
  });

  test('learns nothing from the time either: one password is worked on, whether there is somebody or not', async () => {
    const passwords = app.single(createPasswords);
    using verified = vi.spyOn(passwords, 'verify');
    using made = vi.spyOn(passwords, 'hash');
    const workFor = async (address: string) => {
      verified.mockClear();
      made.mockClear();
      expect((await new Browser(app).signIn(address, 'wrong wrong wrong')).status).toBe(401);
      // The same work: what is made anew has the parameters of what is compared with.
      const hashes = [
        ...verified.mock.calls.map(([stored]) => stored),
        ...(await Promise.all(made.mock.results.map(({ value }) => value as Promise<string>))),
      ];
      return hashes.map((hash) => hash.split('$').slice(0, 4));
    };
    const once = [['', 'argon2id', 'v=19', 'm=19456,t=2,p=1']];
    expect(await workFor(email)).toEqual(once);
    expect(await workFor('nobody@people.example')).toEqual(once);
  });

  test('has ten tries in a quarter of an hour, also when they come all at once', async () => {
    const wrong = await Promise.all(
      Array.from({ length: 50 }, (_, i) => new Browser(app).signIn(email, `wrong password number ${i}`)),
    );
    expect(wrong.filter(({ status }) => status === 401)).toHaveLength(10);
    const refused = wrong.find(({ status }) => status === 429)!;
    expect(refused.body.code).toBe('sign_in/too_many_attempts');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(800);
    // Not even the right one is looked at any more.
    expect((await new Browser(app).signIn(email, PASSWORD)).status).toBe(429);
    ahead = 15 * 60_000 + 1_000;
    expect((await new Browser(app).signIn(email, PASSWORD)).status).toBe(200);
  });

  test('does not lock out the browser in which the owner has signed in before', async () => {
    const known = await signedIn();
    await known.post('/sign-out');
    for (let i = 0; i < 12; i++) await new Browser(app).signIn(email, `wrong password number ${i}`);
    expect((await new Browser(app).signIn(email, PASSWORD)).status).toBe(429);
    expect((await known.signIn(email, PASSWORD)).status).toBe(200);
    // It counts for itself, and for this address only.
    for (let i = 0; i < 10; i++) await known.signIn(email, `wrong password number ${i}`);
    expect((await known.signIn(email, PASSWORD)).status).toBe(429);
  });

  test('has a hundred tries from one address, whoever they are for', async () => {
    const spray = (i: number) => new Browser(app).signIn(`nobody${i}@people.example`, PASSWORD);
    await spray(0);
    // The address is what is counted oftenest; the other row is of the first of these people.
    await app.sql`UPDATE sign_in_failures SET failures = 99`;
    expect(await Promise.all([1, 2, 3].map(async (i) => (await spray(i)).status))).toEqual(
      expect.arrayContaining([401, 429, 429]),
    );
    expect((await new Browser(app).signIn(email, PASSWORD)).status).toBe(429);
  });
});

describe('a foreign page', () => {
  const foreign = 'https://evil.example';

  test('cannot use the cookie of somebody who visits it: over HTTP, events, or WebSocket', async () => {
    const victim = await signedIn();
    const page = new Browser(app, { origin: foreign });
    for (const [name, value] of victim.cookies) page.cookies.set(name, value);
    expect(codesOf(await page.ask(WHO))).toEqual(['auth/missing']);
    expect(codesOf(await page.ask('mutation { leaveAccount { __typename } }'))).toEqual(['auth/missing']);
    const get = `${urlOf(app)}?query=${encodeURIComponent(WHO)}`;
    const asEvents = (headers: Record<string, string>) =>
      fetch(get, { headers: { cookie: victim.cookie, accept: 'application/json', ...headers } });
    for (const headers of [
      {},
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: foreign },
    ])
      expect((await asEvents(headers as Record<string, string>)).status).toBe(401);
    expect((await asEvents({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    await using socket = await openRawSocket(urlOf(app), {
      origin: foreign,
      headers: { cookie: victim.cookie },
    });
    socket.send({ type: 'connection_init' });
    expect(await socket.closed).toMatchObject({ code: 4401, reason: 'auth/missing' });
  });

  test('cannot sign anybody in, out, or change their password', async () => {
    const victim = await signedIn();
    const page = new Browser(app, { origin: foreign });
    for (const [name, value] of victim.cookies) page.cookies.set(name, value);
    for (const [path, body] of [
      ['/sign-in/email', { email, password: PASSWORD }],
      ['/sign-out', {}],
      ['/change-password', { currentPassword: PASSWORD, newPassword: 'another long password' }],
    ] as const)
      expect(refusalOf(await page.post(path, body))).toEqual({ status: 403, code: 'request/foreign_origin' });
    // A form is what a page can send without asking first.
    const form = await fetch(`${app.server!.url}/auth/sign-out`, {
      method: 'POST',
      headers: { cookie: victim.cookie, 'content-type': 'text/plain' },
      body: '{}',
    });
    expect(form.status).toBe(415);
    expect(await victim.data(WHO)).toMatchObject({ viewer: { kind: 'PERSON' } });
  });

  test('is foreign also under a name that somebody has pointed at us, without our TLS, and on another port', async () => {
    const env = { ROLES: 'api', PUBLIC_URL: 'https://otp.example', ALLOWED_HOSTS: 'otp.internal' };
    await using secure = await createTestApp({ ...env, ALLOWED_ORIGINS: 'https://console.example' });
    const { port } = new URL(secure.app.server!.url);
    const signOut = (host: string, origin: string) =>
      sendRaw(
        secure.app.server!.url,
        [
          'POST /auth/sign-out HTTP/1.1',
          `Host: ${host}`,
          `Origin: ${origin}`,
          'Content-Type: application/json',
          'Content-Length: 2',
          'Connection: close',
          '',
          '{}',
        ].join('\r\n'),
      );
    for (const [host, origin] of [
      ['evil.example', 'https://evil.example'],
      [`evil.example:${port}`, `https://evil.example:${port}`],
      ['otp.example', 'http://otp.example'],
      ['otp.example', 'https://otp.example:8443'],
      ['otp.internal', 'http://otp.internal'],
      [`127.0.0.1:${port}`, `http://127.0.0.1:${port}`],
    ] as const) {
      const answer = await signOut(host, origin);
      expect(answer.status, origin).toBe(403);
      expect(answer.body, origin).toContain('request/foreign_origin');
    }
    for (const [host, origin] of [
      ['api:4000', 'https://otp.example'],
      ['otp.internal', 'https://otp.internal'],
      ['otp.example', 'https://console.example'],
    ] as const)
      expect((await signOut(host, origin)).body, origin).not.toContain('request/foreign_origin');
  });

  test('is as our own when the operator names its origin, credentials and all', async () => {
    await using named = await createTestApp({ ROLES: 'api', ALLOWED_ORIGINS: 'https://console.example' });
    const { id } = await createAccount(named.app, { name: 'People' });
    await makeMember(named.app, { accountId: id, email, name: 'Ana', password: PASSWORD, role: 'owner' });
    const page = new Browser(named.app, { origin: 'https://console.example' });
    const { headers } = await page.signIn(email, PASSWORD);
    expect(headers.get('access-control-allow-origin')).toBe('https://console.example');
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(await page.data(WHO)).toMatchObject({ viewer: { kind: 'PERSON' } });
  });
});

describe('a socket of a page of ours', () => {
  test('is let in by the cookie, stays in its account, and is closed with 4403 at the sign-out', async () => {
    const browser = await signedIn();
    await using socket = await openRawSocket(urlOf(app), {
      origin: browser.origin,
      headers: { cookie: browser.cookie },
    });
    socket.send({ type: 'connection_init' });
    expect(await socket.next()).toMatchObject({ type: 'connection_ack' });
    socket.send({ type: 'subscribe', id: '1', payload: { query: '{ viewer { accountId } }' } });
    expect(await socket.next()).toMatchObject({ payload: { data: { viewer: { accountId } } } });
    const asked = performance.now();
    await browser.post('/sign-out');
    expect(await socket.closed).toMatchObject({ code: 4403 });
    expect(performance.now() - asked).toBeLessThan(1_000);
    expect(browser.cookies.has('otpost.session')).toBe(false);
  });
});

describe('a new password', () => {
  test('needs the old one, ends every other session at once, and goes on in a new one', async () => {
    const elsewhere = await signedIn();
    const browser = await signedIn();
    const newPassword = 'another long password';
    const wrong = await browser.post('/change-password', {
      currentPassword: 'wrong wrong wrong',
      newPassword,
    });
    expect(refusalOf(wrong)).toEqual({ status: 403, code: 'sign_in/wrong_password' });
    const before = browser.cookies.get('otpost.session');
    // Also when the page does not ask for it.
    const body = { currentPassword: PASSWORD, newPassword, revokeOtherSessions: false };
    expect((await browser.post('/change-password', body)).status).toBe(200);
    expect(browser.cookies.get('otpost.session')).not.toBe(before);
    expect(codesOf(await elsewhere.ask(WHO))).toEqual(['auth/invalid']);
    expect(await browser.data(WHO)).toMatchObject({ viewer: { kind: 'PERSON' } });
    expect((await new Browser(app).signIn(email, PASSWORD)).status).toBe(401);
    expect((await new Browser(app).signIn(email, newPassword)).status).toBe(200);
  });

  test.each([
    ['short', 'too short'],
    ['long', 'x'.repeat(129)],
  ])('that is too %s is refused, and says what is allowed', async (_what, newPassword) => {
    const browser = await signedIn();
    const { status, body } = await browser.post('/change-password', {
      currentPassword: PASSWORD,
      newPassword,
    });
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { code: 'input/invalid', field: 'password' },
    });
    expect(body.message).toContain('15 to 128 characters');
  });

  test('is guessed no oftener from within than from without', async () => {
    const browser = await signedIn();
    const guess = () =>
      browser.post('/change-password', { currentPassword: 'wrong wrong wrong', newPassword: PASSWORD });
    const statuses = (await Promise.all(Array.from({ length: 20 }, guess))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 403)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  });
});

describe('bad input to the sign-in', () => {
  test.each([
    ['no body', '/sign-in/email', undefined],
    ['no JSON', '/sign-in/email', '{'],
    ['an array', '/sign-in/email', '[]'],
    ['null', '/sign-in/email', 'null'],
    ['no text as an address', '/sign-in/email', '{"email":{"$ne":""},"password":[]}'],
    ['an address that is none', '/sign-in/email', '{"email":"nobody","password":"x"}'],
    ['a password that is no text', '/change-password', '{"currentPassword":1,"newPassword":{}}'],
  ])('%s is refused with a code, and nothing fails', async (_what, path, text) => {
    const browser = await signedIn();
    const response = await fetch(`${app.server!.url}/auth${path}`, {
      method: 'POST',
      headers: browser.headers(),
      ...(text !== undefined && { body: text }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'input/invalid',
      docUrl: expect.any(String) as unknown,
    });
  });

  test.each([
    '/sign-up/email',
    '/get-session',
    '/list-sessions',
    '/delete-user',
    '/update-user',
    '/ok',
    '/error',
  ])('what the library can do besides is not there: %s', async (path) => {
    const browser = await signedIn();
    const { status, body } = await browser.post(path, {
      email: 'x@y.example',
      password: PASSWORD,
      name: 'x',
    });
    expect(status).toBe(404);
    expect(String(body.error)).toContain('nothing here');
  });
});

test('sessions are listed and ended by whose they are', async () => {
  const first = await signedIn();
  const second = await signedIn();
  const { sessions } = await first.data<{ sessions: { id: string; isCurrent: boolean }[] }>(
    '{ sessions { id isCurrent } }',
  );
  expect(sessions.map(({ isCurrent }) => isCurrent)).toEqual([true, false]);
  const END = 'mutation ($id: ID!) { endSession(input: { sessionId: $id }) { __typename } }';
  expect(await first.data(END, { id: sessions[1]!.id })).toEqual({ endSession: { __typename: 'Session' } });
  expect(codesOf(await second.ask(WHO))).toEqual(['auth/invalid']);
  expect(await first.data(END, { id: sessions[1]!.id })).toEqual({
    endSession: { __typename: 'SessionNotFound' },
  });
  const third = await signedIn();
  await first.data('mutation { endOtherSessions { id } }');
  expect(codesOf(await third.ask(WHO))).toEqual(['auth/invalid']);
  expect(personId).toMatch(/^per_/);
});
