import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { authenticate } from '../../src/accounts/authenticate.ts';
import { createAccount } from '../../src/accounts/create-account.ts';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import type { RightsInput } from '../../src/accounts/rights.ts';
import { revokeApiKey } from '../../src/accounts/revoke-api-key.ts';
import { rotateApiKey } from '../../src/accounts/rotate-api-key.ts';
import type { RunningApp } from '../../src/app.ts';
import { uuidOf, type AccountId } from '../../src/ids.ts';
import { createClient } from '../../src/oauth/create-client.ts';
import { rotateClientSecret } from '../../src/oauth/rotate-client-secret.ts';
import { updateClient } from '../../src/oauth/update-client.ts';
import { makeMember } from '../../src/people/add-member.ts';
import { inviteMember } from '../../src/people/invite.ts';
import { listInvitations } from '../../src/people/revoke-invitation.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { notedOf } from '../support/audit-log.ts';
import { callerWith, codesOf, openSocket } from '../support/graphql.ts';
import { held, untilOneWaits } from '../support/held.ts';
import { aMember, MEMBER_PASSWORD, type SignedIn } from '../support/member.ts';
import { basic, sendForm } from '../support/oauth.ts';
import { redisUrl } from '../support/redis.ts';
import { until } from '../support/until.ts';

const LEFT = `__typename ... on Error { code message }
  ... on CredentialsRemain { credentials { kind id name lastUsedAt } }
  ... on FormerMember { keptCredentials { kind id name } revokedCredentials { kind id name } }`;
const REMOVE = `mutation ($memberId: ID!, $credentials: CredentialsChoice) {
  removeMember(input: { memberId: $memberId, credentials: $credentials }) { ${LEFT} } }`;
const LEAVE = `mutation ($credentials: CredentialsChoice) {
  leaveAccount(input: { credentials: $credentials }) { ${LEFT} } }`;
const CREDENTIALS =
  '{ members(first: 10) { nodes { id credentials { kind id name lastUsedAt beyondRole } } } }';

let first: TestApp;
let second: TestApp;
let app: RunningApp;
let accountId: AccountId;
let owner: SignedIn;
let ana: SignedIn;
let ahead = 0;

