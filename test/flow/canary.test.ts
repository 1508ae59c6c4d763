import { format } from 'node:util';
import type { GraphQLField, GraphQLNamedType } from 'graphql';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import { isForTests } from '../../src/accounts/permissions.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import type { RunningApp } from '../../src/app.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { freePort } from '../../src/db/embedded/free-port.ts';
import { isOpenToClientToken } from '../../src/graphql/audience.ts';
import { permissionOf } from '../../src/graphql/permission-plugin.ts';
import { schema } from '../../src/graphql/schema.ts';
import { idFromUuid, type CarrierId, type VerificationId } from '../../src/ids.ts';
import { LOG_SERIALIZERS } from '../../src/log-errors.ts';
import { addInboundNumber } from '../../src/inbound/add-number.ts';
import { receiveInbound } from '../../src/inbound/receive.ts';
import { setNumberLookup } from '../../src/numbers/set-lookup.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { listRoutes } from '../../src/routing/queries.ts';
import type { ServiceSettingsInput } from '../../src/services/settings.ts';
import { subjectsOf } from '../../src/subjects/subject.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import { expireVerifications } from '../../src/verifications/expire.ts';
import { listWebhookEndpoints } from '../../src/webhooks/queries.ts';
import { dumpOf } from '../support/account-rows.ts';
import { throughDoors } from '../support/canary-doors.ts';
import { throughTwilio } from '../support/canary-twilio.ts';
import { connectSimulated, createTestAccount, createTestApp, createWaitingAccount } from '../support/app.ts';
import { canariesIn, codeCanary, numberCanary, type Canary } from '../support/canary.ts';
import { callerWith, createCaller, createSocketClient, type Caller } from '../support/graphql.ts';
import { TestHttpServer } from '../support/http-server.ts';
import { aMember } from '../support/member.ts';
import { Portaris } from '../support/number-lookups.ts';
import { startPrivateRedis } from '../support/redis.ts';
import { wholeOperation } from '../support/selections.ts';
import { MailServer } from '../support/smtp-server.ts';
import { ForeignSmsc } from '../support/smpp-foreign.ts';
import { restCallerWith } from '../support/rest.ts';
import { until } from '../support/until.ts';
import { withoutTable } from '../support/without-table.ts';
import {
  attemptsOf,
  codeOf,
  createClock,
  createNumbers,
  happened,
  messagesOf,
  wrong,
} from '../support/verifying.ts';

// One number and one code for every way that a message can go, each driven through it, and all of them
// looked for in whatever this process wrote anywhere.

const OURS = '+385997391000';
const aNumber = createNumbers(7_391_001);
const clock = createClock();
const canaries: Canary[] = [];
/** Where they are looked for. */
const logged: string[] = [];
const onTheBus: string[] = [];
const toApiKeys: string[] = [];
const toTestKeys: string[] = [];
const toClients: string[] = [];
const toWebhooks: string[] = [];
const toPeople: string[] = [];
const inAudit: string[] = [];
const byMail: string[] = [];
const stack = new AsyncDisposableStack();
let app: RunningApp;
let mail: MailServer;

beforeAll(async () => {
  const redis = stack.use(await startPrivateRedis());
  const monitor = await new Redis(redis.url, { enableReadyCheck: false, lazyConnect: true }).monitor();
  stack.defer(() => monitor.disconnect());
  monitor.on('monitor', (_time: string, args: string[]) => void onTheBus.push(args.join(' ')));
  const log = pino(
    { level: 'trace', serializers: LOG_SERIALIZERS },
    { write: (line: string) => void logged.push(line) },
  );
  // What a library says past the log stands in the same place.
  for (const way of ['log', 'info', 'warn', 'error'] as const) {
    const spy = vi.spyOn(console, way).mockImplementation((...said) => void logged.push(format(...said)));
    stack.defer(() => spy.mockRestore());
  }
  mail = stack.use(await MailServer.start());
  const env = {
    PORT: String(await freePort()),
    REDIS_URL: redis.url,
    OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32',
    SMTP_URL: mail.url,
    MAIL_FROM: 'Otpost <otpost@example.com>',
    // So that pages of other origins are looked up.
    ALLOWED_ORIGINS: 'https://console.example',
  };
  const testApp = stack.use(await createTestApp(env, { log, clock: clock.now }));
  app = testApp.app;
});
afterAll(() => stack.disposeAsync());

