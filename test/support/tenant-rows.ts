import { raiseAbuseAlarm } from '../../src/abuse/raise.ts';
import { authenticate } from '../../src/accounts/authenticate.ts';
import type { RunningApp } from '../../src/app.ts';
import { webhookDisabledChannel } from '../../src/bus/channels.ts';
import { updateCarrier } from '../../src/carriers/update-carrier.ts';
import { uuidOf } from '../../src/ids.ts';
import { carrierHealth } from '../../src/carriers/watch-health.ts';
import type { Path } from '../../src/graphql/paths.ts';
import { saveFindings } from '../../src/routing/alarms.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import { callBack, receiveText, type Tenant } from './tenants.ts';
import { until } from './until.ts';
import { codeOf, start, wrong } from './verifying.ts';

export type Args = Record<string, unknown>;

/**
 * How a field answers: `null`; `empty`, a list or page without anything; `own`, something of the account
 * that asks; the name of an error type; or the code of an error.
 */
export type Answered = string;

/** What `tenants.test.ts` has to know of a root field. */
export interface FieldRow {
  /** Who asks; the API key when absent. */
  as?: 'owner';
  /** How the account's own is answered when not with something of it. */
  answered?: Answered;
  /** Arguments with which an account asks for what is its own, and gets it. */
  args?: (own: Tenant) => Args;
  /**
   * For every argument that takes an id or a cursor, by its path (`input.carrierId`, `after`): what one of
   * another account is answered with. Of several, any.
   */
  ids?: Readonly<Record<string, Answered | readonly Answered[]>>;
  /** What a test key of the account is answered that asks with `args`, which name what is live. */
  tests: Answered;
  /** What else could mean something of the other account: a number, a name, a key. */
  others?: (own: Tenant, other: Tenant) => readonly { args: Args; answered: Answered }[];
}

export interface SubscriptionRow extends FieldRow {
  /** Makes something happen that an account's subscription tells of. */
  happen: (app: RunningApp, tenant: Tenant) => Promise<unknown>;
  /** Whether an answer (the root field's value) tells of just that. */
  tells: (value: never) => boolean;
}

/** A lookup that nobody answers. */
export const LOOKUP = {
  config: { request: { url: 'https://lookup.example/{to}' }, answer: { operator: { at: '/network' } } },
  secrets: {},
};

/** How the account is set up: the same for tests. */
const shared = { tests: 'own' } as const satisfies FieldRow;
/** About live traffic, or a change of what it depends on. */
const liveOnly = { tests: 'auth/forbidden' } as const satisfies FieldRow;
const page = { args: () => ({ first: 3 }), ids: { after: ['own', 'empty', 'input/cursor'] } } as const;

/** The last hour, for what counts attempts. */
const lately = () => ({
  from: new Date(Date.now() - 3_600_000).toISOString(),
  to: new Date(Date.now() + 1_000).toISOString(),
});

