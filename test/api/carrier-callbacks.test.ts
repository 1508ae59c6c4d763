import crypto, { createHmac } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { CarrierConfigInput } from '../../src/carriers/config.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { uuidOf, type AccountId, type CarrierId } from '../../src/ids.ts';
import { addInboundNumber } from '../../src/inbound/add-number.ts';
import { inboundCodeOf } from '../../src/inbound/shown-code.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { sendRaw } from '../support/raw-request.ts';
import { createNumbers, start, stateOf } from '../support/verifying.ts';

// The doors that carriers call at, attacked from without: by whoever has no secret, by another carrier, by whoever has
// listened, and with octets that no carrier would send. They are open to the whole world.

const OURS = '+385991234567';
const SECRET = 'the secret of this carrier';
const OTHER_SECRET = 'the secret of another one';
const aNumber = createNumbers(8_750_001);

const failures: string[] = [];
let testApp: TestApp;
let app: TestApp['app'];
let accountId: AccountId;
/** By what proves whose a call is. */
let byHmac: CarrierId;
let byBase64: CarrierId;
let byHeader: CarrierId;
let byQuery: CarrierId;
/** Of another account. */
let foreign: CarrierId;
let overSmpp: CarrierId;

beforeAll(async () => {
  const write = (line: Buffer, _: unknown, done: () => void) => (failures.push(String(line)), done());
  const log = pino({ level: 'error' }, new Writable({ write }));
  testApp = await createTestApp({ ROLES: 'api' }, { log });
  app = testApp.app;
  const [who, other] = [await createTestAccount(app), await createTestAccount(app)];
  ({ accountId } = who);
  type Auth = NonNullable<NonNullable<Extract<CarrierConfigInput, { kind: 'http' }>['receipts']>['auth']>;
  const connect = async (
    name: string,
    auth: Auth,
    format: 'json' | 'form' | 'query',
    of = who,
    token = SECRET,
  ) => {
    const fields = { from: '/from', to: '/to', text: '/text', id: '/id' };
    const id = await connectCarrier(app, of.accountId, {
      name,
      config: {
        kind: 'http',
        request: { url: 'https://sms.example/send', body: { json: { to: '{to}', text: '{text}' } } },
        answer: { messageId: '/id' },
        receipts: {
          ...{ format, messageId: '/id', state: '/state', auth },
          states: { delivered: 'delivered', undelivered: 'undelivered' },
        },
        inbound: { format, ...fields },
      },
      secrets: { token },
    });
    await addInboundNumber(app, of, { carrierId: id, number: OURS });
    return id;
  };
  const hmac = { type: 'hmac', header: 'x-signature', prefix: 'v1=', secret: 'token' } as const;
  byHmac = await connect('hmac', hmac, 'json');
  byBase64 = await connect('base64', { ...hmac, encoding: 'base64' }, 'json');
  byHeader = await connect('header', { type: 'secret', header: 'x-token', secret: 'token' }, 'form');
  byQuery = await connect('query', { type: 'secret', query: 'token', secret: 'token' }, 'query');
  foreign = await connect('foreign', hmac, 'json', other, OTHER_SECRET);
  overSmpp = await connectCarrier(app, who.accountId, {
    name: 'smpp',
    config: { kind: 'smpp', host: '192.0.2.1', port: 2775, systemId: 'x' },
    secrets: { password: 'x' },
  });
});
afterAll(() => testApp[Symbol.asyncDispose]());

