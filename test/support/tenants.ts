import { createHmac } from 'node:crypto';
import { createAccount } from '../../src/accounts/create-account.ts';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import type { Role } from '../../src/accounts/roles.ts';
import { createCheckpoint } from '../../src/audit/create-checkpoint.ts';
import type { RunningApp } from '../../src/app.ts';
import { findBatch, listResults } from '../../src/batches/queries.ts';
import { startVerifications } from '../../src/batches/start-verifications.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { encodeCursor } from '../../src/events/cursor.ts';
import { idFromUuid, uuidOf, type AccountId, type Id, type IdPrefix } from '../../src/ids.ts';
import { createClient } from '../../src/oauth/create-client.ts';
import { issueToken, type TokenAnswer } from '../../src/oauth/issue-token.ts';
import { makeMember } from '../../src/people/add-member.ts';
import { inviteMember } from '../../src/people/invite.ts';
import { addInboundNumber } from '../../src/inbound/add-number.ts';
import { receiveInbound } from '../../src/inbound/receive.ts';
import { encodeInboundCursor } from '../../src/inbound/cursor.ts';
import { addBucket } from '../../src/limits/add-bucket.ts';
import { addLimit } from '../../src/limits/add-limit.ts';
import { setNumberLookup } from '../../src/numbers/set-lookup.ts';
import type { App } from '../../src/platform.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { addRegistration } from '../../src/senders/add-registration.ts';
import { addSender } from '../../src/senders/add-sender.ts';
import { setSenderRule } from '../../src/senders/set-rule.ts';
import { createService } from '../../src/services/create.ts';
import { ALL_WEBHOOK_NAMES } from '../../src/webhooks/catalog.ts';
import { createWebhookEndpoint } from '../../src/webhooks/create-endpoint.ts';
import { updateWebhookEndpoint } from '../../src/webhooks/update-endpoint.ts';
import { addSafeNumber } from '../../src/verifications/add-safe-number.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';
import { enrol } from './factors.ts';
import { signedIn } from './people.ts';
import { until } from './until.ts';
import { codeOf, happened, start, wrong } from './verifying.ts';

/** An account with something of every kind, all of it marked by a word that nobody else uses. */
export interface Tenant {
  who: Principal;
  /** An API key. */
  credential: string;
  /** A session of its owner, `ids.per`. */
  session: string;
  sessionId: Id<'ses'>;
  /** The token of an invitation, `ids.inv`. */
  invitation: string;
  /** In every name and text that is its own. Letters only. */
  word: string;
  /** One of each kind. `vrf` is delivered, `msg` and `att` are its message and attempt; `key` is not the one in use. */
  ids: { [Prefix in IdPrefix]: Id<Prefix> };
  /** A verification that waits for its code. */
  pending: Id<'vrf'>;
  /** Of the verification that was delivered, of the pending one, one that is locked, and one of the safe list. */
  numbers: { delivered: string; pending: string; locked: string; safe: string };
  /** Whose factor `ids.fac` is. */
  identity: string;
  idempotencyKey: string;
  /** Carriers that call over HTTP; the SMPP one is `ids.car`. */
  httpCarrier: Id<'car'>;
  secret: string;
  /** Of its OAuth client. */
  clientSecret: string;
  /** As that client was given it. */
  accessToken: TokenAnswer;
  /** What its SMPP carrier calls the delivered message. */
  carrierMessageId: string;
  /** Places in its streams. */
  cursors: { event: string; inbound: string };
  ourNumber: string;
  /** What a test key of the account has started. */
  tests: Tests;
  /** A number that nobody has used yet. */
  aNumber: () => string;
}

export interface Tests {
  who: Principal;
  /** A test key. */
  credential: string;
  ids: { vrf: Id<'vrf'>; msg: Id<'msg'>; bat: Id<'bat'> };
  number: string;
  /** The place of its first event. */
  cursor: string;
}

export interface TenantOptions {
  word: string;
  aNumber: () => string;
  /** One of our numbers. */
  ourNumber: string;
  /** Where it looks numbers up. */
  lookup: Parameters<typeof setNumberLookup>[2];
}

type Running = App & Partial<Pick<RunningApp, 'dispatcher' | 'simulator'>>;