interface Started {
  accountId: Principal['accountId'];
  id: VerificationId;
  to: string;
  code: string;
}

async function anAccount(settings: ServiceSettingsInput = {}): Promise<{ who: Principal; caller: Caller }> {
  const long = { codeLength: 10, coolDownSeconds: 0, maxSends: 20 };
  const who = await createTestAccount(app, { ...long, ...settings });
  return { who, caller: await createCaller(app, who) };
}

async function ask(
  caller: Caller,
  name: string,
  args: object,
  said = toApiKeys,
): Promise<Record<string, string>> {
  const mutation = schema.getMutationType()!.getFields()[name];
  const field = mutation ?? schema.getQueryType()!.getFields()[name]!;
  const { query } = wholeOperation(
    schema,
    mutation ? 'mutation' : 'query',
    field,
    said === toTestKeys ? isOpenToTestKey : undefined,
  );
  const answer = await caller.ask(query, args as Record<string, unknown>);
  said.push(JSON.stringify(answer));
  return (answer.data?.[name] ?? {}) as Record<string, string>;
}

/** A new number that is looked for. */
function knownNumber(what: string): string {
  const to = aNumber();
  canaries.push(numberCanary(what, to));
  return to;
}

function knowCode(what: string, code: string): void {
  canaries.push(codeCanary(what, code));
}

/** Of an authenticator app: whoever adds one is shown it, once. */
function knowSecret(what: string, secret: string): void {
  canaries.push({ ...codeCanary(what, secret), what: `the secret of ${what}` });
}

/** Starts a verification over the API, with its client token watched as a frontend does. */
async function start(what: string, { who, caller }: Awaited<ReturnType<typeof anAccount>>, to = aNumber()) {
  canaries.push(numberCanary(what, to));
  const input = { to, idempotencyKey: `start of ${to}` };
  const { id, clientToken } = await ask(caller, 'startVerification', { input });
  if (id === undefined) return undefined;
  const started = { accountId: who.accountId, id: id as VerificationId, to, code: '' };
  started.code = await codeOf(app, started);
  canaries.push(codeCanary(what, started.code));
  watch(started, clientToken!);
  return started satisfies Started;
}

function watch({ id }: Started, clientToken: string): void {
  const client = stack.use(createSocketClient(app, clientToken));
  const field = schema.getSubscriptionType()!.getFields()['verificationEvents']!;
  const { query } = wholeOperation(schema, 'subscription', field, isOpenToClientToken);
  client.subscribe(
    { query, variables: { verificationId: id } },
    {
      next: (value) => void toClients.push(JSON.stringify(value)),
      error: (error) => void toClients.push(JSON.stringify(error)),
      complete: () => undefined,
    },
  );
}

const check = (caller: Caller, { id }: Started, code: string) =>
  ask(caller, 'checkVerification', { input: { verificationId: id, code } });

