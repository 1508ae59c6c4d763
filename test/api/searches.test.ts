import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Permission } from '../../src/accounts/permissions.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import type { RunningApp } from '../../src/app.ts';
import type { AuditEntry } from '../../src/audit/entry.ts';
import { createRedisCounter } from '../../src/bus/redis-counter.ts';
import { loadConfig } from '../../src/config.ts';
import { addEntity } from '../../src/factors/add-entity.ts';
import type { ServiceId, VerificationId } from '../../src/ids.ts';
import { sidOf } from '../../src/rest/twilio/sids.ts';
import { createTestAccount, createTestApp, createWaitingAccount } from '../support/app.ts';
import { auditOf, notedOf } from '../support/audit-log.ts';
import { callerWith, codesOf, createCaller, type Caller } from '../support/graphql.ts';
import { aMember } from '../support/member.ts';
import { startPrivateRedis, type PrivateRedis } from '../support/redis.ts';
import { restCallerWith } from '../support/rest.ts';
import { serveAgain } from '../support/serve-again.ts';
import { basic } from '../support/twilio.ts';
import { until } from '../support/until.ts';
import { createNumbers, start } from '../support/verifying.ts';

const AN_HOUR = 60;
const aNumber = createNumbers(8_100_001);
const stack = new AsyncDisposableStack();
let app: RunningApp;
let redis: PrivateRedis;

beforeAll(async () => {
  redis = stack.use(await startPrivateRedis());
  ({ app } = stack.use(await createTestApp({ ROLES: 'api' })));
});
afterAll(() => stack.disposeAsync());

/** An account in which somebody waits for a code. */
async function anAccount() {
  const who = await createWaitingAccount(app);
  const to = aNumber();
  const { id } = await start(app, who, to);
  return { who, to, id };
}

async function keyWith({ accountId }: Principal, permissions: readonly Permission[] | null) {
  return createApiKey(app, accountId, { name: 'Test', permissions });
}

/** All numbers that a mask may stand for, as far as somebody gets in so many trials. */
function guessesOf(count: number, last = 0): string[] {
  return Array.from({ length: count }, (_, i) => `+38591${String(last + 7_000_000 + i)}`);
}

/** As many numbers as a document has room for, and the ids of what is found. */
async function searchAll({ ask }: Caller, numbers: readonly string[]) {
  const fields = numbers.map(
    (to, i) => `a${i}: verifications(first: 1, filter: { to: "${to}" }) { nodes { id to } }`,
  );
  const answer = await ask(`{ ${fields.join(' ')} }`);
  const pages = Object.values(answer.data ?? {}) as { nodes: { id: VerificationId; to: string }[] }[];
  return { answer, found: pages.flatMap(({ nodes }) => nodes) };
}

const searchesIn = (entries: readonly AuditEntry[]) =>
  entries.filter(({ action }) => action === 'number.search');
const sum = (entries: readonly AuditEntry[]) => entries.reduce((total, { count }) => total + count, 0);

/** How many searches were let in. An answer that has an error goes out before the last of them are noted. */
async function letIn({ accountId }: Principal): Promise<number> {
  const count = async () =>
    sum(searchesIn(await auditOf(app, accountId)).filter(({ outcome }) => outcome === 'ok'));
  await until(async () => (await count()) >= AN_HOUR);
  return count();
}

/** Takes all that somebody may still ask. */
const useUp = (name: string) => app.counter.add(`searches of ${name}`, AN_HOUR, 3_600);