export const QUERIES: Readonly<Record<string, FieldRow>> = {
  account: shared,
  apiKeys: { ...page, ...liveOnly },
  oauthClients: { ...page, ...liveOnly },
  retention: shared,
  services: shared,
  verification: { tests: 'null', args: ({ ids }) => ({ id: ids.vrf }), ids: { id: 'null' } },
  accountEventsCursor: shared,
  verifications: {
    tests: 'empty',
    args: ({ ids, numbers }) => ({ first: 3, filter: { serviceId: ids.svc, to: numbers.delivered } }),
    ids: { after: page.ids.after, 'filter.serviceId': ['empty', 'service/not_found'] },
    others: (_own, { numbers }) =>
      Object.values(numbers).map((to) => ({ args: { first: 3, filter: { to } }, answered: 'empty' })),
  },
  batches: { ...page, tests: 'own' },
  batch: { tests: 'null', args: ({ ids }) => ({ id: ids.bat }), ids: { id: 'null' } },
  message: { tests: 'null', args: ({ ids }) => ({ id: ids.msg }), ids: { id: 'null' } },
  resolveNumber: { ...liveOnly, args: ({ numbers }) => ({ to: numbers.delivered, lookup: true }) },
  numberLookup: liveOnly,
  routePreview: {
    ...liveOnly,
    args: ({ ids, numbers }) => ({ to: numbers.delivered, serviceId: ids.svc }),
    ids: { serviceId: 'service/not_found' },
    others: (_own, { numbers }) => [{ args: { to: numbers.delivered }, answered: 'own' }],
  },
  routeQuality: {
    ...liveOnly,
    args: ({ ids }) => ({ ...lately(), first: 3, filter: { routeIds: [ids.rte] } }),
    ids: { 'filter.routeIds': ['empty', 'input/invalid'], after: page.ids.after },
  },
  routeReplay: { ...liveOnly, args: () => ({ ...lately(), policy: { strategy: 'PRIORITY' } }) },
  carriers: shared,
  carrier: { ...shared, args: ({ ids }) => ({ id: ids.car }), ids: { id: 'null' } },
  routes: shared,
  senders: {
    ...shared,
    args: ({ word }) => ({ first: 3, pool: word.toLowerCase() }),
    ids: page.ids,
    others: (_own, { word }) => [{ args: { first: 3, pool: word.toLowerCase() }, answered: 'empty' }],
  },
  senderRegistrations: shared,
  senderRules: { ...shared, args: () => ({ country: 'AT' }), others: () => [{ args: {}, answered: 'own' }] },
  senderVerdict: { ...shared, args: ({ word }) => ({ country: 'GB', sender: word }) },
  inboundMessages: { ...page, ...liveOnly },
  inboundNumbers: liveOnly,
  webhookEndpoints: liveOnly,
  webhookDeliveries: {
    ...liveOnly,
    args: ({ ids }) => ({ endpointId: ids.whk, first: 3 }),
    ids: { ...page.ids, endpointId: 'empty' },
  },
  auditLog: {
    ...liveOnly,
    args: ({ ids, who }) => ({
      first: 3,
      filter: { target: ids.svc, actor: who.kind === 'apiKey' ? who.apiKeyId : null, from: new Date(0) },
    }),
    ids: { after: page.ids.after, 'filter.target': 'empty', 'filter.actor': 'empty' },
  },
  abuseAlarms: { ...liveOnly, answered: 'empty' },
  auditCheckpoints: { ...page, ...liveOnly },
  auditKeys: liveOnly,
  sandboxNumbers: shared,
  node: { tests: 'null', args: ({ ids }) => ({ id: ids.vrf }), ids: { id: 'null' } },
  roles: shared,
  viewer: { ...shared, as: 'owner' },
  members: { ...page, ...liveOnly },
  invitations: liveOnly,
  sessions: { ...liveOnly, as: 'owner' },
};

const input = (make: (own: Tenant) => Args) => (own: Tenant) => ({ input: make(own) });

