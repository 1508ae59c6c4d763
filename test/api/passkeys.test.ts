import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAccount } from '../../src/accounts/create-account.ts';
import type { RunningApp } from '../../src/app.ts';
import { freePort } from '../../src/db/embedded/free-port.ts';
import type { AccountId, PersonId } from '../../src/ids.ts';
import { makeMember } from '../../src/people/add-member.ts';
import { createTestApp } from '../support/app.ts';
import { notedOf, withoutSignIns } from '../support/audit-log.ts';
import { Authenticator, type Deviation } from '../support/authenticator.ts';
import { Browser, type Said } from '../support/browser.ts';
import { chromiumInfo, openBrowser } from '../support/chromium.ts';
import { codesOf } from '../support/graphql.ts';
import { enrol } from '../support/second-factor.ts';

const PASSWORD = 'correct horse battery staple';
const WHO = '{ viewer { factors needsSecondFactor person { email hasSecondFactor } } }';
const REFUSED = { status: 403, code: 'sign_in/passkey_refused' };

const stack = new AsyncDisposableStack();
let app: RunningApp;
let origin: string;
let accountId: AccountId;
let personId: PersonId;
let email: string;
let count = 0;

beforeAll(async () => {
  const port = String(await freePort());
  // Browsers make no passkeys for addresses.
  origin = `http://localhost:${port}`;
  app = stack.use(await createTestApp({ ROLES: 'api', PORT: port, PUBLIC_URL: origin })).app;
});
afterAll(() => stack.disposeAsync());
beforeEach(async () => {
  await app.sql`DELETE FROM sign_in_failures`;
  email = `person${++count}@people.example`;
  accountId = (await createAccount(app, { name: 'People' })).id;
  const member = { accountId, email, name: 'Ana', password: PASSWORD, role: 'owner' } as const;
  ({ personId } = await makeMember(app, member));
});

const newBrowser = () => new Browser(app, { origin });
const refusalOf = ({ status, body }: Said) => ({ status, code: body.code });

async function signIn(): Promise<Browser> {
  const browser = newBrowser();
  expect((await browser.signIn(email, PASSWORD)).status).toBe(200);
  return browser;
}

async function add(
  browser: Browser,
  device: Authenticator,
  more: object = { password: PASSWORD },
  deviation?: Deviation,
) {
  const { body: question } = await browser.get('/passkey/generate-register-options');
  const response = device.register(question as { challenge: string }, deviation);
  return browser.post('/passkey/verify-registration', { response, name: 'My phone', ...more });
}

async function withPasskey() {
  const browser = await signIn();
  const device = new Authenticator(origin, 'localhost');
  const added = await add(browser, device);
  expect(added.status, JSON.stringify(added.body)).toBe(200);
  return { browser, device, id: String(added.body.id) };
}

async function use(device: Authenticator, deviation?: Deviation, browser = newBrowser()) {
  const { body: question } = await browser.get('/passkey/generate-authenticate-options');
  const response = device.use(question as { challenge: string }, deviation);
  return { browser, response, said: await browser.post('/passkey/verify-authentication', { response }) };
}

