import type { GraphQLField, GraphQLNamedType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REVEALS_AN_HOUR } from '../../src/accounts/count-reveal.ts';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import { ROLES, type Role } from '../../src/accounts/roles.ts';
import type { RunningApp } from '../../src/app.ts';
import type { AuditEntry } from '../../src/audit/entry.ts';
import { createStreamReadLog } from '../../src/audit/stream-reads.ts';
import { permissionOf } from '../../src/graphql/permission-plugin.ts';
import { schema } from '../../src/graphql/schema.ts';
import { uuidOf } from '../../src/ids.ts';
import { changeFactor } from '../../src/factors/change-factor.ts';
import { sidOf } from '../../src/rest/twilio/sids.ts';
import { createRest } from '../../src/rest/v1/api.ts';
import { createTestApp } from '../support/app.ts';
import { auditOf, notedOf, NUMBER_READS } from '../support/audit-log.ts';
import { canariesIn, numberCanary, type Canary } from '../support/canary.ts';
import { callerWith, createSocketClient, type Caller } from '../support/graphql.ts';
import { aMember, lets, type SignedIn } from '../support/member.ts';
import { enrol } from '../support/factors.ts';
import { callOperation } from '../support/rest-calls.ts';
import { OPERATIONS } from '../support/rest-rows.ts';
import { nodeOperation, wholeOperation } from '../support/selections.ts';
import { LOOKUP, NODES, QUERIES, SUBSCRIPTIONS } from '../support/tenant-rows.ts';
import { createTenant, receiveText, type Tenant } from '../support/tenants.ts';
import { twilioRowOf } from '../support/twilio-rows.ts';
import { basic, callTwilio, requestOf, TWILIO_OPERATIONS } from '../support/twilio.ts';
import { createNumbers } from '../support/verifying.ts';
const stack = new AsyncDisposableStack();
let app: RunningApp;
let own: Tenant;
/** Somebody whom the account knows by a number, with a factor of such a name. */
let entity: { identity: string; name: string };
let enrolled: Awaited<ReturnType<typeof enrol>>['ids'];
/** Every number that was verified, or that somebody has texted from or about. */
const numbers: string[] = [];
const count = createNumbers(6_900_001);
const aNumber = () => {
  const number = count();
  numbers.push(number);
  return number;
};

const REVEAL = `mutation ($id: ID!) { revealNumber(input: { verificationId: $id }) {
  __typename ... on RevealedNumber { verificationId number } ... on TooManyReveals { retryAfterSeconds }
  ... on Error { code } } }`;
const REVEAL_SENDER = `mutation ($id: ID!) { revealSender(input: { inboundMessageId: $id }) {
  __typename ... on RevealedSender { inboundMessageId from } ... on Error { code } } }`;

beforeAll(async () => {
  ({ app } = stack.use(await createTestApp()));
  own = await createTenant(app, { word: 'Gemini', ourNumber: '+385997777777', aNumber, lookup: LOOKUP });
  await receiveText(app, own, aNumber(), `call me back at ${aNumber()}, please`);
  entity = { identity: aNumber(), name: aNumber() };
  enrolled = (await enrol(app, own.who, own.ids.svc, entity.identity)).ids;
  const which = [own.ids.svc, entity.identity, enrolled.fac] as const;
  await changeFactor(app, own.who, which, { name: `phone ${entity.name}` });
});
afterAll(() => stack.disposeAsync());

/** What a stream of the test before has shown is noted up to a second after it has ended. */
const doneBy =
  (id: string) =>
  ({ actor }: AuditEntry) =>
    actor.id === id;
const somebody = (role: Role) => aMember(app, own.who.accountId, role);
const canaries = (): Canary[] => numbers.map((number) => numberCanary(number, number));