export const MUTATIONS: Readonly<Record<string, FieldRow>> = {
  createAuditCheckpoint: liveOnly,
  createApiKey: {
    ...liveOnly,
    args: input(({ word }) => ({ name: `${word} third`, permissions: ['SERVICES_READ'] })),
  },
  updateApiKey: {
    ...liveOnly,
    args: input(({ ids, word }) => ({ apiKeyId: ids.key, name: `${word} fourth` })),
    ids: { 'input.apiKeyId': 'ApiKeyNotFound' },
  },
  rotateApiKey: {
    ...liveOnly,
    args: input(({ ids }) => ({ apiKeyId: ids.key, overlapSeconds: 60 })),
    ids: { 'input.apiKeyId': 'ApiKeyNotFound' },
  },
  revokeApiKey: {
    ...liveOnly,
    args: input(({ ids }) => ({ apiKeyId: ids.key })),
    ids: { 'input.apiKeyId': 'ApiKeyNotFound' },
  },
  createOAuthClient: {
    ...liveOnly,
    args: input(({ word }) => ({ name: `${word} second partner`, permissions: ['SERVICES_READ'] })),
  },
  updateOAuthClient: {
    ...liveOnly,
    args: input(({ ids, word }) => ({ clientId: ids.cli, name: `${word} partner again` })),
    ids: { 'input.clientId': 'OAuthClientNotFound' },
  },
  rotateOAuthClientSecret: {
    ...liveOnly,
    args: input(({ ids }) => ({ clientId: ids.cli, overlapSeconds: 60 })),
    ids: { 'input.clientId': 'OAuthClientNotFound' },
  },
  revokeOAuthClient: {
    ...liveOnly,
    args: input(({ ids }) => ({ clientId: ids.cli })),
    ids: { 'input.clientId': 'OAuthClientNotFound' },
  },
  setCurrency: { ...liveOnly, args: input(() => ({ currency: 'EUR' })) },
  setRetention: { ...liveOnly, args: input(() => ({ phones: 7 })) },
  setRequireSecondFactor: { ...liveOnly, args: input(() => ({ required: false })) },
  setAllowedOrigins: { ...liveOnly, args: input(() => ({ origins: null })) },
  setResidency: { ...liveOnly, args: input(() => ({ residency: null })) },
  createService: {
    ...liveOnly,
    args: input(({ word }) => ({ name: `${word} two`, settings: { codeLength: 8 } })),
  },
  updateService: {
    ...liveOnly,
    args: input(({ ids, word }) => ({ serviceId: ids.svc, name: `${word} again` })),
    ids: { 'input.serviceId': 'ServiceNotFound' },
  },
  startVerification: {
    tests: 'own',
    args: input(({ ids, aNumber }) => ({ to: aNumber(), serviceId: ids.svc })),
    ids: { 'input.serviceId': 'ServiceNotFound' },
  },
  startVerifications: {
    tests: 'own',
    args: input(({ ids, aNumber }) => ({ rows: [{ to: aNumber() }], serviceId: ids.svc })),
    ids: { 'input.serviceId': 'ServiceNotFound' },
  },
  cancelBatch: {
    tests: 'BatchNotFound',
    args: input(({ ids }) => ({ batchId: ids.bat })),
    ids: { 'input.batchId': 'BatchNotFound' },
  },
  checkVerification: {
    tests: 'VerificationNotFound',
    args: input(({ pending }) => ({ verificationId: pending, code: '000000' })),
    ids: { 'input.verificationId': 'VerificationNotFound' },
  },
  cancelVerification: {
    tests: 'VerificationNotFound',
    args: input(({ pending }) => ({ verificationId: pending })),
    ids: { 'input.verificationId': 'VerificationNotFound' },
  },
  unlockDestination: {
    ...liveOnly,
    args: input(({ numbers, ids }) => ({ to: numbers.locked, serviceId: ids.svc })),
    ids: { 'input.serviceId': 'ServiceNotFound' },
    others: (_own, { numbers }) => [{ args: { input: { to: numbers.locked } }, answered: 'own' }],
  },
  eraseSubject: {
    ...liveOnly,
    args: input(({ aNumber }) => ({ to: aNumber() })),
    others: (_own, { numbers }) => [{ args: { input: { to: numbers.delivered } }, answered: 'own' }],
  },
  exportSubject: {
    ...liveOnly,
    args: input(({ numbers }) => ({ to: numbers.delivered })),
  },
  revealNumber: {
    tests: 'VerificationNotFound',
    args: input(({ ids }) => ({ verificationId: ids.vrf })),
    ids: { 'input.verificationId': 'VerificationNotFound' },
  },
  revealSender: {
    tests: 'InboundMessageNotFound',
    args: input(({ ids }) => ({ inboundMessageId: ids.inb })),
    ids: { 'input.inboundMessageId': 'InboundMessageNotFound' },
  },
  setNumberLookup: { ...liveOnly, args: input(() => LOOKUP) },
  clearNumberLookup: liveOnly,
  connectSmppCarrier: {
    ...liveOnly,
    args: input(({ word }) => ({
      name: `${word} smpp`,
      config: { host: 'smpp.example', port: 2775, systemId: 'x' },
      password: 'secret',
    })),
  },
  connectHttpCarrier: {
    ...liveOnly,
    args: input(({ word }) => ({
      name: `${word} http`,
      config: {
        request: { url: 'https://sms.example/send', body: { json: { to: '{to}', text: '{text}' } } },
        answer: { messageId: '/id' },
      },
    })),
  },
  updateCarrier: {
    ...liveOnly,
    args: input(({ ids, word }) => ({ carrierId: ids.car, name: `${word} renamed` })),
    ids: { 'input.carrierId': 'CarrierNotFound' },
  },
  setCarrierEnabled: {
    ...liveOnly,
    args: input(({ httpCarrier }) => ({ carrierId: httpCarrier, enabled: false })),
    ids: { 'input.carrierId': 'CarrierNotFound' },
  },
  addRoute: {
    ...liveOnly,
    args: input(({ ids, word }) => ({ carrierId: ids.car, name: `${word} way`, priority: 9 })),
    ids: { 'input.carrierId': 'CarrierNotFound' },
  },
  updateRoute: {
    ...liveOnly,
    args: input(({ ids, word }) => ({ routeId: ids.rte, name: `${word} detour` })),
    ids: { 'input.routeId': 'RouteNotFound' },
  },
  tryRoute: {
    ...liveOnly,
    args: input(({ ids, aNumber }) => ({ routeId: ids.rte, to: aNumber(), serviceId: ids.svc })),
    ids: { 'input.routeId': 'RouteNotFound', 'input.serviceId': 'ServiceNotFound' },
  },
  addSender: {
    ...liveOnly,
    args: input(({ ids }) => ({ value: '+385911000000', carrierIds: [ids.car] })),
    ids: { 'input.carrierIds': 'CarrierNotFound' },
  },
  updateSender: {
    ...liveOnly,
    args: input(({ ids }) => ({ senderId: ids.snd, carrierIds: [ids.car] })),
    ids: { 'input.senderId': 'SenderNotFound', 'input.carrierIds': 'CarrierNotFound' },
  },
  removeSender: {
    ...liveOnly,
    args: input(({ ids }) => ({ senderId: ids.snd })),
    ids: { 'input.senderId': 'SenderNotFound' },
  },
  addSenderRegistration: {
    ...liveOnly,
    args: input(() => ({ country: 'GB', sender: 'Example', register: 'gb_registry' })),
  },
  removeSenderRegistration: {
    ...liveOnly,
    args: input(({ word }) => ({ country: 'GB', sender: word, register: 'gb_registry' })),
    others: (_own, { word }) => [
      { args: { input: { country: 'GB', sender: word, register: 'gb_registry' } }, answered: 'own' },
    ],
  },
  setSenderRule: {
    ...liveOnly,
    args: input(() => ({ country: 'HU', asOf: '2026-11-01', kinds: [{ kind: 'LONG_CODE' }] })),
  },
  clearSenderRule: { ...liveOnly, args: input(() => ({ country: 'AT' })) },
  addInboundNumber: {
    ...liveOnly,
    args: input(({ ids, httpCarrier }) => ({
      carrierId: httpCarrier,
      serviceId: ids.svc,
      number: '12345',
      country: 'HR',
    })),
    ids: { 'input.carrierId': 'CarrierNotFound', 'input.serviceId': 'ServiceNotFound' },
  },
  changeRole: {
    ...liveOnly,
    args: input(({ ids }) => ({ memberId: ids.mem, role: 'ANALYST' })),
    ids: { 'input.memberId': 'MemberNotFound' },
  },
  inviteMember: {
    ...liveOnly,
    args: input(({ word }) => ({ email: `${word.toLowerCase()}@guests.example`, role: 'SUPPORT' })),
  },
  revokeInvitation: {
    ...liveOnly,
    args: input(({ ids }) => ({ invitationId: ids.inv })),
    ids: { 'input.invitationId': 'InvitationNotFound' },
  },
  removeMember: {
    ...liveOnly,
    args: input(({ ids }) => ({ memberId: ids.mem, credentials: 'REVOKE' })),
    ids: { 'input.memberId': 'MemberNotFound' },
  },
  switchAccount: {
    ...liveOnly,
    as: 'owner',
    args: input(({ ids }) => ({ accountId: ids.acc })),
    ids: { 'input.accountId': 'AccountNotFound' },
  },
  endSession: {
    ...liveOnly,
    as: 'owner',
    args: input(({ ids }) => ({ sessionId: ids.ses })),
    ids: { 'input.sessionId': 'SessionNotFound' },
  },
  // The other one has been ended already.
  endOtherSessions: { ...liveOnly, as: 'owner', answered: 'empty' },
  leaveAccount: { ...liveOnly, as: 'owner', args: input(() => ({ credentials: 'REVOKE' })) },
  removeInboundNumber: {
    ...liveOnly,
    args: input(({ ids }) => ({ inboundNumberId: ids.num })),
    ids: { 'input.inboundNumberId': 'InboundNumberNotFound' },
  },
  createWebhookEndpoint: {
    ...liveOnly,
    args: input(({ word }) => ({ url: `https://${word}.example/second` })),
  },
  updateWebhookEndpoint: {
    ...liveOnly,
    args: input(({ ids }) => ({ endpointId: ids.whk, events: ['message.sent'] })),
    ids: { 'input.endpointId': 'WebhookNotFound' },
  },
  rotateWebhookSecret: {
    ...liveOnly,
    args: input(({ ids }) => ({ endpointId: ids.whk, overlapSeconds: 60 })),
    ids: { 'input.endpointId': 'WebhookNotFound' },
  },
  sendTestWebhook: {
    ...liveOnly,
    args: input(({ ids }) => ({ endpointId: ids.whk })),
    ids: { 'input.endpointId': 'WebhookNotFound' },
  },
  replayWebhookDelivery: {
    ...liveOnly,
    args: input(({ ids }) => ({ deliveryId: ids.whd })),
    ids: { 'input.deliveryId': 'WebhookNotFound' },
  },
  replayWebhookFailures: {
    ...liveOnly,
    args: input(({ ids }) => ({ endpointId: ids.whk, since: '2026-01-01T00:00:00Z' })),
    ids: { 'input.endpointId': 'WebhookNotFound' },
  },
  removeWebhookEndpoint: {
    ...liveOnly,
    args: input(({ ids }) => ({ endpointId: ids.whk })),
    ids: { 'input.endpointId': 'WebhookNotFound' },
  },
};

