import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccount } from '../../src/accounts/create-account.ts';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import type { RunningApp } from '../../src/app.ts';
import { aboutAction, type AuditAction } from '../../src/audit/actions.ts';
import type { Details, Outcome } from '../../src/audit/entry.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { freePort } from '../../src/db/embedded/free-port.ts';
import { PATHS, type Path } from '../../src/graphql/paths.ts';
import type { AccountId, PersonId } from '../../src/ids.ts';
import { createClient } from '../../src/oauth/create-client.ts';
import { makeMember } from '../../src/people/add-member.ts';
import { createTestApp } from '../support/app.ts';
import { notedOf } from '../support/audit-log.ts';
import { Authenticator } from '../support/authenticator.ts';
import { Browser, type Said } from '../support/browser.ts';
import { callerWith } from '../support/graphql.ts';
import { basic, sendForm } from '../support/oauth.ts';
import { enrol, freshCode, giveBackupCode, giveCode } from '../support/second-factor.ts';
import { MailServer } from '../support/smtp-server.ts';
import { until } from '../support/until.ts';

// What is done at a path below /auth and /oauth: each of them once rightly, once wrongly.

const PASSWORD = 'correct horse battery staple';
const WRONG = 'wrong wrong wrong wrong';
const ANOTHER = 'another password, just as long';

const stack = new AsyncDisposableStack();
let app: RunningApp;
let origin: string;
let mail: MailServer;
let count = 0;

beforeAll(async () => {
  mail = stack.use(await MailServer.start());
  const port = String(await freePort());
  // Browsers make no passkeys for addresses.
  origin = `http://localhost:${port}`;
  const env = { ROLES: 'api', PORT: port, PUBLIC_URL: origin };
  const sends = { SMTP_URL: mail.url, MAIL_FROM: 'otpost@example.com' };
  app = stack.use(await createTestApp({ ...env, ...sends })).app;
});
afterAll(() => stack.disposeAsync());

/** Somebody who is in two accounts, and what they have. */
class Own {
  accounts: AccountId[] = [];
  personId!: PersonId;
  email = `person${++count}@people.example`;
  browser = new Browser(app, { origin });
  device = new Authenticator(origin, 'localhost');
  secret = '';
  backupCodes: string[] = [];
  passkey = '';
  /** Of an OAuth client in the first account, or of a key that manages them. */
  client = { id: '', secret: '' };

  async make(): Promise<this> {
    await app.sql`DELETE FROM sign_in_failures`;
    for (const name of ['One', 'Two']) {
      const { id: accountId } = await createAccount(app, { name });
      const member = {
        accountId,
        email: this.email,
        name: 'Ana',
        password: PASSWORD,
        role: 'owner',
      } as const;
      ({ personId: this.personId } = await makeMember(app, member));
      this.accounts.push(accountId);
    }
    return this;
  }

  async signIn(): Promise<void> {
    expect((await this.browser.signIn(this.email, PASSWORD)).status).toBe(200);
  }

  async withApp(): Promise<void> {
    await this.signIn();
    ({ secret: this.secret, backupCodes: this.backupCodes } = await enrol(app, this.browser, PASSWORD));
  }

  /** Up to the second step. */
  async halfIn(): Promise<void> {
    await this.withApp();
    this.browser = new Browser(app, { origin });
    const { body } = await this.browser.signIn(this.email, PASSWORD);
    expect(body).toMatchObject({ twoFactorRedirect: true });
  }

  async addPasskey(password = PASSWORD): Promise<Said> {
    const { body } = await this.browser.get('/passkey/generate-register-options');
    const response = this.device.register(body as { challenge: string });
    return this.browser.post('/passkey/verify-registration', { response, name: 'My phone', password });
  }

  /** Signed in with it: whoever has a second factor shows it before they lose one. */
  async withPasskey(): Promise<void> {
    await this.signIn();
    this.passkey = String((await this.addPasskey()).body.id);
    expect((await this.usePasskey(false)).status).toBe(200);
  }

  async usePasskey(isForged: boolean): Promise<Said> {
    const { body } = await this.browser.get('/passkey/generate-authenticate-options');
    const response = this.device.use(body as { challenge: string }, { isForged });
    return this.browser.post('/passkey/verify-authentication', { response });
  }

