import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAccount } from '../../src/accounts/create-account.ts';
import { uuidOf, type AccountId } from '../../src/ids.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { aMember, MEMBER_PASSWORD, type SignedIn } from '../support/member.ts';
import { sendRaw } from '../support/raw-request.ts';
import { MailServer } from '../support/smtp-server.ts';
import { until } from '../support/until.ts';

// The links that are sent by mail, in the hands of others than whom they are for: of mail servers that look at every
// link before its reader does, of whoever makes one up, has an old one, or has somebody else's.

const PASSWORD = 'a password of somebody new';
const INVITE = `mutation ($email: String!, $role: Role!) { inviteMember(input: { email: $email, role: $role }) {
  __typename } }`;

const failures: string[] = [];
const stack = new AsyncDisposableStack();
let mail: MailServer;
let app: TestApp['app'];
let accountId: AccountId;
let owner: SignedIn;
let ahead = 0;
let count = 0;

beforeAll(async () => {
  mail = stack.use(await MailServer.start());
  const write = (line: Buffer, _: unknown, done: () => void) => (failures.push(String(line)), done());
  const log = pino({ level: 'error' }, new Writable({ write }));
  const env = { ROLES: 'api', SMTP_URL: mail.url, MAIL_FROM: 'Otpost <otpost@example.com>' };
  ({ app } = stack.use(await createTestApp(env, { log, clock: () => Date.now() + ahead })));
});
afterAll(() => stack.disposeAsync());
beforeEach(async () => {
  ahead = 0;
  mail.mails.length = 0;
  await app.sql`DELETE FROM sign_in_failures`;
  accountId = (await createAccount(app, { name: 'Acme' })).id;
  owner = await aMember(app, accountId, 'owner');
});
afterEach(() => expect(failures).toEqual([]));

interface Link {
  /** As it stands in the mail. */
  url: string;
  token: string;
  /** Does what it is for, in another browser. */
  use: (token: string) => Promise<{ status: number; body: Record<string, unknown> }>;
  /** What whoever has a wrong one is told. */
  refused: { status: number; code: string };
  path: string;
  body: (token: unknown) => object;
}

async function invitation(): Promise<Link> {
  const email = `guest${++count}@people.example`;
  await owner.caller.ask(INVITE, { email, role: 'SUPPORT' });
  const url = mail.mails.at(-1)!.link;
  const body = (token: unknown) => ({ token, name: 'Ben', password: PASSWORD });
  return {
    url,
    token: url.split('#')[1]!,
    use: (token) => new Browser(app).post('/accept-invitation', body(token)),
    refused: { status: 404, code: 'invitation/not_found' },
    path: '/auth/accept-invitation',
    body,
  };
}

async function reset(of = owner): Promise<Link> {
  const sent = mail.mails.length;
  await new Browser(app).post('/request-password-reset', { email: of.email });
  await until(() => mail.mails.length > sent);
  const url = mail.mails.at(-1)!.link;
  const body = (token: unknown) => ({ token, newPassword: PASSWORD });
  return {
    url,
    token: url.split('#reset=')[1]!,
    use: (token) => new Browser(app).post('/reset-password', body(token)),
    refused: { status: 404, code: 'sign_in/reset_not_found' },
    path: '/auth/reset-password',
    body,
  };
}

const LINKS: readonly [string, () => Promise<Link>][] = [
  ['an invitation', invitation],
  ['a new password', () => reset()],
];

