import { isObjectType, type GraphQLField } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Permission } from '../../src/accounts/permissions.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import type { RightsInput } from '../../src/accounts/rights.ts';
import type { RunningApp } from '../../src/app.ts';
import { aboutAction, type AuditAction } from '../../src/audit/actions.ts';
import type { AuditEntry } from '../../src/audit/entry.ts';
import { createRefusalLog } from '../../src/audit/refusals.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { auditActionOf } from '../../src/graphql/audit-plugin.ts';
import { schema } from '../../src/graphql/schema.ts';
import { uuidOf, type ApiKeyId } from '../../src/ids.ts';
import { cancelVerification } from '../../src/verifications/cancel.ts';
import { createTestApp, createWaitingAccount, type TestApp } from '../support/app.ts';
import { auditOf, notedOf, doneIn } from '../support/audit-log.ts';
import { callerWith, codesOf, createSocketClient, urlOf, type Caller } from '../support/graphql.ts';
import { wholeOperation } from '../support/selections.ts';
import { LOOKUP, MUTATIONS, type Args } from '../support/tenant-rows.ts';
import { createTenant, type Tenant } from '../support/tenants.ts';
import { createNumbers, start } from '../support/verifying.ts';
const mutations = Object.values(schema.getMutationType()!.getFields()).map(
  (field) => [field.name, field] as const,
);
const aNumber = createNumbers(6_100_001);
let testApp: TestApp;
let app: RunningApp;

beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api' });
  app = testApp.app;
});
afterAll(() => testApp[Symbol.asyncDispose]());

async function keyOf(who: Principal, rights: RightsInput = {}): Promise<{ caller: Caller; id: ApiKeyId }> {
  const { key, row } = await createApiKey(app, who.accountId, { name: 'Test', ...rights });
  return { caller: callerWith(app, key), id: row.id };
}

const at = (id: ApiKeyId) => ({ kind: 'apiKey', id, session: null, address: '127.0.0.1' });