  async resetToken(): Promise<string> {
    mail.mails.length = 0;
    await this.browser.post('/request-password-reset', { email: this.email });
    await until(() => mail.mails.length === 1);
    return mail.mails[0]!.link.split('/join#reset=')[1]!;
  }

  async withClient(): Promise<void> {
    const who: Principal = { kind: 'apiKey', accountId: this.accounts[0]!, apiKeyId: newId('key') };
    const input = { name: 'Partner', permissions: ['services:read'] } as const;
    const { row, secret } = await createClient(app, who, input);
    this.client = { id: row.id, secret: secret! };
  }

  ask(path: string, form: Record<string, string>, secret = this.client.secret) {
    return sendForm(app, path, form, basic(this.client.id, secret));
  }

  async token(): Promise<string> {
    const { body } = await this.ask('/oauth/token', { grant_type: 'client_credentials' });
    return body.access_token as string;
  }
}

interface Noted {
  action: AuditAction;
  outcome?: Outcome;
  details?: Details;
  /** Otherwise the person, or of what an OAuth client does the client. */
  targets?: string[];
  /** Of a refusal that is counted with others of the same minute. */
  isCounted?: boolean;
}

interface Story {
  /** What is there before it. */
  before?: (own: Own) => Promise<unknown>;
  /** What is done; answers with the status of what came of it, and what is to be noted. */
  done: (own: Own) => Promise<{ status: number; noted: Noted[] }>;
}

/** Rightly, and wrongly; a text: why nothing is noted. */
type Stories = { right: Story | string; wrong: Story | string };

const said = async (answer: Promise<{ status: number }>, ...noted: Noted[]) => ({
  status: (await answer).status,
  noted,
});
const wrongPassword = (action: AuditAction): Noted => ({
  action,
  outcome: 'sign_in/wrong_password',
  isCounted: true,
});
const inDetail = (name: string, value: Details[string]): { details: Details } => ({
  details: { [name]: value },
});
const tokenIdOf = (token: string) =>
  (JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { jti: string }).jti;
const NOBODY = 'nobody knows whose account it is about';
const NOTHING = 'nothing is done or shown that is anybody else’s';