const RECEIPT = JSON.stringify({ id: 'one', state: 'delivered' });
const sign = (body: string | Buffer, secret = SECRET) =>
  `v1=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** What of calls is stored, of whatever carrier. */
async function stored(): Promise<number> {
  const [row] = await app.sql<{ count: number }[]>`
    SELECT (SELECT count(*) FROM receipt_inbox) + (SELECT count(*) FROM vault.inbound_messages) AS count`;
  return Number(row!.count);
}

interface Sent {
  method?: string;
  kind?: 'receipts' | 'inbound';
  query?: string;
  headers?: readonly string[];
  body?: string;
}

/** Octets as they are: headers may be there twice, and have whatever in them. */
async function send(
  carrier: string,
  { method = 'POST', kind = 'receipts', query = '', headers = [], body = '' }: Sent,
) {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  const lines = [`${method} /carriers/${carrier}/${kind}${query} HTTP/1.1`, 'Host: x', 'Connection: close'];
  const answer = await sendRaw(
    app.server!.url,
    `${[...lines, length, ...headers].join('\r\n')}\r\n\r\n${body}`,
  );
  expect(answer.body).not.toMatch(/\n +at |node_modules|\.ts:\d|the secret of/);
  return answer;
}

/** That it is refused so, in a few words of JSON, and that nothing of it is kept. */
async function expectRefused(carrier: string, sent: Sent, status: number): Promise<void> {
  const before = await stored();
  const answer = await send(carrier, sent);
  expect(answer.status).toBe(status);
  expect(answer.head).toMatch(/^content-type: application\/json$/im);
  expect(JSON.parse(answer.body.replace(/^[\da-f]+\r\n|\r\n0\r\n\r\n$/g, ''))).toEqual({
    error: expect.any(String) as string,
  });
  expect(await stored()).toBe(before);
}

// Whatever was tried: nothing failed, and whoever is right is let in.
let honest = 0;
afterEach(async () => {
  expect(failures).toEqual([]);
  const body = JSON.stringify({ id: `honest ${++honest}`, state: 'delivered' });
  const { status } = await send(byHmac, { headers: [`X-Signature: ${sign(body)}`], body });
  expect(status).toBe(204);
});

describe('a call that proves nothing is turned away:', () => {
  const right = sign(RECEIPT);
  const hex = right.slice(3);
  test.each<[string, readonly string[]]>([
    ['no signature', []],
    ['an empty one', ['X-Signature: ']],
    ['nothing behind its prefix', ['X-Signature: v1=']],
    ['without its prefix', [`X-Signature: ${hex}`]],
    ['with its prefix twice', [`X-Signature: v1=${right}`]],
    ['with another prefix', [`X-Signature: v0=${hex}`]],
    ['of another secret', [`X-Signature: ${sign(RECEIPT, OTHER_SECRET)}`]],
    ['of another body', [`X-Signature: ${sign(`${RECEIPT} `)}`]],
    ['of nothing', [`X-Signature: ${sign('')}`]],
    ['one digit short', [`X-Signature: ${right.slice(0, -1)}`]],
    ['one octet too long', [`X-Signature: ${right}00`]],
    ['with garbage behind it', [`X-Signature: ${right}zz`]],
    ['with a second one behind a comma', [`X-Signature: ${right}, v1=${'0'.repeat(64)}`]],
    ['there twice, both right', [`X-Signature: ${right}`, `X-Signature: ${right}`]],
    ['there twice, the second one wrong', [`X-Signature: ${right}`, 'X-Signature: v1=00']],
    ['there twice, the first one wrong', ['X-Signature: v1=00', `X-Signature: ${right}`]],
    ['in another encoding', [`X-Signature: v1=${Buffer.from(hex, 'hex').toString('base64')}`]],
    ['octets that are no text', ['X-Signature: v1=\xff\xfe']],
    ['kilobytes of it', [`X-Signature: v1=${'0'.repeat(8_000)}`]],
    ['in another header', [`Authorization: ${right}`]],
    ['as a bearer', [`Authorization: Bearer ${SECRET}`]],
  ])('%s', (_what, headers) => expectRefused(byHmac, { headers, body: RECEIPT }, 401));

  const base64 = (text: string) => `v1=${createHmac('sha256', SECRET).update(text).digest('base64')}`;
  test.each([
    ['of base64 with garbage behind it', `${base64(RECEIPT)}!!`],
    ['of base64 with another one behind it', `${base64(RECEIPT)}, ${base64(RECEIPT)}`],
    ['of base64 with a blank in it', base64(RECEIPT).replace(/^(.{9})/, '$1 ')],
    ['of base64, but in hex', sign(RECEIPT)],
  ])('one %s', (_what, signature) =>
    expectRefused(byBase64, { headers: [`X-Signature: ${signature}`], body: RECEIPT }, 401),
  );

  const FORM = 'id=one&state=delivered';
  test.each<[string, readonly string[]]>([
    ['no secret', []],
    ['an empty one', ['X-Token: ']],
    ['a part of it', [`X-Token: ${SECRET.slice(0, -1)}`]],
    ['more than it', [`X-Token: ${SECRET}s`]],
    ['in capital letters', [`X-Token: ${SECRET.toUpperCase()}`]],
    ['twice', [`X-Token: ${SECRET}`, `X-Token: ${SECRET}`]],
    ['the right one behind a wrong one', ['X-Token: x', `X-Token: ${SECRET}`]],
  ])('as a header, %s', (_what, headers) => expectRefused(byHeader, { headers, body: FORM }, 401));

  const given = `&token=${encodeURIComponent(SECRET)}`;
  test.each([
    ['none', ''],
    ['an empty one', '&token='],
    ['twice', given + given],
    ['the right one behind a wrong one', `&token=x${given}`],
    ['the right one before a wrong one', `${given}&token=x`],
    ['as a list', given.replace('token', 'token[]')],
    ['encoded twice', `&token=${encodeURIComponent(encodeURIComponent(SECRET))}`],
    ['broken off', `${given}%`],
    ['NUL behind it', `${given}%00`],
  ])('in the query, %s', (_what, more) =>
    expectRefused(byQuery, { method: 'GET', query: `?${FORM}${more}` }, 401),
  );

  test('a signature that is right for one carrier, at the door of another account’s', async () => {
    const headers = [`X-Signature: ${sign(RECEIPT)}`];
    for (const kind of ['receipts', 'inbound'] as const)
      await expectRefused(foreign, { kind, headers, body: RECEIPT }, 401);
  });

  test('and what it is compared with is compared in constant time', async () => {
    const compare = vi.spyOn(crypto, 'timingSafeEqual');
    syncBuiltinESMExports();
    onTestFinished(() => {
      compare.mockRestore();
      syncBuiltinESMExports();
    });
    const wrong = `X-Signature: v1=${'0'.repeat(64)}`;
    await expectRefused(byHmac, { headers: [wrong], body: RECEIPT }, 401);
    await expectRefused(byHeader, { headers: ['X-Token: x'], body: FORM }, 401);
    await expectRefused(byQuery, { method: 'GET', query: `?${FORM}&token=x` }, 401);
    expect(compare).toHaveBeenCalledTimes(3);
  });
});

describe('a call that is signed, and none that was agreed, is refused:', () => {
  const MAX_KB = 256;
  const deep = (opening: string, levels: number) => opening.repeat(levels);
  test.each<[string, string, number]>([
    ['nothing at all', '', 400],
    ['no JSON', 'id=one&state=delivered', 400],
    ['half of it', RECEIPT.slice(0, -1), 400],
    ['null', 'null', 400],
    ['a number', '5', 400],
    ['a text', '"one"', 400],
    ['a thousand times nothing', JSON.stringify(Array(1_000).fill(null)), 400],
    ['brackets, and no end', deep('[', 200_000), 400],
    ['brackets and their end', `${deep('[', 100_000)}${deep(']', 100_000)}`, 400],
    ['objects in objects', `${deep('{"id":', 30_000)}1${deep('}', 30_000)}`, 400],
    [
      'objects in objects, around a long number',
      `${deep('{"id":', 30_000)}${'9'.repeat(20)}${deep('}', 30_000)}`,
      400,
    ],
    ['NUL before it', `\0${RECEIPT}`, 400],
    ['NUL in it', RECEIPT.replace('one', 'o\0ne'), 400],
    ['NUL in an id', RECEIPT.replace('one', 'o\\u0000ne'), 400],
    ['half a character in an id', RECEIPT.replace('one', 'o\\ud800ne'), 400],
    ['a mark of order before it', `\ufeff${RECEIPT}`, 400],
    ['UTF-16', RECEIPT.split('').join('\0'), 400],
    ['an id that is a list', RECEIPT.replace('"one"', '["one"]'), 400],
    ['an id that is an object', RECEIPT.replace('"one"', '{"toString":"x"}'), 400],
    ['an id without an end', RECEIPT.replace('one', 'x'.repeat(201)), 400],
    ['names that every object has', '{"__proto__":{"id":"one","state":"delivered"}}', 400],
    ['a megabyte', JSON.stringify({ id: 'one', state: 'delivered', more: 'x'.repeat(1_000_000) }), 413],
    ['an octet too much', RECEIPT.padEnd(MAX_KB * 1_024 + 1), 413],
  ])('%s', (_what, body, status) =>
    expectRefused(byHmac, { headers: [`X-Signature: ${sign(body)}`], body }, status),
  );

  test('a megabyte in chunks, without saying so before', async () => {
    const chunk = 'x'.repeat(65_536);
    const chunks = Array.from({ length: 16 }, () => `10000\r\n${chunk}\r\n`).join('');
    const before = await stored();
    const head = `POST /carriers/${byHmac}/receipts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const { status } = await sendRaw(app.server!.url, `${head}${chunks}0\r\n\r\n`);
    expect(status).toBe(413);
    expect(await stored()).toBe(before);
  });

  const form = [`X-Token: ${SECRET}`];
  test.each([
    ['nothing', ''],
    ['JSON', RECEIPT],
    ['an id there twice', 'id=one&id=two&state=delivered'],
    ['a state there twice', 'id=one&state=undelivered&state=delivered'],
    ['names of lists', 'id[]=one&state[]=delivered'],
    ['NUL', 'id=o%00ne&state=delivered'],
    ['octets that are no text, as an id', 'id=&state=%ff%fe'],
    ['names that every object has', '__proto__=one&constructor=delivered'],
  ])('of a form, %s', (_what, body) => expectRefused(byHeader, { headers: form, body }, 400));

  test.each([
    ['an id there twice', 'id=one&id=two&state=delivered'],
    ['a state there twice', 'id=one&state=undelivered&state=delivered'],
    ['nothing', ''],
  ])('of a query, %s', (_what, query) =>
    expectRefused(byQuery, { method: 'GET', query: `?${query}&token=${encodeURIComponent(SECRET)}` }, 400),
  );

  test.each([
    ['a text there twice', 'from=%2B385911111111&to=%2B385991234567&text=a&text=b&id=1'],
    ['a sender there twice', 'from=%2B385911111111&from=%2B385911111112&to=%2B385991234567&text=a'],
  ])('of a message in a form, %s', (_what, body) =>
    expectRefused(byHeader, { kind: 'inbound', headers: form, body }, 400),
  );
});