/**
 * With a worker and a simulator running all of it comes about as it does in earnest; without a worker
 * nothing is delivered, and there is no attempt.
 */
export async function createTenant(
  app: Running,
  { word, aNumber, ourNumber, lookup }: TenantOptions,
): Promise<Tenant> {
  const { id: accountId } = await createAccount(app, { name: `${word} account` });
  const { key, row } = await createApiKey(app, accountId, { name: `${word} key` });
  const spare = await createApiKey(app, accountId, { name: `${word} spare` });
  const who: Principal = { kind: 'apiKey', accountId, apiKeyId: row.id };
  const secret = `${word}-token`;
  const client = await createClient(app, who, { name: `${word} partner`, permissions: ['services:read'] });
  const grant = new Map([['grant_type', 'client_credentials']]);
  const accessToken = await issueToken(app, { row: client.row, endsAt: undefined }, grant);
  const { ids, httpCarrier } = await configure(app, who, { word, secret, ourNumber, lookup });

  const numbers = { delivered: aNumber(), pending: aNumber(), locked: aNumber(), safe: aNumber() };
  const idempotencyKey = `${word}-first`;
  const settled = async (verification: VerificationRow) => {
    if (app.dispatcher) await happened(app, verification, 'MessageDelivered');
    return verification;
  };
  const delivered = await settled(await start(app, who, numbers.delivered, { idempotencyKey }));
  const pending = await settled(await start(app, who, numbers.pending));
  const code = wrong(await codeOf(app, pending));
  await checkVerification(app, who, { verificationId: pending.id, code }).catch(() => undefined);
  await settled(await start(app, who, numbers.locked));
  const locked = app.keys.blindIndex('destination', accountId, numbers.locked);
  await app.sql`UPDATE destinations SET failed_checks = 100 WHERE destination = ${locked}`;
  await receiveInbound(app, accountId, {
    carrierId: httpCarrier,
    from: aNumber(),
    to: ourNumber,
    text: `${word} says hello`,
    receivedAt: new Date(app.clock()),
  });

  const people = await createPeople(app, accountId, word);
  const email = `${word.toLowerCase()}@invited.example`;
  const { row: invitation, link } = await inviteMember(app, who, { email, role: 'support' });
  const invited = { id: invitation.id, token: link!.split('#')[1]! };
  const { message, attempt, carrierMessageId } = await messageOf(app, delivered.id);
  const { event, inbound } = await cursorsOf(app, accountId);
  const identity = `${word}-user`;
  const limit = await addLimit(app, who, ids.svc, { name: `${word}-limit` });
  const bucket = await addBucket(app, who, ids.svc, limit.id, { max: 1_000, intervalSeconds: 60 });
  const tests = await runTest(app, accountId, `${word} test`, aNumber);
  return {
    who,
    credential: key,
    session: people.session,
    sessionId: people.sessionId,
    invitation: invited.token,
    word,
    ids: {
      ...ids,
      ...people.ids,
      inv: invited.id,
      acc: accountId,
      key: spare.row.id,
      cli: client.row.id,
      tok: newId('tok'),
      reg: newId('reg'),
      sig: newId('sig'),
      chk: (await createCheckpoint(app, who)).id,
      vrf: delivered.id,
      msg: idFromUuid('msg', message),
      att: attempt === null ? newId('att') : idFromUuid('att', attempt),
      inb: inbound.id,
      aud: await auditEntryOf(app, accountId),
      rcp: newId('rcp'),
      bat: await batchOf(app, who, aNumber()),
      bch: newId('bch'),
      lim: limit.id,
      bkt: bucket.id,
      saf: (await addSafeNumber(app, who, numbers.safe)).id,
      ...(await enrol(app, who, ids.svc, identity)).ids,
    },
    pending: pending.id,
    numbers,
    identity,
    idempotencyKey,
    httpCarrier,
    secret,
    clientSecret: client.secret!,
    accessToken,
    carrierMessageId: carrierMessageId ?? '',
    cursors: { event: encodeCursor(event), inbound: encodeInboundCursor(inbound) },
    ourNumber,
    tests,
    aNumber,
  };
}