const STORIES: Record<Extract<Path, `/auth/${string}` | `/oauth/${string}`>, Stories> = {
  '/auth/sign-in/email': {
    right: {
      done: ({ browser, email }) =>
        said(browser.signIn(email, PASSWORD), {
          action: 'session.begin',
          ...inDetail('factors', ['password']),
        }),
    },
    wrong: {
      done: ({ browser, email }) =>
        said(browser.signIn(email.toUpperCase(), WRONG), {
          ...{ action: 'session.begin', outcome: 'sign_in/refused', isCounted: true },
        }),
    },
  },
  '/auth/sign-out': {
    right: {
      before: (own) => own.signIn(),
      async done({ browser, accounts: [accountId] }) {
        const { sessions } = await browser.data<{ sessions: { id: string }[] }>(
          '{ sessions { id } }',
          {},
          { 'otpost-account': accountId! },
        );
        return said(browser.post('/sign-out'), { action: 'session.end', targets: [sessions[0]!.id] });
      },
    },
    wrong: 'who is not in cannot go out',
  },
  '/auth/change-password': {
    right: {
      before: (own) => own.signIn(),
      done: ({ browser }) =>
        said(browser.post('/change-password', { currentPassword: PASSWORD, newPassword: ANOTHER }), {
          action: 'session.change_password',
        }),
    },
    wrong: {
      before: (own) => own.signIn(),
      done: ({ browser }) =>
        said(
          browser.post('/change-password', { currentPassword: WRONG, newPassword: ANOTHER }),
          wrongPassword('session.change_password'),
        ),
    },
  },
  '/auth/request-password-reset': { right: 'a mail goes out, and nothing is changed', wrong: NOBODY },
  '/auth/reset-password': {
    right: {
      async done(own) {
        const token = await own.resetToken();
        return said(own.browser.post('/reset-password', { token, newPassword: ANOTHER }), {
          action: 'session.reset_password',
        });
      },
    },
    wrong: NOBODY,
  },
  '/auth/two-factor/enable': {
    right: 'it counts with the first right code',
    wrong: {
      before: (own) => own.signIn(),
      done: ({ browser }) =>
        said(browser.post('/two-factor/enable', { password: WRONG }), wrongPassword('second_factor.enable')),
    },
  },
  '/auth/two-factor/verify-totp': {
    right: {
      before: (own) => own.halfIn(),
      async done({ browser, secret }) {
        const code = await freshCode(app, secret);
        return said(giveCode(browser, code), {
          action: 'session.begin',
          ...inDetail('factors', ['password', 'totp']),
        });
      },
    },
    wrong: {
      before: (own) => own.halfIn(),
      done: ({ browser }) =>
        said(giveCode(browser, '000000'), {
          ...{ action: 'second_factor.use', outcome: 'sign_in/wrong_code' },
          ...inDetail('factor', 'TOTP'),
        }),
    },
  },
  '/auth/two-factor/verify-backup-code': {
    right: {
      before: (own) => own.halfIn(),
      done: ({ browser, backupCodes }) =>
        said(
          giveBackupCode(browser, backupCodes[0]!),
          { action: 'second_factor.use', ...inDetail('factor', 'BACKUP_CODE') },
          { action: 'session.begin', ...inDetail('factors', ['password', 'backupCode']) },
        ),
    },
    wrong: {
      before: (own) => own.halfIn(),
      done: ({ browser }) =>
        said(giveBackupCode(browser, 'nonsense'), {
          ...{ action: 'second_factor.use', outcome: 'sign_in/wrong_code' },
          ...inDetail('factor', 'BACKUP_CODE'),
        }),
    },
  },
  '/auth/two-factor/generate-backup-codes': {
    right: {
      before: (own) => own.withApp(),
      async done({ browser, secret }) {
        const code = await freshCode(app, secret);
        return said(browser.post('/two-factor/generate-backup-codes', { password: PASSWORD, code }), {
          action: 'second_factor.renew_backup_codes',
        });
      },
    },
    wrong: {
      before: (own) => own.withApp(),
      async done({ browser, secret }) {
        const code = await freshCode(app, secret);
        return said(
          browser.post('/two-factor/generate-backup-codes', { password: WRONG, code }),
          wrongPassword('second_factor.renew_backup_codes'),
        );
      },
    },
  },
  '/auth/two-factor/disable': {
    right: {
      before: (own) => own.withApp(),
      async done({ browser, secret }) {
        const code = await freshCode(app, secret);
        return said(browser.post('/two-factor/disable', { password: PASSWORD, code }), {
          action: 'second_factor.disable',
        });
      },
    },
    wrong: {
      before: (own) => own.withApp(),
      async done({ browser, secret }) {
        const code = await freshCode(app, secret);
        return said(
          browser.post('/two-factor/disable', { password: WRONG, code }),
          wrongPassword('second_factor.disable'),
        );
      },
    },
  },
  '/auth/passkey/generate-register-options': { right: NOTHING, wrong: NOBODY },
  '/auth/passkey/verify-registration': {
    right: {
      before: (own) => own.signIn(),
      done: (own) => said(own.addPasskey(), { action: 'passkey.add' }),
    },
    wrong: {
      before: (own) => own.signIn(),
      done: (own) => said(own.addPasskey(WRONG), wrongPassword('passkey.add')),
    },
  },
  '/auth/passkey/generate-authenticate-options': { right: NOTHING, wrong: NOBODY },
  '/auth/passkey/verify-authentication': {
    right: {
      before: (own) => own.withPasskey(),
      done: (own) =>
        said(own.usePasskey(false), { action: 'session.begin', ...inDetail('factors', ['passkey']) }),
    },
    wrong: {
      before: (own) => own.withPasskey(),
      done: (own) =>
        said(own.usePasskey(true), {
          ...{ action: 'second_factor.use', outcome: 'sign_in/passkey_refused' },
          ...inDetail('factor', 'PASSKEY'),
        }),
    },
  },
  '/auth/passkey/list-user-passkeys': { right: NOTHING, wrong: NOBODY },
  '/auth/passkey/update-passkey': {
    right: {
      before: (own) => own.withPasskey(),
      done: ({ browser, passkey: id }) =>
        said(browser.post('/passkey/update-passkey', { id, name: 'New' }), { action: 'passkey.rename' }),
    },
    wrong: {
      before: (own) => own.withPasskey(),
      done: ({ browser }) =>
        said(browser.post('/passkey/update-passkey', { id: `sgn_${'0'.repeat(32)}`, name: 'New' }), {
          ...{ action: 'passkey.rename', outcome: 'passkey/not_found', isCounted: true },
        }),
    },
  },
  '/auth/passkey/delete-passkey': {
    right: {
      before: (own) => own.withPasskey(),
      done: ({ browser, passkey: id }) =>
        said(browser.post('/passkey/delete-passkey', { id, password: PASSWORD }), {
          action: 'passkey.remove',
        }),
    },
    wrong: {
      before: (own) => own.withPasskey(),
      done: ({ browser, passkey: id }) =>
        said(
          browser.post('/passkey/delete-passkey', { id, password: WRONG }),
          wrongPassword('passkey.remove'),
        ),
    },
  },
  '/auth/invitation': { right: 'who has the link reads their own address', wrong: NOBODY },
  // The members of the account see who came, in `test/api/invitations.test.ts`: it is about that one alone.
  '/auth/accept-invitation': { right: 'it is about one account', wrong: NOBODY },
  '/oauth/token': {
    right: 'what is done with the token names it',
    wrong: {
      before: (own) => own.withClient(),
      async done(own) {
        const other = await own.ask('/oauth/token', {}, `otp_client_${'0'.repeat(39)}`);
        return said(Promise.resolve(other), {
          ...{ action: 'oauth_client.use', outcome: 'auth/invalid', isCounted: true },
          ...inDetail('refused', 'proof'),
        });
      },
    },
  },
  '/oauth/introspect': { right: NOTHING, wrong: 'as at the token endpoint: it is the same proof' },
  '/oauth/revoke': {
    right: {
      before: (own) => own.withClient(),
      async done(own) {
        const token = await own.token();
        await own.ask('/oauth/revoke', { token });
        // Again: nothing is done, and nothing noted.
        return said(own.ask('/oauth/revoke', { token }), {
          ...{ action: 'access_token.revoke', targets: [tokenIdOf(token)] },
          ...inDetail('client', own.client.id),
        });
      },
    },
    wrong: 'who may not is told nothing, and nothing is done',
  },
  '/oauth/jwks': { right: NOTHING, wrong: NOBODY },
};

