import { eq } from 'drizzle-orm';
import { getNamedType, type GraphQLUnionType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lockConfiguration } from '../../src/accounts/lock-configuration.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import { setResidency } from '../../src/accounts/set-residency.ts';
import { accounts } from '../../src/accounts/table.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { updateCarrier } from '../../src/carriers/update-carrier.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { schema } from '../../src/graphql/schema.ts';
import {
  uuidOf,
  type CarrierId,
  type RouteId,
  type SenderId,
  type WebhookEndpointId,
} from '../../src/ids.ts';
import { addInboundNumber } from '../../src/inbound/add-number.ts';
import { setNumberLookup } from '../../src/numbers/set-lookup.ts';
import { createRest } from '../../src/rest/v1/api.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { updateRoute } from '../../src/routing/update-route.ts';
import { addSender } from '../../src/senders/add-sender.ts';
import { createWebhookEndpoint } from '../../src/webhooks/create-endpoint.ts';
import { updateWebhookEndpoint } from '../../src/webhooks/update-endpoint.ts';
import { rowsOf } from '../support/account-rows.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createCaller, type Caller } from '../support/graphql.ts';
import { heldDb, untilOneWaits } from '../support/held.ts';
import { TWILIO_OPERATIONS } from '../support/twilio.ts';

// An account in the EU that had carriers, routes, numbers, senders and endpoints elsewhere before: everything by which
// something of it could be led there, or be led there again.

interface World {
  who: Principal;
  caller: Caller;
  /** Elsewhere: in use, and out of use. */
  us: CarrierId;
  usOff: CarrierId;
  eu: CarrierId;
  usHttp: CarrierId;
  /** Over `us`, in use; and out of use. */
  route: RouteId;
  routeOff: RouteId;
  sender: SenderId;
  hook: WebhookEndpointId;
  hookOff: WebhookEndpointId;
  /** Of nobody knows where. */
  hookNowhere: WebhookEndpointId;
  delivery: string;
  euHook: WebhookEndpointId;
}

let testApp: TestApp;
let world: World;
beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api' });
  world = await createWorld();
});
afterAll(() => testApp[Symbol.asyncDispose]());

const OURS = '+385994444444';
const ANOTHER = '+385994444445';
const smpp = { host: 'smpp.example', port: 2775, systemId: 'x' };
const http = {
  request: { url: 'https://sms.example/send', body: { json: { to: '{to}', text: '{text}' } } },
  answer: { messageId: '/id' },
};
const lookup = (region: string | null) => ({
  config: {
    request: { url: 'https://lookup.example/{to}' },
    answer: { operator: { at: '/network' } },
    region,
  },
  secrets: {},
});

async function createWorld(): Promise<World> {
  const { app } = testApp;
  const who = await createTestAccount(app);
  const connect = (name: string, region: string | null) =>
    connectCarrier(app, who.accountId, {
      ...{ name, region },
      config: { kind: 'smpp', ...smpp },
      secrets: { password: 'x' },
    });
  const [us, usOff, eu] = [
    await connect('us', 'US'),
    await connect('us off', 'US'),
    await connect('eu', 'EU'),
  ];
  const usHttp = await connectCarrier(app, who.accountId, {
    ...{ name: 'us http', region: 'US' },
    config: { kind: 'http', ...http },
    secrets: {},
  });
  await updateCarrier(app, who, usOff, { enabled: false });
  const route = await addRoute(app, who, { name: 'us', carrierId: us, priority: 1 });
  const routeOff = await addRoute(app, who, { name: 'us off', carrierId: us, priority: 2 });
  await updateRoute(app, who, routeOff.id, { enabled: false });
  const sender = await addSender(app, who, { value: 'Residence', carrierIds: [us, eu] });
  await addInboundNumber(app, who, { carrierId: us, number: OURS });
  const hookIn = async (region: string | null) =>
    (await createWebhookEndpoint(app, who, { url: 'https://hook.example/', region })).row.id;
  const [hook, hookOff, hookNowhere] = [await hookIn('US'), await hookIn('US'), await hookIn(null)];
  const euHook = await hookIn('EU');
  await updateWebhookEndpoint(app, who, hookOff, { enabled: false });
  const delivery = newId('whd');
  await app.sql`
    INSERT INTO webhook_deliveries (account_id, id, endpoint_id, name, status, attempts, log, created_at)
    VALUES (${uuidOf(who.accountId)}, ${uuidOf(delivery)}, ${uuidOf(hook)}, 'test', 'failed', 1, '[]', now())`;
  await setResidency(app, who, 'EU');
  const caller = await createCaller(app, who);
  return {
    ...{ who, caller, us, usOff, eu, usHttp, route: route.id, routeOff: routeOff.id, sender: sender.id },
    ...{ hook, hookOff, hookNowhere, delivery, euHook },
  };
}