async function runTest(
  app: Running,
  accountId: AccountId,
  name: string,
  aNumber: () => string,
): Promise<Tests> {
  const { key, row } = await createApiKey(app, accountId, { name, mode: 'test' });
  const who: Principal = { kind: 'apiKey', accountId, apiKeyId: row.id, mode: 'test' };
  const number = aNumber();
  const verification = await start(app, who, number);
  const { id } = verification;
  if (app.dispatcher) await happened(app, verification, 'MessageDelivered');
  const { message } = await messageOf(app, id);
  const [event] = await app.sql<{ transaction: string }[]>`
    SELECT transaction::text FROM events WHERE verification_id = ${uuidOf(id)} AND version = 1`;
  return {
    who,
    credential: key,
    ids: { vrf: id, msg: idFromUuid('msg', message), bat: await batchOf(app, who, aNumber()) },
    number,
    cursor: encodeCursor({ transaction: event!.transaction, verificationId: id, version: 1 }),
  };
}

/** Three members: an owner who is signed in twice, once of which is not in use, another owner, and one of support. */
async function createPeople(app: App, accountId: AccountId, word: string) {
  const add = async (name: string, role: Role) => {
    const email = `${word.toLowerCase()}@${name}.example`;
    const password = `${word} has a long password`;
    const { personId } = await makeMember(app, { accountId, email, name: `${word} ${name}`, password, role });
    const [member] = await app.sql<{ id: string }[]>`
      SELECT id FROM members WHERE account_id = ${uuidOf(accountId)} AND person_id = ${uuidOf(personId)}`;
    return { personId, memberId: idFromUuid('mem', member!.id) };
  };
  const owner = await add('owners', 'owner');
  await add('partners', 'owner');
  const { memberId: mem } = await add('support', 'support');
  const { token: session, sessionId } = await signedIn(app, owner.personId);
  const { sessionId: ses } = await signedIn(app, owner.personId);
  return { session, sessionId, ids: { per: owner.personId, ses, mem, sgn: newId('sgn') } };
}

/** Everything that an account sets up before its first verification. */
async function configure(
  app: Running,
  who: Principal,
  { word, secret, ourNumber, lookup }: Omit<TenantOptions, 'aNumber'> & { secret: string },
) {
  const { accountId } = who;
  const service = await createService(app, who, {
    name: `${word} service`,
    isDefault: true,
    settings: {
      routing: 'priority',
      coolDownSeconds: 0,
      maxSends: 20,
      templates: { en: `${word}: {code}` },
    },
  });
  const systemId = word.toLowerCase();
  app.simulator?.change(systemId, { profile: 'instant' });
  const port = app.simulator?.smppPort ?? 2775;
  const carrierId = await connectCarrier(app, accountId, {
    name: `${word} carrier`,
    config: { kind: 'smpp', host: '127.0.0.1', port, systemId, window: 100 },
    secrets: { password: word },
  });
  const httpCarrier = await connectCarrier(app, accountId, httpCarrierOf(word, secret));
  const route = await addRoute(app, who, { name: `${word} route`, carrierId, priority: 1 });
  const sender = await addSender(app, who, { value: word, carrierIds: [carrierId], pools: [systemId] });
  await addRegistration(app, who, {
    country: 'GB',
    sender: word,
    register: 'gb_registry',
    references: { entity: `${word}-entity` },
    validUntil: null,
  });
  const note = `${word} has looked.`;
  await setSenderRule(app, who, 'AT', { asOf: '2026-11-01', note, kinds: { alphanumeric: null } });
  await setNumberLookup(app, who, lookup);
  const number = await addInboundNumber(app, who, { carrierId: httpCarrier, number: ourNumber });
  const webhooks = await addWebhooks(app, who, word);
  return {
    ids: { svc: service.id, car: carrierId, rte: route.id, snd: sender.id, num: number.id, ...webhooks },
    httpCarrier,
  };
}

/**
 * An endpoint that is not in use, so that nothing goes on with it by itself, and a delivery that failed. Alarms of
 * routing are over within a minute, as nothing is wrong: it is not told of that.
 */