describe('the number behind a mask', () => {
  test('is not found by trying, by however many aliases, requests and doors at once', async () => {
    const { who, to } = await anAccount();
    const { caller, token, personId } = await aMember(app, who.accountId, 'support');
    const rest = restCallerWith(app, token);
    let found: string[] = [];
    const codes: unknown[] = [];
    const noted = await notedOf(app, who.accountId, async () => {
      const parts = Array.from({ length: 37 }, (_, i) => guessesOf(25, i * 25));
      const answers = await Promise.all(parts.map((numbers) => searchAll(caller, numbers)));
      found = answers.flatMap((one) => one.found.map(({ id }) => id));
      codes.push(...answers.flatMap(({ answer }) => codesOf(answer)));
      // And then the right one, over every door.
      const last = await searchAll(caller, [to]);
      found.push(...last.found.map(({ id }) => id));
      const overRest = await rest.get(`/v1/verifications?to=${encodeURIComponent(to)}`);
      expect(overRest.status).toBe(429);
      expect(overRest.body).toMatchObject({ code: 'number/too_many_searches' });
      expect(overRest.headers.get('retry-after')).toBe(String(overRest.body['retryAfterSeconds']));
      const { retryAfterSeconds } = last.answer.errors![0]!.extensions as { retryAfterSeconds: number };
      expect(retryAfterSeconds).toBeGreaterThan(3_500);
      expect(retryAfterSeconds).toBeLessThanOrEqual(3_600);
    });
    expect(found).toEqual([]);
    expect(new Set(codes)).toEqual(new Set(['number/too_many_searches']));
    expect(await letIn(who)).toBe(AN_HOUR);
    // That they went on trying is there, too.
    const refused = noted.filter(({ outcome }) => outcome === 'number/too_many_searches');
    expect(refused[0]).toMatchObject({ kind: 'refusal', action: 'number.search', actor: { id: personId } });
  });

  test('is not found by asking several processes in turn', async () => {
    const prefix = `searches${Math.random()}`;
    const { who } = await anAccount();
    const { token } = await aMember(app, who.accountId, 'support');
    await using open = new AsyncDisposableStack();
    const client = new Redis(redis.url);
    open.defer(() => client.disconnect());
    const processes = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const counter = createRedisCounter({ url: redis.url, prefix, log: app.log });
        open.defer(() => counter.close());
        await until(async () => {
          await counter.add('warm', 1, 60);
          return client.exists(`${prefix}count:60:warm`);
        });
        return { ...app, server: open.use(await serveAgain(app, { counter })) };
      }),
    );
    await Promise.all(
      processes.flatMap((one, i) =>
        [0, 25].map((more) => searchAll(callerWith(one, token), guessesOf(25, i * 50 + more))),
      ),
    );
    expect(await letIn(who)).toBe(AN_HOUR);
  });

  test('is not found by making more keys', async () => {
    const { who } = await anAccount();
    const keys = await Promise.all(Array.from({ length: 4 }, () => keyWith(who, ['verifications:read'])));
    await Promise.all(keys.map(({ key }, i) => searchAll(callerWith(app, key), guessesOf(25, i * 25))));
    expect(await letIn(who)).toBe(AN_HOUR);
  });
});

describe('a support desk', () => {
  test('finds who calls by their number, which it sees masked, and helps them', async () => {
    const { who, to, id } = await anAccount();
    const { caller, personId, sessionId } = await aMember(app, who.accountId, 'support');
    const noted = await notedOf(app, who.accountId, async () => {
      const { found } = await searchAll(caller, [to]);
      expect(found).toEqual([{ id, to: `+385•••••••${to.slice(-2)}` }]);
      const { data } = await caller.ask('query ($id: ID!) { verification(id: $id) { status } }', { id });
      expect(data).toEqual({ verification: { status: 'PENDING' } });
      const unlock = 'mutation ($to: String!) { unlockDestination(input: { to: $to }) { __typename } }';
      expect((await caller.ask(unlock, { to })).data).toEqual({
        unlockDestination: { __typename: 'UnlockedDestination' },
      });
      await searchAll(caller, [aNumber()]);
    });
    const actor = { kind: 'person', id: personId, session: sessionId, address: '127.0.0.1' };
    const search = { kind: 'read', action: 'number.search', outcome: 'ok', count: 1, actor, details: null };
    expect(noted).toMatchObject([
      { ...search, targets: [id] },
      { action: 'destination.unlock', actor },
      { ...search, targets: [] },
    ]);
    expect(JSON.stringify(noted)).not.toContain(to.slice(1));
  });

  test('is answered as often as somebody helps people one after the other, and others go on when one may not', async () => {
    const { who, to, id } = await anAccount();
    const busy = await aMember(app, who.accountId, 'support');
    for (let i = 0; i < AN_HOUR; i += 20)
      expect((await searchAll(busy.caller, Array<string>(20).fill(to))).found).toHaveLength(20);
    expect(codesOf((await searchAll(busy.caller, [to])).answer)).toEqual(['number/too_many_searches']);
    // What is not asked by a number is not counted.
    const { data } = await busy.caller.ask(
      '{ verifications(first: 5, filter: { status: [PENDING] }) { nodes { id } } }',
    );
    expect(data).toEqual({ verifications: { nodes: [{ id }] } });
    const other = await aMember(app, who.accountId, 'support');
    expect((await searchAll(other.caller, [to])).found).toMatchObject([{ id }]);
    // A number that is none was not looked for.
    const third = await aMember(app, who.accountId, 'support');
    await app.counter.add(`searches of ${third.personId}`, AN_HOUR - 1, 3_600);
    expect(codesOf((await searchAll(third.caller, ['12'])).answer)).toEqual(['input/phone_number']);
    expect((await searchAll(third.caller, [to])).found).toMatchObject([{ id }]);
  });
});