/** Takes the SMPP carrier out of use, and into it again. */
async function interrupt(app: RunningApp, { who, ids }: Tenant): Promise<void> {
  const isUp = () => carrierHealth(app, who, ids.car).state === 'up';
  await until(isUp);
  await updateCarrier(app, who, ids.car, { enabled: false });
  await until(() => !isUp());
  await updateCarrier(app, who, ids.car, { enabled: true });
  await until(isUp);
}

const startAnother = (app: RunningApp, { who, aNumber }: Tenant) => start(app, who, aNumber());

/** An alarm about its route. */
const raiseAlarm = (app: RunningApp, { who, ids }: Tenant) =>
  saveFindings(app, who.accountId, [
    {
      kind: 'rejects',
      routeId: ids.rte,
      facts: { attempts: 20, observed: 0, expected: 0.5, shortfall: 0 },
    },
  ]);

/** Its endpoint answers that it is no more. */
async function loseEndpoint(app: RunningApp, { who, ids }: Tenant): Promise<void> {
  await app.sql`
    UPDATE webhook_endpoints SET disabled_at = clock_timestamp(), disabled_reason = 'gone'
    WHERE account_id = ${uuidOf(who.accountId)} AND id = ${uuidOf(ids.whk)}`;
  app.bus.publish([{ channel: webhookDisabledChannel(who.accountId), payload: ids.whk }]);
}