test.each([
  'Content-Type: text/plain',
  'Content-Type: application/json; charset=utf-16',
  'Content-Type: multipart/form-data; boundary=x',
  'Content-Type: \xff',
  'Content-Type: application/x-www-form-urlencoded',
])('what a call says it is does not matter, as what it is was agreed: %s', async (type) => {
  const headers = [`X-Signature: ${sign(RECEIPT)}`, type];
  expect((await send(byHmac, { headers, body: RECEIPT })).status).toBe(204);
});

describe('a door that is not there', () => {
  const headers = [`X-Signature: ${sign(RECEIPT)}`];
  test.each([
    ['of nobody', () => newId('car')],
    ['of a carrier that does not call', () => overSmpp],
    ['of something else', () => newId('vrf')],
    ['without a name', () => ''],
    ['with half an escape', () => '%'],
    ['with NUL', () => `${byHmac}%00`],
    ['with an escape in its name', () => byHmac.replace('car', '%63ar')],
    ['in capital letters', () => byHmac.toUpperCase()],
    ['a step up', () => `x/../${byHmac}`],
  ])('%s is not found', async (_what, name) => {
    const before = await stored();
    const { status } = await send(name(), { headers, body: RECEIPT });
    expect(status).toBe(404);
    expect(await stored()).toBe(before);
  });

  test('for something else than its carrier sends is not found either', async () => {
    for (const path of ['receipts/', 'receipts/x', 'Receipts', 'receipts%2f', ''])
      expect((await send(byHmac, { kind: path as 'receipts', headers, body: RECEIPT })).status).toBe(404);
  });
});

