import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { Webhook } from 'standardwebhooks';
import { createAccount } from '../../src/accounts/create-account.ts';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import type { RunningApp } from '../../src/app.ts';
import { freePort } from '../../src/db/embedded/free-port.ts';
import { schema } from '../../src/graphql/schema.ts';
import type { ServiceId } from '../../src/ids.ts';
import { sidOf } from '../../src/rest/twilio/sids.ts';
import { Authenticator } from './authenticator.ts';
import { Browser, type Said } from './browser.ts';
import { codeOnApp, enrol as enrolFactor } from './factors.ts';
import { callerWith } from './graphql.ts';
import { TestHttpServer } from './http-server.ts';
import { aMember, MEMBER_PASSWORD } from './member.ts';
import { Portaris } from './number-lookups.ts';
import { basic, sendForm } from './oauth.ts';
import { enrol, freshCode, giveBackupCode, giveCode } from './second-factor.ts';
import { wholeOperation } from './selections.ts';
import { basic as twilioBasic } from './twilio.ts';
import { until } from './until.ts';

/** Something that rests sealed, made through the product and read through it. */
export interface SealedThing {
  /** The columns that a read opens, as `table.column`. */
  columns: readonly string[];
  /** Reads it as its owner does. @param url of the process that is asked */
  read(url: string): Promise<unknown>;
  /** What is read. */
  expected: unknown;
  /** Gives it another value, the same for the same number, and `expected` with it. */
  change?(url: string, n: number): Promise<void>;
  /** How often it may be read while the keys rotate, where each read uses something up. */
  atMost?: number;
}

export interface SealedRows extends AsyncDisposable {
  things: SealedThing[];
  /** The account whose values an earlier version is to have left. */
  earlier: Principal;
}

export interface SealedRowsOptions {
  /** That of pages, which passkeys are for. */
  origin: string;
  aNumber: () => string;
}