const told = Object.entries(STORIES).flatMap(([path, stories]) =>
  (['right', 'wrong'] as const).flatMap((how) => {
    const story = stories[how];
    return typeof story === 'string' ? [] : [[path, how, story] as const];
  }),
);

describe('at a path below /auth or /oauth', () => {
  test('every one that there is has a story', () => {
    const all = PATHS.filter((path) => /^[/](?:auth|oauth)[/]/.test(path));
    expect(Object.keys(STORIES).sort()).toEqual([...all].sort());
  });

  test.each(told)(
    '%s, what is done %s is noted in every account that it is about, with who, from where and how it ended',
    async (path, how, { before, done }) => {
      const own = await new Own().make();
      await before?.(own);
      let came: Awaited<ReturnType<Story['done']>> | undefined;
      const [one, two] = own.accounts as [AccountId, AccountId];
      let first: Awaited<ReturnType<typeof notedOf>> = [];
      const second = await notedOf(app, two, async () => {
        first = await notedOf(app, one, async () => {
          came = await done(own);
        });
      });
      const { status, noted } = came!;
      if (how === 'right') expect(status).toBe(200);
      else expect(status).toBeGreaterThanOrEqual(400);
      const isPeople = path.startsWith('/auth/');
      const actor = isPeople
        ? { kind: 'person', id: own.personId, address: '127.0.0.1' }
        : { kind: 'accessToken', id: own.client.id, address: '127.0.0.1' };
      for (const entries of isPeople ? [first, second] : [first]) {
        expect(entries.map(({ action }) => action).sort()).toEqual(noted.map(({ action }) => action).sort());
        for (const { action, outcome = 'ok', details, targets, isCounted } of noted)
          expect(entries).toContainEqual(
            expect.objectContaining({
              ...{ action, outcome, count: 1 },
              kind: isCounted ? 'refusal' : aboutAction(action).kind,
              actor: expect.objectContaining(actor) as unknown,
              targets: targets ?? [isPeople ? own.personId : own.client.id],
              details: details ?? null,
            }),
          );
      }
      if (!isPeople) expect(second).toEqual([]);
    },
  );

  test('a right password that is not followed by the second factor is noted as one', async () => {
    const own = await new Own().make();
    await own.withApp();
    const stranger = new Browser(app, { origin });
    for (const accountId of own.accounts)
      expect(await notedOf(app, accountId, () => stranger.signIn(own.email, PASSWORD))).toMatchObject([
        {
          ...{ action: 'session.begin', kind: 'refusal', outcome: 'auth/second_factor_needed' },
          ...{ targets: [own.personId], actor: { id: own.personId, session: null } },
        },
      ]);
  });

  test('guesses are counted, also those that are no longer looked at, and fill no disk', async () => {
    const own = await new Own().make();
    const guess = () => new Browser(app, { origin }).signIn(own.email, WRONG);
    const noted = await notedOf(app, own.accounts[0]!, async () => {
      for (let i = 0; i < 15; i++) await guess();
    });
    const counted = (outcome: string) =>
      noted.filter((one) => one.outcome === outcome).reduce((sum, one) => sum + one.count, 0);
    expect([counted('sign_in/refused'), counted('sign_in/too_many_attempts')]).toEqual([10, 5]);
    expect(noted.length).toBeLessThanOrEqual(4);
    // Whoever is in no account has no log, and the answer is the same.
    expect((await new Browser(app, { origin }).signIn('nobody@people.example', WRONG)).status).toBe(401);
  });

  test('a manager of clients who ends a token is named by their key', async () => {
    const own = await new Own().make();
    await own.withClient();
    const token = await own.token();
    const { key, row } = await createApiKey(app, own.accounts[0]!, { name: 'x' });
    const authorization = `Bearer ${key}`;
    const noted = await notedOf(app, own.accounts[0]!, () =>
      sendForm(app, '/oauth/revoke', { token }, { authorization }),
    );
    expect(noted).toMatchObject([
      { action: 'access_token.revoke', actor: { kind: 'apiKey', id: row.id }, targets: [tokenIdOf(token)] },
    ]);
  });
});