test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'])(
  '%s does nothing at a door that is posted to, nor HEAD at one that is got',
  async (method) => {
    const before = await stored();
    const signed = [`X-Signature: ${sign(RECEIPT)}`];
    const posted = await send(byHmac, { method, headers: signed, body: method === 'TRACE' ? '' : RECEIPT });
    expect(posted.status).toBe(405);
    expect(posted.head).toMatch(/^allow: POST$/im);
    const query = `?id=one&state=delivered&token=${encodeURIComponent(SECRET)}`;
    if (method !== 'GET') expect((await send(byQuery, { method, query })).status).toBe(405);
    expect(await stored()).toBe(before);
  },
);

describe('a call that somebody has listened to and sends again', () => {
  const inbound = (message: object) => {
    const body = JSON.stringify({ to: OURS, ...message });
    return () => send(byHmac, { kind: 'inbound', headers: [`X-Signature: ${sign(body)}`], body });
  };

  test('is answered as the first time, and nothing comes of it', async () => {
    const text = inbound({ id: 'again', from: aNumber(), text: 'hello' });
    const answers = [await text()];
    const first = await stored();
    for (let i = 0; i < 5; i++) answers.push(await text());
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    expect(await stored()).toBe(first);
  });

  test('approves nothing a second time', async () => {
    const to = aNumber();
    const who = { kind: 'apiKey', accountId, apiKeyId: newId('key') } as const;
    const v = await start(app, who, to, { channel: 'inbound_sms' });
    const proof = inbound({ id: 'proof', from: to, text: (await inboundCodeOf(app, v))! });
    expect((await proof()).status).toBe(204);
    expect(await stateOf(app, v)).toMatchObject({ status: 'approved' });
    const next = await start(app, who, to, { channel: 'inbound_sms' });
    expect(next.id).not.toBe(v.id);
    expect((await proof()).status).toBe(204);
    expect(await stateOf(app, next)).toMatchObject({ status: 'pending' });
  });

  test('at the door of another carrier is nobody’s', async () => {
    const body = JSON.stringify({ id: 'x', from: aNumber(), to: OURS, text: 'hello' });
    const headers = [`X-Signature: ${sign(body)}`];
    await expectRefused(foreign, { kind: 'inbound', headers, body }, 401);
    // Its own secret, which that of the first one is: what it brings is its own.
    expect((await send(byHmac, { kind: 'inbound', headers, body })).status).toBe(204);
    const rows = await app.sql<{ account: string }[]>`
      SELECT DISTINCT replace(account_id::text, '-', '') AS account FROM vault.inbound_messages`;
    expect(rows.map(({ account }) => account)).toEqual([uuidOf(accountId)]);
  });
});
