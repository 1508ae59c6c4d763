import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { callerWith, codesOf, createCaller, type Caller } from '../support/graphql.ts';

let testApp: TestApp;
let who: Principal;
let caller: Caller;

beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api' });
});
afterAll(() => testApp[Symbol.asyncDispose]());

async function newcomer(): Promise<void> {
  who = await createTestAccount(testApp.app, { coolDownSeconds: 0, maxSends: 20 });
  caller = await createCaller(testApp.app, who);
}

const SENDER = '... on Sender { id value kind countries carrierIds pools enabled }';
const RULE = `... on SenderRule { country source asOf note plainNames shortCodes
  kinds { kind register { code name unregistered from } } }`;
const REGISTRATION = '... on SenderRegistration { country sender register references validUntil }';

async function change(name: string, input: object, fields: string): Promise<Record<string, unknown>> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const { data, errors } = await caller.ask(
    `mutation($input: ${type}!) {
      result: ${name}(input: $input) { __typename ${fields} ... on Error { code message } }
    }`,
    { input },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  // What changed is told to this process as to any other.
  await nextTurn();
  return data.result as Record<string, unknown>;
}

const INVALID = '... on InvalidInput { field }';
const add = (input: object) => change('addSender', input, `${SENDER} ${INVALID}`);

async function connect() {
  const carrierId = await connectCarrier(testApp.app, who.accountId, {
    name: 'one',
    senderRules: 'check',
    config: { kind: 'smpp', host: '127.0.0.1', port: 9, systemId: 'nobody' },
    secrets: { password: 'x' },
  });
  await addRoute(testApp.app, who, { name: 'one', carrierId, priority: 1 });
  return carrierId;
}

