import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAccount } from '../../src/accounts/create-account.ts';
import type { RunningApp } from '../../src/app.ts';
import { newId } from '../../src/crypto/new-id.ts';

import { isPeoplePath, PATHS } from '../../src/graphql/paths.ts';
import { uuidOf, type AccountId, type PersonId } from '../../src/ids.ts';
import { makeMember } from '../../src/people/add-member.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { signedIn } from '../support/people.ts';
import { freshCode } from '../support/second-factor.ts';

const PASSWORD = 'correct horse battery staple';
const NEW = 'another long password';
const GUESS = { currentPassword: 'wrong wrong wrong', newPassword: NEW };
const NEEDED = { status: 403, code: 'auth/second_factor_needed' };

let testApp: TestApp;
let app: RunningApp;
let accountId: AccountId;
let email: string;
let count = 0;
/** Of one person, for what changes nothing. */
let session: Session;

beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api' });
  app = testApp.app;
  accountId = (await createAccount(app, { name: 'People' })).id;
  await somebody();
  session = await signIn();
});
afterAll(() => testApp[Symbol.asyncDispose]());
beforeEach(() => app.sql`DELETE FROM sign_in_failures`);

async function somebody(): Promise<PersonId> {
  email = `person${++count}@people.example`;
  const member = { accountId, email, name: 'Ana', password: PASSWORD, role: 'owner' } as const;
  return (await makeMember(app, member)).personId;
}

/** A session, as its browser has it in a cookie: the token, and the library's signature. */
interface Session {
  token: string;
  signature: string;
}

async function signIn(): Promise<Session> {
  const browser = new Browser(app);
  expect((await browser.signIn(email, PASSWORD)).status).toBe(200);
  const [token = '', signature = ''] = browser.cookies.get('otpost.session')!.split('.');
  return { token, signature: decodeURIComponent(signature) };
}

type Credential = (session: Session) => Record<string, string>;
const header = (write: (session: Session) => string): Credential => {
  return (session) => ({ authorization: write(session) });
};
const cookie = (write: (session: Session) => string): Credential => {
  return (session) => ({ origin: app.server!.url, cookie: write(session) });
};
const percent = (text: string) => text.replace('o', '%6F');
const signed = ({ token, signature }: Session) => `${token}.${encodeURIComponent(signature)}`;

const ODD_HEADERS: readonly [string, Credential][] = [
  ['a tab before the token', header(({ token }) => `Bearer \t${token}`)],
  ['a space that is none', header(({ token }) => `Bearer \u00a0${token}`)],
  ['a tab for the space', header(({ token }) => `Bearer\t${token}`)],
  ['its signature', header((session) => `Bearer ${signed(session)}`)],
  ['its signature, all of it percent-encoded', header((session) => `Bearer ${percent(signed(session))}`)],
  ['a tab and its signature', header((session) => `Bearer \t${signed(session)}`)],
  ['a dot behind it', header(({ token }) => `Bearer ${token}.`)],
  ['a percent-encoded character', header(({ token }) => `Bearer ${percent(token)}`)],
  ['another word behind it', header(({ token }) => `Bearer ${token} x`)],
  ['another credential behind it', header(({ token }) => `Bearer ${token}, Bearer ${token}`)],
  ['another scheme', header(({ token }) => `Basic ${token}`)],
  ['no scheme', header(({ token }) => token)],
  ['one character too few', header(({ token }) => `Bearer ${token.slice(0, -1)}`)],
  ['nothing', header(() => 'Bearer')],
];

const ODD_COOKIES: readonly [string, Credential][] = [
  ['a space before the =', cookie((session) => `otpost.session =${signed(session)}`)],
  ['a tab before the =', cookie((session) => `otpost.session\t=${signed(session)}`)],
  ['a space behind the =', cookie((session) => `otpost.session= ${signed(session)}`)],
  ['quotes', cookie((session) => `otpost.session="${signed(session)}"`)],
  ['half of the quotes', cookie((session) => `otpost.session="${signed(session)}`)],
  ['a percent-encoded character', cookie((session) => `otpost.session=${percent(signed(session))}`)],
  ['an empty one before it', cookie((session) => `otpost.session=; otpost.session=${signed(session)}`)],
];

const PEOPLE_PATHS = PATHS.filter(isPeoplePath);
const GETS = /generate-|list-/;
const BODY = JSON.stringify({
  ...{ email: 'nobody@people.example', password: PASSWORD, code: '123456', token: 'x', id: 'x', name: 'x' },
  ...GUESS,
});

async function ask(path: string, credential: Record<string, string>, sent?: object, whole = false) {
  const isGet = GETS.test(path);
  const response = await fetch(`${app.server!.url}${path}`, {
    method: isGet ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', ...credential },
    ...(!isGet && { body: sent ? JSON.stringify(sent) : BODY }),
  });
  const body = (await response.json()) as { code?: string; secret?: string };
  return { status: response.status, code: body.code, ...(whole && { body }) };
}

