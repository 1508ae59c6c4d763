import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { setResidency } from '../../src/accounts/set-residency.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { uuidOf } from '../../src/ids.ts';
import type { AttemptRow } from '../../src/messages/table.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { readDecision } from '../../src/routing/read-decision.ts';
import type { ProfileName } from '../../src/simulator/profile.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createCaller } from '../support/graphql.ts';
import { attemptsOf, happened, messagesOf, start } from '../support/verifying.ts';

// Croatia, the worked example: +385, the number blocks of its three operators, carriers in the EU.
const BLOCKS = ['91', '92', '95', '98', '99'];

let main: TestApp;
let app: TestApp['app'];
let count = 0;

beforeAll(async () => {
  main = await createTestApp({ ROLES: 'api,worker,simulator' });
  app = main.app;
});
afterAll(() => main[Symbol.asyncDispose]());

async function connect(
  who: Principal,
  name: string,
  region: string | null,
  priority: number,
  profile: ProfileName = 'instant',
): Promise<void> {
  const systemId = `res-${++count}`;
  app.simulator!.change(systemId, { profile });
  const port = app.simulator!.smppPort;
  const carrierId = await connectCarrier(app, who.accountId, {
    name,
    region,
    config: { kind: 'smpp', host: '127.0.0.1', port, systemId, window: 100 },
    secrets: { password: 'test' },
  });
  await addRoute(app, who, { name, carrierId, priority });
}

const anAccount = () => createTestAccount(app, { coolDownSeconds: 0 });

test('no message of an EU account ever leaves over a carrier outside, not even when EU carriers refuse it', async () => {
  const who = await anAccount();
  await connect(who, 'us', 'US', 1);
  await connect(who, 'nowhere', null, 2);
  await setResidency(app, who, 'EU');
  await connect(who, 'eu refusing', 'EU', 3, 'rejecting');
  await connect(who, 'eu busy', 'EU', 4, 'normal');
  await connect(who, 'eu good', 'EU', 5);
  const numbers = Array.from({ length: 60 }, (_, i) => `+385${BLOCKS[i % BLOCKS.length]}${3_000_000 + i}`);
  const started = await Promise.all(numbers.map((to) => start(app, who, to)));
  await Promise.all(started.map((v) => happened(app, v, 'MessageDelivered')));
  const attempts = (await Promise.all(started.map((v) => attemptsOf(app, v)))).flat();
  // Each was refused once and went elsewhere: the failover was there to be got wrong.
  expect(attempts.length).toBeGreaterThan(numbers.length);
  expect(new Set(attempts.map(({ carrier }) => carrier).filter((name) => !name.startsWith('eu ')))).toEqual(
    new Set(),
  );
  const [row] = await app.sql<{ decision: AttemptRow['decision'] }[]>`
    SELECT decision FROM attempts WHERE verification_id = ${uuidOf(started[0]!.id)} LIMIT 1`;
  const decision = await readDecision(app, started[0]!.accountId, row!.decision);
  expect(decision.map(({ excluded }) => excluded)).toEqual(
    expect.arrayContaining(['outside EU: the carrier is in US', 'outside EU: the carrier has no region']),
  );
});

test('with carriers outside only, the message fails and says why; the next goes over one inside', async () => {
  const who = await anAccount();
  await connect(who, 'us', 'US', 1);
  await setResidency(app, who, 'EU');
  const v = await start(app, who, '+385913999999');
  expect(await happened(app, v, 'VerificationFailed')).not.toContain('MessageSent');
  expect(await attemptsOf(app, v)).toEqual([]);
  expect((await messagesOf(app, v))[0]!.failureReason).toBe(
    'no route can take it: outside EU: the carrier is in US',
  );
  await connect(who, 'eu', 'EU', 2);
  const next = await start(app, who, '+385913999999');
  await happened(app, next, 'MessageDelivered');
  expect(await attemptsOf(app, next)).toMatchObject([{ carrier: 'eu', status: 'delivered' }]);
});