describe('a real browser', () => {
  test('makes a passkey, and signs in with it and nothing else', async ({ skip }) => {
    const chromium = await chromiumInfo();
    if ('missing' in chromium) return skip(chromium.missing);
    await using opened = await openBrowser(chromium.path);
    const page = await opened.browser.newPage();
    await page.goto(`${origin}/join`);
    const devtools = await opened.browser.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await ask(page, '/auth/sign-in/email', { email, password: PASSWORD });
    const toAdd = await ask(page, '/auth/passkey/generate-register-options');
    expect(toAdd).toMatchObject({
      rp: { name: 'Otpost', id: 'localhost' },
      user: { name: email },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    const made = await ceremony(page, 'create', toAdd);
    const added = await ask(page, '/auth/passkey/verify-registration', {
      response: made,
      name: 'My phone',
      password: PASSWORD,
    });
    expect(added).toMatchObject({ name: 'My phone', transports: ['internal'] });
    await ask(page, '/auth/sign-out', {});

    // Nobody says who they are: the passkey does.
    const toUse = await ask(page, '/auth/passkey/generate-authenticate-options');
    expect(toUse).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
    expect(toUse).not.toHaveProperty('allowCredentials');
    const response = await ceremony(page, 'get', toUse);
    const said = await ask(page, '/auth/passkey/verify-authentication', { response });
    expect(said).toMatchObject({ token: expect.stringMatching(/^otp_ses_/) as unknown, user: { email } });
    expect(await ask(page, '/graphql', { query: WHO })).toMatchObject({
      data: {
        viewer: { factors: ['PASSKEY'], needsSecondFactor: false, person: { email, hasSecondFactor: true } },
      },
    });
    // The browser asks once more, and the device counts on.
    await ask(page, '/auth/sign-out', {});
    const again = await ceremony(page, 'get', await ask(page, '/auth/passkey/generate-authenticate-options'));
    expect(await ask(page, '/auth/passkey/verify-authentication', { response: again })).toHaveProperty(
      'token',
    );
  });

  const ask = (page: Page, path: string, body?: object): Promise<object> =>
    page.evaluate(
      async ([to, text]) => {
        const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: text! };
        const response = await fetch(to, text === undefined ? {} : post);
        return (await response.json()) as object;
      },
      [path, body && JSON.stringify(body)] as const,
    );

  const ceremony = (page: Page, kind: 'create' | 'get', options: object): Promise<object> =>
    page.evaluate(
      async ([what, question]) => {
        const publicKey =
          what === 'create'
            ? PublicKeyCredential.parseCreationOptionsFromJSON(question as never)
            : PublicKeyCredential.parseRequestOptionsFromJSON(question as never);
        const made = await navigator.credentials[what as 'create']({ publicKey } as never);
        return (made as unknown as { toJSON(): object }).toJSON();
      },
      [kind, options] as const,
    );
});

describe('a passkey', () => {
  test('is listed, renamed and removed by whose it is, each noted', async () => {
    const noted = await notedOf(app, accountId, async () => {
      const { browser, id } = await withPasskey();
      const list = async () => (await browser.get('/passkey/list-user-passkeys')).body;
      const shown = { id, name: 'My phone', backedUp: false, transports: ['internal'] };
      expect(await list()).toEqual([{ ...shown, createdAt: expect.any(String) as unknown }]);
      expect(await browser.data('{ members(first: 1) { nodes { hasSecondFactor } } }')).toEqual({
        members: { nodes: [{ hasSecondFactor: true }] },
      });
      const renamed = await browser.post('/passkey/update-passkey', { id, name: 'The old phone' });
      expect(renamed.body).toMatchObject({ name: 'The old phone' });
      const wrong = await browser.post('/passkey/update-passkey', { id, name: ' ' });
      expect(wrong.body).toMatchObject({ code: 'input/invalid', field: 'name' });
    });
    expect(withoutSignIns(noted)).toMatchObject([
      { action: 'passkey.add', targets: [personId], actor: { id: personId, address: '127.0.0.1' } },
      { action: 'passkey.rename' },
    ]);
  });

  test('of somebody else is not there: it is not renamed, and not removed', async () => {
    const { id } = await withPasskey();
    const thief = `thief${email}`;
    await makeMember(app, { accountId, email: thief, name: 'Eve', password: PASSWORD, role: 'admin' });
    const browser = newBrowser();
    await browser.signIn(thief, PASSWORD);
    for (const one of [id, `sgn_${'0'.repeat(32)}`, 'x', { $ne: '' }]) {
      const said = await browser.post('/passkey/delete-passkey', { id: one, password: PASSWORD });
      expect(refusalOf(said)).toEqual({ status: 404, code: 'passkey/not_found' });
      const renamed = await browser.post('/passkey/update-passkey', { id: one, name: 'Mine' });
      expect(refusalOf(renamed)).toEqual({ status: 404, code: 'passkey/not_found' });
    }
    expect((await browser.get('/passkey/list-user-passkeys')).body).toEqual([]);
  });

  test('is removed with the password and a passkey, and what was opened with it ends', async () => {
    const { browser: byPassword, device, id } = await withPasskey();
    const elsewhere = (await use(device)).browser;
    const { browser } = await use(device);
    const remove = (from: Browser, password?: string) =>
      from.post('/passkey/delete-passkey', { id, ...(password !== undefined && { password }) });
    expect(refusalOf(await remove(byPassword, PASSWORD))).toEqual({
      status: 403,
      code: 'auth/second_factor_needed',
    });
    expect(refusalOf(await remove(browser))).toEqual({ status: 403, code: 'sign_in/wrong_password' });
    expect((await remove(browser, PASSWORD)).status).toBe(200);
    expect(codesOf(await elsewhere.ask(WHO))).toEqual(['auth/invalid']);
    expect(refusalOf((await use(device)).said)).toEqual(REFUSED);
  });

  test('rests without its name, and what there is of it is nobody’s secret', async () => {
    await withPasskey();
    const [row] = await app.sql<{ row: string }[]>`
      SELECT p::text AS row FROM person_passkeys p JOIN people o ON o.id = p.person_id
      WHERE o.email_index = ${app.keys.blindIndex('email', email)}`;
    expect(row!.row).not.toContain('My phone');
    expect(row!.row).not.toContain(Buffer.from('My phone').toString('hex'));
  });
});

describe('no passkey lets anybody in', () => {
  test.each([
    ['from a page of another origin', { origin: 'https://evil.example' }],
    ['from the same host at another port', { origin: 'http://localhost:1' }],
    ['for another name', { rpId: 'evil.example' }],
    ['without PIN or finger', { isVerified: false }],
    ['signed with another key', { isForged: true }],
    ['in answer to another question', { challenge: Buffer.alloc(32).toString('base64url') }],
    ['whose counter went back: it is a copy', { counter: 1 }],
  ] satisfies [string, Deviation][])('%s', async (_what, deviation) => {
    const { device } = await withPasskey();
    await use(device);
    expect((await use(device)).said.status).toBe(200);
    const noted = await notedOf(app, accountId, async () => {
      const { browser, said } = await use(device, deviation);
      expect(refusalOf(said)).toEqual(REFUSED);
      expect(codesOf(await browser.ask(WHO))).toEqual(['auth/missing']);
    });
    expect(noted).toMatchObject([
      { action: 'second_factor.use', outcome: REFUSED.code, details: { factor: 'PASSKEY' } },
    ]);
    // It goes on for its owner.
    expect((await use(device)).said.status).toBe(200);
  });

  test('twice with one answer, nor with an answer that was made for another browser', async () => {
    const { device } = await withPasskey();
    const { browser, response, said } = await use(device);
    expect(said.status).toBe(200);
    expect(refusalOf(await browser.post('/passkey/verify-authentication', { response }))).toEqual(REFUSED);
    const another = newBrowser();
    await another.get('/passkey/generate-authenticate-options');
    expect(refusalOf(await another.post('/passkey/verify-authentication', { response }))).toEqual(REFUSED);
    // A question that was asked for a registration answers no sign-in.
    const mixed = await signIn();
    const { body } = await mixed.get('/passkey/generate-register-options');
    const used = device.use(body as { challenge: string });
    expect(refusalOf(await mixed.post('/passkey/verify-authentication', { response: used }))).toEqual(
      REFUSED,
    );
  });

  test.each([
    ['nothing', {}],
    ['no object', { response: 'x' }],
    ['half an answer', { response: { id: 'x', rawId: 'x', type: 'public-key', response: {} } }],
  ])('that is %s, and nothing fails', async (_what, body) => {
    const browser = newBrowser();
    await browser.get('/passkey/generate-authenticate-options');
    const said = await browser.post('/passkey/verify-authentication', body);
    expect([400, 403]).toContain(said.status);
  });
});

describe('whoever has stolen', () => {
  test('a session adds no passkey without the password, and none from a page of their own', async () => {
    const browser = await signIn();
    const device = new Authenticator(origin, 'localhost');
    for (const more of [{}, { password: 'wrong wrong wrong' }])
      expect(refusalOf(await add(browser, device, more))).toEqual({
        status: 403,
        code: 'sign_in/wrong_password',
      });
    for (const deviation of [
      { origin: 'https://evil.example' },
      { isVerified: false },
      { rpId: 'evil.example' },
    ])
      expect(refusalOf(await add(browser, device, { password: PASSWORD }, deviation))).toEqual(REFUSED);
    expect((await browser.get('/passkey/list-user-passkeys')).body).toEqual([]);
  });

  test('the password of somebody with a passkey adds no factor of their own, and sees nothing where one is required', async () => {
    const { device } = await withPasskey();
    const owner = (await use(device)).browser;
    await owner.data('mutation { setRequireSecondFactor(input: { required: true }) { __typename } }');
    const thief = await signIn();
    const needed = { status: 403, code: 'auth/second_factor_needed' };
    expect(refusalOf(await thief.post('/two-factor/enable', { password: PASSWORD }))).toEqual(needed);
    expect(refusalOf(await thief.get('/passkey/generate-register-options'))).toEqual(needed);
    expect(codesOf(await thief.ask('{ account { name } }'))).toEqual([needed.code]);
    expect(await owner.data('{ account { requireSecondFactor } }')).toEqual({
      account: { requireSecondFactor: true },
    });
    // With the passkey an authenticator app can be added, and the session has both.
    await enrol(app, owner, PASSWORD);
    expect(await owner.data('{ viewer { factors } }')).toEqual({
      viewer: { factors: ['PASSWORD', 'TOTP', 'PASSKEY'] },
    });
  });
});
