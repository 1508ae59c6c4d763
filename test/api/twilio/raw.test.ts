import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../../../src/accounts/create-api-key.ts';
import type { Principal } from '../../../src/accounts/principal.ts';
import { newId } from '../../../src/crypto/new-id.ts';
import { sidOf } from '../../../src/rest/twilio/sids.ts';
import { listServices } from '../../../src/services/list.ts';
import { createTestApp, createWaitingAccount, type TestApp } from '../../support/app.ts';
import { sendRaw } from '../../support/raw-request.ts';
import { basic } from '../../support/twilio.ts';
import { createNumbers } from '../../support/verifying.ts';

// The door for clients of Twilio, attacked with octets that none of them would send.

const aNumber = createNumbers(4_170_001);
const failures: string[] = [];
let testApp: TestApp;
let app: TestApp['app'];
let who: Principal;
let key: string;
let authorization: string;
let service: string;

beforeAll(async () => {
  const write = (line: Buffer, _: unknown, done: () => void) => (failures.push(String(line)), done());
  const log = pino({ level: 'error' }, new Writable({ write }));
  testApp = await createTestApp({ ROLES: 'api' }, { log });
  app = testApp.app;
  who = await createWaitingAccount(app, { coolDownSeconds: 0, maxSends: 20 });
  ({ key } = await createApiKey(app, who.accountId, { name: 'Door' }));
  authorization = basic(who.accountId, key);
  service = sidOf((await listServices(app, who))[0]!.id);
});
afterAll(() => testApp[Symbol.asyncDispose]());

const FORM = 'Content-Type: application/x-www-form-urlencoded';