beforeAll(async () => {
  const shared = { ROLES: 'api', REDIS_URL: redisUrl(), REDIS_PREFIX: `members-credentials-${process.pid}` };
  const clock = () => Date.now() + ahead;
  first = await createTestApp(shared, { clock });
  second = await createTestApp({ ...shared, DATABASE_URL: first.databaseUrl }, { clock });
  app = first.app;
  for (const { bus } of [first.app, second.app]) await until(() => bus.ready());
});
afterAll(async () => {
  await second[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
});
beforeEach(async () => {
  ahead = 0;
  accountId = (await createAccount(app, { name: 'Acme' })).id;
  owner = await aMember(app, accountId, 'owner');
  ana = await aMember(app, accountId, 'admin');
});

interface Left {
  __typename: string;
  code?: string;
  credentials?: { id: string }[];
}

const remove = async (one: SignedIn, credentials?: 'KEEP' | 'REVOKE') =>
  (await owner.caller.ask(REMOVE, { memberId: one.memberId, credentials })).data!.removeMember as Left;
const leave = async (one: SignedIn, credentials?: 'KEEP' | 'REVOKE') =>
  (await one.caller.ask(LEAVE, { credentials })).data!.leaveAccount as Left;
const WAYS = [
  ['is removed', remove],
  ['leaves', leave],
] as const;

const as = ({ token }: SignedIn): Promise<Principal> => authenticate(app, token);
const PERMISSIONS = ['keys:manage', 'services:read', 'people:write'] as const;

async function aKey(who: Principal, rights: RightsInput = {}, name = 'CI') {
  const { row, key } = await createApiKey(app, accountId, { name, permissions: PERMISSIONS, ...rights }, who);
  return { id: row.id, key, as: () => authenticate(app, key) };
}

async function aClient(who: Principal, name = 'Shop') {
  const { row, secret } = await createClient(app, who, { name, permissions: ['services:read'] });
  const token = async () => {
    const form = { grant_type: 'client_credentials' };
    return (await sendForm(app, '/oauth/token', form, basic(row.id, secret!))).body.access_token as string;
  };
  return { id: row.id, token };
}

const works = async (credential: string) =>
  (await callerWith(app, credential).ask('{ viewer { kind } }')).status === 200;

/** What the API says with which somebody can get in. */
async function heldBy({ memberId }: SignedIn) {
  const { data } = await owner.caller.ask(CREDENTIALS);
  const { nodes } = data!.members as {
    nodes: { id: string; credentials: { id: string; name: string; beyondRole: boolean }[] }[];
  };
  return nodes.find(({ id }) => id === memberId)!.credentials;
}
const idsHeldBy = async (one: SignedIn) => (await heldBy(one)).map(({ id }) => id);

describe('a key, and an OAuth client, says who made it', () => {
  const OF = 'createdBy { kind id member { id name } }';

  test('a person, a key with the person behind it, or the system; over every way to it', async () => {
    const byAna = await aKey(await as(ana));
    const byKey = await aKey(await byAna.as());
    const client = await aClient(await as(ana));
    const { row: seeded } = await createApiKey(app, accountId, { name: 'Demo' });
    const member = { id: ana.memberId, name: 'Ana' };
    const person = { kind: 'PERSON', id: ana.personId, member };
    const { data, errors } = await owner.caller.ask(
      `{ apiKeys(first: 10) { nodes { id ${OF} } } oauthClients(first: 10) { nodes { id ${OF} } }
         key: node(id: "${byKey.id}") { ... on ApiKey { ${OF} } }
         client: node(id: "${client.id}") { ... on OAuthClient { ${OF} } } }`,
    );
    expect(errors).toBeUndefined();
    const ofKey = { kind: 'API_KEY', id: byAna.id, member };
    expect(data).toEqual({
      apiKeys: {
        nodes: [
          { id: byAna.id, createdBy: person },
          { id: byKey.id, createdBy: ofKey },
          { id: seeded.id, createdBy: { kind: 'SYSTEM', id: null, member: null } },
        ],
      },
      oauthClients: { nodes: [{ id: client.id, createdBy: person }] },
      key: { createdBy: ofKey },
      client: { createdBy: person },
    });
    const made = await owner.caller.ask(
      `mutation { createApiKey(input: { name: "x" }) { ... on NewApiKey { apiKey { ${OF} } } } }`,
    );
    expect(made.data!.createApiKey).toMatchObject({
      apiKey: { createdBy: { id: owner.personId, member: { id: owner.memberId } } },
    });
  });

  test('and nobody when it is from before that was kept', async () => {
    const { id } = await aKey(await as(ana));
    await app.sql`
      UPDATE api_keys SET created_by = NULL, created_by_person = NULL, holders = '{}' WHERE id = ${uuidOf(id)}`;
    const { data } = await owner.caller.ask(`{ apiKeys(first: 1) { nodes { ${OF} } } }`);
    expect(data!.apiKeys).toEqual({ nodes: [{ createdBy: null }] });
  });

  test('by nothing but an id when they are forgotten', async () => {
    await aKey(await as(ana));
    await remove(ana, 'KEEP');
    expect(await app.sql`SELECT FROM people WHERE id = ${uuidOf(ana.personId)}`).toHaveLength(0);
    const { data } = await owner.caller.ask(`{ apiKeys(first: 1) { nodes { ${OF} } } }`);
    expect(data!.apiKeys).toEqual({
      nodes: [{ createdBy: { kind: 'PERSON', id: ana.personId, member: null } }],
    });
  });

  test('to whoever may manage keys; who the member is, to whoever may see members', async () => {
    await aKey(await as(ana));
    const { key } = await aKey(await as(owner), { permissions: ['keys:manage'] });
    const ask = (query: string) => callerWith(app, key).ask(`{ apiKeys(first: 1) { nodes { ${query} } } }`);
    expect((await ask('createdBy { kind id }')).errors).toBeUndefined();
    expect((await ask('createdBy { member { id } }')).errors![0]!.extensions).toMatchObject({
      permission: 'people:read',
    });
  });
});

describe.each(WAYS)('a member who made keys and clients, and %s', (_way, go) => {
  test('goes only when somebody says what becomes of those: until then nothing is changed', async () => {
    const key = await aKey(await as(ana));
    const ofKey = await aKey(await key.as(), {}, 'of the key');
    const client = await aClient(await as(ana));
    const noted = await notedOf(app, accountId, async () => {
      const answer = await go(ana);
      expect(answer).toEqual({
        __typename: 'CredentialsRemain',
        code: 'member/credentials_remain',
        message: expect.stringMatching(/^There are 3 .*credentials: REVOKE .*KEEP/) as string,
        credentials: [
          { kind: 'API_KEY', id: key.id, name: 'CI', lastUsedAt: null },
          { kind: 'API_KEY', id: ofKey.id, name: 'of the key', lastUsedAt: null },
          { kind: 'OAUTH_CLIENT', id: client.id, name: 'Shop', lastUsedAt: null },
        ],
      });
    });
    expect(noted).toMatchObject([{ kind: 'refusal', outcome: 'member/credentials_remain' }]);
    for (const credential of [ana.token, key.key, ofKey.key, await client.token()])
      expect(await works(credential)).toBe(true);
  });

  test('has them ended in the same moment: in every process within a second, sockets with 4403, each noted', async () => {
    const key = await aKey(await as(ana));
    const ofKey = await aKey(await key.as());
    const client = await aClient(await as(ana));
    const token = await client.token();
    const others = await aKey(await as(owner));
    const ended = [key.key, ofKey.key, token];
    await using stack = new AsyncDisposableStack();
    const sockets = await Promise.all(ended.map((credential) => openSocket(second.app, credential)));
    for (const socket of sockets) stack.use(socket);
    const noted = await notedOf(app, accountId, async () => {
      const began = performance.now();
      expect(await go(ana, 'REVOKE')).toEqual({
        __typename: 'FormerMember',
        keptCredentials: [],
        revokedCredentials: [
          { kind: 'API_KEY', id: key.id, name: 'CI' },
          { kind: 'API_KEY', id: ofKey.id, name: 'CI' },
          { kind: 'OAUTH_CLIENT', id: client.id, name: 'Shop' },
        ],
      });
      for (const socket of sockets) expect(await socket.closed).toMatchObject({ code: 4403 });
      expect(performance.now() - began).toBeLessThan(1_000);
    });
    const because = { because: 'member_removed' };
    expect(noted).toMatchObject([
      { action: 'api_key.revoke', targets: [key.id, ofKey.id], details: because },
      { action: 'oauth_client.revoke', targets: [client.id], details: because },
      { action: expect.stringMatching(/^member/) as string, details: { credentials: 'revoke' } },
    ]);
    for (const credential of ended) {
      const answer = await callerWith(second.app, credential).ask('{ viewer { kind } }');
      expect(codesOf(answer)).toEqual(['auth/invalid']);
    }
    expect(await works(others.key)).toBe(true);
  });

  test('has them kept, and named', async () => {
    const key = await aKey(await as(ana));
    const client = await aClient(await as(ana));
    const noted = await notedOf(app, accountId, async () => {
      expect(await go(ana, 'KEEP')).toEqual({
        __typename: 'FormerMember',
        keptCredentials: [
          { kind: 'API_KEY', id: key.id, name: 'CI' },
          { kind: 'OAUTH_CLIENT', id: client.id, name: 'Shop' },
        ],
        revokedCredentials: [],
      });
    });
    expect(noted).toMatchObject([{ details: { role: 'admin', credentials: 'keep' } }]);
    for (const credential of [key.key, await client.token()]) expect(await works(credential)).toBe(true);
    expect(await works(ana.token)).toBe(false);
  });

  test('goes as before when none of them works any more, or there are none', async () => {
    const revoked = await aKey(await as(ana));
    await revokeApiKey(app, await as(owner), revoked.id);
    await aKey(await as(ana), { expiresAt: new Date(Date.now() + 60_000) });
    ahead = 60_001;
    const gone = { __typename: 'FormerMember', keptCredentials: [], revokedCredentials: [] };
    expect(await go(ana)).toEqual(gone);
    expect(await go(await aMember(app, accountId, 'developer'), 'REVOKE')).toEqual(gone);
  });
});

describe('a member who goes', () => {
  test('takes with them what their keys had invited', async () => {
    const key = await aKey(await as(owner), { permissions: null });
    const other = await aMember(app, accountId, 'owner');
    await inviteMember(app, await key.as(), { email: 'guest@people.example', role: 'admin' });
    const { data } = await other.caller.ask(REMOVE, { memberId: owner.memberId, credentials: 'REVOKE' });
    expect(data!.removeMember).toMatchObject({ revokedCredentials: [{ id: key.id }] });
    expect(await listInvitations(app, accountId)).toEqual([]);
  });

  test('loses nothing where they are a member as well', async () => {
    const elsewhere = (await createAccount(app, { name: 'Elsewhere' })).id;
    await makeMember(app, {
      ...{ accountId: elsewhere, email: ana.email, name: 'Ana' },
      ...{ password: MEMBER_PASSWORD, role: 'owner' },
    });
    const there = await authenticate(app, ana.token, undefined, { account: elsewhere });
    const { key } = await createApiKey(app, elsewhere, { name: 'There' }, there);
    const here = await aKey(await as(ana));
    expect(await remove(ana)).toMatchObject({ credentials: [{ id: here.id }] });
    expect(await remove(ana, 'REVOKE')).toMatchObject({ revokedCredentials: [{ id: here.id }] });
    expect(await works(here.key)).toBe(false);
    expect(await works(key)).toBe(true);
  });

  test('has what they can get in with shown beforehand, to those who can put them out', async () => {
    const { id } = await aKey(await as(ana));
    expect(await heldBy(ana)).toEqual([
      { kind: 'API_KEY', id, name: 'CI', lastUsedAt: null, beyondRole: false },
    ]);
    expect(await heldBy(owner)).toEqual([]);
    const developer = await aMember(app, accountId, 'developer');
    expect((await developer.caller.ask(CREDENTIALS)).errors![0]!.extensions).toMatchObject({
      permission: 'people:write',
    });
  });
});

describe('who rotates a credential', () => {
  test('is the one who knows it; whoever made it knows it until the overlap is over', async () => {
    const key = await aKey(await as(ana));
    const client = await aClient(await as(ana));
    await rotateApiKey(app, await as(owner), key.id, 600);
    await rotateClientSecret(app, await as(owner), client.id, 600);
    for (const one of [owner, ana]) expect(await idsHeldBy(one)).toEqual([key.id, client.id]);
    ahead = 600_001;
    expect(await idsHeldBy(owner)).toEqual([key.id, client.id]);
    expect(await idsHeldBy(ana)).toEqual([]);
    expect(await remove(ana)).toMatchObject({ __typename: 'FormerMember' });
    const { data } = await owner.caller.ask('{ apiKeys(first: 1) { nodes { createdBy { id } } } }');
    expect(data!.apiKeys).toEqual({ nodes: [{ createdBy: { id: ana.personId } }] });
  });

  test('with a key does it for the person whose that is', async () => {
    const [byOwner, byAna] = [await aKey(await as(owner)), await aKey(await as(ana))];
    await rotateApiKey(app, await byAna.as(), byOwner.id, 0);
    expect(await idsHeldBy(ana)).toEqual([byOwner.id, byAna.id]);
    expect(await idsHeldBy(owner)).toEqual([]);
  });

  test('or gives a client another public key, gets in by that one; by the one before as long as it stays', async () => {
    const publicKey = (kid: string) => ({
      ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
      kid,
    });
    const [one, two, three] = ['1', '2', '3'].map(publicKey);
    const { row } = await createClient(app, await as(ana), {
      ...{ name: 'Signs', permissions: ['services:read'], publicKeys: { keys: [one] } },
    });
    await updateClient(app, await as(owner), row.id, { name: 'Signs still' });
    expect(await idsHeldBy(owner)).toEqual([]);
    await updateClient(app, await as(owner), row.id, { publicKeys: { keys: [one, two] } });
    for (const each of [owner, ana]) expect(await idsHeldBy(each)).toEqual([row.id]);
    await updateClient(app, await as(owner), row.id, { publicKeys: { keys: [three] } });
    expect(await idsHeldBy(owner)).toEqual([row.id]);
    expect(await idsHeldBy(ana)).toEqual([]);
  });
});

test('a member whose role is made less keeps their keys, and the answer names those that may do more', async () => {
  const admin = await as(ana);
  const within = await aKey(admin, { permissions: ['services:read'] });
  const more = await aKey(admin, { permissions: ['carriers:write'] });
  const client = await aClient(admin);
  const { data } = await owner.caller.ask(
    `mutation { changeRole(input: { memberId: "${ana.memberId}", role: SUPPORT }) {
       ... on Member { role credentials { id beyondRole } } } }`,
  );
  expect(data!.changeRole).toEqual({
    role: 'SUPPORT',
    credentials: [
      { id: within.id, beyondRole: false },
      { id: more.id, beyondRole: true },
      { id: client.id, beyondRole: false },
    ],
  });
  expect(await works(more.key)).toBe(true);
});

describe('in the moment in which somebody is put out', () => {
  /** Each way in which somebody comes to know a secret, of which they are shown what it answers. */
  const MAKING: readonly [string, (who: Principal) => Promise<string | undefined>][] = [
    ['a key', async (who) => (await aKey(who)).key],
    [
      'a client',
      async (who) => (await createClient(app, who, { name: 'x', permissions: ['services:read'] })).row.id,
    ],
    [
      'the secret of a key of somebody else',
      async (who) => {
        const { id } = await aKey(await as(owner), { permissions: ['services:read'] });
        return (await rotateApiKey(app, who, id, 0)).key;
      },
    ],
  ];

  const left = async () => {
    const [row] = await app.sql<{ left: number }[]>`
      SELECT count(*)::int AS left FROM (
        SELECT account_id, holders FROM api_keys WHERE revoked_at IS NULL
        UNION ALL SELECT account_id, holders FROM oauth_clients WHERE revoked_at IS NULL) AS c
      WHERE account_id = ${uuidOf(accountId)} AND ${uuidOf(ana.personId)} = ANY (holders)`;
    return row!.left;
  };

  describe.each(MAKING)('%s', (_what, make) => {
    test('is not had by them afterwards, nor by a key of theirs: it was ended, or never came about', async () => {
      for (let round = 0; round < 8; round++) {
        ana = await aMember(app, accountId, 'admin');
        const makers = [await as(ana), await (await aKey(await as(ana))).as()];
        const making = makers.flatMap((who) => [make(who), make(who)]);
        const [removed, ...made] = await Promise.allSettled([remove(ana, 'REVOKE'), ...making]);
        expect(removed).toMatchObject({ status: 'fulfilled', value: { __typename: 'FormerMember' } });
        for (const one of made)
          if (one.status === 'rejected')
            expect(one.reason).toMatchObject({ code: 'key/beyond_own_rights', field: 'permissions' });
        expect(await left()).toBe(0);
      }
    });

    test('waits for the removal that is under way, and is refused', async () => {
      const who = await as(ana);
      let making: Promise<unknown> | undefined;
      await held(app, async (tx) => {
        await tx`SELECT FROM accounts WHERE id = ${uuidOf(accountId)} FOR NO KEY UPDATE`;
        await tx`DELETE FROM members WHERE id = ${uuidOf(ana.memberId)}`;
        making = make(who).catch((error: unknown) => error);
        await untilOneWaits(app);
      });
      expect(await making).toMatchObject({ code: 'key/beyond_own_rights' });
      expect(await left()).toBe(0);
    });
  });

  test('a key that they make keeps them in until somebody chooses, or is not made', async () => {
    for (let round = 0; round < 8; round++) {
      ana = await aMember(app, accountId, 'admin');
      const who = await as(ana);
      const [removed, made] = await Promise.allSettled([remove(ana), aKey(who)]);
      const { __typename } = (removed as PromiseFulfilledResult<Left>).value;
      expect(__typename).toBe(made.status === 'fulfilled' ? 'CredentialsRemain' : 'FormerMember');
    }
  });
});
