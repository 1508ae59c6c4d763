import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAccount } from '../../src/accounts/create-account.ts';
import { authenticate } from '../../src/accounts/authenticate.ts';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import { revokeApiKey } from '../../src/accounts/revoke-api-key.ts';
import { ROLES } from '../../src/accounts/roles.ts';
import { updateApiKey } from '../../src/accounts/update-api-key.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { uuidOf, type AccountId, type ApiKeyId } from '../../src/ids.ts';
import { changeRole, removeMember } from '../../src/people/change-member.ts';
import { RoleAboveOwn } from '../../src/people/errors.ts';
import { inviteMember } from '../../src/people/invite.ts';
import { dumpOf } from '../support/account-rows.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { notedOf } from '../support/audit-log.ts';
import { Browser } from '../support/browser.ts';
import { callerWith, type Caller } from '../support/graphql.ts';
import { aMember, MEMBER_PASSWORD, type SignedIn } from '../support/member.ts';
import { MailServer } from '../support/smtp-server.ts';
import { until } from '../support/until.ts';

const INVITE = `mutation ($email: String!, $role: Role!) { inviteMember(input: { email: $email, role: $role }) {
  __typename ... on NewInvitation { link invitation { id email role } } ... on Error { code } } }`;
const REVOKE = `mutation ($id: ID!) { revokeInvitation(input: { invitationId: $id }) {
  __typename ... on Invitation { id } ... on Error { code } } }`;
const LIST = '{ invitations { id email role expiresAt } }';
const WHO = '{ viewer { accountId role person { email name } memberships { accountId } } }';
const PASSWORD = 'a password of somebody new';
const DAY_MS = 24 * 3_600_000;

const stack = new AsyncDisposableStack();
let mail: MailServer;
/** With e-mail, and without. */
let app: TestApp['app'];
let silent: TestApp['app'];
let accountId: AccountId;
let owner: SignedIn;
let count = 0;
let ahead = 0;

beforeAll(async () => {
  mail = stack.use(await MailServer.start());
  const clock = () => Date.now() + ahead;
  const env = { ROLES: 'api', SMTP_URL: mail.url, MAIL_FROM: 'Otpost <otpost@example.com>' };
  const testApp = stack.use(await createTestApp(env, { clock }));
  app = testApp.app;
  silent = stack.use(await createTestApp({ ROLES: 'api', DATABASE_URL: testApp.databaseUrl }, { clock })).app;
});
afterAll(() => stack.disposeAsync());
beforeEach(async () => {
  ahead = 0;
  mail.mails.length = 0;
  mail.refuseWith = undefined;
  await app.sql`DELETE FROM sign_in_failures`;
  accountId = (await createAccount(app, { name: 'Acme' })).id;
  owner = await aMember(app, accountId, 'owner');
});

const anEmail = () => `guest${++count}@people.example`;

async function invite(caller: Caller, email: string, role = 'SUPPORT') {
  return (await caller.ask(INVITE, { email, role })).data!.inviteMember as {
    __typename: string;
    link?: string | null;
    invitation?: { id: string };
  };
}

/** Invites without e-mail. @returns the token of the link */
async function tokenFor(email: string, role = 'SUPPORT', credential = owner.token): Promise<string> {
  const { link } = await invite(callerWith(silent, credential), email, role);
  return link!.split('#')[1]!;
}

const accept = (browser: Browser, token: string, more: object = { name: 'Ben', password: PASSWORD }) =>
  browser.post('/accept-invitation', { token, ...more });