type Refused = readonly [type: string, code: string, field: string];
const carrier = (field: string): Refused => ['CarrierOutsideResidency', 'carrier/outside_residency', field];
const WEBHOOK: Refused = ['WebhookOutsideResidency', 'webhook/outside_residency', 'region'];
const LOOKUP: Refused = ['NumberLookupOutsideResidency', 'number_lookup/outside_residency', 'config.region'];

/** What would lead something outside, by mutation: what is said of it, and what is answered. */
type Row = readonly [what: string, input: (world: World) => object, refused: Refused];
const REFUSED: Readonly<Record<string, readonly Row[]>> = {
  connectSmppCarrier: [
    ['elsewhere', () => ({ name: 'a', region: 'US', config: smpp, password: 'x' }), carrier('region')],
    ['nowhere', () => ({ name: 'a', config: smpp, password: 'x' }), carrier('region')],
  ],
  connectHttpCarrier: [
    ['elsewhere', () => ({ name: 'a', region: 'US', config: http }), carrier('region')],
    ['nowhere', () => ({ name: 'a', config: http }), carrier('region')],
  ],
  updateCarrier: [
    ['moved elsewhere', ({ eu }) => ({ carrierId: eu, region: 'US' }), carrier('region')],
    ['moved nowhere', ({ eu }) => ({ carrierId: eu, region: null }), carrier('region')],
    ['from one to another place', ({ us }) => ({ carrierId: us, region: 'CA' }), carrier('region')],
    [
      'elsewhere, at another host',
      ({ us }) => ({ carrierId: us, smpp: { host: 'other.example' } }),
      carrier('region'),
    ],
    [
      'elsewhere, at another URL',
      ({ usHttp }) => ({
        carrierId: usHttp,
        config: { request: { ...http.request, url: 'https://b.example' } },
      }),
      carrier('region'),
    ],
  ],
  setCarrierEnabled: [
    ['out of use', ({ usOff }) => ({ carrierId: usOff, enabled: true }), carrier('region')],
    ['in use', ({ us }) => ({ carrierId: us, enabled: true }), carrier('region')],
  ],
  addRoute: [['', ({ us }) => ({ carrierId: us, name: 'b', priority: 3 }), carrier('carrierId')]],
  updateRoute: [
    ['out of use', ({ routeOff }) => ({ routeId: routeOff, enabled: true }), carrier('enabled')],
    ['in use', ({ route }) => ({ routeId: route, enabled: true }), carrier('enabled')],
  ],
  tryRoute: [['', ({ route }) => ({ routeId: route, to: '+385911111111' }), carrier('routeId')]],
  addInboundNumber: [
    ['', ({ us }) => ({ carrierId: us, number: ANOTHER }), carrier('carrierId')],
    ['there already', ({ us }) => ({ carrierId: us, number: OURS }), carrier('carrierId')],
    ['of another carrier', ({ usHttp }) => ({ carrierId: usHttp, number: OURS }), carrier('carrierId')],
  ],
  addSender: [['', ({ us }) => ({ value: 'Other', carrierIds: [us] }), carrier('carrierIds')]],
  updateSender: [
    [
      'on one carrier more',
      ({ sender, us, usHttp }) => ({ senderId: sender, carrierIds: [us, usHttp] }),
      carrier('carrierIds'),
    ],
  ],
  createWebhookEndpoint: [
    ['elsewhere', () => ({ url: 'https://hook.example/', region: 'US' }), WEBHOOK],
    ['nowhere', () => ({ url: 'https://hook.example/' }), WEBHOOK],
  ],
  updateWebhookEndpoint: [
    ['in use', ({ hook }) => ({ endpointId: hook, enabled: true }), WEBHOOK],
    ['out of use', ({ hookOff }) => ({ endpointId: hookOff, enabled: true }), WEBHOOK],
    ['nowhere', ({ hookNowhere }) => ({ endpointId: hookNowhere, enabled: true }), WEBHOOK],
    ['moved elsewhere', ({ euHook }) => ({ endpointId: euHook, region: 'US' }), WEBHOOK],
    ['moved nowhere', ({ euHook }) => ({ endpointId: euHook, region: null }), WEBHOOK],
    [
      'elsewhere, at another address',
      ({ hook }) => ({ endpointId: hook, url: 'https://other.example/' }),
      WEBHOOK,
    ],
  ],
  sendTestWebhook: [['', ({ hook }) => ({ endpointId: hook }), WEBHOOK]],
  replayWebhookDelivery: [['', ({ delivery }) => ({ deliveryId: delivery }), WEBHOOK]],
  replayWebhookFailures: [['', ({ hook }) => ({ endpointId: hook, since: '2026-01-01T00:00:00Z' }), WEBHOOK]],
  setNumberLookup: [
    ['elsewhere', () => lookup('US'), LOOKUP],
    ['nowhere', () => lookup(null), LOOKUP],
  ],
};