test('neither a code nor a number is found anywhere, whatever way a message has gone', async () => {
  await throughTheLife();
  await throughHttpCarriers();
  await throughSmppCarriers();
  await throughLookups();
  await throughSenderRules();
  await fromHandsets();
  await throughMistakes();
  await asClientsOfTwilio();
  await throughTests();
  await throughOtherDoors();
  await throughBatches();
  await past();

  const dump = await dumpOf(app);
  // That something was looked at: each place has what belongs there.
  expect(canaries.length).toBeGreaterThan(40);
  expect(logged.some((line) => line.includes('startVerification') || line.includes('"graphql"'))).toBe(true);
  expect(onTheBus.some((line) => line.includes('publish'))).toBe(true);
  expect(toClients.join('')).toContain('MessageDelivered');
  expect(toApiKeys.join('')).toContain(canaries[0]!.forms[0]);
  expect(toWebhooks.join('')).toContain('verification.code_rejected');
  expect(toPeople.join('')).toContain('+385•');
  expect(toPeople.join('')).toContain('"identity":"+385•');
  expect(inAudit.join('')).toContain('subject.export');
  expect(byMail.length).toBeGreaterThan(0);
  expect(new Set(dump.map(({ table }) => table)).size).toBeGreaterThan(12);

  const codes = canaries.filter(({ what }) => what.startsWith('the code'));
  // A test key reads the codes of its tests, and no others.
  const liveCodes = codes.filter(({ what }) => what !== OF_A_TEST);
  expect(toTestKeys.join('')).toContain(codes.find(({ what }) => what === OF_A_TEST)!.forms[0]);
  const found = [
    ...logged.flatMap((line) => inIt('log', line, canaries)),
    ...onTheBus.flatMap((line) => inIt('bus', line, canaries)),
    ...dump.flatMap(({ table, row }) => inIt(table, row, canaries)),
    ...toClients.flatMap((line) => inIt('client', line, canaries)),
    ...toApiKeys.flatMap((line) => inIt('API key', line, codes)),
    // To the account's own servers, its people and its auditors neither is told.
    ...toWebhooks.flatMap((line) => inIt('webhook', line, canaries)),
    ...toPeople.flatMap((line) => inIt('person', line, canaries)),
    ...inAudit.flatMap((line) => inIt('audit export', line, canaries)),
    ...byMail.flatMap((line) => inIt('mail', line, canaries)),
    ...toTestKeys.flatMap((line) => inIt('test key', line, liveCodes)),
  ];
  expect(found).toEqual([]);
  // Nor outside of the vault its keyed hash, but where a limit or a wish is kept: see src/subjects/README.md.
  const hashed = await withHashOf(canaries, dump);
  expect(hashed).toContain('public.destinations');
  expect([
    'public.destinations',
    'public.opt_outs',
    'public.safe_numbers',
    'public.entities',
    'public.factors',
  ]).toEqual(expect.arrayContaining(hashed));
});

/** The tables outside of the vault that have a blind index of one of these numbers, of whichever account. */
async function withHashOf(wanted: readonly Canary[], dump: Awaited<ReturnType<typeof dumpOf>>) {
  const numbers = wanted.filter(({ what }) => what.startsWith('the number of')).map(({ forms }) => forms[0]!);
  const accounts = await app.sql<{ id: string }[]>`SELECT id FROM accounts`;
  const hashes = new Set(
    accounts.flatMap(({ id }) =>
      numbers.flatMap((digits) =>
        subjectsOf(app.keys, idFromUuid('acc', id), `+${digits}`).map((hash) => hash.toString('hex')),
      ),
    ),
  );
  const outside = dump.filter(({ table }) => !table.startsWith('vault.'));
  const has = (row: string) => row.match(/[\da-f]{32,}/g)?.some((octets) => hashes.has(octets));
  return [...new Set(outside.filter(({ row }) => has(row)).map(({ table }) => table))].sort();
}

/** What a document may ask for with a test key. */
function isOpenToTestKey(parent: GraphQLNamedType, field: GraphQLField<unknown, unknown>): boolean {
  const permission = permissionOf(parent, field);
  return permission === undefined || isForTests(permission);
}

function inIt(place: string, text: string, wanted: readonly Canary[]): string[] {
  return canariesIn(text, wanted).map((what) => `${place}: ${what}: ${text.slice(0, 600)}`);
}

async function throughTheLife(): Promise<void> {
  for (const codeAlphabet of ['digits', 'unambiguous'] as const) {
    const account = await anAccount({ codeAlphabet, resend: 'rotate' });
    await connectSimulated(app, account.who, ['instant']);
    const approved = (await start(`a ${codeAlphabet} approval`, account))!;
    await happened(app, approved, 'MessageDelivered');
    await ask(account.caller, 'startVerification', { input: { to: approved.to } });
    approved.code = await codeOf(app, approved);
    canaries.push(codeCanary(`a resent ${codeAlphabet} approval`, approved.code));
    await check(account.caller, approved, wrong(approved.code));
    await check(account.caller, approved, approved.code);
    await happened(app, approved, 'VerificationApproved');
    await check(account.caller, approved, approved.code);
    const canceled = (await start(`a ${codeAlphabet} cancellation`, account))!;
    await ask(account.caller, 'cancelVerification', { input: { verificationId: canceled.id } });
    await ask(account.caller, 'verifications', { first: 3, filter: { to: approved.to } });
    await ask(account.caller, 'unlockDestination', { input: { to: approved.to } });
    await ask(account.caller, 'resolveNumber', { to: approved.to, lookup: true });
    await tryARoute(codeAlphabet, account);
    await ask(account.caller, 'exportSubject', { input: { to: approved.to } });
    await ask(account.caller, 'eraseSubject', { input: { to: canceled.to } });
  }
}