describe('an invitation', () => {
  test('goes out by e-mail, and makes a member of somebody new who follows its link', async () => {
    const email = anEmail();
    const answer = await invite(owner.caller, email.toUpperCase(), 'ANALYST');
    expect(answer).toMatchObject({ link: null, invitation: { email, role: 'ANALYST' } });
    expect(mail.mails).toMatchObject([{ from: 'otpost@example.com', to: [email] }]);
    const { link, source } = mail.mails[0]!;
    expect(source).toContain('Subject: You are invited to Acme on Otpost');
    const token = link.split('/join#')[1]!;

    const browser = new Browser(app);
    const said = await browser.post('/invitation', { token });
    expect(said.body).toMatchObject({ accountName: 'Acme', email, role: 'analyst', isKnown: false });
    const noted = await notedOf(app, accountId, async () => {
      expect(await accept(browser, token)).toMatchObject({
        status: 200,
        body: { accountId, role: 'analyst', email },
      });
    });
    expect(noted).toMatchObject([
      { action: 'invitation.accept', actor: { kind: 'person', address: '127.0.0.1' } },
    ]);
    expect((await browser.signIn(email, PASSWORD)).status).toBe(200);
    expect(await browser.data(WHO)).toMatchObject({
      viewer: { accountId, role: 'ANALYST', person: { email, name: 'Ben' } },
    });
    const [row] =
      await app.sql`SELECT email_verified FROM people WHERE id = ${uuidOf(noted[0]!.actor.id as never)}`;
    expect(row).toEqual({ email_verified: true });
  });

  test('is a link for the inviter to pass on where there is no e-mail, which proves no address', async () => {
    const email = anEmail();
    const { link } = await invite(callerWith(silent, owner.token), email);
    expect(link).toMatch(/^http:\/\/localhost:\d+\/join#otp_inv_[0-9A-Za-z]{39}$/);
    expect((await accept(new Browser(app), link!.split('#')[1]!)).status).toBe(200);
    const rows = await app.sql`
      SELECT email_verified FROM people p JOIN members m ON m.person_id = p.id
      WHERE m.account_id = ${uuidOf(accountId)} AND p.id <> ${uuidOf(owner.personId)}`;
    expect(rows).toMatchObject([{ email_verified: false }]);
  });

  test('works once, also for twenty who come with it at the same moment', async () => {
    const token = await tokenFor(anEmail());
    const answers = await Promise.all(Array.from({ length: 20 }, () => accept(new Browser(app), token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body } of answers.filter((one) => one.status !== 200)) {
      expect([403, 404, 409, 429]).toContain(status);
      expect(body.code).toMatch(
        /^(?:invitation\/(?:not_found|sign_in)|member\/email_taken|sign_in\/too_many_attempts)$/,
      );
    }
    const rows = await app.sql`SELECT FROM members WHERE account_id = ${uuidOf(accountId)}`;
    expect(rows).toHaveLength(2);
    expect((await accept(new Browser(app), token)).body.code).toBe('invitation/not_found');
  });

  test('is over after a week, when it is revoked, and when another one is made for the same address', async () => {
    const email = anEmail();
    const [first, other] = [await tokenFor(email), await tokenFor(anEmail())];
    const second = await tokenFor(email);
    const codeOf = async (token: string) =>
      (await new Browser(app).post('/invitation', { token })).body.code as string | undefined;
    expect(await codeOf(first)).toBe('invitation/not_found');
    expect(await codeOf(second)).toBeUndefined();

    const { data } = await owner.caller.ask(LIST);
    const [ofOther] = (data!.invitations as { id: string; email: string }[]).filter(
      (one) => one.email !== email,
    );
    const revoked = await owner.caller.ask(REVOKE, { id: ofOther!.id });
    expect(revoked.data).toEqual({ revokeInvitation: { __typename: 'Invitation', id: ofOther!.id } });
    expect(await codeOf(other)).toBe('invitation/not_found');
    expect((await owner.caller.ask(REVOKE, { id: ofOther!.id })).data).toMatchObject({
      revokeInvitation: { code: 'invitation/not_found' },
    });

    ahead = 7 * DAY_MS + 1;
    expect(await codeOf(second)).toBe('invitation/not_found');
    expect((await accept(new Browser(app), second)).body.code).toBe('invitation/not_found');
  });

  test('is for its address alone: somebody who is signed in joins only as whom it names', async () => {
    const elsewhere = (await createAccount(app, { name: 'Elsewhere' })).id;
    const [ana, eve] = [await aMember(app, elsewhere, 'owner'), await aMember(app, elsewhere, 'owner')];
    const token = await tokenFor(ana.email, 'DEVELOPER');
    const signIn = { status: 403, body: { code: 'invitation/sign_in' } };
    const stranger = new Browser(app);
    expect((await stranger.post('/invitation', { token })).body).toMatchObject({ isKnown: true });
    expect(await accept(stranger, token)).toMatchObject(signIn);
    await stranger.signIn(eve.email, MEMBER_PASSWORD);
    expect(await accept(stranger, token, {})).toMatchObject(signIn);
    // Nor one for somebody new, in the name of whoever is signed in.
    expect(await accept(stranger, await tokenFor(anEmail()))).toMatchObject(signIn);

    const browser = new Browser(app);
    await browser.signIn(ana.email, MEMBER_PASSWORD);
    expect(await accept(browser, token, {})).toMatchObject({ status: 200, body: { role: 'developer' } });
    expect(await browser.data(WHO)).toMatchObject({
      viewer: { memberships: [{ accountId: elsewhere }, { accountId }] },
    });
    expect(await invite(owner.caller, ana.email)).toMatchObject({ code: 'invitation/already_member' });
  });

  test('of a foreign page is not accepted with the cookie that its browser adds', async () => {
    const ana = await aMember(app, (await createAccount(app, { name: 'Elsewhere' })).id, 'owner');
    const token = await tokenFor(ana.email);
    const browser = new Browser(app, { origin: 'https://elsewhere.example' });
    browser.cookies.set('otpost.session', ana.token);
    expect((await accept(browser, token, {})).status).toBe(403);
  });
});

describe('an invitation of somebody', () => {
  const server = (): Principal => ({ kind: 'apiKey', accountId, apiKeyId: newId('key') });
  const waiting = async () =>
    (await owner.caller.ask(LIST)).data!.invitations as { id: string; email: string }[];
  const REVOKED = { action: 'invitation.revoke', details: { because: 'inviter_removed' } };

  test('who is removed, or leaves, goes with them: its link lets nobody in', async () => {
    const others = anEmail();
    await invite(owner.caller, others);
    for (const end of [
      (one: SignedIn) => removeMember(app, server(), one.memberId),
      (one: SignedIn) => one.caller.ask('mutation { leaveAccount { __typename } }'),
    ]) {
      const admin = await aMember(app, accountId, 'admin');
      const email = anEmail();
      const token = await tokenFor(email, 'ADMIN', admin.token);
      const [made] = await waiting();
      const noted = await notedOf(app, accountId, () => end(admin));
      expect(noted).toMatchObject([
        { ...REVOKED, targets: [made!.id] },
        { action: expect.stringMatching(/^member/) as unknown },
      ]);
      expect((await accept(new Browser(app), token)).body).toMatchObject({ code: 'invitation/not_found' });
      expect((await waiting()).map((one) => one.email)).toEqual([others]);
    }
  });

  test('whose role is another one goes when that role could not have made it, and stays when it could', async () => {
    const second = await aMember(app, accountId, 'owner');
    const [asOwner, asSupport] = [anEmail(), anEmail()];
    await invite(second.caller, asOwner, 'OWNER');
    await invite(second.caller, asSupport, 'SUPPORT');
    await changeRole(app, server(), second.memberId, 'admin');
    expect((await waiting()).map(({ email }) => email)).toEqual([asSupport]);
    await changeRole(app, server(), second.memberId, 'developer');
    expect(await waiting()).toEqual([]);
  });

  test('with a key that is revoked, or may invite nobody any more, is taken back', async () => {
    // One that is left to make others.
    await createApiKey(app, accountId, { name: 'another server' });
    for (const end of [
      (id: ApiKeyId) => revokeApiKey(app, server(), id),
      (id: ApiKeyId) => updateApiKey(app, server(), id, { permissions: ['people:read'] }),
    ]) {
      const { key, row } = await createApiKey(app, accountId, { name: 'server' });
      const token = await tokenFor(anEmail(), 'ADMIN', key);
      await updateApiKey(app, server(), row.id, { name: 'the same' });
      expect(await waiting()).toHaveLength(1);
      await end(row.id);
      expect(await waiting()).toEqual([]);
      expect((await accept(new Browser(app), token)).body).toMatchObject({ code: 'invitation/not_found' });
    }
  });

  test('who was put out while they made it is none', async () => {
    const admin = await aMember(app, accountId, 'admin');
    const { key, row } = await createApiKey(app, accountId, { name: 'server' });
    const before = [await authenticate(app, admin.token), await authenticate(app, key)];
    await removeMember(app, server(), admin.memberId);
    await revokeApiKey(app, server(), row.id);
    for (const who of before)
      await expect(inviteMember(app, who, { email: anEmail(), role: 'support' })).rejects.toThrow(
        RoleAboveOwn,
      );
    expect(await waiting()).toEqual([]);
  });
});

describe('nobody', () => {
  test('invites above their own role, with a key or as a person', async () => {
    const admin = await aMember(app, accountId, 'admin');
    const above = { __typename: 'RoleAboveOwn', code: 'member/above_own_role' };
    for (const role of ROLES) {
      const answer = await invite(admin.caller, anEmail(), role.toUpperCase());
      if (role === 'owner') expect(answer).toEqual(above);
      else expect(answer.__typename).toBe('NewInvitation');
    }
    const { key } = await createApiKey(app, accountId, { name: 'x', permissions: ['people:write'] });
    expect(await invite(callerWith(app, key), anEmail(), 'SUPPORT')).toEqual(above);
    const { invitation } = await invite(owner.caller, anEmail(), 'OWNER');
    expect((await admin.caller.ask(REVOKE, { id: invitation!.id })).data).toEqual({
      revokeInvitation: above,
    });
  });

  test('is drowned: an account invites fifty in an hour, whatever becomes of them', async () => {
    await app.counter.add(`invitations of ${accountId}`, 49, 3_600);
    expect((await invite(owner.caller, anEmail())).__typename).toBe('NewInvitation');
    expect(await invite(owner.caller, anEmail())).toMatchObject({ code: 'invitation/too_many' });
    expect(mail.mails).toHaveLength(1);
  });

  test('is told that it is sent when the mail server does not take it', async () => {
    mail.refuseWith = 451;
    const email = anEmail();
    expect(await invite(owner.caller, email)).toMatchObject({ code: 'mail/not_sent' });
    mail.refuseWith = undefined;
    expect((await invite(owner.caller, email)).__typename).toBe('NewInvitation');
    expect((await owner.caller.ask(LIST)).data!.invitations).toHaveLength(1);
  });

  test('finds an address or a token of an invitation in a row', async () => {
    const email = anEmail();
    const token = await tokenFor(email);
    const rows = await dumpOf(app);
    expect(rows.filter(({ row }) => row.includes(email) || row.includes(token))).toEqual([]);
  });
});

describe('a password that was forgotten', () => {
  const request = (email: string, browser = new Browser(app)) =>
    browser.post('/request-password-reset', { email });
  const reset = (token: string, newPassword = 'another password, just as long') =>
    new Browser(app).post('/reset-password', { token, newPassword });

  async function resetTokenOf(email: string): Promise<string> {
    expect((await request(email)).status).toBe(200);
    await until(() => mail.mails.length > 0);
    expect(mail.mails[0]!.to).toEqual([email]);
    return mail.mails[0]!.link.split('/join#reset=')[1]!;
  }

  test.each(['\0', 'x\0x', '\ud800', 'x'.repeat(10_000)])(
    'has no link with a token like %j',
    async (token) => {
      const { status, body } = await reset(token);
      expect({ status, body }).toMatchObject({ status: 404, body: { code: 'sign_in/reset_not_found' } });
    },
  );

  test('is replaced by a link that is mailed, works once, and ends every session', async () => {
    const token = await resetTokenOf(owner.email);
    expect((await dumpOf(app)).filter(({ row }) => row.includes(token))).toEqual([]);
    expect((await reset(token, 'short')).body).toMatchObject({ code: 'input/invalid', field: 'password' });
    const noted = await notedOf(app, accountId, async () => {
      const answers = await Promise.all(Array.from({ length: 5 }, () => reset(token)));
      for (const { status, body } of answers)
        if (status !== 200) expect(body).toMatchObject({ code: 'sign_in/reset_not_found' });
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    });
    expect(noted).toMatchObject([
      { action: 'session.reset_password', targets: [owner.personId], actor: { address: '127.0.0.1' } },
    ]);
    expect((await owner.caller.ask(WHO)).errors).toHaveLength(1);
    const browser = new Browser(app);
    expect((await browser.signIn(owner.email, MEMBER_PASSWORD)).status).toBe(401);
    expect((await browser.signIn(owner.email, 'another password, just as long')).status).toBe(200);
  });

  test('says the same whether there is somebody with that address or not, and mails three in a quarter of an hour', async () => {
    const [known, unknown] = [await request(owner.email), await request(anEmail())];
    expect(known.body).toEqual(unknown.body);
    for (const email of [owner.email, anEmail()]) {
      const answers = await Promise.all(Array.from({ length: 5 }, () => request(email)));
      const let_in = answers.filter(({ status }) => status === 200).length;
      expect(let_in).toBe(email === owner.email ? 2 : 3);
      expect(answers.find(({ status }) => status !== 200)!.body.code).toBe('sign_in/too_many_attempts');
    }
    await until(() => mail.mails.length === 3);
    expect(mail.mails.every(({ to }) => to[0] === owner.email)).toBe(true);
  });

  test('is answered before anybody looks whose address it is: also the time tells nothing', async () => {
    const answered: number[] = [];
    await app.sql.begin(async (tx) => {
      await tx`LOCK TABLE people, person_passwords, person_challenges IN ACCESS EXCLUSIVE MODE`;
      for (const email of [owner.email, anEmail()])
        void request(email).then(({ status }) => answered.push(status));
      await until(() => answered.length === 2);
    });
    expect(answered).toEqual([200, 200]);
    await until(() => mail.mails.length > 0);
    expect(mail.mails.map(({ to }) => to)).toEqual([[owner.email]]);
  });

  test('stays where there is no e-mail, and says why', async () => {
    const said = await new Browser(silent).post('/request-password-reset', { email: owner.email });
    expect(said).toMatchObject({ status: 501, body: { code: 'mail/not_set_up' } });
  });
});

test('the page that links lead to runs its own script and nothing else', async () => {
  const response = await fetch(`${app.server!.url}/join`);
  expect(response.headers.get('content-security-policy')).toMatch(
    /default-src 'none'.*script-src 'sha256-[\w+/=]+'; style-src 'sha256-/,
  );
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
});