/** By these nothing is led anywhere: they are about people, keys, rules and what the account has in it, or they end something. */
const LEADS_NOWHERE = [
  ...[
    'addSenderRegistration',
    'removeSenderRegistration',
    'setSenderRule',
    'clearSenderRule',
    'removeSender',
  ],
  ...['cancelBatch', 'cancelVerification', 'checkVerification', 'unlockDestination', 'clearNumberLookup'],
  ...['createApiKey', 'updateApiKey', 'rotateApiKey', 'revokeApiKey', 'createAuditCheckpoint'],
  ...['createOAuthClient', 'updateOAuthClient', 'rotateOAuthClientSecret', 'revokeOAuthClient'],
  ...['createService', 'updateService', 'setCurrency', 'setRetention', 'setAllowedOrigins'],
  ...['changeRole', 'inviteMember', 'revokeInvitation', 'removeMember', 'leaveAccount', 'switchAccount'],
  ...['endSession', 'endOtherSessions', 'setRequireSecondFactor', 'eraseSubject', 'exportSubject'],
  ...['revealNumber', 'revealSender', 'removeInboundNumber', 'rotateWebhookSecret', 'removeWebhookEndpoint'],
];
/** Messages, over what is there: each is judged as it goes (`test/flow/residency.test.ts`), and so is where people text. */
const SENDS = ['startVerification', 'startVerifications'];
/** It says where the account is; installations have their say (`test/flow/regions.test.ts`). */
const IS_THE_RULE = ['setResidency'];

async function ask(name: string, input: object, { caller } = world): Promise<Record<string, unknown>> {
  const { type, args } = schema.getMutationType()!.getFields()[name]!;
  const fields = schema
    .getPossibleTypes(getNamedType(type) as GraphQLUnionType)
    .filter((one) => 'field' in one.getFields())
    .map((one) => `... on ${one.name} { field }`);
  const { data, errors } = await caller.ask(
    `mutation ($input: ${String(args[0]!.type)}) { result: ${name}(input: $input) {
      __typename ... on Error { code message } ${fields.join(' ')} } }`,
    { input },
  );
  expect(errors, JSON.stringify(errors)).toBeUndefined();
  return data!.result as Record<string, unknown>;
}

const CONFIGURED = [
  ...['carriers', 'routes', 'inbound_numbers', 'senders', 'number_lookup_configs'],
  ...['webhook_endpoints', 'webhook_deliveries', 'verifications', 'messages'],
];

async function configured(): Promise<object> {
  const rows = await rowsOf(testApp.app, world.who.accountId);
  return Object.fromEntries(CONFIGURED.map((name) => [name, rows[name] ?? []]));
}

const rows = Object.entries(REFUSED).flatMap(([name, all]) => all.map((row) => [name, ...row] as const));

test.each(rows)('%s is refused of what is outside: %s', async (name, _what, input, [type, code, field]) => {
  const before = await configured();
  const answer = await ask(name, input(world));
  expect(answer).toMatchObject({ __typename: type, code, field });
  expect(answer.message).toMatch(/stays? in EU, and this (?:carrier|endpoint|lookup) is /);
  expect(await configured()).toEqual(before);
});

test('whatever is added to the API says whether it leads anything outside', () => {
  const known = [...Object.keys(REFUSED), ...LEADS_NOWHERE, ...SENDS, ...IS_THE_RULE].sort();
  expect(Object.keys(schema.getMutationType()!.getFields()).sort()).toEqual(known);
  const { operations } = createRest({} as never, {
    publicUrl: '',
    own: { publicUrl: '', allowed: undefined, hosts: new Set() },
    addressOf: () => undefined,
  });
  const doing = [...operations, ...TWILIO_OPERATIONS.map(({ operation }) => operation)].filter(
    (operation) => !operation.startsWith('GET '),
  );
  // Over REST nothing is connected; what is done there is done to verifications, subjects, services, limits and factors.
  const leadsNowhere =
    /^(?:POST \/v1\/(?:verifications|batches|subjects|audit|inbound-messages)|(?:POST|DELETE) \/v2\/(?:Services|SafeList))\b/;
  expect(doing.filter((operation) => !leadsNowhere.test(operation))).toEqual([]);
});