async function tryARoute(
  what: string,
  { who, caller }: Awaited<ReturnType<typeof anAccount>>,
): Promise<void> {
  const to = knownNumber(`a route tried with ${what}`);
  const [route] = await listRoutes(app, who);
  const { id } = await ask(caller, 'tryRoute', { input: { routeId: route!.id, to } });
  const tried = { accountId: who.accountId, id: id as VerificationId };
  knowCode(`a route tried with ${what}`, await codeOf(app, tried));
  await happened(app, tried, 'MessageDelivered');
  for (const wrongly of [
    { routeId: to, to },
    { routeId: route!.id, to: `${to}0000000` },
  ])
    await ask(caller, 'tryRoute', { input: wrongly });
}

/** The ways in which carriers repeat what they were told. */
const ECHOES: readonly ((to: string, text: string) => string)[] = [
  (to, text) => `The number ${to} does not exist: ${text}`,
  (to, text) => `00${to.slice(1)}|${text.toLowerCase()}`,
  (to, text) => `0${to.slice(4, 6)}/${to.slice(6, 9)}-${to.slice(9)} <${text}>`,
  (to, text) => `${to.replaceAll(/(\d{3})/g, '$1 ')} "${text}"`,
  (to, text) => `to=${encodeURIComponent(to)}&text=${encodeURIComponent(text)}`,
  (to, text) => JSON.stringify({ to, text }),
];

/** In the middle of the text, and no number, which would be hidden as one that could be a phone number. */
const IN_THE_MIDDLE: ServiceSettingsInput = {
  codeAlphabet: 'unambiguous',
  templates: { en: 'To go on type {code}, please' },
};

async function throughHttpCarriers(): Promise<void> {
  const account = await anAccount(IN_THE_MIDDLE);
  let echo = ECHOES[0]!;
  let status = 422;
  await using server = await TestHttpServer.start((response, { body }) => {
    const { to, text } = JSON.parse(body) as { to: string; text: string };
    const words = echo(to, text);
    const answer = status === 500 ? words : JSON.stringify({ id: 'x', code: 'bad', words });
    response.writeHead(status).end(answer);
  });
  const carrierId = await connectCarrier(app, account.who.accountId, {
    name: 'echo',
    config: {
      kind: 'http',
      request: { url: `${server.url}/send`, body: { json: { to: '{to}', text: '{text}' } } },
      answer: {
        messageId: '/id',
        errorCode: '/code',
        errorMessage: '/words',
        rules: [{ status: [422], means: 'permanent' }],
      },
      receipts: {
        messageId: '/id',
        state: '/state',
        states: { delivered: 'delivered', undelivered: 'undelivered' },
        errorCode: '/words',
        auth: { type: 'secret', header: 'x-secret', secret: 'token' },
      },
      allowPlainHttp: true,
    },
    secrets: { token: 'a shared secret' },
  });
  await addRoute(app, account.who, { name: 'echo', carrierId, priority: 1 });
  for (const [i, one] of ECHOES.entries()) {
    echo = one;
    const refused = (await start(`echo ${i} of an HTTP carrier`, account))!;
    await happened(app, refused, 'MessageFailed');
    await ask(account.caller, 'verification', { id: refused.id });
    await callBack(carrierId, { id: 'x', state: 'undelivered', words: one(refused.to, refused.code) });
  }
  status = 500;
  const failing = (await start('an HTTP carrier that fails', account))!;
  await until(async () => {
    const rows = await app.sql`SELECT 1 FROM attempts WHERE error_message IS NOT NULL`;
    return rows.length > ECHOES.length || server.received.length > ECHOES.length + 1;
  });
  await ask(account.caller, 'verification', { id: failing.id });
}