/** Codes are guessed on many numbers. */
async function spray(app: RunningApp, { who }: Tenant): Promise<void> {
  const about = { address: '203.0.113.9', firstChecks: 20, wrongChecks: 20 };
  await raiseAbuseAlarm(app, { accountId: who.accountId, kind: 'codeSpray', ...about });
}

export const SUBSCRIPTIONS: Readonly<Record<string, SubscriptionRow>> = {
  abuseAlarms: {
    ...liveOnly,
    happen: spray,
    tells: ({ kind }: { kind: string }) => kind === 'CODE_SPRAY',
  },
  webhookEndpointDisabled: {
    ...liveOnly,
    happen: loseEndpoint,
    tells: ({ disabledReason }: { disabledReason: string }) => disabledReason === 'GONE',
  },
  routingAlarms: {
    ...liveOnly,
    happen: raiseAlarm,
    tells: ({ kind }: { kind: string }) => kind === 'REJECTS',
  },
  carrierHealth: {
    ...shared,
    args: ({ ids }) => ({ carrierIds: [ids.car] }),
    ids: { carrierIds: 'carrier/not_found' },
    happen: interrupt,
    tells: ({ state }: { state: string }) => state !== 'UP',
  },
  verificationEvents: {
    tests: 'verification/not_found',
    args: ({ pending }) => ({ verificationId: pending }),
    ids: { verificationId: 'verification/not_found', after: ['input/cursor', 'own'] },
    happen: async (app, { who, pending }) => {
      const key = { accountId: who.accountId, id: pending };
      const code = wrong(await codeOf(app, key));
      await checkVerification(app, who, { verificationId: pending, code }).catch(() => undefined);
    },
    tells: ({ version, __typename }: { version: number; __typename: string }) =>
      __typename === 'CodeRejected' && version > 4,
  },
  batchProgress: {
    tests: 'batch/not_found',
    args: ({ ids }) => ({ id: ids.bat }),
    ids: { id: 'batch/not_found' },
    // It is done: that is told, and the stream ends.
    happen: () => Promise.resolve(),
    tells: ({ status }: { status: string }) => status === 'DONE',
  },
  accountEvents: {
    ...shared,
    ids: { after: ['input/cursor', 'own'] },
    happen: startAnother,
    tells: ({ __typename }: { __typename: string }) => __typename === 'MessageDelivered',
  },
  webhookRequests: {
    ...shared,
    ids: { after: ['input/cursor', 'own'] },
    happen: startAnother,
    tells: ({ name }: { name: string }) => name === 'message.delivered',
  },
  inboundMessages: {
    ...liveOnly,
    ids: { after: ['input/cursor', 'own'] },
    happen: (app, tenant) => receiveText(app, tenant, tenant.aNumber(), `${tenant.word} says more`),
    tells: ({ message }: { message: { text: string } }) => message.text.endsWith('more'),
  },
};