describe('whoever may see numbers', () => {
  test('searches as much as they like, and is in the log with each search', async () => {
    const { who, to, id } = await anAccount();
    const key = await keyWith(who, ['verifications:read', 'numbers:reveal']);
    const owner = await aMember(app, who.accountId, 'owner');
    for (const [caller, actor] of [
      [callerWith(app, key.key), key.row.id],
      [owner.caller, owner.personId],
    ] as const) {
      const noted = await notedOf(app, who.accountId, async () => {
        for (let i = 0; i < 4; i++)
          expect((await searchAll(caller, [...guessesOf(24), to])).found).toMatchObject([{ id }]);
      });
      const searches = searchesIn(noted);
      expect(sum(searches)).toBe(100);
      expect(searches.every((one) => one.actor.id === actor && one.outcome === 'ok')).toBe(true);
      expect(new Set(searches.flatMap(({ targets }) => targets))).toEqual(new Set([id]));
      // What comes in the same few milliseconds is one entry.
      expect(searches.length).toBeLessThan(50);
    }
  });

  test('is shown nothing that is not in the log', async () => {
    const { who, to } = await anAccount();
    const caller = await createCaller(app, who);
    await app.sql`ALTER TABLE audit_entries ADD CONSTRAINT no_searches CHECK (action <> 'number.search') NOT VALID`;
    try {
      const { answer, found } = await searchAll(caller, [to]);
      expect(codesOf(answer)).toEqual(['internal/unexpected']);
      expect(found).toEqual([]);
    } finally {
      await app.sql`ALTER TABLE audit_entries DROP CONSTRAINT no_searches`;
    }
    expect((await searchAll(caller, [to])).found).toHaveLength(1);
  });
});

test('a test key asks about numbers of nobody, and is not counted', async () => {
  const { who } = await anAccount();
  const { key } = await createApiKey(app, who.accountId, {
    ...{ name: 'CI', mode: 'test', permissions: ['verifications:read'] },
  });
  for (let i = 0; i < 4; i++)
    expect((await searchAll(callerWith(app, key), guessesOf(20, i * 20))).answer.errors).toBeUndefined();
});

