import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import type { HttpCarrierConfig } from '../../src/carriers/http/config.ts';
import { updateCarrier } from '../../src/carriers/update-carrier.ts';
import { sealSecrets, openSecrets } from '../../src/carriers/secrets.ts';
import { seal } from '../../src/crypto/seal.ts';
import { InvalidInput } from '../../src/errors.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { uuidOf, type CarrierId } from '../../src/ids.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { freePort } from '../../src/db/embedded/free-port.ts';
import { Nordwave, Telegrafo, type HttpProvider } from '../support/http-providers.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';
import { until } from '../support/until.ts';
import {
  attemptsOf,
  codeOf,
  createNumbers,
  happened,
  historyOf,
  messagesOf,
  start,
} from '../support/verifying.ts';

const aNumber = createNumbers(7_000_001);
const DELIVERED = ['VerificationStarted', 'MessageQueued', 'MessageSent', 'MessageDelivered'];

let main: TestApp;
let app: TestApp['app'];

beforeAll(async () => {
  const port = String(await freePort());
  main = await createTestApp({ ROLES: 'api,worker', PORT: port, OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32' });
  app = main.app;
});
afterAll(() => main[Symbol.asyncDispose]());

let count = 0;
async function connect(
  who: Principal,
  provider: HttpProvider,
  change: (config: HttpCarrierConfig) => void = () => undefined,
): Promise<CarrierId> {
  const example = await provider.example();
  change(example.config);
  const id = await connectCarrier(app, who.accountId, example);
  await addRoute(app, who, { name: example.name, carrierId: id, priority: ++count });
  return id;
}

/** A verification whose message the carrier has taken. */
async function sent(who: Principal): Promise<VerificationRow> {
  const v = await start(app, who, aNumber());
  await happened(app, v, 'MessageSent');
  return v;
}

async function inbox(id: CarrierId): Promise<number> {
  const [row] = await app.sql`
    SELECT count(*)::int AS count FROM receipt_inbox WHERE carrier_id = ${uuidOf(id)}`;
  return row!.count as number;
}

describe.each([
  ['Nordwave', () => new Nordwave()],
  ['Telegrafo', () => new Telegrafo()],
] as const)('over %s', (name, create) => {
  test('a verification is sent, and its receipt by callback makes it delivered', async () => {
    await using provider = await create().start();
    const who = await createTestAccount(app);
    await connect(who, provider);
    const v = await start(app, who, aNumber());
    await happened(app, v, 'MessageSent');
    const [message] = provider.messages;
    expect(message!.text).toContain(await codeOf(app, v));
    expect(await provider.report(message!.id, 'delivered')).toBe(204);
    expect(await happened(app, v, 'MessageDelivered')).toEqual(DELIVERED);
    expect(await attemptsOf(app, v)).toEqual([{ carrier: name, status: 'delivered', errorCode: null }]);
  });

  test('a receipt that comes again is answered the same, and changes nothing', async () => {
    await using provider = await create().start();
    const who = await createTestAccount(app);
    await connect(who, provider);
    const v = await start(app, who, aNumber());
    await happened(app, v, 'MessageSent');
    for (let i = 0; i < 3; i++)
      expect(await provider.report(provider.messages[0]!.id, 'delivered')).toBe(204);
    expect(await provider.report(provider.messages[0]!.id, 'undelivered')).toBe(204);
    expect(await historyOf(app, v)).toEqual(DELIVERED);
  });

  test('a receipt that overtakes the answer waits for it', async () => {
    await using provider = await create().start();
    provider.reportsFirst = true;
    const who = await createTestAccount(app);
    await connect(who, provider);
    const v = await start(app, who, aNumber());
    expect(await happened(app, v, 'MessageDelivered')).toEqual(DELIVERED);
  });

  test('of messages under one id none is delivered by another one’s receipt', async () => {
    await using provider = await create().start();
    provider.onlyId = '1';
    const who = await createTestAccount(app);
    await connect(who, provider);
    const [first, second, third] = [await sent(who), await sent(who), await sent(who)];
    // The first one’s, which is the newest one’s as far as the id goes.
    expect(await provider.reportOn(provider.messages[0]!, 'delivered')).toBe(204);
    expect(await provider.reportOn(provider.messages[2]!, 'undelivered')).toBe(204);
    for (const v of [first, second, third])
      expect(await historyOf(app, v)).toEqual(['VerificationStarted', 'MessageQueued', 'MessageSent']);
  });

  test('messages under one id are told by their numbers where receipts say them, after a restart, too', async () => {
    await using provider = await create().start();
    provider.onlyId = '1';
    const who = await createTestAccount(app);
    const id = await connect(who, provider, ({ receipts }) => {
      receipts!.to = name === 'Nordwave' ? '/message/to' : '/to';
    });
    const [, second, third] = [await sent(who), await sent(who), await sent(who)];
    expect(await provider.reportOn(provider.messages[1]!, 'delivered')).toBe(204);
    expect(await historyOf(app, second)).toEqual(DELIVERED);
    expect(await historyOf(app, third)).not.toContain('MessageDelivered');
    // Who opens it anew knows.
    const [row] = await app.db.query.carriers.findMany({ where: { id } });
    expect(row!.repeatedIds).toEqual(['1']);
    await updateCarrier(app, who, id, { enabled: false });
    await updateCarrier(app, who, id, { enabled: true });
    const fourth = await sent(who);
    const [attempt] = await app.sql<{ name: string }[]>`
      SELECT carrier_message_id AS name FROM attempts WHERE verification_id = ${uuidOf(fourth.id)}`;
    expect(attempt!.name).toMatch(/^1#[0-9a-f]{16}$/);
    expect(await provider.reportOn(provider.messages[3]!, 'delivered')).toBe(204);
    expect(await historyOf(app, fourth)).toEqual(DELIVERED);
  });

  test('what was not delivered goes over the next carrier, with the carrier’s own error kept', async () => {
    await using first = await create().start();
    await using second = await new Nordwave().start();
    second.reportsFirst = true;
    const who = await createTestAccount(app);
    await connect(who, first);
    const backup = await second.example();
    const carrierId = await connectCarrier(app, who.accountId, { ...backup, name: 'backup' });
    await addRoute(app, who, { name: 'backup', carrierId, priority: 1_000 });
    const v = await start(app, who, aNumber());
    await happened(app, v, 'MessageSent');
    expect(await first.report(first.messages[0]!.id, 'undelivered')).toBe(204);
    expect(await happened(app, v, 'MessageDelivered')).toEqual(DELIVERED);
    expect(await attemptsOf(app, v)).toEqual([
      { carrier: name, status: 'undelivered', errorCode: name === 'Nordwave' ? 'absent_subscriber' : '060' },
      { carrier: 'backup', status: 'delivered', errorCode: null },
    ]);
    expect(second.messages[0]!.text).toBe(first.messages[0]!.text);
  });

  test('a forged callback is turned away with 401, tells nothing, and changes nothing', async () => {
    await using provider = await create().start();
    const who = await createTestAccount(app);
    const id = await connect(who, provider);
    const v = await start(app, who, aNumber());
    await happened(app, v, 'MessageSent');
    const { callbackUrl, id: messageId } = provider.messages[0]!;
    const forged = new URL(callbackUrl);
    if (forged.searchParams.has('token')) {
      forged.search = `?token=guess&id=${messageId}&stat=DELIVRD&err=000`;
      expect(await provider.report(messageId, 'delivered', { url: forged.href })).toBe(401);
    } else {
      const headers = { 'x-nordwave-signature': `sha256=${'0'.repeat(64)}` };
      expect(await provider.report(messageId, 'delivered', { headers })).toBe(401);
      const body = JSON.stringify({ events: [{ message: { id: messageId, state: 'delivered' } }] });
      expect(await provider.report('nw_1', 'undelivered', { body })).toBe(401);
    }
    expect(await historyOf(app, v)).not.toContain('MessageDelivered');
    expect(await inbox(id)).toBe(0);
  });
});

describe('a callback', () => {
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(`${app.server!.url}${path}`, { method: 'POST', body, headers });

  test('for no carrier, or one that does not call, is 404', async () => {
    const smpp = await connectCarrier(app, (await createTestAccount(app)).accountId, {
      name: 'smpp',
      config: { kind: 'smpp', host: '127.0.0.1', port: await freePort(), systemId: 'x' },
      secrets: { password: 'x' },
    });
    for (const id of [newId('car'), smpp, 'car_1', '..', newId('vrf')]) {
      const response = await post(`/carriers/${id}/receipts`, '{}');
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toBe('application/json');
    }
  });

  test('that is not what was agreed is refused in a few words of JSON', async () => {
    await using nordwave = await new Nordwave().start();
    await using telegrafo = await new Telegrafo().start();
    const who = await createTestAccount(app);
    const [json, query] = [await connect(who, nordwave), await connect(who, telegrafo)];
    const signed = async (body: string) => {
      const signature = createHmac('sha256', Nordwave.SECRETS.webhookKey).update(body).digest('hex');
      return post(`/carriers/${json}/receipts`, body, { 'x-nordwave-signature': `sha256=${signature}` });
    };
    expect((await signed('not json')).status).toBe(400);
    expect((await signed('{"events":[{"message":{"id":"x"}}]}')).status).toBe(400);
    expect((await signed('{"events":[]}')).status).toBe(204);
    expect((await signed('{"events":[{"message":{"id":"x","state":"brand new"}}]}')).status).toBe(204);
    const said = await (await signed('nonsense')).text();
    expect(JSON.parse(said)).toEqual({ error: expect.any(String) as string });
    expect((await fetch(`${app.server!.url}/carriers/${json}/receipts`)).status).toBe(405);
    const put = await fetch(`${app.server!.url}/carriers/${query}/receipts`, { method: 'PUT', body: '' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, POST']);
    expect(await inbox(json)).toBe(0);
  });

  test('that is larger than any that is needed is 413', async () => {
    await using nordwave = await new Nordwave().start();
    const id = await connect(await createTestAccount(app), nordwave);
    expect((await post(`/carriers/${id}/receipts`, 'x'.repeat(257 * 1024))).status).toBe(413);
  });

  test('that grows larger than that on the way is cut off, and the server lives', async () => {
    await using nordwave = await new Nordwave().start();
    const id = await connect(await createTestAccount(app), nordwave);
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
    });
    const endless = { method: 'POST', body, duplex: 'half' };
    const sent = fetch(`${app.server!.url}/carriers/${id}/receipts`, endless);
    expect(await sent.then((response) => response.status).catch(() => 'cut')).toBeOneOf([413, 'cut']);
    expect((await fetch(`${app.server!.url}/health`)).status).toBe(200);
  });

  test('that cannot be stored is answered with 503, so that the carrier sends it again', async () => {
    await using nordwave = await new Nordwave().start();
    const who = await createTestAccount(app);
    const id = await connect(who, nordwave);
    const whole = await app.sql`SELECT secrets_sealed FROM carriers WHERE id = ${uuidOf(id)}`;
    await app.sql`UPDATE carriers SET secrets_sealed = ${Buffer.from('sealed by nobody')} WHERE id = ${uuidOf(id)}`;
    nordwave.messages.push({
      id: 'x',
      to: '',
      text: '',
      callbackUrl: `${app.server!.url}/carriers/${id}/receipts`,
    });
    expect(await nordwave.report('x', 'delivered')).toBe(503);
    const { secrets_sealed: sealed } = whole[0] as { secrets_sealed: Buffer };
    await app.sql`UPDATE carriers SET secrets_sealed = ${sealed} WHERE id = ${uuidOf(id)}`;
    expect(await nordwave.report('x', 'delivered')).toBe(204);
  });

  test('with receipts of messages that nobody knows yet is kept for them', async () => {
    await using nordwave = await new Nordwave().start();
    const id = await connect(await createTestAccount(app), nordwave);
    nordwave.messages.push({
      id: 'later',
      to: '',
      text: '',
      callbackUrl: `${app.server!.url}/carriers/${id}/receipts`,
    });
    expect(await nordwave.report('later', 'delivered')).toBe(204);
    expect(await inbox(id)).toBe(1);
  });
});

describe('a carrier over HTTP', () => {
  test.each([
    { smartEncoding: true, segments: 1 },
    { smartEncoding: false, segments: 2 },
  ])('gets a text with curly quotes as one of $segments with smartEncoding $smartEncoding', async (given) => {
    const { smartEncoding, segments } = given;
    await using provider = await new Telegrafo().start();
    const template = '“{service}”: {code}. We’ll never ask you for this code – keep it to yourself, please.';
    const who = await createTestAccount(app, { templates: { en: template }, smartEncoding });
    await connect(who, provider);
    const v = await start(app, who, aNumber());
    await happened(app, v, 'MessageSent');
    const { text } = provider.messages[0]!;
    expect(text.startsWith(smartEncoding ? '"Test": ' : '“Test”: ')).toBe(true);
    expect(await messagesOf(app, v)).toMatchObject([{ segments }]);
  });

  test('that is down, slow or talks rubbish leaves the message to the next one', async () => {
    await using bad = await new Telegrafo().start();
    await using good = await new Nordwave().start();
    good.reportsFirst = true;
    for (const misbehaviour of ['redirectToMetadata', 'serverError', 'throttle'] as const) {
      bad.misbehaves = misbehaviour;
      const who = await createTestAccount(app);
      await connect(who, bad);
      await connect(who, good);
      const v = await start(app, who, aNumber());
      expect(await happened(app, v, 'MessageDelivered')).toEqual(DELIVERED);
    }
  });

  test('outside of the networks that may be called is never called, and the decision says why', async () => {
    await using nordwave = await new Nordwave().start();
    nordwave.reportsFirst = true;
    await using hidden = await new Telegrafo().start();
    const who = await createTestAccount(app);
    await connect(who, hidden, (config) => {
      config.request.url = config.request.url.replace('127.0.0.1', '127.0.0.2');
    });
    await connect(who, nordwave);
    const [first, second] = [await start(app, who, aNumber()), await start(app, who, aNumber())];
    await happened(app, first, 'MessageDelivered');
    await happened(app, second, 'MessageDelivered');
    const [row] = await app.sql<{ said: string }[]>`
      SELECT string_agg(coalesce(error_message, '') || decision::text, ' ') AS said
      FROM attempts WHERE account_id = ${uuidOf(who.accountId)}`;
    expect(row!.said).toMatch(/127\.0\.0\.2 is not public \(loopback\)/);
    expect(hidden.server.received).toHaveLength(0);
  });

  test('with a configuration that cannot work is refused where it is given, with the field', async () => {
    await using nordwave = await new Nordwave().start();
    const who = await createTestAccount(app);
    const example = await nordwave.example();
    example.config.request.headers = { 'x-key': '{secret.typo}' };
    const connecting = connectCarrier(app, who.accountId, example);
    await expect(connecting).rejects.toThrow(InvalidInput);
    await expect(connecting).rejects.toMatchObject({ field: 'config.request.headers.x-key' });
  });

  test('changes live: a new secret is used for the next message', async () => {
    await using nordwave = await new Nordwave().start();
    nordwave.reportsFirst = true;
    const who = await createTestAccount(app);
    const example = await nordwave.example();
    const wrong = { ...example, secrets: { ...example.secrets, apiToken: 'revoked' } };
    const carrierId = await connectCarrier(app, who.accountId, wrong);
    await addRoute(app, who, { name: 'one', carrierId, priority: 1 });
    const v = await start(app, who, aNumber());
    await until(() => nordwave.server.received.length > 0);
    expect(await connectCarrier(app, who.accountId, example)).toBe(carrierId);
    expect(await happened(app, v, 'MessageDelivered')).toEqual(DELIVERED);
  });

  test('changes live: callbacks with the secret of before are turned away', async () => {
    await using telegrafo = await new Telegrafo().start();
    const who = await createTestAccount(app);
    const id = await connect(who, telegrafo);
    const callbackUrl = `${app.server!.url}/carriers/${id}/receipts?token=`;
    const old = callbackUrl + encodeURIComponent(Telegrafo.SECRETS.callbackToken);
    telegrafo.messages.push({ id: '1', to: '', text: '', callbackUrl: old });
    expect(await telegrafo.report('1', 'delivered')).toBe(204);
    const example = await telegrafo.example();
    await connectCarrier(app, who.accountId, {
      ...example,
      secrets: { ...example.secrets, callbackToken: 'another one' },
    });
    await until(async () => (await telegrafo.report('1', 'delivered')) === 401);
    telegrafo.messages.push({ id: '1', to: '', text: '', callbackUrl: `${callbackUrl}another+one` });
    expect(await telegrafo.report('1', 'delivered')).toBe(204);
  });

  test('keeps its secrets sealed: not in the configuration, not readable in another place', async () => {
    await using nordwave = await new Nordwave().start();
    const who = await createTestAccount(app);
    const id = await connect(who, nordwave);
    const [row] = await app.sql`SELECT * FROM carriers WHERE id = ${uuidOf(id)}`;
    const stored = JSON.stringify(row) + (row!.secrets_sealed as Buffer).toString('latin1');
    for (const secret of Object.values(Nordwave.SECRETS)) expect(stored).not.toContain(secret);
    const owner = { accountId: who.accountId, id };
    expect(openSecrets(app.keys, owner, row!.secrets_sealed as Buffer)).toEqual(Nordwave.SECRETS);
    const other = { ...owner, id: newId('car') };
    expect(() => openSecrets(app.keys, other, row!.secrets_sealed as Buffer)).toThrow();
  });
});

test('the process that sends and the one that is called may be two: PUBLIC_URL brings them together', async () => {
  await using provider = await new Telegrafo().start();
  await using api = await createTestApp({ ROLES: 'api' });
  const who = await createTestAccount(api.app);
  const carrierId = await connectCarrier(api.app, who.accountId, await provider.example());
  await addRoute(api.app, who, { name: 'one', carrierId, priority: 1 });
  await using worker = await createTestApp({
    ROLES: 'worker',
    DATABASE_URL: api.databaseUrl,
    PUBLIC_URL: `${api.app.server!.url}/`,
    OTPOST_PRIVATE_NETWORKS: '127.0.0.0/8',
  });
  expect(worker.app.server).toBeUndefined();
  const v = await start(api.app, who, aNumber());
  await happened(api.app, v, 'MessageSent');
  expect(await provider.report(provider.messages[0]!.id, 'delivered')).toBe(204);
  expect(await historyOf(api.app, v)).toEqual(DELIVERED);
});

test('a password that was sealed before secrets had names still opens', async () => {
  const { accountId } = await createTestAccount(app);
  await app.keys.learn(accountId);
  const owner = { accountId, id: newId('car') };
  const place = { account: owner.accountId, table: 'carriers', column: 'password', row: owner.id };
  expect(openSecrets(app.keys, owner, seal(app.keys, 'old one', place))).toEqual({ password: 'old one' });
  const sealed = sealSecrets(app.keys, owner, { password: 'new one' });
  expect(openSecrets(app.keys, owner, sealed)).toEqual({ password: 'new one' });
});