describe('senders', () => {
  test('are added, read, changed and removed', async () => {
    await newcomer();
    const carrierId = await connect();
    const about = { countries: ['HR', 'DE'], carrierIds: [carrierId], pools: ['otp'] };
    const added = await add({ value: ' Acme ', ...about });
    expect(added).toMatchObject({ value: 'Acme', kind: 'ALPHANUMERIC', ...about, enabled: true });
    const others = ['+385911111111', '+18005550100'].map((value) => add({ value, pools: ['otp', 'b'] }));
    expect(await Promise.all(others)).toMatchObject([{ kind: 'LONG_CODE' }, { kind: 'TOLL_FREE' }]);
    const code = await add({ value: '36123', countries: ['FR'] });
    expect(code).toMatchObject({ kind: 'SHORT_CODE', pools: [], carrierIds: null });

    const list =
      'query($first: Int!, $after: String, $pool: String) { senders(first: $first, after: $after, pool: $pool)';
    const page = `${list} { nodes { value } pageInfo { hasNextPage endCursor } } }`;
    const first = (await caller.ask(page, { first: 3 })).data!.senders as {
      nodes: unknown[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
    expect(first.nodes).toHaveLength(3);
    expect(first.pageInfo.hasNextPage).toBe(true);
    expect((await caller.ask(page, { first: 3, after: first.pageInfo.endCursor })).data).toMatchObject({
      senders: { nodes: [{ value: '36123' }], pageInfo: { hasNextPage: false } },
    });
    const pooled = (await caller.ask(page, { first: 9, pool: 'b' })).data!.senders as { nodes: object[] };
    expect(pooled.nodes).toHaveLength(2);

    const senderId = added.id;
    const changed = { senderId, countries: null, carrierIds: null, enabled: false };
    expect(await change('updateSender', changed, SENDER)).toMatchObject({
      ...{ countries: null, carrierIds: null, enabled: false },
      pools: ['otp'],
    });
    expect(await change('removeSender', { senderId }, SENDER)).toMatchObject({ value: 'Acme' });
    expect(await change('removeSender', { senderId }, SENDER)).toMatchObject({ code: 'sender/not_found' });
    expect(
      (await caller.ask(`query($id: ID!) { node(id: $id) { ${SENDER} } }`, { id: code.id })).data,
    ).toEqual({
      node: { ...code, __typename: undefined },
    });
  });

  test.each([
    ['value', { value: 'TwelveLetter' }],
    ['value', { value: '   ' }],
    ['value', { value: '+12' }],
    ['countries.0', { value: 'Acme', countries: ['XX'] }],
    ['countries', { value: 'Acme', countries: [] }],
    ['countries', { value: '36123' }],
    ['countries', { value: '36123', countries: ['FR', 'DE'] }],
    ['pools.1', { value: 'Acme', pools: ['fine', '/'] }],
  ])('that are not as they must be are refused with the field: %s', async (field, input) => {
    await newcomer();
    expect(await add(input)).toMatchObject({ code: 'input/invalid', field });
  });

  test('are added once, but a short code once for each country', async () => {
    await newcomer();
    const twice = await Promise.all([add({ value: 'Acme' }), add({ value: 'Acme' })]);
    expect(twice.map((one) => one.field).sort()).toEqual(['value', undefined]);
    for (const country of ['FR', 'JP'])
      expect(await add({ value: '36123', countries: [country] })).toMatchObject({ value: '36123' });
    const third = await add({ value: '36123', countries: ['HR'] });
    expect(await add({ value: '36123', countries: ['JP'] })).toMatchObject({ field: 'value' });
    const moved = { senderId: third.id, countries: ['JP'] };
    expect(await change('updateSender', moved, INVALID)).toMatchObject({ field: 'countries' });
  });

  test('of another account, and carriers of another account, are not found', async () => {
    await newcomer();
    const carrierId = await connect();
    const { id: senderId } = await add({ value: 'Acme' });
    await newcomer();
    expect(await add({ value: 'Acme', carrierIds: [carrierId] })).toMatchObject({
      code: 'carrier/not_found',
    });
    for (const name of ['updateSender', 'removeSender'])
      expect(await change(name, { senderId }, SENDER)).toMatchObject({ code: 'sender/not_found' });
    expect((await caller.ask('{ senders(first: 1) { nodes { id } } }')).data).toEqual({
      senders: { nodes: [] },
    });
  });
});

test('a start that no sender can carry is refused as a type, with the registration that is missing', async () => {
  await newcomer();
  await connect();
  const mutation = `mutation { startVerification(input: { to: "+6581234567" }) {
    __typename ... on SenderNotAllowed { code message docUrl country sender register } } }`;
  expect((await caller.ask(mutation)).data).toEqual({
    startVerification: {
      __typename: 'SenderNotAllowed',
      code: 'sender/registration_missing',
      message: expect.stringContaining('Sender Otpost: needs SSIR registration in SG.') as string,
      docUrl: expect.stringMatching(/\/errors\/sender\/registration_missing$/) as string,
      country: 'SG',
      sender: 'Otpost',
      register: 'ssir',
    },
  });
  const one = { country: 'SG', sender: 'Otpost', register: 'ssir' };
  const references = { uen: '201912345Z' };
  const validUntil = '2030-01-01T00:00:00.000Z';
  const added = { ...one, references, validUntil };
  expect(await change('addSenderRegistration', added, `${REGISTRATION} ${INVALID}`)).toMatchObject(added);
  expect((await caller.ask(mutation)).data).toEqual({ startVerification: { __typename: 'Verification' } });
  const list = `{ senderRegistrations { country sender register references validUntil } }`;
  expect((await caller.ask(list)).data).toEqual({ senderRegistrations: [added] });
  const remove = () =>
    change('removeSenderRegistration', one, '... on RemovedSenderRegistration { wasThere }');
  expect(await remove()).toMatchObject({ wasThere: true });
  expect(await remove()).toMatchObject({ wasThere: false });
  expect((await caller.ask(mutation)).data).toMatchObject({
    startVerification: { __typename: 'SenderNotAllowed' },
  });
});

test.each([
  ['country', { country: 'ZZ' }],
  ['register', { register: 'dlt' }],
  ['references', { references: { uen: 7 } }],
  ['references', { references: [] }],
])('a registration with a wrong %s is refused', async (field, wrong) => {
  await newcomer();
  const input = { country: 'SG', sender: 'Otpost', register: 'ssir', ...wrong };
  expect(await change('addSenderRegistration', input, INVALID)).toMatchObject({ field });
});

test('a sender can be asked about before it is used, and where it is only treated worse there is advice', async () => {
  await newcomer();
  const verdict = async (country: string, sender: string) => {
    const { data } = await caller.ask(
      `query($country: String!, $sender: String!) {
        senderVerdict(country: $country, sender: $sender) { allowed code reason register advice } }`,
      { country, sender },
    );
    return data?.senderVerdict;
  };
  const nothing = { code: null, reason: null, register: null, advice: null };
  expect(await verdict('HR', 'Acme')).toEqual({ ...nothing, allowed: true });
  expect(await verdict('AU', 'Acme')).toMatchObject({
    allowed: true,
    advice: 'add the SMS sender ID registration in AU',
  });
  const refused = { allowed: false, code: 'sender/registration_missing', register: 'dlt' };
  expect(await verdict('IN', 'Acme')).toMatchObject(refused);
  const one = { country: 'IN', sender: 'Acme', register: 'dlt' };
  await change('addSenderRegistration', { ...one, references: { entity: '1', template: '2' } }, REGISTRATION);
  expect(await verdict('IN', 'Acme')).toEqual({ ...nothing, allowed: true });
  expect(await verdict('India', 'Acme')).toBeUndefined();
});

test.each([
  ['clearSenderRule', {}],
  ['removeSenderRegistration', { sender: 'Acme', register: 'dlt' }],
])('a country that does not exist is refused by %s', async (name, input) => {
  await newcomer();
  expect(await change(name, { country: 'Croatia', ...input }, INVALID)).toMatchObject({ field: 'country' });
});

describe('sender rules', () => {
  const rules = async (country?: string) =>
    (
      (
        await caller.ask(`query($country: String) { rules: senderRules(country: $country) { ${RULE} } }`, {
          country,
        })
      ).data as { rules: Record<string, unknown>[] }
    ).rules;

  test('are the built-in ones with their day, until the account sets its own', async () => {
    await newcomer();
    expect((await rules()).map(({ country }) => country)).toEqual(expect.arrayContaining(['HR', 'US']));
    expect(await rules('US')).toMatchObject([
      {
        source: 'BUILT_IN',
        asOf: '2026-11-23',
        kinds: [
          { kind: 'LONG_CODE', register: { code: '10dlc', unregistered: 'BLOCKED', from: null } },
          { kind: 'TOLL_FREE', register: { code: 'toll_free' } },
          { kind: 'SHORT_CODE', register: { code: 'short_code' } },
        ],
      },
    ]);
    expect(await rules('ZZ')).toEqual([]);
    const own = {
      country: 'US',
      asOf: '2026-11-22',
      note: 'Our carrier says so.',
      plainNames: true,
      shortCodes: ['2xxxx'],
      kinds: [
        { kind: 'SHORT_CODE' },
        {
          kind: 'LONG_CODE',
          register: { code: 'ours', name: 'Ours', unregistered: 'DEGRADED', from: '2026-12-01' },
        },
      ],
    };
    expect(await change('setSenderRule', own, RULE)).toMatchObject({
      ...own,
      source: 'OWN',
      kinds: expect.any(Array) as unknown[],
    });
    const [rule] = await rules('US');
    expect(rule!.kinds).toEqual(
      expect.arrayContaining([
        { kind: 'SHORT_CODE', register: null },
        { kind: 'LONG_CODE', register: own.kinds[1]!.register },
      ]),
    );
    const cleared = `... on ClearedSenderRule { rule { ${RULE} } }`;
    expect(await change('clearSenderRule', { country: 'US' }, cleared)).toMatchObject({
      rule: { source: 'BUILT_IN' },
    });
    expect(await change('clearSenderRule', { country: 'MZ' }, cleared)).toMatchObject({ rule: null });
    expect(await rules('US')).toMatchObject([{ source: 'BUILT_IN' }]);
  });

  test.each<[string, { kinds?: { kind: string; register: object }[] } & Record<string, unknown>]>([
    ['country', { country: 'Croatia' }],
    ['asOf', { asOf: 'yesterday' }],
    ['asOf', { asOf: '2999-01-01' }],
    ['shortCodes.0', { shortCodes: ['36*'] }],
    ['kinds.longCode.code', { kinds: [{ kind: 'LONG_CODE', register: { code: 'A B' } }] }],
    ['kinds.longCode.from', { kinds: [{ kind: 'LONG_CODE', register: { from: 'soon' } }] }],
  ])('are refused with the field: %s', async (field, wrong) => {
    await newcomer();
    const register = { code: 'ours', name: 'Ours', unregistered: 'BLOCKED' };
    const kinds = (wrong.kinds ?? []).map((one) => ({ ...one, register: { ...register, ...one.register } }));
    const input = { country: 'HR', asOf: '2026-11-22', ...wrong, kinds };
    expect(await change('setSenderRule', input, INVALID)).toMatchObject({ code: 'input/invalid', field });
  });
});

test('an account reads and sets its residency', async () => {
  await newcomer();
  const read = async () => (await caller.ask('{ account { id name residency createdAt } }')).data!.account;
  expect(await read()).toMatchObject({ id: who.accountId, name: 'Test', residency: null });
  const set = (residency: string | null) =>
    change('setResidency', { residency }, `... on Account { residency } ${INVALID}`);
  expect(await set('Europe')).toMatchObject({ code: 'input/invalid', field: 'residency' });
  expect(await set('EU')).toMatchObject({ residency: 'EU' });
  expect(await read()).toMatchObject({ residency: 'EU' });
  expect(await set(null)).toMatchObject({ residency: null });
});

test('a client token reads and changes nothing of this', async () => {
  await newcomer();
  const { data } = await caller.ask(
    'mutation { startVerification(input: { to: "+385911234567" }) { ... on Verification { clientToken } } }',
  );
  const { clientToken } = data!.startVerification as { clientToken: string };
  const frontend = callerWith(testApp.app, clientToken);
  for (const query of [
    '{ account { id } }',
    '{ senders(first: 1) { nodes { id } } }',
    '{ senderRules { country } }',
    '{ senderRegistrations { country } }',
    'mutation { setResidency(input: { residency: "EU" }) { __typename } }',
    'mutation { setCurrency(input: { currency: "USD" }) { __typename } }',
    'mutation { removeSender(input: { senderId: "snd_" }) { __typename } }',
  ])
    expect(codesOf(await frontend.ask(query)), query).toEqual(['auth/forbidden']);
});