async function addWebhooks(app: Running, who: Principal, word: string) {
  const events = ALL_WEBHOOK_NAMES.filter((name) => name !== 'routing_alarm.cleared');
  const { row } = await createWebhookEndpoint(app, who, { url: `https://${word}.example/hook`, events });
  await updateWebhookEndpoint(app, who, row.id, { enabled: false });
  const [whk, whd] = [row.id, newId('whd')];
  const { accountId } = who;
  await app.sql`
    INSERT INTO webhook_deliveries (account_id, id, endpoint_id, name, status, attempts, log, created_at)
    VALUES (${uuidOf(accountId)}, ${uuidOf(whd)}, ${uuidOf(whk)}, 'test', 'failed', 1, '[]', now())`;
  return { whk, whd };
}

/** A carrier that takes messages, and brings receipts and messages from handsets, over HTTP. */
function httpCarrierOf(word: string, secret: string) {
  const auth = { type: 'hmac', header: 'x-signature', secret: 'token' } as const;
  return {
    name: `${word} calls`,
    config: {
      kind: 'http',
      request: { url: `https://${word}.example/send`, body: { json: { to: '{to}', text: '{text}' } } },
      answer: { messageId: '/id' },
      receipts: {
        messageId: '/id',
        state: '/state',
        states: { delivered: 'delivered', undelivered: 'undelivered' },
        auth,
      },
      inbound: { from: '/from', to: '/to', text: '/text', id: '/id', auth },
    },
    secrets: { token: secret },
  } as const;
}

/** Calls as an account's HTTP carrier does. */
export function callBack(
  app: RunningApp,
  kind: 'receipts' | 'inbound',
  { httpCarrier, secret }: Pick<Tenant, 'httpCarrier' | 'secret'>,
  content: object,
): Promise<Response> {
  const body = JSON.stringify(content);
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const url = `${app.server!.url}/carriers/${httpCarrier}/${kind}`;
  return fetch(url, { method: 'POST', body, headers: { 'x-signature': signature } });
}

/** Has a handset text one of the account's numbers. */
export async function receiveText(
  app: RunningApp,
  tenant: Pick<Tenant, 'httpCarrier' | 'secret' | 'ourNumber'>,
  from: string,
  text: string,
): Promise<void> {
  const message = { id: newId('msg'), from, to: tenant.ourNumber, text };
  const { status } = await callBack(app, 'inbound', tenant, message);
  if (status !== 204) throw new Error(`the message was answered with ${status}`);
}

/** A batch of one row; with a worker it is done. */
async function batchOf(app: Running, who: Principal, to: string): Promise<Id<'bat'>> {
  const { id } = await startVerifications(app, who, {}, [[JSON.stringify({ to })]]);
  if (!app.dispatcher) return id;
  await until(async () => (await findBatch(app, who, id))!.status === 'done');
  const [started] = await listResults(app, (await findBatch(app, who, id))!, { after: 0, limit: 1 });
  await happened(app, { accountId: who.accountId, id: started!.verificationId! }, 'MessageDelivered');
  return id;
}

async function auditEntryOf(app: App, accountId: AccountId) {
  const [row] = await app.sql<{ id: string }[]>`
    SELECT id FROM audit_entries WHERE account_id = ${uuidOf(accountId)} ORDER BY id LIMIT 1`;
  return idFromUuid('aud', row!.id);
}

async function messageOf(app: App, id: Id<'vrf'>) {
  const [row] = await app.sql<
    { message: string; attempt: string | null; carrierMessageId: string | null }[]
  >`SELECT m.id AS message, a.id AS attempt, a.carrier_message_id AS "carrierMessageId"
    FROM messages m LEFT JOIN attempts a ON a.message_id = m.id WHERE m.verification_id = ${uuidOf(id)}`;
  return row!;
}

async function cursorsOf(app: App, accountId: AccountId) {
  const [event] = await app.sql<{ transaction: string; id: string; version: number }[]>`
    SELECT transaction::text, verification_id AS id, version FROM events
    WHERE account_id = ${uuidOf(accountId)} ORDER BY transaction, verification_id, version LIMIT 1`;
  const [inbound] = await app.sql<{ transaction: string; id: string }[]>`
    SELECT transaction::text, id FROM vault.inbound_messages WHERE account_id = ${uuidOf(accountId)}`;
  const { transaction, version } = event!;
  return {
    event: { transaction, version, verificationId: idFromUuid('vrf', event!.id) },
    inbound: { transaction: inbound!.transaction, id: idFromUuid('inb', inbound!.id) },
  };
}