describe('what was there before', () => {
  test('may be described anew, and taken out of use', async () => {
    const other = await createWorld();
    const done = async (name: string, input: object) => {
      const { __typename } = await ask(name, input, other);
      expect(__typename, name).not.toMatch(/OutsideResidency|InvalidInput|NotFound/);
    };
    await done('updateCarrier', { carrierId: other.us, name: 'elsewhere', smpp: { window: 7 } });
    await done('updateRoute', { routeId: other.route, name: 'elsewhere', priority: 9 });
    await done('updateRoute', { routeId: other.route, enabled: false });
    await done('setCarrierEnabled', { carrierId: other.us, enabled: false });
    await done('updateSender', { senderId: other.sender, carrierIds: [other.us], pools: ['a'] });
    await done('updateWebhookEndpoint', { endpointId: other.hook, description: 'elsewhere' });
    await done('updateWebhookEndpoint', { endpointId: other.hook, enabled: false });
    await done('rotateWebhookSecret', { endpointId: other.hook });
  });

  test('is in use again once it says that it is inside', async () => {
    const other = await createWorld();
    const inside = { region: 'EU' };
    expect(await ask('updateCarrier', { carrierId: other.us, ...inside }, other)).toEqual({
      __typename: 'Carrier',
    });
    for (const [name, input, type] of [
      ['updateRoute', { routeId: other.routeOff, enabled: true }, 'Route'],
      ['addInboundNumber', { carrierId: other.us, number: ANOTHER }, 'InboundNumber'],
      ['updateWebhookEndpoint', { endpointId: other.hookOff, ...inside, enabled: true }, 'WebhookEndpoint'],
      ['sendTestWebhook', { endpointId: other.hookOff }, 'WebhookDelivery'],
      ['setNumberLookup', lookup('EU'), 'NumberLookup'],
    ] as const)
      expect(await ask(name, input, other)).toEqual({ __typename: type });
  });
});

test('nobody is told to text a number that is outside, over GraphQL or REST', async () => {
  const { app } = testApp;
  const { caller, us, who } = await createWorld();
  const start = { to: '+385911111112', channel: 'INBOUND_SMS' };
  const overGraphql = async () =>
    (
      await caller.ask(
        `mutation ($input: StartVerificationInput!) { startVerification(input: $input) {
          __typename ... on InvalidInput { field message } ... on Verification { inboundNumber } } }`,
        { input: start },
      )
    ).data!.startVerification;
  const post = async (path: string, body: unknown) => {
    const response = await fetch(`${app.server!.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${caller.credential}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return [response.status, await response.json()] as [number, Record<string, unknown>];
  };
  const overRest = () => post('/v1/verifications', { to: '+385911111113', channel: 'inbound_sms' });
  expect(await overGraphql()).toMatchObject({ __typename: 'InvalidInput', field: 'channel' });
  expect(await overRest()).toMatchObject([400, { code: 'input/invalid', field: 'channel' }]);
  await updateCarrier(app, who, us, { region: 'EU' });
  expect(await overGraphql()).toEqual({ __typename: 'Verification', inboundNumber: OURS });
  expect(await overRest()).toMatchObject([201, { inboundNumber: OURS }]);
});

describe('a residency that is being set is not overtaken', () => {
  test.each<[string, (world: World) => Promise<unknown>]>([
    ['addRoute', ({ who, us }) => addRoute(testApp.app, who, { name: 'late', carrierId: us, priority: 5 })],
    [
      'addInboundNumber',
      ({ who, us }) => addInboundNumber(testApp.app, who, { carrierId: us, number: ANOTHER }),
    ],
    ['addSender', ({ who, us }) => addSender(testApp.app, who, { value: 'Late', carrierIds: [us] })],
    ['setNumberLookup', ({ who }) => setNumberLookup(testApp.app, who, lookup('US'))],
    [
      'createWebhookEndpoint',
      ({ who }) => createWebhookEndpoint(testApp.app, who, { url: 'https://hook.example/', region: 'US' }),
    ],
    [
      'updateWebhookEndpoint',
      ({ who, hook }) => updateWebhookEndpoint(testApp.app, who, hook, { enabled: true }),
    ],
  ])('by %s', async (_name, change) => {
    const { app } = testApp;
    const other = await createWorld();
    const { accountId } = other.who;
    await setResidency(app, other.who, null);
    let changing: Promise<unknown> | undefined;
    await heldDb(app, async (tx) => {
      await lockConfiguration(tx, accountId);
      await tx.update(accounts).set({ residency: 'EU' }).where(eq(accounts.id, accountId));
      changing = change(other).then(
        () => 'done',
        (error: { code?: string }) => error.code,
      );
      await untilOneWaits(app);
    });
    expect(await changing).toMatch(/outside_residency$/);
  });
});