describe('a person', () => {
  /** All that the API says to somebody who asks for everything that they may read. */
  async function readingsOf(
    { token, caller }: Pick<SignedIn, 'token' | 'caller'>,
    isOpen: (parent: GraphQLNamedType, field: GraphQLField<unknown, unknown>) => boolean,
  ) {
    let last = (await auditOf(app, own.who.accountId)).at(-1)?.id;
    /** How many reads have come into the log. */
    const reads = async () => {
      const entries = await auditOf(app, own.who.accountId, last);
      last = entries.at(-1)?.id ?? last;
      return entries.filter(({ action }) => NUMBER_READS.includes(action)).length;
    };
    const said: { what: string; asked: string; text: string; noted: number }[] = [];
    const query = schema.getQueryType()!;
    for (const field of Object.values(query.getFields()).filter((one) => isOpen(query, one))) {
      const ofField = () => wholeOperation(schema, 'query', field, isOpen).query;
      const nodes = Object.entries(NODES).map(([type, id]) => ({
        ...{ query: nodeOperation(schema, type, isOpen).query, args: { id: id(own) } },
      }));
      // Found by other things than the number, which then must not be in the answer.
      const row = field.name === 'verifications' ? { args: () => ({ first: 5 }) } : QUERIES[field.name]!;
      const all = field.name === 'node' ? nodes : [{ query: ofField(), args: row.args?.(own) ?? {} }];
      for (const { query, args } of all) {
        const { data, errors } = await caller.ask(query, args);
        const text = JSON.stringify(data ?? errors);
        said.push({ what: `Query.${field.name}`, asked: JSON.stringify(args), text, noted: await reads() });
      }
    }
    const subscription = schema.getSubscriptionType()!;
    await using client = createSocketClient(app, token);
    for (const field of Object.values(subscription.getFields()).filter((one) => isOpen(subscription, one))) {
      const row = SUBSCRIPTIONS[field.name]!;
      const operation = wholeOperation(schema, 'subscription', field, isOpen);
      const events = client.iterate({ query: operation.query, variables: row.args?.(own) ?? {} });
      const first = events.next();
      // What happens before it listens is not told of: then again.
      let text = '';
      for (let i = 0; i < 5 && text === ''; i++) {
        await row.happen(app, own);
        const late = new Promise<undefined>((resolve) => setTimeout(resolve, 2_000, undefined).unref());
        text = JSON.stringify(await Promise.race([first, late])) ?? '';
      }
      said.push({ what: `Subscription.${field.name}`, asked: '', text, noted: await reads() });
      await events.return!();
    }
    const { operations } = createRest({} as never, {
      publicUrl: '',
      own: { publicUrl: '', allowed: undefined, hosts: new Set() },
      addressOf: () => undefined,
    });
    for (const operation of operations.filter((one) => one.startsWith('GET '))) {
      const { query: _query, ...row } = OPERATIONS[operation]!;
      const changed: Record<string, string> = row.streams ? { after: own.cursors.event } : {};
      const { text } = await callOperation(app, own, operation, row, changed, token);
      said.push({ what: operation, asked: '', text, noted: await reads() });
    }
    // What the streams have shown is noted by and by, and must not be taken for what comes next.
    await app.single(createStreamReadLog).write();
    for (const { operation } of TWILIO_OPERATIONS.filter((one) => one.operation.startsWith('GET '))) {
      const row = twilioRowOf(operation);
      const sid = operation.includes('/Factors/') ? enrolled.fac : enrolled.chl;
      // By the identity, which is then no news, and by the sid that those have who are not told it.
      const named = (Identity: string) => ({
        Identity,
        ...(operation.endsWith('/{Sid}') && { Sid: sidOf<'fac' | 'chl'>(sid) }),
      });
      const ways = operation.includes('{Identity}')
        ? [named(entity.identity), named(sidOf(enrolled.ent))]
        : [{}];
      for (const changed of ways) {
        const { path } = requestOf(operation, row, own, changed);
        const { status, text } = await callTwilio(app, own, operation, row, changed, token);
        expect([200, 403], text).toContain(status);
        said.push({ what: operation, asked: decodeURIComponent(path), text, noted: await reads() });
      }
    }
    return said;
  }

  /** Where a number stood in full that was not in the question. */
  const foundIn = (said: Awaited<ReturnType<typeof readingsOf>>) =>
    said.flatMap(({ what, asked, text }) =>
      canariesIn(
        text,
        canaries().filter(({ what: number }) => !asked.includes(number.slice(-13))),
      ).map((which) => `${what}: ${which}`),
    );

  test.each(ROLES)('who is %s finds no number in full in any query, subscription or path', async (role) => {
    const said = await readingsOf(await somebody(role), (parent, field) =>
      lets(role, permissionOf(parent, field)),
    );
    expect(foundIn(said)).toEqual([]);
    // What somebody has texted is read, with the numbers in it masked or not.
    for (const { what, text, noted } of said)
      expect({ what, noted: noted > 0 }).toEqual({
        what,
        noted: /inbound-?messages/i.test(what) && text.includes('"text":"'),
      });
    expect(said.some(({ text }) => text.includes('+385•'))).toBe(true);
  });

  test('is shown less than a server with a key, which sees them where people see dots, and is in the log with each', async () => {
    const caller = callerWith(app, own.credential);
    const isOpen = (parent: GraphQLNamedType, field: GraphQLField<unknown, unknown>) =>
      field.extensions.forPeople !== true && parent.name !== 'Session';
    const said = await readingsOf({ token: own.credential, caller }, isOpen);
    // All that it is shown is in the log by then.
    expect(said.filter((one) => foundIn([one]).length > 0 && one.noted === 0)).toEqual([]);
    const places = new Set(foundIn(said).map((found) => found.split(':')[0]));
    expect([...places].sort()).toEqual([
      'GET /v1/events',
      'GET /v1/inbound-messages',
      'GET /v1/verifications',
      'GET /v1/verifications/{id}',
      'GET /v1/verifications/{id}/events',
      'GET /v2/Attempts/{Sid}',
      'GET /v2/Services/{ServiceSid}/Entities',
      'GET /v2/Services/{ServiceSid}/Entities/{Identity}',
      'GET /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges',
      'GET /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges/{Sid}',
      'GET /v2/Services/{ServiceSid}/Entities/{Identity}/Factors',
      'GET /v2/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}',
      'GET /v2/Services/{ServiceSid}/Verifications/{Sid}',
      'Query.batch',
      'Query.batches',
      'Query.inboundMessages',
      'Query.node',
      'Query.verification',
      'Query.verifications',
      'Subscription.accountEvents',
      'Subscription.batchProgress',
      'Subscription.inboundMessages',
      'Subscription.verificationEvents',
    ]);
  });
});