async function callBack(id: CarrierId, content: object): Promise<void> {
  const headers = { 'x-secret': 'a shared secret' };
  const body = JSON.stringify(content);
  await fetch(`${app.server!.url}/carriers/${id}/receipts`, { method: 'POST', headers, body });
}

async function throughSmppCarriers(): Promise<void> {
  const account = await anAccount(IN_THE_MIDDLE);
  let accepts = false;
  let ids = 0;
  await using smsc = await ForeignSmsc.start({
    onSubmit: (submit, answer) => {
      const words = `${String(submit['destination_addr'])}: ${JSON.stringify(submit['short_message'])}`;
      if (accepts) answer({ message_id: `id-${++ids}`, additional_status_info_text: words });
      else
        answer({ command_status: 0x0b, message_id: words.slice(0, 60), additional_status_info_text: words });
    },
  });
  const carrierId = await connectCarrier(app, account.who.accountId, {
    name: 'smsc',
    config: { kind: 'smpp', host: '127.0.0.1', port: smsc.port, systemId: 'canary' },
    secrets: { password: 'test' },
  });
  await addRoute(app, account.who, { name: 'smsc', carrierId, priority: 1 });
  const refused = (await start('an SMPP carrier that refuses', account))!;
  await happened(app, refused, 'MessageFailed');
  accepts = true;
  const undelivered = (await start('an SMPP receipt', account))!;
  await happened(app, undelivered, 'MessageSent');
  const { to, code } = undelivered;
  const body = (id: string) =>
    `id:${id} sub:001 dlvrd:000 submit date:2611232200 done date:2611232201 stat:UNDELIV err:${to} text:${code} is`;
  for (const id of ['id-1', 'id-77'])
    await smsc.deliver({
      source_addr: to.slice(1),
      destination_addr: 'Otpost',
      esm_class: 4,
      short_message: body(id),
    });
  await until(async () => (await attemptsOf(app, undelivered)).some((one) => one.status === 'undelivered'));
  await ask(account.caller, 'verification', { id: undelivered.id });
}

async function throughLookups(): Promise<void> {
  const account = await anAccount();
  await connectSimulated(app, account.who, ['instant']);
  await using provider = await new Portaris().start();
  await setNumberLookup(app, account.who, await provider.example({ timeoutMs: 200 }));
  const { behave } = provider.server;
  for (const answer of [behave, 'echo', 'echo', 'echo'] as const) {
    if (answer === 'echo')
      provider.server.behave = (response, { url }) => void response.writeHead(500).end(`no ${url}`);
    const to = aNumber();
    provider.networks.set(to, to);
    const looked = (await start(`lookup ${to.slice(-1)}`, account, to))!;
    await happened(app, looked, 'MessageDelivered');
    await ask(account.caller, 'numberLookup', {});
  }
}

async function throughSenderRules(): Promise<void> {
  const account = await anAccount();
  const carrierId = await connectCarrier(app, account.who.accountId, {
    name: 'checks',
    senderRules: 'check',
    config: { kind: 'smpp', host: '127.0.0.1', port: app.simulator!.smppPort, systemId: 'instant' },
    secrets: { password: 'test' },
  });
  await addRoute(app, account.who, { name: 'checks', carrierId, priority: 1 });
  expect(await start('a sender that is refused', account, '+6581739100')).toBeUndefined();
}

async function fromHandsets(): Promise<void> {
  const account = await anAccount();
  await connectSimulated(app, account.who, ['instant']);
  const carrierId = await connectCarrier(app, account.who.accountId, {
    name: 'handsets',
    config: { kind: 'smpp', host: '127.0.0.1', port: app.simulator!.smppPort, systemId: 'handsets' },
    secrets: { password: 'test' },
  });
  await addInboundNumber(app, account.who, { carrierId, number: OURS });
  const texting = (await start('a handset that texts', account))!;
  await happened(app, texting, 'MessageDelivered');
  for (const text of [`my code is ${texting.code}`, `call me at ${texting.to}`, 'STOP'])
    await receiveInbound(app, account.who.accountId, {
      carrierId,
      from: texting.to,
      to: OURS,
      text,
      receivedAt: new Date(clock.now()),
    });
  await ask(account.caller, 'inboundMessages', { first: 3 });
  await ask(account.caller, 'startVerification', { input: { to: texting.to } });
}