/** What each path says to a credential. */
const answersTo = async (credential: Record<string, string>) => {
  const answers = await Promise.all(PEOPLE_PATHS.map(async (path) => [path, await ask(path, credential)]));
  return Object.fromEntries(answers) as object;
};

describe('a session is read in one way', () => {
  test('and a header that has it in another form is refused on every path', async () => {
    const refused = PEOPLE_PATHS.map((path) => [path, { status: 401, code: 'auth/invalid' }]);
    for (const [what, write] of ODD_HEADERS)
      expect(await answersTo(write(session)), what).toEqual(Object.fromEntries(refused));
  });

  test('and a cookie that has it in another form is as none on every path', async () => {
    const none = await answersTo({ origin: app.server!.url });
    for (const [what, write] of ODD_COOKIES) expect(await answersTo(write(session)), what).toEqual(none);
  });

  test.each<[string, Credential]>([
    ['a header', header(({ token }) => `Bearer ${token}`)],
    ['a header with a small letter, and more than one space', header(({ token }) => `bearer   ${token}`)],
    ['a cookie with the signature', cookie((one) => `otpost.session=${signed(one)}`)],
    ['a cookie among others', cookie((one) => `a=b;otpost.session=${signed(one)}; c="d"`)],
    ['a cookie whose dot is percent-encoded', cookie(({ token }) => `otpost.session=${token}%2Ex`)],
  ])('but %s is one for the library and for us alike', async (_what, write) => {
    const personId = await somebody();
    const own = { ...(await signedIn(app, personId)), signature: 'x' };
    const wrong = { status: 403, code: 'sign_in/wrong_password' };
    expect(await ask('/auth/change-password', write(own), GUESS)).toEqual(wrong);
    expect(await ask('/auth/sign-out', write(own))).toMatchObject({ status: 200 });
    expect((await ask('/auth/change-password', write(own), GUESS)).status).toBe(401);
  });
});

describe('whoever has stolen a session', () => {
  test('guesses the password ten times in a quarter of an hour, in whatever forms they send it', async () => {
    const plain = header(({ token }) => `Bearer ${token}`);
    const forms = [plain, ...[...ODD_HEADERS, ...ODD_COOKIES].map(([, write]) => write)];
    const guess = { password: 'wrong wrong wrong' };
    const statuses: number[] = [];
    for (const write of [...forms, ...forms]) {
      statuses.push((await ask('/auth/change-password', write(session), GUESS)).status);
      statuses.push((await ask('/auth/two-factor/enable', write(session), guess)).status);
    }
    expect(statuses.filter((status) => status === 403).length).toBeLessThanOrEqual(10);
  });

  test('has no ten more with each session of the same person', async () => {
    const personId = await somebody();
    const statuses: number[] = [];
    for (let i = 0; i < 15; i++) {
      const { token } = await signedIn(app, personId);
      const authorization = `Bearer ${token}`;
      statuses.push((await ask('/auth/change-password', { authorization }, GUESS)).status);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(403), ...Array<number>(5).fill(429)]);
  });
});

describe('of somebody who has a passkey', () => {
  const addPasskey = (personId: PersonId) => app.sql`
    INSERT INTO person_passkeys (id, person_id, name_sealed, credential_id, public_key, counter, device_type,
      backed_up, created_at)
    VALUES (${uuidOf(newId('sgn'))}, ${uuidOf(personId)}, ''::bytea, ${email}, 'x', 0, 'singleDevice', false, now())`;

  test('the password alone sets up no authenticator app, in whatever form the session is sent', async () => {
    const personId = await somebody();
    await addPasskey(personId);
    const own = await signIn();
    const body = { password: PASSWORD };
    const plain = { authorization: `Bearer ${own.token}` };
    expect(await ask('/auth/two-factor/enable', plain, body)).toEqual(NEEDED);
    for (const [what, write] of [...ODD_HEADERS, ...ODD_COOKIES])
      expect((await ask('/auth/two-factor/enable', write(own), body)).status, what).toBe(401);
    expect(await app.sql`SELECT id FROM person_totp WHERE person_id = ${uuidOf(personId)}`).toEqual([]);
  });

  test('the password alone confirms none that was begun before there was a passkey', async () => {
    const personId = await somebody();
    const { token } = await signedIn(app, personId);
    const plain = { authorization: `Bearer ${token}` };
    const { body } = await ask('/auth/two-factor/enable', plain, { password: PASSWORD }, true);
    await addPasskey(personId);
    const code = await freshCode(app, String(body!.secret));
    expect(await ask('/auth/two-factor/verify-totp', plain, { code })).toEqual(NEEDED);
    const rows = await app.sql`SELECT verified FROM person_totp WHERE person_id = ${uuidOf(personId)}`;
    expect(rows).toEqual([{ verified: false }]);
  });
});