describe('a mutation', () => {
  let own: Tenant;
  let owner: ApiKeyId;
  beforeAll(async () => {
    own = await createTenant(app, { word: 'Draco', aNumber, ourNumber: '+385994444444', lookup: LOOKUP });
    owner = (own.who as Extract<Principal, { kind: 'apiKey' }>).apiKeyId;
  });

  /** What it is called in the log, and its arguments. */
  function rowOf(field: GraphQLField<unknown, unknown>) {
    const row = MUTATIONS[field.name];
    if (!row) throw new Error(`${field.name} has no row in test/support/tenant-rows.ts`);
    const args: Args = row.args?.(own) ?? {};
    const { session, sessionId } = own;
    const person = { kind: 'person', id: own.ids.per, session: sessionId, address: '127.0.0.1' };
    return {
      action: auditActionOf(field)!,
      args,
      ...(row.as === 'owner'
        ? { caller: callerWith(app, session), actor: person }
        : { caller: callerWith(app, own.credential), actor: at(owner) }),
    };
  }

  const idsIn = (action: AuditAction, value: unknown): string[] =>
    JSON.stringify(value).match(new RegExp(`${aboutAction(action).target}_[0-9a-f]{32}`, 'g')) ?? [];

  // First: afterwards much of what they are about is gone.
  test.each(mutations)(
    '%s is noted when it is refused, with who asked, from where, and for what',
    async (_name, field) => {
      const { action, args, caller, actor } = rowOf(field);
      const { query } = wholeOperation(schema, 'mutation', field);
      const weak = await keyOf(own.who, { permissions: ['services:read'] });
      const lacking = await notedOf(app, own.who.accountId, () => weak.caller.ask(query, args));
      const targets = [...new Set(idsIn(action, args))];
      expect(lacking).toMatchObject([
        { action, kind: 'refusal', outcome: 'auth/forbidden', actor: at(weak.id), count: 1, targets },
      ]);

      if (targets.length === 0) return;
      // Nobody's: not found.
      const nobodys = newId(aboutAction(action).target);
      const foreign = JSON.parse(JSON.stringify(args).replaceAll(targets[0]!, nobodys)) as Args;
      const missing = await notedOf(app, own.who.accountId, () => caller.ask(query, foreign));
      expect(missing).toMatchObject([{ action, kind: 'refusal', actor, targets: [nobodys] }]);
      expect(missing[0]!.outcome).toMatch(/\/(?:not_found|no_account)$/);
    },
  );

  test.each(mutations)(
    '%s is noted in the transaction that does it, with who did it, from where, and to what',
    async (name, field) => {
      const { action, args, caller, actor } = rowOf(field);
      const { query } = wholeOperation(schema, 'mutation', field);
      // A tenant's endpoint is out of use, and nothing is sent to such a one.
      await app.sql`UPDATE webhook_endpoints SET disabled_at = NULL WHERE id = ${uuidOf(own.ids.whk)}`;
      let answer: Record<string, unknown> = {};
      const all = await notedOf(app, own.who.accountId, async () => {
        const { data, errors } = await caller.ask(query, args);
        expect(errors).toBeUndefined();
        answer = data!;
      });
      const noted = doneIn(all);
      const result = answer[name] as { __typename?: string; code?: string } | boolean;
      const hint = `${name} is to leave one entry: its verb calls changeConfiguration, doNoted or appendAudit with '${action}'`;
      expect(noted, hint).toHaveLength(1);
      const [entry] = noted as [AuditEntry];
      expect(entry).toMatchObject({ action, kind: aboutAction(action).kind, actor, count: 1 });
      expect(entry.outcome).toBe(typeof result === 'object' ? (result.code ?? 'ok') : 'ok');
      expect(entry.targets).toHaveLength(1);
      // The answer begins with the thing itself.
      const [expected] = [...idsIn(action, result), ...idsIn(action, args)];
      if (expected !== undefined && entry.outcome === 'ok') expect(entry.targets).toEqual([expected]);
      if (aboutAction(action).target === 'acc') expect(entry.targets).toEqual([own.who.accountId]);
    },
  );

  test('that takes no effect leaves no entry that says it did', async () => {
    const caller = callerWith(app, own.credential);
    const { query } = wholeOperation(schema, 'mutation', schema.getMutationType()!.getFields()['addRoute']!);
    const input = { carrierId: own.ids.car, name: 'Twice', priority: 1 };
    await caller.ask(query, { input });
    const noted = await notedOf(app, own.who.accountId, () => caller.ask(query, { input }));
    expect(noted).toEqual([]);
  });

  test('answers with a type of which the log names what was changed, never to what', async () => {
    const caller = callerWith(app, own.credential);
    const ask = (name: string, input: object) =>
      caller.ask(wholeOperation(schema, 'mutation', schema.getMutationType()!.getFields()[name]!).query, {
        input,
      });
    const [entry] = await notedOf(app, own.who.accountId, () =>
      ask('updateService', {
        serviceId: own.ids.svc,
        name: 'A name of a person',
        settings: { maxChecks: 3 },
      }),
    );
    expect(entry!.details).toEqual({ changed: ['maxChecks', 'name'] });
    const [key] = await notedOf(app, own.who.accountId, () =>
      ask('createApiKey', { name: 'Anna', permissions: ['ACCOUNT_READ'], networks: ['127.0.0.1'] }),
    );
    expect(key!.details).toEqual({
      mode: 'live',
      permissions: ['account:read'],
      networks: 1,
      expiresAt: null,
    });
  });

  test('of every kind has an entry whose every member can be queried', async () => {
    const field = schema.getQueryType()!.getFields()['auditLog']!;
    const { query } = wholeOperation(schema, 'query', field);
    const answer = await callerWith(app, own.credential).ask(query, { first: 100 });
    expect(answer.errors).toBeUndefined();
    const { nodes } = answer.data!.auditLog as { nodes: { action: string; hash: string }[] };
    expect(nodes.length).toBeGreaterThan(60);
    expect(nodes.every(({ hash }) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
    expect(isObjectType(schema.getType('AuditEntry'))).toBe(true);
  });
});

describe('verifications', () => {
  const asked = (to: string) =>
    `{ startVerification(input: { to: "${to}" }) { ... on Verification { id } ... on Error { code } } }`;

  test('that are started together by one caller are one entry, with the id of each', async () => {
    const who = await createWaitingAccount(app);
    const { caller, id } = await keyOf(who);
    const started: string[] = [];
    const noted = await notedOf(app, who.accountId, async () => {
      const answers = await Promise.all(
        Array.from({ length: 60 }, () => caller.ask(`mutation ${asked(aNumber())}`)),
      );
      for (const { data } of answers) started.push((data!.startVerification as { id: string }).id);
    });
    expect(noted.length).toBeLessThan(30);
    for (const entry of noted) expect(entry).toMatchObject({ action: 'verification.start', actor: at(id) });
    expect(noted.reduce((sum, { count }) => sum + count, 0)).toBe(60);
    expect(noted.flatMap(({ targets }) => targets).sort()).toEqual(started.sort());
  });

  test('of several callers are told apart, also in one batch', async () => {
    const who = await createWaitingAccount(app);
    const keys = await Promise.all([keyOf(who), keyOf(who), keyOf(who)]);
    const noted = await notedOf(app, who.accountId, () =>
      Promise.all(keys.map(({ caller }) => caller.ask(`mutation ${asked(aNumber())}`))),
    );
    expect(noted.map(({ actor }) => actor.id).sort()).toEqual(keys.map(({ id }) => id).sort());
  });

  test('that are refused are counted by the minute, and those that were looked at are noted once', async () => {
    const who = await createWaitingAccount(app, { maxChecks: 2 });
    const { caller } = await keyOf(who);
    const { id } = await start(app, who, aNumber());
    const check = () =>
      caller.ask(
        `mutation { checkVerification(input: { verificationId: "${id}", code: "000000" }) { ... on Error { code } } }`,
      );
    const noted = await notedOf(app, who.accountId, async () => {
      for (let i = 0; i < 7; i++) await check();
    });
    const said = noted.map(({ kind, outcome, count }) => ({ kind, outcome, count }));
    expect(said).toContainEqual({ kind: 'traffic', outcome: 'verification/wrong_code', count: 1 });
    expect(said).toContainEqual({ kind: 'traffic', outcome: 'verification/too_many_checks', count: 1 });
    const refused = said.filter(({ kind }) => kind === 'refusal');
    expect(refused.reduce((sum, { count }) => sum + count, 0)).toBe(5);
    expect(refused.length).toBeLessThanOrEqual(2);
  });

  test('that were canceled before are canceled without another entry', async () => {
    const who = await createWaitingAccount(app);
    const { id } = await start(app, who, aNumber());
    const noted = await notedOf(app, who.accountId, async () => {
      await cancelVerification(app, who, id);
      await cancelVerification(app, who, id);
    });
    expect(noted).toMatchObject([{ action: 'verification.cancel', targets: [id] }]);
  });
});

describe('what is refused', () => {
  test.each([
    [
      'over HTTP',
      (credential: string) => callerWith(app, credential).ask('{ apiKeys(first: 1) { edges { cursor } } }'),
    ],
    [
      'over server-sent events',
      (credential: string) =>
        fetch(urlOf(app), {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: 'text/event-stream',
            authorization: `Bearer ${credential}`,
          },
          body: JSON.stringify({ query: 'subscription { accountEvents { cursor } }' }),
        }).then((response) => response.text()),
    ],
    [
      'over WebSocket',
      async (credential: string) => {
        await using client = createSocketClient(app, credential);
        await client
          .iterate({ query: 'subscription { accountEvents { cursor } }' })
          .next()
          .catch(() => undefined);
      },
    ],
  ])('%s is noted with where it came from', async (_what, ask) => {
    const who = await createWaitingAccount(app);
    const { caller, id } = await keyOf(who, { permissions: ['services:read'] });
    const noted = await notedOf(app, who.accountId, () => ask(caller.credential));
    expect(noted).toMatchObject([
      { action: 'data.read', kind: 'refusal', outcome: 'auth/forbidden', actor: at(id), targets: [] },
    ]);
    expect(noted[0]!.details).toHaveProperty('permission');
  });

  test('because a key was used from elsewhere, or after its end, names the key', async () => {
    const who = await createWaitingAccount(app);
    const elsewhere = await keyOf(who, { networks: ['192.0.2.0/24'] });
    const over = await keyOf(who, { expiresAt: new Date(Date.now() + 60_000) });
    await app.sql`UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = ${uuidOf(over.id)}`;
    const noted = await notedOf(app, who.accountId, async () => {
      expect(codesOf(await elsewhere.caller.ask('{ account { id } }'))).toEqual(['auth/invalid']);
      expect(codesOf(await over.caller.ask('{ account { id } }'))).toEqual(['auth/invalid']);
    });
    expect(noted).toMatchObject([
      {
        action: 'api_key.use',
        actor: at(elsewhere.id),
        targets: [elsewhere.id],
        details: { refused: 'network' },
      },
      { action: 'api_key.use', actor: at(over.id), targets: [over.id], details: { refused: 'time' } },
    ]);
  });

  test('because a type lies behind node(id) is noted with the id', async () => {
    const who = await createWaitingAccount(app);
    const { caller, id } = await keyOf(who, { permissions: ['verifications:read'] });
    const ask = () => caller.ask(`{ node(id: "${id}") { id } }`);
    expect(await notedOf(app, who.accountId, ask)).toMatchObject([
      {
        action: 'data.read',
        outcome: 'auth/forbidden',
        details: { field: 'ApiKey', permission: 'keys:manage' },
      },
    ]);
  });

  test('is no reason to fill the disk: a flood is a few entries that count it', async () => {
    const who = await createWaitingAccount(app);
    const log = app.single(createRefusalLog);
    const from = (i: number): Principal => ({ ...who, address: `198.51.100.${i % 250}` });
    const noted = await notedOf(app, who.accountId, async () => {
      for (let i = 0; i < 50_000; i++)
        log.note(from(i), {
          action: 'verification.cancel',
          outcome: 'verification/not_found',
          targets: [newId('vrf')],
        });
      await log.write();
    });
    expect(noted.length).toBeLessThanOrEqual(101);
    expect(noted.reduce((sum, { count }) => sum + count, 0)).toBe(50_000);
    expect(Math.max(...noted.map(({ targets }) => targets.length))).toBeLessThanOrEqual(20);
    expect(noted.some(({ actor }) => actor.kind === 'several')).toBe(true);
  });

  test('only because it was not understood is not noted', async () => {
    const who = await createWaitingAccount(app);
    const { caller } = await keyOf(who);
    const ask = () => caller.ask('mutation { createService(input: { name: "" }) { ... on Error { code } } }');
    expect(await notedOf(app, who.accountId, ask)).toEqual([]);
  });
});

describe('auditLog', () => {
  const LOG = `query ($first: Int!, $after: String, $filter: AuditFilter) {
    auditLog(first: $first, after: $after, filter: $filter) {
      nodes { id action targets actor { kind id } } pageInfo { hasNextPage endCursor }
    } }`;
  interface Page {
    nodes: { id: string; action: string; targets: string[] }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
  }

  async function anAccount() {
    const who = await createWaitingAccount(app);
    const { caller, id } = await keyOf(who);
    const read = async (filter: object, first = 50, after?: string): Promise<Page> => {
      const { data, errors } = await caller.ask(LOG, { first, after, filter });
      expect(errors).toBeUndefined();
      return data!.auditLog as Page;
    };
    return { who, id, read };
  }

  test('is read in pages, newest first, each entry once', async () => {
    const { who, read } = await anAccount();
    for (let i = 0; i < 4; i++) await start(app, who, aNumber());
    const all = await read({});
    const paged: Page['nodes'] = [];
    for (let after: string | undefined; ;) {
      const { nodes, pageInfo } = await read({}, 2, after);
      paged.push(...nodes);
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    expect(paged).toEqual(all.nodes);
    expect(paged.map(({ id }) => id)).toEqual(
      paged
        .map(({ id }) => id)
        .sort()
        .reverse(),
    );
    expect(paged.at(-1)).toMatchObject({ action: 'ACCOUNT_CREATE', actor: { kind: 'system', id: null } });
  });

  test('finds by who, what, to what and when', async () => {
    const { who, id: other, read } = await anAccount();
    const started = await start(app, who, aNumber());
    const between = new Date(Date.now() + 2);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await cancelVerification(app, who, started.id);
    const actor = (who as Extract<Principal, { kind: 'apiKey' }>).apiKeyId;
    const actions = async (filter: object) => (await read(filter)).nodes.map(({ action }) => action);
    expect(await actions({ target: started.id })).toEqual(['VERIFICATION_CANCEL', 'VERIFICATION_START']);
    expect(await actions({ target: started.id, to: between })).toEqual(['VERIFICATION_START']);
    expect(await actions({ target: started.id, from: between })).toEqual(['VERIFICATION_CANCEL']);
    expect(await actions({ action: ['VERIFICATION_START', 'API_KEY_CREATE'] })).toEqual([
      'VERIFICATION_START',
      'API_KEY_CREATE',
    ]);
    expect(await actions({ action: ['API_KEY_CREATE'] })).toEqual(['API_KEY_CREATE']);
    expect(await actions({ target: other })).toEqual(['API_KEY_CREATE']);
    expect(await actions({ actor, action: ['VERIFICATION_CANCEL'] })).toEqual(['VERIFICATION_CANCEL']);
    expect(await actions({ actor: other })).toEqual([]);
    expect(await actions({ target: 'not an id' })).toEqual([]);
    expect(await actions({ action: [] })).toEqual([]);
  });

  test('needs its own permission', async () => {
    const who = await createWaitingAccount(app);
    const { caller } = await keyOf(who, { permissions: ['account:read', 'keys:manage'] as Permission[] });
    const { errors } = await caller.ask('{ auditLog(first: 1) { edges { cursor } } }');
    expect(errors![0]!.extensions).toMatchObject({ code: 'auth/forbidden', permission: 'audit:read' });
  });
});

describe('the table of entries', () => {
  test.each([
    ['changed', (id: string) => app.sql`UPDATE audit_entries SET outcome = 'ok' WHERE id = ${id}`],
    ['deleted', (id: string) => app.sql`DELETE FROM audit_entries WHERE id = ${id}`],
    ['emptied', () => app.sql`TRUNCATE audit_entries`],
  ])('is not %s, not even by the database user of the server', async (_what, attempt) => {
    const who = await createWaitingAccount(app);
    const [entry] = await auditOf(app, who.accountId);
    await expect(attempt(uuidOf(entry!.id))).rejects.toThrow('only added to');
  });
});