/** Of callers: a number where none belongs, one that is none, a key that was used for another one. */
async function throughMistakes(): Promise<void> {
  const account = await anAccount();
  await connectSimulated(app, account.who, ['instant']);
  const { to, code, id } = (await start('mistakes', account))!;
  const other = aNumber();
  canaries.push(numberCanary('a conflict', other));
  for (const input of [
    { to: other, idempotencyKey: `start of ${to}` },
    { to: [to] },
    { to: `${to}99999999` },
    { to, locale: to, serviceId: code },
    { to, [to]: code },
  ])
    await ask(account.caller, 'startVerification', { input });
  await ask(account.caller, 'checkVerification', { input: { verificationId: to, code } });
  await ask(account.caller, 'checkVerification', { input: { verificationId: id, code: [code] } });
  await ask(account.caller, 'node', { id: code });
  await callerWith(app, code).ask('{ services { id } }');
  await callerWith(app, account.caller.credential).ask(`{ verification(id: "${to}") { ${code} } }`);
  await fetch(`${app.server!.url}/graphql?query={__typename}&variables=${code}${to}`);
  await fetch(`${app.server!.url}/carriers/${to}/receipts?code=${code}`, { method: 'POST', body: code });
  const forms: Record<string, string>[] = [
    { client_id: to, client_secret: code, scope: code },
    { token: code, grant_type: to, client_assertion: code, client_assertion_type: to },
  ];
  for (const form of forms)
    for (const path of ['token', 'introspect', 'revoke'])
      await fetch(`${app.server!.url}/oauth/${path}?code=${code}`, {
        method: 'POST',
        body: new URLSearchParams(form),
      });
}

/** As clients of Twilio go, with numbers and codes also where none belong. */
async function asClientsOfTwilio(): Promise<void> {
  const { who, caller } = await anAccount();
  await connectSimulated(app, who, ['instant']);
  const { token } = await aMember(app, who.accountId, 'support');
  await throughTwilio({
    ...{ app, who, credential: caller.credential, said: toApiKeys, supportToken: token, toPeople },
    ...{ aNumber: knownNumber, knowCode, knowSecret },
  });
}

const OF_A_TEST = 'the code of a test';

/** As far as a test goes, and what a live key and a client token are told of it. */
async function throughTests(): Promise<void> {
  const { who, caller } = await anAccount({ resend: 'rotate' });
  await connectSimulated(app, who, ['instant']);
  const { key, row } = await createApiKey(app, who.accountId, { name: 'Tests', mode: 'test' });
  const tester = callerWith(app, key);
  const testing: Principal = { kind: 'apiKey', accountId: who.accountId, apiKeyId: row.id, mode: 'test' };
  for (const to of [aNumber(), '+12025550130', '+12025550150']) {
    canaries.push(numberCanary(`a test to ${to.slice(-4)}`, to));
    const started = await ask(tester, 'startVerification', { input: { to } }, toTestKeys);
    const v: Started = { accountId: who.accountId, id: started.id as VerificationId, to, code: '' };
    v.code = await codeOf(app, v);
    expect(started.sandboxCode).toBe(v.code);
    canaries.push({ ...codeCanary('a test', v.code), what: OF_A_TEST });
    watch(v, started.clientToken!);
    await until(async () => (await messagesOf(app, v)).every(({ dueAt }) => dueAt === null));
    await ask(tester, 'verification', { id: v.id }, toTestKeys);
    await ask(caller, 'verification', { id: v.id });
    await ask(caller, 'verifications', { first: 3 });
    const input = { verificationId: v.id, code: v.code };
    await ask(caller, 'checkVerification', { input });
    await ask(tester, 'checkVerification', { input: { ...input, code: wrong(v.code) } }, toTestKeys);
    await checkVerification(app, testing, input).catch(() => undefined);
  }
  const live = (await start('an account with tests', { who, caller }))!;
  await happened(app, live, 'MessageDelivered');
  await ask(tester, 'verification', { id: live.id }, toTestKeys);
  await ask(tester, 'checkVerification', { input: { verificationId: live.id, code: live.code } }, toTestKeys);
}