/** Fields below the root that take an id or a cursor: a query of their own object that uses it as `$foreign`. */
export const INNER_FIELDS: Readonly<Record<string, { query: string; args: (own: Tenant) => Args }>> = {
  'Verification.messages': {
    query: `query ($id: ID!, $foreign: String) { verification(id: $id) {
      messages(first: 3, after: $foreign) { nodes { id verificationId } edges { cursor } } } }`,
    args: ({ ids }) => ({ id: ids.vrf }),
  },
  'Batch.results': {
    query: `query ($id: ID!, $foreign: String) { batch(id: $id) {
      results(first: 3, after: $foreign) { nodes { row verification { id } } edges { cursor } } } }`,
    args: ({ ids }) => ({ id: ids.bat }),
  },
};

/** What `node(id)` fetches, by type. */
export const NODES: Readonly<Record<string, (tenant: Tenant) => string>> = {
  Verification: ({ ids }) => ids.vrf,
  Message: ({ ids }) => ids.msg,
  Service: ({ ids }) => ids.svc,
  Carrier: ({ ids }) => ids.car,
  Route: ({ ids }) => ids.rte,
  Sender: ({ ids }) => ids.snd,
  ApiKey: ({ ids }) => ids.key,
  WebhookEndpoint: ({ ids }) => ids.whk,
  OAuthClient: ({ ids }) => ids.cli,
  AuditEntry: ({ ids }) => ids.aud,
  Member: ({ ids }) => ids.mem,
  Batch: ({ ids }) => ids.bat,
};

/** A call of a path, and the status that it is to be answered with. */
export interface Call {
  what: string;
  status: number;
  call: (app: RunningApp, own: Tenant, other: Tenant) => Promise<Response>;
}

const RECEIPT = ({ carrierMessageId }: Tenant) => ({ id: carrierMessageId, state: 'undelivered' });
const TEXT = ({ ourNumber, numbers }: Tenant) => ({
  id: 'forged',
  from: numbers.delivered,
  to: ourNumber,
  text: 'STOP',
});

function callsOf(kind: 'receipts' | 'inbound', content: (tenant: Tenant) => object): Call[] {
  return [
    {
      what: 'of its own carrier, about what is the other account’s',
      status: 204,
      call: (app, own, other) => callBack(app, kind, own, content(other)),
    },
    {
      what: 'of the other account’s carrier, with its own secret',
      status: 401,
      call: (app, { secret }, other) => callBack(app, kind, { ...other, secret }, content(other)),
    },
    {
      what: 'of the other account’s carrier that does not call',
      status: 404,
      call: (app, _own, other) =>
        callBack(app, kind, { httpCarrier: other.ids.car, secret: other.secret }, content(other)),
    },
  ];
}

const get =
  (path: string, credential = (own: Tenant) => own.credential): Call['call'] =>
  (app, own) => {
    const headers = { authorization: `Bearer ${credential(own)}` };
    return fetch(app.server!.url + path, { headers, redirect: 'manual' });
  };