async function send(line: string, headers: readonly string[], body = '') {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  const head = [`${line} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...length, ...headers];
  const answer = await sendRaw(app.server!.url, `${head.join('\r\n')}\r\n\r\n${body}`);
  expect(answer.body).not.toMatch(/\n +at |node_modules|\.ts:\d/);
  return answer;
}

const postForm = (body: string, headers: readonly string[] = [`Authorization: ${authorization}`, FORM]) =>
  send(`POST /v2/Services/${service}/Verifications`, headers, body);

async function started(): Promise<number> {
  const [row] = await app.sql<{ count: number }[]>`SELECT count(*)::int AS count FROM verifications`;
  return row!.count;
}

/** A fault as clients of Twilio know it, and nothing done. */
async function expectFault(
  asked: Promise<{ status: number; body: string }>,
  [status, code]: readonly [number, number],
): Promise<Record<string, unknown>> {
  const before = await started();
  const answer = await asked;
  const fault = JSON.parse(answer.body) as Record<string, unknown>;
  expect([answer.status, fault.code, fault.status]).toEqual([status, code, status]);
  expect(await started()).toBe(before);
  return fault;
}

afterEach(async () => {
  expect(failures).toEqual([]);
  const { status, body } = await postForm(`To=${encodeURIComponent(aNumber())}&Channel=sms`);
  expect([status, body]).toEqual([201, expect.stringContaining('"pending"')]);
});

describe('a form that is none starts nothing:', () => {
  const invalid = [400, 60200] as const;
  const to = '%2B385917777777';
  test.each<[string, string]>([
    ['nothing', ''],
    ['without a name', '=&=&='],
    ['names alone', 'To&Channel'],
    ['ampersands', '&&&&&&'],
    ['a number there twice', `To=${to}&To=%2B385917777778&Channel=sms`],
    ['a channel there twice', `To=${to}&Channel=sms&Channel=call`],
    ['the same number twice', `To=${to}&To=${to}&Channel=sms`],
    ['a list', `To[]=${to}&Channel[]=sms`],
    ['a list with places', `To[0]=${to}&Channel[0]=sms`],
    ['an object', `To[a]=${to}&Channel=sms`],
    ['half an escape', 'To=%&Channel=sms'],
    ['an escape that is none', 'To=%zz&Channel=sms'],
    ['octets that are no text', 'To=%ff%fe&Channel=sms'],
    ['a number encoded twice', `To=${encodeURIComponent(to)}&Channel=sms`],
    ['NUL behind the number', `To=${to}%00&Channel=sms`],
    ['NUL in the channel', `To=${to}&Channel=s%00ms`],
    ['a line behind the channel', `To=${to}&Channel=sms%0d%0aX:y`],
    ['a name in other letters', `to=${to}&channel=sms`],
    ['names that every object has', `__proto__=x&constructor=y&To=&Channel=sms`],
    ['JSON that says that it is a form', JSON.stringify({ To: '+385917777777', Channel: 'sms' })],
    ['a thousand fields', `${'a=b&'.repeat(1_000)}To=x&Channel=sms`],
  ])('%s', async (_what, body) => {
    await expectFault(postForm(body), invalid);
  });

  test('and what is there twice is named', async () => {
    const twice = await expectFault(postForm(`Channel=sms&To=${to}&To=${to}`), invalid);
    expect(twice).toMatchObject({ message: 'Invalid parameter: To', details: { code: 'input/invalid' } });
    const inQuery = await expectFault(
      send('GET /v2/Services?PageSize=1&PageSize=2', [`Authorization: ${authorization}`]),
      invalid,
    );
    expect(inQuery).toMatchObject({ message: 'Invalid parameter: PageSize' });
  });

  test('but what nobody asks for may be there as often as it likes', async () => {
    const body = `To=${encodeURIComponent(aNumber())}&Channel=sms&Tags=a&Tags=b`;
    expect((await postForm(body)).status).toBe(201);
  });

  test.each([
    ['a megabyte', 'x'.repeat(1_000_000), FORM, [413, 60200]],
    ['JSON', '{"To":"+385917777777","Channel":"sms"}', 'Content-Type: application/json', [415, 60200]],
    ['parts', '--x\r\n\r\n--x--', 'Content-Type: multipart/form-data; boundary=x', [415, 60200]],
    ['plain text', `To=${to}&Channel=sms`, 'Content-Type: text/plain', [415, 60200]],
    ['no type', `To=${to}&Channel=sms`, 'X: y', [415, 60200]],
    ['a type that begins alike', `To=${to}&Channel=sms`, `${FORM}x`, [415, 60200]],
  ] as const)('%s is refused by what it is', async (_what, body, type, fault) => {
    await expectFault(postForm(body, [`Authorization: ${authorization}`, type]), fault);
  });
});

describe('a path that is none leads nowhere:', () => {
  test.each([
    '/v2/Services/%',
    '/v2/Services/%zz',
    '/v2/Services/%ff',
    '/v2/Services/%00',
    '/v2/Services/VA',
    `/v2/Services/VA${'0'.repeat(32)}`,
    '/v2/Services/__proto__',
    '/v2/Services/../../v1/account',
    '/v2/Services/%2e%2e%2fServices',
    '/v2//Services',
    '/v2/services',
  ])('%s', async (path) => {
    await expectFault(send(`GET ${path}`, [`Authorization: ${authorization}`]), [404, 20404]);
  });

  test.each(['%', '%00', '%ff%fe', '%F0%9F%98%80', 'x'.repeat(4_000), '..%2f..'])(
    'an identity of nobody: %s',
    async (identity) => {
      const path = `/v2/Services/${service}/Entities/${identity}`;
      const { status, body } = await send(`GET ${path}`, [`Authorization: ${authorization}`]);
      expect([404, 400]).toContain(status);
      expect([20404, 60200]).toContain((JSON.parse(body) as { code: number }).code);
    },
  );

  test.each(['PUT', 'PATCH', 'TRACE', 'PROPFIND'])('%s is told what there is', async (method) => {
    const answer = await send(`${method} /v2/Services`, [`Authorization: ${authorization}`]);
    expect(answer.status).toBe(405);
    expect(answer.head).toMatch(/^allow: GET, (?:HEAD, )?POST$/im);
  });

  test('HEAD of what is read does no more than GET', async () => {
    const answer = await send('HEAD /v2/Services', [`Authorization: ${authorization}`]);
    expect([answer.status, answer.body]).toEqual([200, '']);
  });
});

describe('whoever does not say who they are is told to:', () => {
  const encode = (text: string | Buffer) => `Basic ${Buffer.from(text).toString('base64')}`;
  const account = () => sidOf(who.accountId);
  test.each<[string, () => string[]]>([
    ['nothing', () => []],
    ['an empty header', () => ['Authorization: ']],
    ['the scheme alone', () => ['Authorization: Basic']],
    ['the scheme and a blank', () => ['Authorization: Basic ']],
    ['no base64', () => ['Authorization: Basic ====']],
    ['no base64 at all', () => ['Authorization: Basic \xff\xfe']],
    ['two of them in one', () => [`Authorization: ${authorization}, ${authorization}`]],
    ['something behind it', () => [`Authorization: ${authorization} x`]],
    ['no colon', () => [`Authorization: ${encode(key)}`]],
    ['a colon alone', () => [`Authorization: ${encode(':')}`]],
    ['nobody before the colon', () => [`Authorization: ${encode(`:${key}`)}`]],
    ['nothing behind the colon', () => [`Authorization: ${encode(`${account()}:`)}`]],
    ['another account', () => [`Authorization: ${encode(`${sidOf(newId('acc'))}:${key}`)}`]],
    ['another key', () => [`Authorization: ${encode(`${sidOf(newId('key'))}:${key}`)}`]],
    ['a name that is none', () => [`Authorization: ${encode(`x:${key}`)}`]],
    ['NUL before the name', () => [`Authorization: ${encode(`\0${account()}:${key}`)}`]],
    ['NUL behind the key', () => [`Authorization: ${encode(`${account()}:${key}\0`)}`]],
    ['two colons', () => [`Authorization: ${encode(`${account()}::${key}`)}`]],
    ['octets that are no text', () => [`Authorization: ${encode(Buffer.from([255, 254, 58, 255]))}`]],
    ['a key one character short', () => [`Authorization: ${encode(`${account()}:${key.slice(0, -1)}`)}`]],
    ['kilobytes', () => [`Authorization: ${encode('x'.repeat(6_000))}`]],
    ['another scheme', () => [`Authorization: Digest ${key}`]],
  ])('%s', async (_what, headers) => {
    const to = encodeURIComponent(aNumber());
    const fault = await expectFault(postForm(`To=${to}&Channel=sms`, [...headers(), FORM]), [401, 20003]);
    expect(JSON.stringify(fault)).not.toContain(key.slice(13));
  });

  test('more than any header may have is refused before it is read', async () => {
    const answer = await send('GET /v2/Services', [`Authorization: ${encode('x'.repeat(16_000))}`]);
    expect(answer.status).toBe(431);
  });
});
