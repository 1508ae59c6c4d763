import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAccount } from '../../src/accounts/create-account.ts';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import { ROLE_TABLE, ROLES, type Role } from '../../src/accounts/roles.ts';
import type { RunningApp } from '../../src/app.ts';
import { uuidOf, type AccountId, type MemberId, type PersonId } from '../../src/ids.ts';
import { addMember, makeMember } from '../../src/people/add-member.ts';
import { inviteMember } from '../../src/people/invite.ts';
import { listInvitations } from '../../src/people/revoke-invitation.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { callerWith, codesOf, openSocket, type Caller } from '../support/graphql.ts';
import { held, heldDb, untilOneWaits } from '../support/held.ts';
import { memberIdOf } from '../support/member.ts';
import { signedIn } from '../support/people.ts';
import { redisUrl } from '../support/redis.ts';

const PASSWORD = 'correct horse battery staple';
const WHO =
  '{ viewer { kind role accountId permissions person { id } memberships { accountId accountName role } } }';
const MEMBERS = '{ members(first: 10) { nodes { id role name email hasSecondFactor } } }';
const CHANGE = `mutation ($memberId: ID!, $role: Role!) {
  changeRole(input: { memberId: $memberId, role: $role }) { __typename ... on Member { role } ... on Error { code } }
}`;
const REMOVE = `mutation ($memberId: ID!) {
  removeMember(input: { memberId: $memberId }) { __typename ... on Error { code } }
}`;

interface Somebody {
  personId: PersonId;
  memberId: MemberId;
  email: string;
  token: string;
  caller: Caller;
}

let testApp: TestApp;
let app: RunningApp;
let accountId: AccountId;
let count = 0;

beforeAll(async () => {
  testApp = await createTestApp({
    ROLES: 'api',
    REDIS_URL: redisUrl(),
    REDIS_PREFIX: `people-${process.pid}`,
  });
  app = testApp.app;
});
afterAll(() => testApp[Symbol.asyncDispose]());
beforeEach(async () => {
  accountId = (await createAccount(app, { name: 'People' })).id;
});

async function somebody(role: Role, at: AccountId = accountId): Promise<Somebody> {
  const email = `person${++count}@people.example`;
  const { personId } = await makeMember(app, { accountId: at, email, name: 'Ana', password: PASSWORD, role });
  const { token } = await signedIn(app, personId);
  return {
    personId,
    memberId: await memberIdOf(app, at, personId),
    email,
    token,
    caller: callerWith(app, token),
  };
}

const changeRole = async ({ caller }: Somebody, { memberId }: Somebody, role: Role) =>
  (await caller.ask(CHANGE, { memberId, role: role.toUpperCase() })).data!.changeRole as {
    __typename: string;
  };
const remove = async ({ caller }: Somebody, { memberId }: Somebody) =>
  (await caller.ask(REMOVE, { memberId })).data!.removeMember as { __typename: string };

describe('a person', () => {
  test.each(ROLES)('who is %s has the permissions of the role, and sees that', async (role) => {
    const { caller, personId } = await somebody(role);
    const { data } = await caller.ask(WHO);
    expect(data!.viewer).toMatchObject({
      kind: 'PERSON',
      role: role.toUpperCase(),
      accountId,
      person: { id: personId },
    });
    const { permissions } = data!.viewer as { permissions: string[] };
    const said = [...ROLE_TABLE[role].permissions].map((one) => one.replace(':', '_').toUpperCase());
    expect(permissions.sort()).toEqual(said.sort());
  });

  test('sees who else is in the account, and nobody of another one', async () => {
    const owner = await somebody('owner');
    const analyst = await somebody('analyst');
    await somebody('owner', (await createAccount(app, { name: 'Others' })).id);
    const { data } = await owner.caller.ask(MEMBERS);
    expect(data).toEqual({
      members: {
        nodes: [
          { id: owner.memberId, role: 'OWNER', name: 'Ana', email: owner.email, hasSecondFactor: false },
          {
            id: analyst.memberId,
            role: 'ANALYST',
            name: 'Ana',
            email: analyst.email,
            hasSecondFactor: false,
          },
        ],
      },
    });
    expect((await analyst.caller.ask(MEMBERS)).errors![0]!.extensions).toMatchObject({
      code: 'auth/forbidden',
      permission: 'people:read',
    });
  });

  test('of several accounts is in the first, in the one that a request names, or in the one switched to', async () => {
    const ana = await somebody('owner');
    const second = (await createAccount(app, { name: 'Second' })).id;
    await makeMember(app, {
      accountId: second,
      email: ana.email,
      name: 'x',
      password: PASSWORD,
      role: 'support',
    });
    const at = async (headers = {}) => (await ana.caller.ask(WHO, {}, headers)).data!.viewer;
    expect(await at()).toMatchObject({
      accountId,
      role: 'OWNER',
      memberships: [
        { accountId, accountName: 'People', role: 'OWNER' },
        { accountId: second, accountName: 'Second', role: 'SUPPORT' },
      ],
    });
    expect(await at({ 'otpost-account': second })).toMatchObject({ accountId: second, role: 'SUPPORT' });
    await using socket = await openSocket(app, ana.token);
    const SWITCH = `mutation ($accountId: ID!) {
      switchAccount(input: { accountId: $accountId }) { __typename ... on Viewer { accountId role } }
    }`;
    expect((await ana.caller.ask(SWITCH, { accountId: second })).data).toEqual({
      switchAccount: { __typename: 'Viewer', accountId: second, role: 'SUPPORT' },
    });
    expect(await at()).toMatchObject({ accountId: second });
    expect(await at({ 'otpost-account': accountId })).toMatchObject({ accountId, role: 'OWNER' });
    // What was opened before stays where it was.
    socket.send({ type: 'subscribe', id: '1', payload: { query: '{ viewer { accountId } }' } });
    expect(await socket.next()).toMatchObject({ payload: { data: { viewer: { accountId } } } });
    const foreign = (await createAccount(app, { name: 'Foreign' })).id;
    for (const account of [foreign, 'acc_nothing', ''])
      expect(codesOf(await ana.caller.ask(WHO, {}, { 'otpost-account': account }))).toEqual([
        'auth/no_account',
      ]);
    expect((await ana.caller.ask(SWITCH, { accountId: foreign })).data).toEqual({
      switchAccount: { __typename: 'AccountNotFound' },
    });
  });
});