describe('what a server is shown', () => {
  const ask = (query: string, variables = {}) => callerWith(app, own.credential).ask(query, variables);
  const readsIn = async (work: () => Promise<unknown>) => {
    // What earlier streams have shown is noted within a second, which might be just now.
    await app.single(createStreamReadLog).write();
    return (await notedOf(app, own.who.accountId, work)).filter(({ action }) =>
      NUMBER_READS.includes(action),
    );
  };

  test('is one entry for a page, with the ids of all that was shown in full', async () => {
    let ids: string[] = [];
    const [entry, ...others] = await readsIn(async () => {
      const { data } = await ask('{ verifications(first: 3) { nodes { id to } } }');
      const { nodes } = data!.verifications as { nodes: { id: string; to: string }[] };
      ids = nodes.filter(({ to }) => !to.includes('•')).map(({ id }) => id);
    });
    expect(ids.length).toBeGreaterThan(1);
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      ...{ kind: 'read', action: 'number.read', outcome: 'ok' },
      count: ids.length,
    });
    expect(entry!.actor).toMatchObject({ kind: 'apiKey', address: '127.0.0.1' });
    expect([...entry!.targets].sort()).toEqual(ids.sort());
    const ofTexts = await readsIn(() => ask('{ inboundMessages(first: 1) { nodes { id from text } } }'));
    expect(ofTexts).toMatchObject([{ action: 'inbound_message.read', count: 1 }]);
  });

  test('is not noted where it is not asked for, nor where it has just said the number itself', async () => {
    const start = `mutation ($to: String!) { startVerification(input: { to: $to }) { ... on Verification { to } } }`;
    const to = aNumber();
    const noted = await readsIn(async () => {
      await ask('{ verifications(first: 3) { nodes { id status } } }');
      expect((await ask(start, { to })).data).toEqual({ startVerification: { to } });
    });
    expect(noted).toEqual([]);
  });

  test('over a stream is noted before its first number, and then by and by', async () => {
    const query = 'subscription ($after: String) { accountEvents(after: $after) { verification { id to } } }';
    const seen = new Set<string>();
    const noted = await readsIn(async () => {
      await using client = createSocketClient(app, own.credential);
      const events = client.iterate({ query, variables: { after: own.cursors.event } });
      const next = async () => {
        const { value } = (await events.next()) as {
          value: { data: { accountEvents: { verification: { id: string } } } };
        };
        seen.add(value.data.accountEvents.verification.id);
      };
      await next();
      const [first] = (await auditOf(app, own.who.accountId)).slice(-1);
      expect(first).toMatchObject({
        action: 'number.read',
        targets: [...seen],
        details: { stream: 'begins' },
      });
      while (seen.size < 2) await next();
      await events.return!();
      await app.single(createStreamReadLog).write();
    });
    // Those that go on may be several: what was shown is written once a second.
    const [begins, ...goOn] = noted.map(({ details }) => details);
    expect(begins).toEqual({ stream: 'begins' });
    expect(new Set(goOn.map((details) => details?.stream))).toEqual(new Set(['goes_on']));
    const told = new Set<string>(noted.flatMap(({ targets }) => targets));
    expect([...seen].filter((id) => !told.has(id))).toEqual([]);
  });
});