/** At least one row in every column of `SEALED_COLUMNS`. */
export async function createSealedRows(
  app: RunningApp,
  { origin, aNumber }: SealedRowsOptions,
): Promise<SealedRows> {
  await using starting = new AsyncDisposableStack();
  const hooks = starting.use(await TestHttpServer.start((response) => void response.writeHead(200).end()));
  const lookups = starting.use(await new Portaris().start());
  const world = { app, hooks, lookups, origin, aNumber };
  const [still, earlier] = [await anOwner(app, 'Still'), await anOwner(app, 'Earlier')];
  const things = [
    ...(await configured(world, still)),
    ...(await configured(world, await anOwner(app, 'Changing'), true)),
    ...(await configured(world, earlier)),
    await aNumberInTheVault(world, still),
    await aText(world, still),
    await aBatch(world, await anOwner(app, 'Batches')),
    await factors(world, still),
    await signingKeys(world, still),
    await checkpointKeys(world, still),
    ...(await people(world, still)),
  ];
  const running = starting.move();
  return { things, earlier: earlier.who, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

interface World {
  app: RunningApp;
  hooks: TestHttpServer;
  lookups: Portaris;
  origin: string;
  aNumber: () => string;
}

interface Owner {
  who: Principal;
  word: string;
  key: string;
}

/** What is asked of an app in this process is asked at another one. */
const at = (url: string) => ({ server: { url } }) as RunningApp;

async function anOwner(app: RunningApp, word: string): Promise<Owner> {
  const { id: accountId } = await createAccount(app, { name: word });
  const { key, row } = await createApiKey(app, accountId, { name: word });
  return { who: { kind: 'apiKey', accountId, apiKeyId: row.id }, word, key };
}

/** @throws {Error} when the answer is not what was asked for */
async function ask<T>(url: string, { key }: Pick<Owner, 'key'>, query: string, variables = {}): Promise<T> {
  const { data, errors } = await callerWith(at(url), key).ask(query, variables);
  const answer = data && Object.values(data)[0];
  if (errors || !answer || (answer as { code?: string }).code)
    throw new Error(JSON.stringify(errors ?? answer ?? null));
  return answer as T;
}

/** Has a mutation do something. */
async function does<T = { id: string }>(url: string, owner: Owner, name: string, input: object): Promise<T> {
  const { query } = wholeOperation(schema, 'mutation', schema.getMutationType()!.getFields()[name]!);
  return ask(url, owner, query, { input });
}

/** What an account sets up. With `changing`, what can be changed of it is. */
async function configured(world: World, owner: Owner, changing = false): Promise<SealedThing[]> {
  const things = [
    await aService(world, owner),
    ...(await aCarrierWithRoute(world, owner)),
    ...(await senders(world, owner)),
    await aLookup(world, owner),
    ...(await aWebhook(world, owner)),
  ];
  return changing ? things : things.map(({ change: _change, ...thing }) => thing);
}

async function aService({ app }: World, owner: Owner): Promise<SealedThing> {
  const templates = (n: number) => [{ locale: 'en', text: `${owner.word} ${n}: {code}` }];
  const input = { name: owner.word, isDefault: true, settings: { templates: templates(0) } };
  const { id: serviceId } = await does(app.server!.url, owner, 'createService', input);
  const thing: SealedThing = {
    columns: ['services.settings_sealed'],
    expected: templates(0),
    async read(url) {
      const [service] = await ask<{ settings: { templates: object[] } }[]>(
        url,
        owner,
        '{ services { settings { templates { locale text } } } }',
      );
      return service!.settings.templates;
    },
    async change(url, n) {
      await does(url, owner, 'updateService', { serviceId, settings: { templates: templates(n) } });
      this.expected = templates(n);
    },
  };
  return thing;
}

/** A carrier that calls us with a secret, which is called as the only one was that there could be once. */
function carrierAt(url: string) {
  return {
    request: { url: `${url}/send`, body: { json: { to: '{to}', text: '{text}' } } },
    answer: { messageId: '/id' },
    receipts: {
      ...{
        messageId: '/id',
        state: '/state',
        states: { delivered: 'delivered', undelivered: 'undelivered' },
      },
      auth: { type: 'secret', header: 'x-secret', secret: 'password' },
    },
    inbound: { from: '/from', to: '/to', text: '/text', id: '/id' },
    allowPlainHttp: true,
  };
}

const secretOf = ({ word }: Owner, n = 0) => `${word}-secret-${n}`;

async function connected({ app, hooks }: World, owner: Owner, name: string): Promise<string> {
  const input = { name, config: carrierAt(hooks.url), secrets: { password: secretOf(owner) } };
  return (await does(app.server!.url, owner, 'connectHttpCarrier', input)).id;
}

async function callsBack(url: string, carrierId: string, kind: string, secret: string, content: object) {
  const headers = { 'x-secret': secret, 'content-type': 'application/json' };
  const body = JSON.stringify(content);
  return (await fetch(`${url}/carriers/${carrierId}/${kind}`, { method: 'POST', headers, body })).status;
}

async function aCarrierWithRoute(world: World, owner: Owner): Promise<SealedThing[]> {
  const carrierId = await connected(world, owner, 'calls');
  const sender = (n: number) => `${owner.word.slice(0, 6)}${n % 10_000}`;
  const input = { name: 'own', carrierId, priority: 1, sender: sender(0) };
  const { id: routeId } = await does(world.app.server!.url, owner, 'addRoute', input);
  let receipts = 0;
  let secret = secretOf(owner);
  const report = (url: string, secret: string) =>
    callsBack(url, carrierId, 'receipts', secret, { id: `r${++receipts}`, state: 'delivered' });
  return [
    {
      columns: ['carriers.secrets_sealed'],
      expected: [204, 401],
      async read(url) {
        // With the announcement of a change it is read anew, and not remembered.
        await does(url, owner, 'updateCarrier', { carrierId, name: `calls ${receipts}` });
        return [await report(url, secret), await report(url, `not ${secret}`)];
      },
      async change(url, n) {
        secret = secretOf(owner, n);
        await does(url, owner, 'updateCarrier', { carrierId, secrets: { password: secret } });
      },
    },
    {
      columns: ['routes.sender_sealed'],
      expected: [sender(0)],
      read: async (url) =>
        (await ask<{ sender: string }[]>(url, owner, '{ routes { sender } }')).map((one) => one.sender),
      async change(url, n) {
        await does(url, owner, 'updateRoute', { routeId, sender: sender(n) });
        this.expected = [sender(n)];
      },
    },
  ];
}

async function senders({ app }: World, owner: Owner): Promise<SealedThing[]> {
  const url = app.server!.url;
  const value = owner.word.slice(0, 11);
  await does(url, owner, 'addSender', { value });
  const registration = (n: number) => ({
    ...{ country: 'IN', sender: value, register: 'dlt', references: { entity: `${owner.word}-${n}` } },
  });
  await does(url, owner, 'addSenderRegistration', registration(0));
  return [
    {
      columns: ['senders.value_sealed'],
      expected: [value],
      read: async (url) =>
        nodesOf<{ value: string }>(
          await ask(url, owner, '{ senders(first: 9) { edges { node { value } } } }'),
        ).map((one) => one.value),
    },
    {
      columns: ['sender_registrations.sender_sealed', 'sender_registrations.references_sealed'],
      expected: [registration(0)],
      read: (url) => ask(url, owner, '{ senderRegistrations { country sender register references } }'),
      async change(url, n) {
        await does(url, owner, 'addSenderRegistration', registration(n));
        this.expected = [registration(n)];
      },
    },
  ];
}

/** As long as it may take. */
const PATIENT = { deadlineMs: 1_000, timeoutMs: 1_000 };

async function aLookup({ app, lookups, aNumber }: World, owner: Owner): Promise<SealedThing> {
  const input = await lookups.example(PATIENT);
  await does(app.server!.url, owner, 'setNumberLookup', input);
  return {
    columns: ['number_lookup_configs.secrets_sealed'],
    expected: { source: 'LOOKUP', ported: true },
    // One that took too long on a busy machine is no lookup; without its secret none is.
    read: (url) =>
      until(async () => {
        const to = aNumber();
        lookups.networks.set(to, 'HT-HR');
        const query =
          'query ($to: PhoneNumber!) { resolveNumber(to: $to, lookup: true) { ... on NumberResolution { source ported } } }';
        const answer = await ask<{ source: string }>(url, owner, query, { to });
        return answer.source === 'LOOKUP' && answer;
      }),
    change: async (url) => void (await does(url, owner, 'setNumberLookup', input)),
  };
}

async function aWebhook({ app, hooks }: World, owner: Owner): Promise<SealedThing[]> {
  const urlOf = (n: number) => `${hooks.url}/${owner.word}?n=${n}`;
  // Tests come whatever it wants; of nothing else it hears.
  const input = { url: urlOf(0), events: ['abuse_alarm.raised'] };
  const made = await does<{ endpoint: { id: string }; secret: string }>(
    app.server!.url,
    owner,
    'createWebhookEndpoint',
    input,
  );
  const endpointId = made.endpoint.id;
  let { secret } = made;
  const isSigned = ({ body, headers }: TestHttpServer['received'][number]) => {
    try {
      return Boolean(new Webhook(secret).verify(body, headers as Record<string, string>));
    } catch {
      return false;
    }
  };
  return [
    {
      columns: ['webhook_endpoints.url_sealed'],
      expected: [urlOf(0)],
      read: async (url) =>
        (await ask<{ url: string }[]>(url, owner, '{ webhookEndpoints { url } }')).map((one) => one.url),
      async change(url, n) {
        await does(url, owner, 'updateWebhookEndpoint', { endpointId, url: urlOf(n) });
        this.expected = [urlOf(n)];
      },
    },
    {
      columns: ['webhook_endpoints.secrets_sealed'],
      expected: 'signed',
      async read(url) {
        const from = hooks.received.length;
        await does(url, owner, 'sendTestWebhook', { endpointId });
        const sent = await until(() =>
          hooks.received.slice(from).find((one) => one.url.startsWith(`/${owner.word}?`)),
        );
        return isSigned(sent) ? 'signed' : 'with another secret';
      },
      async change(url) {
        const answer = await does<{ secret: string }>(url, owner, 'rotateWebhookSecret', {
          ...{ endpointId, overlapSeconds: 0 },
        });
        secret = answer.secret;
      },
    },
  ];
}

async function aNumberInTheVault({ app, aNumber }: World, owner: Owner): Promise<SealedThing> {
  const to = aNumber();
  const { id } = await does(app.server!.url, owner, 'startVerification', { to });
  return {
    columns: ['vault.numbers.number_sealed'],
    expected: { to },
    read: (url) => ask(url, owner, 'query ($id: ID!) { verification(id: $id) { to } }', { id }),
  };
}

async function aText(world: World, owner: Owner): Promise<SealedThing> {
  const { app, aNumber } = world;
  const url = app.server!.url;
  const [from, to] = [aNumber(), aNumber()];
  const carrierId = await connected(world, owner, 'texts');
  await does(url, owner, 'addInboundNumber', { carrierId, number: to });
  const message = { id: 'm1', from, to, text: 'hello from a handset' };
  const status = await callsBack(url, carrierId, 'inbound', secretOf(owner), message);
  if (status !== 204) throw new Error(`the text was answered with ${status}`);
  return {
    columns: ['vault.inbound_messages.from_sealed', 'vault.inbound_messages.text_sealed'],
    expected: [{ from, text: message.text }],
    read: async (url) =>
      nodesOf(await ask(url, owner, '{ inboundMessages(first: 9) { edges { node { from text } } } }')),
  };
}

/** It waits: its account's carrier is not up. */
async function aBatch({ app, aNumber }: World, owner: Owner): Promise<SealedThing> {
  const url = app.server!.url;
  const config = { host: '127.0.0.1', port: await freePort(), systemId: 'away' };
  await does(url, owner, 'connectSmppCarrier', { name: 'away', config, password: 'test' });
  await does(url, owner, 'createService', { name: owner.word, isDefault: true });
  const to = aNumber();
  const { id } = await does(url, owner, 'startVerifications', { rows: [{ to }, { to: aNumber() }] });
  return {
    columns: ['vault.batch_chunks.rows_sealed'],
    expected: [{ batchId: id, row: 1 }],
    async read(url) {
      const { document } = await does<{ document: string }>(url, owner, 'exportSubject', { to });
      const { batchRows } = JSON.parse(document) as { batchRows: { batchId: string; row: number }[] };
      return batchRows.map(({ batchId, row }) => ({ batchId, row }));
    },
  };
}

const FACTORS = 12;
/** How often everything is read while nothing rotates, and a time to spare. */
const READ_BESIDES = 5;

async function factors({ app }: World, owner: Owner): Promise<SealedThing> {
  const [service] = await ask<{ id: ServiceId }[]>(app.server!.url, owner, '{ services { id } }');
  const path = `/v2/Services/${sidOf(service!.id)}/Entities`;
  const call = async (url: string, path: string, form?: Record<string, string>) => {
    const authorization = twilioBasic(owner.who.accountId, owner.key);
    const body = form && new URLSearchParams(form);
    const response = await fetch(url + path, {
      ...{ method: form ? 'POST' : 'GET', headers: { authorization } },
      ...(body && { body }),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  const made: { identity: string; secret: string; sid: string }[] = [];
  for (let i = 0; i < FACTORS; i++) {
    const identity = `user-${i}`;
    const { secret, ids } = await enrolFactor(app, owner.who, service!.id, identity);
    made.push({ identity, secret, sid: sidOf(ids.fac) });
  }
  let turn = 0;
  return {
    columns: ['entities.identity_sealed', 'factors.name_sealed', 'factors.secret_sealed'],
    atMost: FACTORS - READ_BESIDES,
    expected: { identities: made.map(({ identity }) => identity), isNamed: true, status: 'approved' },
    async read(url) {
      // A code is right once: each has one to give.
      const { identity, secret, sid } = made[turn++]!;
      const factor = await call(url, `${path}/${identity}/Factors/${sid}`);
      const code = codeOnApp(secret, Date.now() + 30_000);
      const { status } = await call(url, `${path}/${identity}/Challenges`, {
        FactorSid: sid,
        AuthPayload: code,
      });
      const { entities } = await call(url, `${path}?PageSize=50`);
      const identities = (entities as { identity: string }[]).map((one) => one.identity).sort(byNumber);
      return { identities, isNamed: factor.friendly_name === identity, status };
    },
  };
}

const byNumber = (one: string, other: string) => one.localeCompare(other, 'en', { numeric: true });

async function signingKeys({ app }: World, owner: Owner): Promise<SealedThing> {
  const here = app.server!.url;
  const input = { name: 'Partner', permissions: ['SERVICES_READ'] };
  const { client, secret } = await does<{ client: { id: string }; secret: string }>(
    here,
    owner,
    'createOAuthClient',
    input,
  );
  const read = async (url: string) => {
    const form = { grant_type: 'client_credentials' };
    const { body } = await sendForm(at(url), '/oauth/token', form, basic(client.id, secret));
    const keys = (await (await fetch(`${url}/oauth/jwks`)).json()) as JSONWebKeySet;
    const { payload } = await jwtVerify(String(body.access_token), createLocalJWKSet(keys));
    return payload.sub;
  };
  // The first token makes the first key.
  return { columns: ['oauth_signing_keys.private_key_sealed'], expected: await read(here), read };
}

async function checkpointKeys({ app }: World, { key }: Owner): Promise<SealedThing> {
  const read = async (url: string) => {
    const response = await fetch(`${url}/v1/audit/keys`, { headers: { authorization: `Bearer ${key}` } });
    return (await response.json()) as { keys: object[] };
  };
  const expected = await read(app.server!.url);
  if (expected.keys.length !== 1) throw new Error('no key has signed the audit log');
  return { columns: ['audit_keys.private_key_sealed'], expected, read };
}

async function people({ app, origin }: World, owner: Owner): Promise<SealedThing[]> {
  const { email, token } = await aMember(app, owner.who.accountId, 'owner');
  const invited = 'somebody@shop.example';
  await does(app.server!.url, owner, 'inviteMember', { email: invited, role: 'SUPPORT' });
  const asking = { key: token };
  const browserAt = (url: string) => new Browser(at(url), { origin });
  const signedIn = async (url: string, email: string) => {
    const browser = browserAt(url);
    const { status } = await browser.signIn(email, MEMBER_PASSWORD);
    if (status !== 200) throw new Error(`not signed in: ${status}`);
    return browser;
  };
  return [
    {
      columns: ['people.email_sealed', 'people.name_sealed'],
      expected: { person: { email, name: 'Ana' } },
      read: (url) => ask(url, asking, '{ viewer { person { email name } } }'),
    },
    {
      columns: ['invitations.email_sealed'],
      expected: [{ email: invited }],
      read: (url) => ask(url, asking, '{ invitations { email } }'),
    },
    await aPasskey(app, await signedIn(app.server!.url, email), { origin }),
    ...(await secondFactor(app, (await aMember(app, owner.who.accountId, 'owner')).email, signedIn)),
  ];
}

async function aPasskey(
  app: RunningApp,
  browser: Browser,
  { origin }: { origin: string },
): Promise<SealedThing> {
  const { body: question } = await browser.get('/passkey/generate-register-options');
  const response = new Authenticator(origin, new URL(origin).hostname).register(question as never);
  const form = { response, name: 'Phone 0', password: MEMBER_PASSWORD };
  const { body: made } = await browser.post('/passkey/verify-registration', form);
  const elsewhere = (url: string) => {
    const other = new Browser(at(url), { origin });
    for (const [name, value] of browser.cookies) other.cookies.set(name, value);
    return other;
  };
  const thing: SealedThing = {
    columns: ['person_passkeys.name_sealed'],
    expected: ['Phone 0'],
    async read(url) {
      const { body } = await elsewhere(url).get('/passkey/list-user-passkeys');
      return (body as unknown as { name: string }[]).map(({ name }) => name);
    },
    async change(url, n) {
      await elsewhere(url).post('/passkey/update-passkey', { id: made.id, name: `Phone ${n}` });
      this.expected = [`Phone ${n}`];
    },
  };
  return thing;
}

/** As many as the library makes. */
const BACKUP_CODES = 10;

async function secondFactor(
  app: RunningApp,
  email: string,
  signedIn: (url: string, email: string) => Promise<Browser>,
): Promise<SealedThing[]> {
  const here = app.server!.url;
  const { secret, backupCodes } = await enrol(app, await signedIn(here, email), MEMBER_PASSWORD);
  const letIn = ({ status, body }: Said) => [status, typeof body.token];
  // Somebody between the two steps of a sign-in, all the time.
  let begun = await signedIn(here, email);
  let used = 0;
  return [
    {
      columns: ['person_totp.secret_sealed', 'person_challenges.value_sealed'],
      expected: [200, 'string'],
      async read(url) {
        const browser = new Browser(at(url), { origin: begun.origin });
        for (const [name, value] of begun.cookies) browser.cookies.set(name, value);
        begun = await signedIn(url, email);
        return letIn(await giveCode(browser, await freshCode(app, secret)));
      },
    },
    {
      columns: ['person_totp.backup_codes_sealed'],
      atMost: BACKUP_CODES - READ_BESIDES,
      expected: [200, 'string'],
      // Each is crossed out: what is sealed changes with every read.
      read: async (url) => letIn(await giveBackupCode(await signedIn(url, email), backupCodes[used++]!)),
    },
  ];
}

function nodesOf<T>({ edges }: { edges: { node: T }[] }): T[] {
  return edges.map(({ node }) => node);
}