describe('a key', () => {
  test('may see itself, and is no person', async () => {
    const { key, row } = await createApiKey(app, accountId, { name: 'Test', permissions: ['services:read'] });
    const caller = callerWith(app, key);
    const { data } = await caller.ask('{ viewer { kind apiKeyId role permissions person { id } } }');
    expect(data).toEqual({
      viewer: { kind: 'API_KEY', apiKeyId: row.id, role: null, permissions: ['SERVICES_READ'], person: null },
    });
    for (const query of ['{ sessions { id } }', 'mutation { leaveAccount { __typename } }'])
      expect(codesOf(await caller.ask(query))).toEqual(['auth/forbidden']);
  });

  test('made by a person can do no more than they may; an owner gives everything', async () => {
    const CREATE = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { __typename } }`;
    const create = async ({ caller }: Somebody, permissions: string[] | null) =>
      (await caller.ask(CREATE, { input: { name: 'x', permissions } })).data!.createApiKey;
    const [owner, admin, developer] = [
      await somebody('owner'),
      await somebody('admin'),
      await somebody('developer'),
    ];
    const made = { __typename: 'NewApiKey' };
    const beyond = { __typename: 'BeyondOwnRights' };
    expect(await create(owner, null)).toEqual(made);
    expect(await create(owner, ['NUMBERS_REVEAL'])).toEqual(made);
    expect(await create(admin, null)).toEqual(beyond);
    expect(await create(admin, ['NUMBERS_REVEAL'])).toEqual(beyond);
    expect(await create(admin, ['CARRIERS_WRITE'])).toEqual(made);
    expect(await create(developer, ['CARRIERS_WRITE'])).toEqual(beyond);
    expect(await create(developer, ['VERIFICATIONS_WRITE'])).toEqual(made);
  });
});

describe('a role', () => {
  test('is given and taken by those who have all of it themselves', async () => {
    const [owner, admin, support] = [
      await somebody('owner'),
      await somebody('admin'),
      await somebody('support'),
    ];
    expect(await changeRole(admin, support, 'developer')).toEqual({
      __typename: 'Member',
      role: 'DEVELOPER',
    });
    const above = { __typename: 'RoleAboveOwn', code: 'member/above_own_role' };
    expect(await changeRole(admin, support, 'owner')).toEqual(above);
    expect(await changeRole(admin, owner, 'support')).toEqual(above);
    expect(await changeRole(admin, admin, 'owner')).toEqual(above);
    expect(await remove(admin, owner)).toEqual(above);
    const refused = await support.caller.ask(CHANGE, { memberId: admin.memberId, role: 'SUPPORT' });
    expect(refused.errors![0]!.extensions).toMatchObject({ permission: 'people:write' });
    expect(await changeRole(owner, support, 'owner')).toEqual({ __typename: 'Member', role: 'OWNER' });
  });

  test('that changes counts at once in every process, and closes what is open with 4403', async () => {
    await using second = await createTestApp({
      ROLES: 'api',
      DATABASE_URL: testApp.databaseUrl,
      REDIS_URL: redisUrl(),
      REDIS_PREFIX: `people-${process.pid}`,
    });
    const owner = await somebody('owner');
    const admin = await somebody('admin');
    const there = callerWith(second.app, admin.token);
    expect((await there.ask(MEMBERS)).errors).toBeUndefined();
    await using socket = await openSocket(second.app, admin.token);
    const began = performance.now();
    await changeRole(owner, admin, 'analyst');
    expect(await socket.closed).toMatchObject({ code: 4403 });
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(codesOf(await there.ask(MEMBERS))).toEqual(['auth/forbidden']);
    await using again = await openSocket(second.app, admin.token);
    await remove(owner, admin);
    expect(await again.closed).toMatchObject({ code: 4403 });
    expect(codesOf(await there.ask(WHO))).toEqual(['auth/invalid']);
  });
});

describe('the last owner', () => {
  const last = { __typename: 'LastOwner', code: 'member/last_owner' };

  test('stays, and stays the owner', async () => {
    const owner = await somebody('owner');
    await somebody('admin');
    expect(await changeRole(owner, owner, 'admin')).toEqual(last);
    expect(await remove(owner, owner)).toEqual(last);
    const { data } = await owner.caller.ask('mutation { leaveAccount { __typename } }');
    expect(data).toEqual({ leaveAccount: { __typename: 'LastOwner' } });
    // Whoever calls with a key is held to it as well.
    const { key } = await createApiKey(app, accountId, { name: 'Test' });
    const caller = callerWith(app, key);
    expect((await caller.ask(REMOVE, { memberId: owner.memberId })).data).toEqual({ removeMember: last });
  });

  test('is one of two who remove each other in the same moment', async () => {
    for (let i = 0; i < 5; i++) {
      accountId = (await createAccount(app, { name: 'Two' })).id;
      const [one, two] = [await somebody('owner'), await somebody('owner')];
      await Promise.all([
        one.caller.ask(REMOVE, { memberId: two.memberId }),
        two.caller.ask(REMOVE, { memberId: one.memberId }),
      ]);
      const [row] = await app.sql<{ owners: number }[]>`
        SELECT count(*)::int AS owners FROM members WHERE account_id = ${uuidOf(accountId)} AND role = 'owner'`;
      expect(row!.owners).toBe(1);
    }
  });
});

describe('a member who is removed', () => {
  test('is out at once, and forgotten when they are in no other account', async () => {
    const owner = await somebody('owner');
    const ana = await somebody('developer');
    expect((await ana.caller.ask(WHO)).errors).toBeUndefined();
    expect(await remove(owner, ana)).toEqual({ __typename: 'FormerMember' });
    expect(codesOf(await ana.caller.ask(WHO))).toEqual(['auth/invalid']);
    const left = await app.sql`SELECT FROM people WHERE id = ${uuidOf(ana.personId)}`;
    expect(left).toHaveLength(0);
    expect(await remove(owner, ana)).toEqual({ __typename: 'MemberNotFound', code: 'member/not_found' });
  });

  test('goes on where they are a member as well', async () => {
    const owner = await somebody('owner');
    const ana = await somebody('developer');
    const second = (await createAccount(app, { name: 'Second' })).id;
    await makeMember(app, {
      accountId: second,
      email: ana.email,
      name: 'x',
      password: PASSWORD,
      role: 'support',
    });
    await remove(owner, ana);
    expect((await ana.caller.ask(WHO)).data!.viewer).toMatchObject({ accountId: second, role: 'SUPPORT' });
    expect(codesOf(await ana.caller.ask(WHO, {}, { 'otpost-account': accountId }))).toEqual([
      'auth/no_account',
    ]);
  });
});

describe('somebody who is removed in the moment in which they join elsewhere', () => {
  test('is a member there, when they joined first', async () => {
    const owner = await somebody('owner');
    const ana = await somebody('developer');
    const second = (await createAccount(app, { name: 'Second' })).id;
    const joining = { accountId: second, personId: ana.personId, role: 'support' } as const;
    let removed: Promise<object> | undefined;
    await heldDb(app, async (tx) => {
      expect(await addMember(tx, joining, Date.now())).toMatchObject(joining);
      removed = remove(owner, ana);
      await untilOneWaits(app);
    });
    expect(await removed).toEqual({ __typename: 'FormerMember' });
    expect((await ana.caller.ask(WHO)).data!.viewer).toMatchObject({ accountId: second, role: 'SUPPORT' });
  });

  test('is told that their session is over, when they were removed first; the invitation waits on', async () => {
    const ana = await somebody('developer');
    const second = await createTestAccount(app);
    const { link } = await inviteMember(app, second, { email: ana.email, role: 'support' });
    let joined: Promise<Response> | undefined;
    await held(app, async (tx) => {
      await tx`DELETE FROM people WHERE id = ${uuidOf(ana.personId)}`;
      joined = fetch(`${app.server!.url}/auth/accept-invitation`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ana.token}` },
        body: JSON.stringify({ token: link!.split('#')[1] }),
      });
      await untilOneWaits(app);
    });
    const response = await joined!;
    expect(await response.json()).toMatchObject({ code: 'auth/invalid' });
    expect(response.status).toBe(401);
    expect(await listInvitations(app, second.accountId)).toHaveLength(1);
  });
});

test('the table of roles is the same over GraphQL as in the code', async () => {
  const { caller } = await somebody('support');
  const { data } = await caller.ask('{ roles { role about permissions } }');
  const expected = ROLES.map((role) => ({
    role: role.toUpperCase(),
    about: ROLE_TABLE[role].about,
    permissions: expect.arrayContaining(
      [...ROLE_TABLE[role].permissions].map((one) => one.replace(':', '_').toUpperCase()),
    ) as unknown,
  }));
  expect(data!.roles).toEqual(expected);
});