describe('an entity that is known by a number', () => {
  const ofService = () => `/v2/Services/${sidOf(own.ids.svc)}/Entities`;
  const call = async (credential: string, path: string, form?: Record<string, string>) => {
    const response = await fetch(app.server!.url + path, {
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      headers: { authorization: basic(own.who.accountId, credential) },
    });
    return { status: response.status, text: await response.text() };
  };
  const weak = async () => {
    const permissions = ['verifications:read', 'verifications:write'] as const;
    const { row, key } = await createApiKey(app, own.who.accountId, { name: 'Weak', permissions });
    return { id: row.id, key };
  };

  test('is masked for a key without `numbers:reveal`, which names it by the number or by its sid', async () => {
    const { id, key } = await weak();
    const said: string[] = [];
    const noted = await notedOf(app, own.who.accountId, async () => {
      for (const name of [encodeURIComponent(entity.identity), sidOf(enrolled.ent)])
        for (const path of ['', '/Factors', '/Challenges', `/Factors/${sidOf(enrolled.fac)}`]) {
          const { status, text } = await call(key, `${ofService()}/${name}${path}`);
          expect(status, text).toBe(200);
          said.push(text.replaceAll(`/${encodeURIComponent(entity.identity)}`, ''));
        }
      said.push((await call(key, ofService())).text);
    });
    expect(canariesIn(said.join('\n'), canaries())).toEqual([]);
    expect(said.join('\n')).toContain('"identity":"+385•');
    expect(said.join('\n')).toContain('"friendly_name":"phone +385•');
    // It is shown nothing in full. That it asked by the number is there.
    expect(noted.filter(doneBy(id)).map(({ action }) => action)).toEqual(
      Array<string>(4).fill('entity.search'),
    );
  });

  test('is led to by the addresses that a masked answer has', async () => {
    const { key } = await weak();
    const { entities } = JSON.parse((await call(key, ofService())).text) as {
      entities: { sid: string; url: string; links: { factors: string } }[];
    };
    const { url, links } = entities.find(({ sid }) => sid === sidOf(enrolled.ent))!;
    for (const address of [url, links.factors]) {
      const { status, text } = await call(key, new URL(address).pathname);
      expect(status, text).toBe(200);
      expect(text).toContain(sidOf(enrolled.ent));
    }
  });

  test('is masked for a key that has just made or changed it, and its factors are added by its sid', async () => {
    const { key } = await weak();
    const [identity, name] = [aNumber(), aNumber()];
    const made = await call(key, ofService(), { Identity: identity });
    const { sid } = JSON.parse(made.text) as { sid: string };
    const form = { FriendlyName: name, FactorType: 'totp' };
    const added = await call(key, `${ofService()}/${sid}/Factors`, form);
    const { binding, ...factor } = JSON.parse(added.text) as { binding: { uri: string }; entity_sid: string };
    expect(factor.entity_sid).toBe(sid);
    expect(canariesIn(`${made.text} ${JSON.stringify(factor)}`, canaries())).toEqual([]);
    // An app has to know by which name to show it.
    expect(decodeURIComponent(binding.uri)).toContain(name);
  });

  test('is in the log once a page for a server that is shown it, and not for one that has said it', async () => {
    const reads = async (path: string) =>
      (await notedOf(app, own.who.accountId, () => call(own.credential, path))).filter(
        ({ action }) => action === 'entity.read',
      );
    const page = await reads(`${ofService()}?PageSize=50`);
    expect(page).toHaveLength(1);
    expect(page[0]).toMatchObject({ kind: 'read', actor: { kind: 'apiKey', address: '127.0.0.1' } });
    expect(page[0]!.targets).toContain(enrolled.ent);
    expect(page[0]!.targets).not.toContain(own.ids.ent);
    expect(await reads(`${ofService()}/${encodeURIComponent(entity.identity)}`)).toEqual([]);
    // The name of the factor is news.
    const factors = `${ofService()}/${encodeURIComponent(entity.identity)}/Factors`;
    expect(await reads(factors)).toMatchObject([{ targets: [enrolled.ent], count: 1 }]);
    expect(await reads(`${ofService()}/${sidOf(enrolled.ent)}`)).toHaveLength(1);
  });
});