describe('who is in the account', () => {
  const MEMBERS = '{ members(first: 10) { nodes { id name email } } }';

  test('is noted when names or addresses are shown, once for a page, and not when they are not', async () => {
    const own = await new Own().make();
    const [accountId] = own.accounts as [AccountId];
    const { key, row } = await createApiKey(app, accountId, { name: 'x' });
    const caller = callerWith(app, key);
    await makeMember(app, {
      accountId,
      email: `b-${own.email}`,
      name: 'Ben',
      password: PASSWORD,
      role: 'support',
    });
    let ids: string[] = [];
    const read = await notedOf(app, accountId, async () => {
      const { data } = await caller.ask(MEMBERS);
      ids = (data!.members as { nodes: { id: string }[] }).nodes.map(({ id }) => id);
    });
    expect(ids).toHaveLength(2);
    expect(read).toMatchObject([
      { action: 'member.read', kind: 'read', count: 2, actor: { kind: 'apiKey', id: row.id } },
    ]);
    expect([...read[0]!.targets].sort()).toEqual(ids.sort());
    const plain = () => caller.ask('{ members(first: 10) { nodes { id role hasSecondFactor } } }');
    expect(await notedOf(app, accountId, plain)).toEqual([]);
  });

  test('does not see themselves by it', async () => {
    const own = await new Own().make();
    await own.signIn();
    const [accountId] = own.accounts as [AccountId];
    const noted = await notedOf(app, accountId, () =>
      own.browser.data(MEMBERS, {}, { 'otpost-account': accountId }),
    );
    expect(noted).toEqual([]);
  });

  test('who is asked to join is noted when it is shown, and not to whoever has just said it', async () => {
    const own = await new Own().make();
    const [accountId] = own.accounts as [AccountId];
    const { key } = await createApiKey(app, accountId, { name: 'x' });
    const caller = callerWith(app, key);
    const email = `new-${own.email}`;
    const invite = `mutation ($email: String!) { inviteMember(input: { email: $email, role: SUPPORT }) {
      ... on NewInvitation { invitation { id email } } } }`;
    let id = '';
    const made = await notedOf(app, accountId, async () => {
      const { data } = await caller.ask(invite, { email });
      ({ id } = (data!.inviteMember as { invitation: { id: string } }).invitation);
    });
    expect(made.map(({ action }) => action)).toEqual(['invitation.create']);
    const listed = await notedOf(app, accountId, () => caller.ask('{ invitations { id email } }'));
    expect(listed).toMatchObject([{ action: 'invitation.read', kind: 'read', targets: [id] }]);
  });
});