test('an account without a residency uses every carrier, and a residency is a region', async () => {
  const who = await createTestAccount(app);
  await connect(who, 'us', 'US', 1);
  const v = await start(app, who, '+385913888888');
  await happened(app, v, 'MessageDelivered');
  await expect(setResidency(app, who, 'Europe')).rejects.toThrow('two capital letters');
});

describe('with a residency, a carrier that is elsewhere, or nowhere', () => {
  const fields = '__typename ... on Carrier { id } ... on CarrierOutsideResidency { code message field }';
  const CONNECT = `mutation ($input: ConnectSmppCarrierInput!) { connectSmppCarrier(input: $input) { ${fields} } }`;
  const UPDATE = `mutation ($input: UpdateCarrierInput!) { updateCarrier(input: $input) { ${fields} } }`;
  const ENABLE = `mutation ($input: SetCarrierEnabledInput!) { setCarrierEnabled(input: $input) { ${fields} } }`;
  const ROUTE = `mutation ($input: AddRouteInput!) { addRoute(input: $input) {
    __typename ... on CarrierOutsideResidency { code field } } }`;
  const SET = `mutation ($residency: String) { setResidency(input: { residency: $residency }) {
    ... on Account { residency carriersOutsideResidency { name region } } } }`;
  const outside = (field: string) => ({
    ...{ __typename: 'CarrierOutsideResidency', code: 'carrier/outside_residency', field },
  });
  const config = { host: 'smpp.example', port: 1, systemId: 'x' };

  async function asked() {
    const who = await anAccount();
    const caller = await createCaller(app, who);
    const ask = async (query: string, input: object) =>
      Object.values((await caller.ask(query, { input })).data!)[0] as Record<string, unknown>;
    const connectIt = (name: string, region: string | null) =>
      ask(CONNECT, { name, region, config, password: 'test' });
    const reside = async (residency: string | null) =>
      (await caller.ask(SET, { residency })).data!.setResidency;
    return { ask, connectIt, reside };
  }

  test('is not connected, not moved there, and not taken into use; nor is a route added over one', async () => {
    const { ask, connectIt, reside } = await asked();
    const { id: old } = await connectIt('from before', 'US');
    await ask(ENABLE, { carrierId: old, enabled: false });
    await reside('EU');
    expect(await connectIt('us', 'US')).toEqual({
      ...outside('region'),
      message: "The account's messages stay in EU, and this carrier is in US.",
    });
    expect(await connectIt('nowhere', null)).toMatchObject(outside('region'));
    const { id } = await connectIt('eu', 'EU');
    for (const region of ['US', null])
      expect(await ask(UPDATE, { carrierId: id, region })).toMatchObject(outside('region'));
    expect(await ask(ENABLE, { carrierId: old, enabled: true })).toMatchObject(outside('region'));
    const route = { carrierId: old, name: 'over it', priority: 1 };
    expect(await ask(ROUTE, route)).toEqual(outside('carrierId'));
    expect(await ask(ROUTE, { ...route, carrierId: id })).toEqual({ __typename: 'Route' });
    // What is there may be renamed, and told where it really is.
    expect(await ask(UPDATE, { carrierId: old, name: 'old' })).toMatchObject({ __typename: 'Carrier' });
    expect(await ask(UPDATE, { carrierId: old, region: 'EU' })).toMatchObject({ __typename: 'Carrier' });
    expect(await ask(ENABLE, { carrierId: old, enabled: true })).toMatchObject({ __typename: 'Carrier' });
  });

  test('is named when the residency comes later: it is there, and no message goes over it', async () => {
    const { connectIt, reside } = await asked();
    await connectIt('us', 'US');
    await connectIt('eu', 'EU');
    await connectIt('nowhere', null);
    expect(await reside('EU')).toEqual({
      residency: 'EU',
      carriersOutsideResidency: [
        { name: 'us', region: 'US' },
        { name: 'nowhere', region: null },
      ],
    });
    expect(await reside(null)).toEqual({ residency: null, carriersOutsideResidency: [] });
  });
});