describe('revealing a number', () => {
  const reveal = async (caller: Caller, id: string = own.ids.vrf) =>
    (await caller.ask(REVEAL, { id })).data!.revealNumber;
  const restReveal = (token: string, path: string) =>
    fetch(`${app.server!.url}/v1/${path}/reveal`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });

  test.each(['owner', 'admin'] as const)('is up to %s, who is in the log with it', async (role) => {
    const { caller, token, personId, sessionId } = await somebody(role);
    const actor = { kind: 'person', id: personId, session: sessionId, address: '127.0.0.1' };
    const noted = await notedOf(app, own.who.accountId, async () => {
      expect(await reveal(caller)).toEqual({
        __typename: 'RevealedNumber',
        verificationId: own.ids.vrf,
        number: own.numbers.delivered,
      });
      const { data } = await caller.ask(REVEAL_SENDER, { id: own.ids.inb });
      expect(numbers).toContain((data!.revealSender as { from: string }).from);
      const overRest = await restReveal(token, `verifications/${own.ids.vrf}`);
      expect(await overRest.json()).toEqual({
        verificationId: own.ids.vrf,
        mode: 'live',
        number: own.numbers.delivered,
      });
      const sender = await restReveal(token, `inbound-messages/${own.ids.inb}`);
      expect(numbers).toContain(((await sender.json()) as { from: string }).from);
    });
    const ofNumber = { kind: 'read', action: 'number.reveal', outcome: 'ok', actor, targets: [own.ids.vrf] };
    const ofSender = { ...ofNumber, action: 'inbound_message.reveal', targets: [own.ids.inb] };
    expect(noted.filter(doneBy(personId))).toMatchObject([ofNumber, ofSender, ofNumber, ofSender]);
  });

  test.each(['developer', 'analyst', 'support'] as const)(
    'is closed to %s, and that they tried is noted',
    async (role) => {
      const { caller, token, personId } = await somebody(role);
      const noted = await notedOf(app, own.who.accountId, async () => {
        const { errors } = await caller.ask(REVEAL, { id: own.ids.vrf });
        expect(errors![0]!.extensions).toMatchObject({
          code: 'auth/forbidden',
          permission: 'numbers:reveal',
        });
        expect((await restReveal(token, `verifications/${own.ids.vrf}`)).status).toBe(403);
      });
      const refused = {
        action: 'number.reveal',
        kind: 'refusal',
        outcome: 'auth/forbidden',
        actor: { id: personId },
      };
      expect(noted.filter(doneBy(personId))).toMatchObject([refused, refused]);
    },
  );

  test('ends for an hour when somebody has seen sixty, over all processes and however many they ask for at once', async () => {
    const { caller, personId, token } = await somebody('owner');
    await app.counter.add(`reveals of ${personId}`, REVEALS_AN_HOUR - 2, 3_600);
    const asked = Array.from(
      { length: 10 },
      (_, i) => `a${i}: revealNumber(input: { verificationId: $id }) {
      __typename ... on TooManyReveals { retryAfterSeconds } }`,
    ).join(' ');
    const { data } = await caller.ask(`mutation ($id: ID!) { ${asked} }`, { id: own.ids.vrf });
    const answers = Object.values(data!) as { __typename: string; retryAfterSeconds?: number }[];
    expect(answers.filter(({ __typename }) => __typename === 'RevealedNumber')).toHaveLength(2);
    const refused = answers.filter(({ __typename }) => __typename === 'TooManyReveals');
    expect(refused).toHaveLength(8);
    expect(refused[0]!.retryAfterSeconds).toBeGreaterThan(3_500);
    const overRest = await restReveal(token, `verifications/${own.ids.vrf}`);
    expect(overRest.status).toBe(429);
    expect(Number(overRest.headers.get('retry-after'))).toBeGreaterThan(3_500);
    // Somebody else goes on, and a server was never counted.
    expect(await reveal((await somebody('owner')).caller)).toMatchObject({ __typename: 'RevealedNumber' });
    expect(await reveal(callerWith(app, own.credential))).toMatchObject({ __typename: 'RevealedNumber' });
  });

  test('that has gone from the vault says so', async () => {
    const { caller } = await somebody('owner');
    await app.sql`DELETE FROM vault.numbers WHERE verification_id = ${uuidOf(own.pending)}`;
    expect(await reveal(caller, own.pending)).toEqual({ __typename: 'NumberGone', code: 'number/gone' });
  });
});
