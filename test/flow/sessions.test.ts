import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { authenticate } from '../../src/accounts/authenticate.ts';
import { createAccount } from '../../src/accounts/create-account.ts';
import { onCredentialEnd } from '../../src/accounts/credential-end.ts';
import type { PersonPrincipal } from '../../src/accounts/principal.ts';
import type { Bus } from '../../src/bus/bus.ts';
import { connect, type Database } from '../../src/db/client.ts';
import { uuidOf, type AccountId, type PersonId } from '../../src/ids.ts';
import { makeMember } from '../../src/people/add-member.ts';
import { endOtherSessions } from '../../src/people/sessions.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { createCountingProcess } from '../support/process-app.ts';
import { signedIn } from '../support/people.ts';
import { runToEnd } from '../support/processes.ts';
import { until } from '../support/until.ts';

let testDatabase: TestDatabase;
let database: Database;
let open: AsyncDisposableStack;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await connect(testDatabase.url, { poolSize: 4 });
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});
beforeEach(() => {
  open = new AsyncDisposableStack();
});
afterEach(() => open.disposeAsync());

function aProcess(bus?: Bus) {
  const { app, state } = createCountingProcess(database, bus);
  return { app: open.use(app), state };
}

async function aSession(app: Parameters<typeof makeMember>[0]) {
  const { id: accountId } = await createAccount(app, { name: 'Test' });
  const email = `${accountId}@people.example`;
  const { personId } = await makeMember(app, {
    accountId,
    email,
    name: 'Ana',
    password: 'correct horse battery staple',
    role: 'admin',
  });
  return { accountId, personId, ...(await signedIn(app, personId)) };
}

describe('a session', () => {
  test('is looked up once, however many ask at the same time and after', async () => {
    const { app, state } = aProcess();
    const { token, accountId } = await aSession(app);
    state.reads = 0;
    await Promise.all(Array.from({ length: 200 }, () => authenticate(app, token)));
    for (let i = 0; i < 200; i++)
      await authenticate(app, `Bearer ${token}`, undefined, { account: accountId });
    expect(state.reads).toBe(1);
  });

  test('that nobody has is asked for once in a while, one that is not whole never', async () => {
    const { app, state } = aProcess();
    const { token } = await aSession(app);
    state.reads = 0;
    for (let i = 0; i < 20; i++)
      await expect(authenticate(app, `${token.slice(0, -1)}?`)).rejects.toMatchObject({
        reason: 'malformed',
      });
    expect(state.reads).toBe(0);
  });

  test('whose end was not heard of is over after half a minute, on open sockets too', async () => {
    const { app, state } = aProcess();
    const { token, sessionId } = await aSession(app);
    const who = (await authenticate(app, token)) as PersonPrincipal;
    let ended = false;
    open.defer(onCredentialEnd(app, who, () => (ended = true)));
    await database.sql`DELETE FROM person_sessions WHERE id = ${uuidOf(sessionId)}`;
    expect(await authenticate(app, token)).toEqual(who);
    state.now += 30_001;
    await expect(authenticate(app, token)).rejects.toMatchObject({ reason: 'unknown' });
    // The bus was away: what is open is compared with the database.
    app.bus.publish([{ channel: 'person', payload: who.personId }]);
    await until(() => ended);
  });

  test('stays open when another one of the same person ends', async () => {
    const { app } = aProcess();
    const { personId, token } = await aSession(app);
    const { token: other } = await signedIn(app, personId);
    const ended: string[] = [];
    const principals = await Promise.all([token, other].map((each) => authenticate(app, each)));
    const [mine, theirs] = principals as PersonPrincipal[];
    open.defer(onCredentialEnd(app, mine!, () => ended.push('mine')));
    open.defer(onCredentialEnd(app, theirs!, () => ended.push('theirs')));
    await endOtherSessions(app, mine!);
    await until(() => ended.length > 0);
    expect(ended).toEqual(['theirs']);
  });

  test('ends by itself, to the second, what it has open', async () => {
    const { app } = aProcess();
    const { personId } = await aSession(app);
    const { token } = await signedIn(app, personId, { forMs: 300 });
    const who = await authenticate(app, token);
    await new Promise<void>((resolve) => void open.defer(onCredentialEnd(app, who, resolve)));
  });
});

describe('npm run people:create', () => {
  let running: TestApp;
  beforeAll(async () => {
    running = await createTestApp({ ROLES: 'api' });
  });
  afterAll(() => running[Symbol.asyncDispose]());

  const create = async (...args: string[]) => {
    const env = { DATABASE_URL: running.databaseUrl, OTPOST_KEYS: keys };
    const { ended, lines } = await runToEnd({ entry: 'src/people-create.ts', args, env });
    return { code: ended, said: lines.join('\n') };
  };
  const secret = (byte: number) => Buffer.alloc(32, byte).toString('base64');
  const keys = `test:${secret(7)},index:${secret(8)}`;

  test('makes the first owner of an account, once, and says the password to begin with', async () => {
    const { app } = running;
    const { code, said } = await create('--email', 'First@people.example', '--account', 'Brand new');
    expect({ code, said }).toMatchObject({ code: 0 });
    expect(said).toMatch(
      /^First@people\.example is owner of acc_[0-9a-f]{32}, which is new\.\nPassword to begin with: \S{23}$/m,
    );
    const account = /acc_[0-9a-f]{32}/.exec(said)![0] as AccountId;
    const rows = await app.sql<{ person: PersonId; role: string }[]>`
      SELECT person_id AS person, role FROM members WHERE account_id = ${uuidOf(account)}`;
    expect(rows).toMatchObject([{ role: 'owner' }]);
    const again = await create('--email', 'first@people.example', '--account', account, '--role', 'support');
    expect(again.said).toContain('They could sign in already');
    expect(again.said).not.toContain('Password');
  });

  test.each([
    [['--account', 'x'], '--email and --account are needed'],
    [['--email', 'x@y.example', '--account', 'x', '--role', 'king'], '--role is one of owner, admin'],
    [['--email', 'nobody', '--account', 'x'], 'An e-mail address is written'],
    [['--email', 'x@y.example', '--account', `acc_${'0'.repeat(32)}`], 'There is no account acc_0'],
  ])('%j: says what is wrong, and fails', async (args, message) => {
    const { code, said } = await create(...args);
    expect(code).toBe(1);
    expect(said).toContain(message);
  });
});