describe.each(LINKS)('the link of %s', (_what, make) => {
  test('is looked at by whatever stands between, and is still good', async () => {
    const { url, token, path, use } = await make();
    const { pathname } = new URL(url);
    expect(pathname).toBe('/join');
    const base = app.server!.url;
    // Without what is behind the #, as everything does that asks for it; and with it in all the ways that it could be sent.
    const paths = [
      ...[pathname, `${pathname}?${token}`, `${pathname}?token=${token}`, `${pathname}/${token}`],
      ...[`${path}?token=${token}`, `${path}/${token}`, `${path}?token=${token}&callbackURL=/join`],
      `/auth/invitation?token=${token}`,
    ];
    for (const method of ['HEAD', 'GET', 'OPTIONS'])
      for (const one of paths) {
        const response = await fetch(base + one, { method, redirect: 'manual' });
        expect([200, 204, 400, 404, 405, 415], `${method} ${one}`).toContain(response.status);
        expect(response.headers.get('location')).toBeNull();
        expect(await response.text()).not.toContain(token);
      }
    expect((await use(token)).status).toBe(200);
  });

  test('that is read by the page before anything is done is still good', async () => {
    const { token, use } = await make();
    for (let i = 0; i < 3; i++) await new Browser(app).post('/invitation', { token });
    expect((await use(token)).status).toBe(200);
  });

  test('works once', async () => {
    const { token, use, refused } = await make();
    expect((await use(token)).status).toBe(200);
    for (let i = 0; i < 2; i++)
      expect(await use(token)).toMatchObject({ status: refused.status, body: { code: refused.code } });
  });

  test('is over in its time', async () => {
    const { token, use, refused } = await make();
    ahead = 7 * 24 * 3_600_000 + 1;
    // The library has a clock of its own.
    await app.sql`UPDATE person_challenges SET expires_at = now() - interval '1 ms'`;
    expect(await use(token)).toMatchObject({ status: refused.status, body: { code: refused.code } });
  });

  test.each<[string, (token: string) => unknown]>([
    ['nothing', () => ''],
    ['a word', () => 'x'],
    ['NUL', () => '\0'],
    ['half a character', () => '\ud800'],
    ['as much as there may be', () => 'x'.repeat(200)],
    ['more than there may be', () => 'x'.repeat(20_000)],
    ['a number', () => 5],
    ['a list', (token) => [token]],
    ['an object', (token) => ({ $eq: token })],
    ['null', () => null],
    ['a path', () => '../../etc/passwd'],
    ['one character short', (token) => token.slice(0, -1)],
    ['one character more', (token) => `${token}x`],
    ['a blank behind it', (token) => `${token} `],
    ['a line behind it', (token) => `${token}\n`],
    ['NUL behind it', (token) => `${token}\0`],
    [
      'in other letters',
      (token) => (token === token.toUpperCase() ? token.toLowerCase() : token.toUpperCase()),
    ],
    ['encoded', (token) => encodeURIComponent(`${token}%`)],
    ['with its name', (token) => `reset=${token}`],
  ])('made up of %s is refused, and the right one is still good', async (_name, change) => {
    const { token, use, refused, path, body } = await make();
    const response = await fetch(app.server!.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body(change(token))),
    });
    const said = (await response.json()) as { code: string };
    expect([
      [400, 'input/invalid'],
      [refused.status, refused.code],
    ]).toContainEqual([response.status, said.code]);
    expect(JSON.stringify(said)).not.toContain(token);
    expect((await use(token)).status).toBe(200);
  });

  test.each<[string, string, string, readonly number[]]>([
    ['no JSON', 'x', 'application/json', [400]],
    ['nothing', '', 'application/json', [400]],
    ['null', 'null', 'application/json', [400]],
    ['a list', '[]', 'application/json', [400]],
    ['brackets without an end', '['.repeat(30_000), 'application/json', [400]],
    ['a megabyte', JSON.stringify({ token: 'x'.repeat(1_000_000) }), 'application/json', [400, 413]],
    ['a form', 'token=x', 'application/x-www-form-urlencoded', [415]],
    ['plain text, as a foreign page can send it', '{"token":"x"}', 'text/plain', [415]],
    ['no type', '{"token":"x"}', '', [415]],
  ])('is not sent as %s', async (_name, body, type, statuses) => {
    const { path } = await make();
    const head = [
      ...[
        `POST ${path} HTTP/1.1`,
        'Host: x',
        'Connection: close',
        `Content-Length: ${Buffer.byteLength(body)}`,
      ],
      ...(type ? [`Content-Type: ${type}`] : []),
    ];
    const answer = await sendRaw(app.server!.url, `${head.join('\r\n')}\r\n\r\n${body}`);
    expect(statuses).toContain(answer.status);
    expect(answer.body).not.toMatch(/\n +at |node_modules|\.ts:\d/);
  });
});

test('the link of one person is of no use at the door of the other kind, or for anybody else', async () => {
  const other = await aMember(app, accountId, 'support');
  const [invited, forOwner] = [await invitation(), await reset()];
  expect((await invited.use(forOwner.token)).body).toMatchObject({ code: 'invitation/not_found' });
  expect((await forOwner.use(invited.token)).body).toMatchObject({ code: 'sign_in/reset_not_found' });
  // Whoever is signed in as somebody else sets the password of whom it was sent to, and nobody else's.
  const browser = new Browser(app);
  await browser.signIn(other.email, MEMBER_PASSWORD);
  expect((await browser.post('/reset-password', forOwner.body(forOwner.token))).status).toBe(200);
  expect((await new Browser(app).signIn(other.email, MEMBER_PASSWORD)).status).toBe(200);
  expect((await new Browser(app).signIn(owner.email, PASSWORD)).status).toBe(200);
});

test('a link for a new password is over with the password that it was for: by the other link, or by its owner', async () => {
  const refused = { status: 404, body: { code: 'sign_in/reset_not_found' } };
  const [first, second] = [await reset(), await reset()];
  expect((await second.use(second.token)).status).toBe(200);
  expect(await first.use(first.token)).toMatchObject(refused);

  const third = await reset();
  const browser = new Browser(app);
  await browser.signIn(owner.email, PASSWORD);
  const changed = await browser.post('/change-password', {
    currentPassword: PASSWORD,
    newPassword: 'the owner has changed it',
  });
  expect(changed.status).toBe(200);
  expect(await third.use(third.token)).toMatchObject(refused);
});

test('a link for a new password does not outlive the membership of whom it is for', async () => {
  const gone = await aMember(app, accountId, 'support');
  const link = await reset(gone);
  await app.sql`DELETE FROM members WHERE person_id = ${uuidOf(gone.personId)}`;
  const answer = await link.use(link.token);
  expect(answer.status).toBeLessThan(500);
  expect((await new Browser(app).signIn(gone.email, PASSWORD)).status).not.toBe(500);
});