describe('every other door that is asked by a number', () => {
  const PERMISSIONS = [
    ...['verifications:read', 'messages:read', 'services:read', 'numbers:read', 'routes:read'],
    ...['destinations:unlock', 'subjects:export'],
  ] as Permission[];
  const RESULT = '{ __typename ... on TooManySearches { code retryAfterSeconds } }';

  /** What somebody is told, in short. */
  const DOORS: Record<string, (key: string, to: string, who: Principal) => Promise<unknown>> = {
    resolveNumber: (key, to) =>
      ofUnion(key, `query ($to: PhoneNumber!) { it: resolveNumber(to: $to) ${RESULT} }`, to),
    unlockDestination: (key, to) =>
      ofUnion(key, `mutation ($to: String!) { it: unlockDestination(input: { to: $to }) ${RESULT} }`, to),
    exportSubject: (key, to) =>
      ofUnion(key, `mutation ($to: String!) { it: exportSubject(input: { to: $to }) ${RESULT} }`, to),
    routePreview: async (key, to) =>
      codesOf(
        await callerWith(app, key).ask('query ($to: String!) { routePreview(to: $to) { at } }', { to }),
      )[0],
    'POST /v1/subjects/export': async (key, to) =>
      (await restCallerWith(app, key).post('/v1/subjects/export', { to })).body['code'],
    'GET /v2/Attempts': (key, to, who) =>
      twilio(key, who, `Attempts?ChannelData.To=${encodeURIComponent(to)}`),
    'GET /v2/SafeList/Numbers/{PhoneNumber}': (key, to, who) =>
      twilio(key, who, `SafeList/Numbers/${encodeURIComponent(to)}`),
  };

  async function serviceOf(who: Principal): Promise<ServiceId> {
    const { data } = await (await createCaller(app, who)).ask('{ services { id } }');
    return (data!.services as { id: ServiceId }[])[0]!.id;
  }

  async function ofUnion(key: string, query: string, to: string) {
    const { data } = await callerWith(app, key).ask(query, { to });
    return (data!.it as { code?: string }).code;
  }

  async function twilio(key: string, { accountId }: Principal, path: string) {
    const { url } = app.server!;
    const response = await fetch(`${url}/v2/${path}`, { headers: { authorization: basic(accountId, key) } });
    const { code } = (await response.json()) as { code?: number };
    if (code === 20429) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(3_500);
    return code;
  }

  test.each(Object.entries(DOORS))('%s is counted and noted like a search', async (name, ask) => {
    const { who, to, id } = await anAccount();
    const { key, row } = await keyWith(who, PERMISSIONS);
    const isAct = /unlock|export/.test(name);
    const noted = await notedOf(app, who.accountId, async () => {
      // Not on the safe list; of all others the answer is what was asked for.
      expect(await ask(key, to, who)).toBe(name.includes('SafeList') ? 20404 : undefined);
    });
    const ofDoor = noted.filter(({ actor, outcome }) => actor.id === row.id && outcome === 'ok');
    const target = name.includes('Attempts') ? [id] : name.includes('SafeList') ? [] : [who.accountId];
    if (isAct) expect(ofDoor).toHaveLength(1);
    else expect(ofDoor).toMatchObject([{ kind: 'read', count: 1, targets: target, details: null }]);
    expect(JSON.stringify(noted)).not.toContain(to.slice(1));
    await useUp(`the keys of ${who.accountId}`);
    const told = await ask(key, to, who);
    expect(told).toBe(name.includes('/v2/') ? 20429 : 'number/too_many_searches');
    // Whoever may see numbers goes on.
    const free = await keyWith(who, [...PERMISSIONS, 'numbers:reveal']);
    expect(await ask(free.key, to, who)).toBe(name.includes('SafeList') ? 20404 : undefined);
  });

  test('so is an entity, by an identity that may be one, whatever of it is asked for', async () => {
    const { who, to } = await anAccount();
    const { key, row } = await keyWith(who, ['verifications:read']);
    const serviceId = await serviceOf(who);
    const entity = await addEntity(app, who, serviceId, to);
    const path = `Services/${sidOf(serviceId)}/Entities`;
    const named = encodeURIComponent(to);
    const noted = await notedOf(app, who.accountId, async () => {
      expect(await twilio(key, who, `${path}/${named}`)).toBeUndefined();
      expect(await twilio(key, who, `${path}/${encodeURIComponent(aNumber())}`)).toBe(20404);
    });
    const search = { kind: 'read', action: 'entity.search', count: 1, actor: { id: row.id } };
    expect(noted).toMatchObject([
      { ...search, targets: [entity.id] },
      { ...search, targets: [] },
    ]);
    await useUp(`the keys of ${who.accountId}`);
    for (const more of [
      '',
      '/Factors',
      '/Challenges',
      `/Factors/YF${'0'.repeat(32)}`,
      `/Challenges/YC${'0'.repeat(32)}`,
    ])
      expect(await twilio(key, who, `${path}/${named}${more}`)).toBe(20429);
    // By what the addresses in answers have, and by what can be no number, it is asked for as before.
    expect(await twilio(key, who, `${path}/${sidOf(entity.id)}`)).toBeUndefined();
    expect(await twilio(key, who, `${path}/ana`)).toBe(20404);
  });

  test('but the check of a code, which is in the log by itself', async () => {
    const { who, to } = await anAccount();
    const { key } = await keyWith(who, ['verifications:read', 'verifications:write']);
    await useUp(`the keys of ${who.accountId}`);
    const sid = sidOf(await serviceOf(who));
    const response = await fetch(`${app.server!.url}/v2/Services/${sid}/VerificationCheck`, {
      method: 'POST',
      headers: {
        authorization: basic(who.accountId, key),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ To: to, Code: '00000' }).toString(),
    });
    expect(await response.json()).toMatchObject({ status: 'pending' });
  });
});

test('RATE_LIMIT_SEARCH says how often, or off', async () => {
  const { search } = loadConfig({ RATE_LIMIT_SEARCH: '2/60' }).rates;
  const who = await createTestAccount(app);
  const { key } = await keyWith(who, ['verifications:read']);
  const asks = async (rate: typeof search) => {
    await using server = await serveAgain(app, { rates: { ...app.rates, search: rate } });
    const caller = callerWith({ ...app, server }, key);
    const codes: unknown[] = [];
    for (let i = 0; i < 4; i++) codes.push(codesOf((await searchAll(caller, [aNumber()])).answer)[0]);
    return codes.filter((code) => code === undefined).length;
  };
  expect(await asks(search)).toBe(2);
  expect(await asks(undefined)).toBe(4);
});