/** Calls an endpoint of OAuth with the proof of a client. */
const asClient =
  (path: string, form: (own: Tenant, other: Tenant) => Record<string, string>): Call['call'] =>
  (app, own, other) =>
    fetch(app.server!.url + path, { method: 'POST', body: new URLSearchParams(form(own, other)) });

const proofOf = ({ ids, clientSecret }: Tenant) => ({ client_id: ids.cli, client_secret: clientSecret });

/** Asks about a token of the other account's client, and fails unless that one goes on working. */
const aboutToken =
  (path: string, by: 'client' | 'key'): Call['call'] =>
  async (app, own, other) => {
    const { access_token: token } = other.accessToken;
    const form = { token, ...(by === 'client' && proofOf(own)) };
    const headers: Record<string, string> = by === 'key' ? { authorization: `Bearer ${own.credential}` } : {};
    const url = app.server!.url + path;
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form), headers });
    await authenticate(app, token);
    return response;
  };

const post =
  (path: string, body: object, credential = (own: Tenant) => own.session): Call['call'] =>
  (app, own) =>
    fetch(app.server!.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${credential(own)}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

/** By the form of a path. Those without anything of an account say nothing of one. */
export const CALLS: Readonly<Record<Path, readonly Call[]>> = {
  '/': [{ what: 'leads to GraphiQL', status: 302, call: get('/') }],
  // Its fields are the tables above.
  '/graphql': [{ what: 'without an operation', status: 400, call: get('/graphql') }],
  '/carriers/{id}/receipts': callsOf('receipts', RECEIPT),
  '/carriers/{id}/inbound': callsOf('inbound', TEXT),
  // Its operations have rows of their own, in rest-rows.ts.
  '/v1/{rest}': [{ what: 'without an operation', status: 404, call: get('/v1/nothing') }],
  // In twilio-rows.ts.
  '/v2/{rest}': [{ what: 'without an operation', status: 404, call: get('/v2/nothing') }],
  '/.well-known/security.txt': [
    { what: 'says whom to tell of a hole', status: 200, call: get('/.well-known/security.txt') },
  ],
  '/oauth/token': [
    {
      what: 'with the secret of its own client',
      status: 200,
      call: asClient('/oauth/token', (own) => ({ ...proofOf(own), grant_type: 'client_credentials' })),
    },
    {
      what: 'as the client of the other account, with its own secret',
      status: 401,
      call: asClient('/oauth/token', (own, other) => ({
        ...proofOf(own),
        client_id: other.ids.cli,
        grant_type: 'client_credentials',
      })),
    },
  ],
  '/oauth/introspect': [
    {
      what: 'about a token of the other account, with the secret of its own client',
      status: 200,
      call: aboutToken('/oauth/introspect', 'client'),
    },
    {
      what: 'about a token of the other account, with its own key',
      status: 200,
      call: aboutToken('/oauth/introspect', 'key'),
    },
  ],
  '/oauth/revoke': [
    {
      what: 'of a token of the other account, with the secret of its own client',
      status: 200,
      call: aboutToken('/oauth/revoke', 'client'),
    },
    {
      what: 'of a token of the other account, with its own key',
      status: 200,
      call: aboutToken('/oauth/revoke', 'key'),
    },
  ],
  '/.well-known/oauth-authorization-server': [
    { what: 'says what is there', status: 200, call: get('/.well-known/oauth-authorization-server') },
  ],
  '/.well-known/oauth-protected-resource': [
    { what: 'says what is there', status: 200, call: get('/.well-known/oauth-protected-resource') },
  ],
  '/oauth/jwks': [{ what: 'shows the keys of all', status: 200, call: get('/oauth/jwks') }],
  '/auth/sign-in/email': [
    {
      what: 'with an address of the other account',
      status: 401,
      call: (app, own, other) => {
        const email = `${other.word.toLowerCase()}@owners.example`;
        return post('/auth/sign-in/email', { email, password: `${own.word} has a long password` })(
          app,
          own,
          other,
        );
      },
    },
  ],
  '/auth/sign-out': [
    { what: 'with its key', status: 401, call: post('/auth/sign-out', {}, (own) => own.credential) },
  ],
  '/auth/change-password': [
    {
      what: 'with the wrong one',
      status: 403,
      call: post('/auth/change-password', { currentPassword: 'x', newPassword: 'quite a long password' }),
    },
  ],
  '/auth/request-password-reset': [
    {
      what: 'for an address of the other account, where no e-mail is sent',
      status: 501,
      call: (app, own, other) =>
        post('/auth/request-password-reset', { email: `${other.word.toLowerCase()}@owners.example` })(
          app,
          own,
          other,
        ),
    },
  ],
  '/auth/reset-password': [
    {
      what: 'with a link that nobody was sent',
      status: 404,
      call: post('/auth/reset-password', { token: 'x', newPassword: 'quite a long password' }),
    },
  ],
  '/auth/two-factor/enable': [
    {
      what: 'without a session',
      status: 401,
      call: post('/auth/two-factor/enable', { password: 'x' }, (own) => own.credential),
    },
    {
      what: 'with the wrong password',
      status: 403,
      call: post('/auth/two-factor/enable', { password: 'x' }),
    },
  ],
  '/auth/two-factor/verify-totp': [
    {
      what: 'without anything to set up',
      status: 409,
      call: post('/auth/two-factor/verify-totp', { code: '123456' }),
    },
  ],
  '/auth/two-factor/verify-backup-code': [
    {
      what: 'without a sign-in',
      status: 401,
      call: post('/auth/two-factor/verify-backup-code', { code: 'aaaaa-bbbbb' }, (own) => own.credential),
    },
  ],
  '/auth/two-factor/generate-backup-codes': [
    {
      what: 'without a second factor',
      status: 409,
      call: post('/auth/two-factor/generate-backup-codes', { password: 'x' }),
    },
  ],
  '/auth/two-factor/disable': [
    {
      what: 'without a second factor',
      status: 409,
      call: post('/auth/two-factor/disable', { password: 'x', code: '123456' }),
    },
  ],
  '/auth/passkey/generate-register-options': [
    { what: 'with its key', status: 401, call: get('/auth/passkey/generate-register-options') },
  ],
  '/auth/passkey/verify-registration': [
    {
      what: 'with the wrong password',
      status: 403,
      call: post('/auth/passkey/verify-registration', { response: {}, password: 'x' }),
    },
  ],
  '/auth/passkey/generate-authenticate-options': [
    {
      what: 'asks for any passkey',
      status: 200,
      call: get('/auth/passkey/generate-authenticate-options', (own) => own.session),
    },
  ],
  '/auth/passkey/verify-authentication': [
    {
      what: 'without a question',
      status: 403,
      call: post('/auth/passkey/verify-authentication', { response: { id: 'x' } }),
    },
  ],
  '/auth/passkey/list-user-passkeys': [
    { what: 'with its key', status: 401, call: get('/auth/passkey/list-user-passkeys') },
    { what: 'of its own', status: 200, call: get('/auth/passkey/list-user-passkeys', (own) => own.session) },
  ],
  '/auth/passkey/update-passkey': [
    {
      what: 'that there is not',
      status: 404,
      call: post('/auth/passkey/update-passkey', { id: `sgn_${'0'.repeat(32)}`, name: 'x' }),
    },
  ],
  '/auth/passkey/delete-passkey': [
    {
      what: 'that there is not',
      status: 404,
      call: post('/auth/passkey/delete-passkey', { id: `sgn_${'0'.repeat(32)}`, password: 'x' }),
    },
  ],
  '/auth/invitation': [
    {
      what: 'with its own link',
      status: 200,
      call: (app, own, other) => post('/auth/invitation', { token: own.invitation })(app, own, other),
    },
  ],
  '/auth/accept-invitation': [
    {
      what: 'of the other account, by somebody who is none whom it is for',
      status: 403,
      call: (app, own, other) =>
        post('/auth/accept-invitation', { token: other.invitation })(app, own, other),
    },
  ],
  '/join': [{ what: 'is a page', status: 200, call: get('/join') }],
  '/errors': [{ what: 'is a page', status: 200, call: get('/errors') }],
  '/errors/{rest}': [{ what: 'is a page', status: 200, call: get('/errors/verification/expired') }],
  '/health': [{ what: 'says that it lives', status: 200, call: get('/health') }],
  '/ready': [{ what: 'says that it is ready', status: 200, call: get('/ready') }],
};