async function throughOtherDoors(): Promise<void> {
  const { who, caller } = await anAccount();
  await throughDoors({
    ...{ app, who, mail, credential: caller.credential },
    said: { toApiKeys, toClients, toWebhooks, toPeople, inAudit, byMail },
    ...{ aNumber: knownNumber, knowCode },
  });
  await ask(caller, 'auditLog', { first: 50 }, inAudit);
  const [endpoint] = await listWebhookEndpoints(app, who);
  await ask(caller, 'webhookDeliveries', { first: 50, endpointId: endpoint!.id }, toWebhooks);
}

/** Rows that are started, rows that are refused with a number where none belongs, and rows that wait. */
async function throughBatches(): Promise<void> {
  const { who, caller } = await anAccount();
  await connectSimulated(app, who, ['instant']);
  const numbers = Array.from({ length: 40 }, aNumber);
  for (const to of numbers) canaries.push(numberCanary('a batch', to));
  const [first, second] = numbers as [string, string];
  const rows = [{ to: first }, { to: `${second}9999` }, { to: second, locale: second }];
  const input = { rows, idempotencyKey: `batch of ${first}` };
  const { id } = await ask(caller, 'startVerifications', { input });
  await until(async () => (await ask(caller, 'batch', { id })).status === 'DONE');
  const quiet = await createWaitingAccount(app);
  const { credential } = await createCaller(app, quiet);
  const headers = { authorization: `Bearer ${credential}`, 'content-type': 'application/x-ndjson' };
  const lines = numbers.map((to) => JSON.stringify({ to })).join('\n');
  for (const body of [lines, `${lines}\n{"to":"${first}`, first, `["${first}"]`])
    for (const key of [first, second]) {
      const url = `${app.server!.url}/v1/verifications/batch?locale=${key === first ? 'hr' : first}`;
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': key },
        body,
      });
      logged.push(await response.text());
    }
  await withBadRows(who, caller, first);
}

/** Rows that are none, among good ones: what became of each is told without what it said. */
async function withBadRows(who: Principal, caller: Caller, to: string): Promise<void> {
  const rest = restCallerWith(app, caller.credential);
  const lines = [`{"to":"${to}`, `["${to}"]`, `"${to}"`, to, `{"to":"${to}00000000"}`, `{"${to}":1}`];
  lines.push(`{"to":"${to}","locale":"${to}"}`, `{"to":["${to}"]}`, `{"to":"${knownNumber('a good row')}"}`);
  const type = { 'content-type': 'application/x-ndjson' };
  const { body } = await rest.post('/v1/verifications/batch', `${lines.join('\n')}\n`, type);
  const id = String(body.id);
  await until(async () => (await ask(caller, 'batch', { id })).status === 'DONE');
  expect((await rest.get(`/v1/batches/${id}`)).body).toMatchObject({ rows: lines.length, started: 1 });
  const path = `/v1/batches/${id}/results`;
  const headers = { authorization: `Bearer ${caller.credential}` };
  const read = async (query: string) =>
    (await fetch(`${app.server!.url}${path}${query}`, { headers })).text();
  for (const query of ['', '?format=ndjson', `?after=${to}`, `/${to}`]) logged.push(await read(query));
  await withoutTable(app, 'batch_results', async () => {
    logged.push(await read(''), await read('?format=ndjson').catch(String));
  });
  const { token } = await aMember(app, who.accountId, 'support');
  await ask(callerWith(app, token), 'batch', { id }, toPeople);
}

async function past(): Promise<void> {
  const account = await anAccount({ ttlSeconds: 60 });
  await connectSimulated(app, account.who, ['instant']);
  const expired = (await start('an expiry', account))!;
  await happened(app, expired, 'MessageDelivered');
  clock.advance(120_000);
  await expireVerifications(app);
  await happened(app, expired, 'VerificationExpired');
  await check(account.caller, expired, expired.code);
}
