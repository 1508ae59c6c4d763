import { createApiKey } from '../../../src/accounts/create-api-key.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../../src/accounts/principal.ts';
import type { VerificationId } from '../../../src/ids.ts';
import {
  createTestAccount,
  createTestApp,
  createWaitingAccount,
  connectSimulated,
  type TestApp,
} from '../../support/app.ts';
import { createRestCaller, restCallerWith, type RestCaller } from '../../support/rest.ts';
import { codeOf, createClock, createNumbers, happened, wrong } from '../../support/verifying.ts';

const aNumber = createNumbers(6_100_000);
const clock = createClock();
let main: TestApp;
let app: TestApp['app'];
let who: Principal;
let caller: RestCaller;

beforeAll(async () => {
  main = await createTestApp({}, { clock: clock.now });
  app = main.app;
  who = await createTestAccount(app, { coolDownSeconds: 60 });
  await connectSimulated(app, who, ['instant']);
  caller = await createRestCaller(app, who);
});
afterAll(() => main[Symbol.asyncDispose]());

async function start(body: object = {}, headers: Record<string, string> = {}) {
  return caller.post('/v1/verifications', { to: aNumber(), ...body }, headers);
}

const keyOf = (id: unknown) => ({ accountId: who.accountId, id: id as VerificationId });

describe('a verification over REST', () => {
  test('is started, read, checked wrong and right, and approved once', async () => {
    const to = aNumber();
    const started = await caller.post('/v1/verifications', { to });
    expect(started.status).toBe(201);
    expect(started.body).toMatchObject({
      to,
      status: 'pending',
      checksLeft: 5,
      channel: 'sms',
      locale: 'en',
    });
    expect(started.headers.get('location')).toBe(`/v1/verifications/${String(started.body.id)}`);
    const { id } = started.body;
    await happened(app, keyOf(id), 'MessageDelivered');
    const code = await codeOf(app, keyOf(id));
    const refused = await caller.post(`/v1/verifications/${String(id)}/check`, { code: wrong(code) });
    expect(refused).toMatchObject({
      status: 422,
      body: { code: 'verification/wrong_code', title: 'wrong code', status: 422, checksLeft: 4 },
    });
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    const approved = await caller.post(`/v1/verifications/${String(id)}/check`, { code });
    expect(approved).toMatchObject({ status: 200, body: { id, status: 'approved' } });
    expect(await caller.post(`/v1/verifications/${String(id)}/check`, { code })).toMatchObject({
      status: 409,
      body: { code: 'verification/already_used', approvedAt: approved.body.settledAt },
    });
  });

  test('is sent again under the rules of a start, and never begins another one', async () => {
    const { id } = (await start()).body;
    const tooEarly = await caller.post(`/v1/verifications/${String(id)}/resend`);
    expect(tooEarly).toMatchObject({ status: 429, body: { code: 'verification/too_many_sends' } });
    const seconds = Number(tooEarly.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThanOrEqual(60);
    clock.advance(61_000);
    const again = await caller.post(`/v1/verifications/${String(id)}/resend`);
    expect(again).toMatchObject({ status: 200, body: { id, sendsLeft: 3 } });
    const messages = await caller.get(`/v1/verifications/${String(id)}/messages`);
    expect(messages.body.items).toHaveLength(2);
    await caller.post(`/v1/verifications/${String(id)}/cancel`);
    const after = await caller.post(`/v1/verifications/${String(id)}/resend`);
    expect(after).toMatchObject({ status: 409, body: { code: 'verification/settled', status: 409 } });
  });

  test('is canceled once and for all', async () => {
    const { id } = (await start()).body;
    const canceled = await caller.post(`/v1/verifications/${String(id)}/cancel`);
    expect(canceled).toMatchObject({ status: 200, body: { status: 'canceled' } });
    expect(await caller.post(`/v1/verifications/${String(id)}/cancel`)).toMatchObject({
      status: 200,
      body: { settledAt: canceled.body.settledAt },
    });
  });

  test('is the same for the same Idempotency-Key, and refused for another body', async () => {
    const to = aNumber();
    const key = { 'idempotency-key': 'order-1' };
    const first = await start({ to }, key);
    const second = await start({ to }, key);
    expect(second.body).toMatchObject({ id: first.body.id, sendsLeft: first.body.sendsLeft });
    expect(await start({ to: aNumber() }, key)).toMatchObject({
      status: 409,
      body: { code: 'idempotency/conflict' },
    });
  });

  test('is told apart by its tag: 304 until something changes', async () => {
    const waiting = await createWaitingAccount(app);
    const quiet = await createRestCaller(app, waiting);
    const { id } = (await quiet.post('/v1/verifications', { to: aNumber() })).body;
    const path = `/v1/verifications/${String(id)}`;
    const etag = (await quiet.get(path)).headers.get('etag')!;
    expect(await quiet.get(path, { 'if-none-match': etag })).toMatchObject({ status: 304, body: {} });
    expect(await quiet.get(path, { 'if-none-match': `"other", W/${etag}` })).toMatchObject({ status: 304 });
    await quiet.post(`${path}/cancel`);
    const changed = await quiet.get(path, { 'if-none-match': etag });
    expect(changed).toMatchObject({ status: 200, body: { status: 'canceled' } });
  });
});

test('lists go page by page, newest first, by status, number and service', async () => {
  const own = await createWaitingAccount(app);
  const owner = await createRestCaller(app, own);
  const numbers = Array.from({ length: 5 }, aNumber);
  const ids: unknown[] = [];
  for (const to of numbers) ids.unshift((await owner.post('/v1/verifications', { to })).body.id);
  await owner.post(`/v1/verifications/${String(ids[0])}/cancel`);
  const seen: unknown[] = [];
  let after = '';
  for (;;) {
    const { body } = await owner.get(`/v1/verifications?first=2${after}`);
    seen.push(...(body.items as { id: string }[]).map(({ id }) => id));
    if (body.nextCursor === null) break;
    after = `&after=${body.nextCursor as string}`;
  }
  expect(seen).toEqual(ids);
  const found = async (query: string) =>
    ((await owner.get(`/v1/verifications?${query}`)).body.items as { id: string }[]).map(({ id }) => id);
  expect(await found('status=canceled,expired')).toEqual([ids[0]]);
  expect(await found(`to=${encodeURIComponent(numbers[1]!)}`)).toEqual([ids[3]]);
  expect(await owner.get('/v1/verifications?after=nonsense')).toMatchObject({
    body: { code: 'input/cursor' },
  });
});

test('a message shows the way that it took', async () => {
  const { id } = (await start()).body;
  await happened(app, keyOf(id), 'MessageDelivered');
  const { body } = await caller.get(`/v1/verifications/${String(id)}/messages`);
  const [message] = body.items as { id: string; attempts: object[] }[];
  expect(message).toMatchObject({
    status: 'delivered',
    segments: 1,
    attempts: [{ status: 'delivered', error: null, candidates: [{ excluded: null }] }],
  });
  expect((await caller.get(`/v1/messages/${message!.id}`)).body).toEqual(message);
});

test('a body that does not say how long it is goes by the same rules, and a method that is not there has none', async () => {
  const { key } = await createApiKey(app, who.accountId, { name: 'Pieces' });
  const inPieces = (path: string, type: string, text: string) =>
    fetch(app.server!.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': type },
      body: new Blob([text]).stream(),
      duplex: 'half',
    } as RequestInit);
  const json = (more: object) =>
    inPieces('/v1/verifications', 'application/json', JSON.stringify({ to: aNumber(), ...more }));
  expect((await json({})).status).toBe(201);
  expect((await json({ locale: 'x'.repeat(70_000) })).status).toBe(413);
  const form = (name: string) =>
    inPieces('/v2/Services', 'application/x-www-form-urlencoded', `FriendlyName=${name}`);
  expect((await form('Pieces')).status).toBe(201);
  expect((await form('x'.repeat(70_000))).status).toBe(413);
  const headers = { authorization: `Bearer ${key}` };
  for (const path of ['/v1/verifications', '/v2/Services'])
    expect((await fetch(app.server!.url + path, { method: 'DELETE', headers })).status, path).toBe(405);
});

test('HEAD is answered as GET, without the body, and the connection goes on', async () => {
  const url = `${app.server!.url}/v1/services`;
  const headers = { authorization: `Bearer ${caller.credential}` };
  const [head, whole] = [await fetch(url, { method: 'HEAD', headers }), await fetch(url, { headers })];
  expect(head.status).toBe(200);
  expect(await head.text()).toBe('');
  const body = await whole.text();
  expect(body).not.toBe('');
  for (const { headers } of [head, whole])
    expect(headers.get('content-length')).toBe(String(Buffer.byteLength(body)));
  expect(head.headers.get('etag')).toBe(whole.headers.get('etag'));
});

test('a body without a content type is not guessed at', async () => {
  const to = aNumber();
  const response = await fetch(`${app.server!.url}/v1/verifications`, {
    method: 'POST',
    headers: { authorization: `Bearer ${caller.credential}` },
    body: Buffer.from(JSON.stringify({ to })),
  });
  expect([response.status, await response.json()]).toMatchObject([415, { code: 'request/media_type' }]);
});

describe('is refused with a problem', () => {
  test.each<[number, string, () => ReturnType<RestCaller['post']>]>([
    [400, 'input/phone_number', () => start({ to: '+999' })],
    [400, 'input/invalid', () => start({ more: 1 })],
    [400, 'input/invalid', () => start({ channel: 'pigeon' })],
    [400, 'input/invalid', () => start({}, { 'idempotency-key': 'x'.repeat(256) })],
    [400, 'input/invalid', () => caller.post('/v1/verifications', '{"to": ')],
    [400, 'input/invalid', () => caller.get('/v1/verifications?first=101')],
    [400, 'input/invalid', () => caller.get('/v1/verifications?to=1&to=2')],
    [400, 'input/invalid', () => caller.post('/v1/verifications')],
    [
      415,
      'request/media_type',
      () => caller.post('/v1/verifications', 'to=1', { 'content-type': 'text/plain' }),
    ],
    [415, 'request/media_type', () => start({}, { 'content-encoding': 'gzip' })],
    [
      415,
      'request/media_type',
      () => caller.post('/v1/verifications/batch', [{ to: aNumber() }], { 'content-encoding': 'gzip' }),
    ],
    [413, 'request/too_large', () => start({ locale: 'x'.repeat(70_000) })],
    [404, 'service/not_found', () => start({ serviceId: 'svc_none' })],
    [404, 'verification/not_found', () => caller.get('/v1/verifications/vrf_none')],
    [404, 'message/not_found', () => caller.get(`/v1/messages/msg_${'0'.repeat(32)}`)],
    [404, 'request/path', () => caller.get('/v1/nothing')],
    [401, 'auth/missing', () => restCallerWith(app, '').get('/v1/account')],
    [401, 'auth/invalid', () => restCallerWith(app, 'nonsense').get('/v1/account')],
  ])('%i %s', async (status, code, call) => {
    const { headers, body, status: got } = await call();
    expect({ got, body }).toMatchObject({ got: status, body: { code, status } });
    expect(headers.get('content-type')).toBe('application/problem+json');
    for (const member of ['type', 'title', 'detail']) expect(body[member]).toEqual(expect.any(String));
    const challenge = expect.stringMatching(/^Bearer realm="otpost"/) as string;
    expect(headers.get('www-authenticate')).toEqual(status === 401 ? challenge : null);
  });
});

test.each([
  ['PUT', '/v1/verifications', 'GET, HEAD, POST'],
  ['DELETE', `/v1/verifications/vrf_${'0'.repeat(32)}`, 'GET, HEAD'],
  ['GET', `/v1/verifications/vrf_${'0'.repeat(32)}/check`, 'POST'],
  ['HEAD', `/v1/verifications/vrf_${'0'.repeat(32)}/check`, 'POST'],
  ['POST', '/v1/account', 'GET, HEAD'],
  ['POST', '/v1/openapi.json', 'GET, HEAD'],
])('%s %s is answered 405, and with what can be asked there', async (method, path, allow) => {
  const response = await fetch(app.server!.url + path, {
    method,
    headers: { authorization: `Bearer ${caller.credential}` },
  });
  expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const text = await response.text();
  if (method === 'HEAD') return expect(text).toBe('');
  expect(JSON.parse(text)).toMatchObject({ code: 'request/method', status: 405, title: 'method' });
});

test('a path without anything is 404 by any method, and HEAD and OPTIONS are as ever', async () => {
  const asked = async (method: string, path: string) => {
    const { status, headers } = await fetch(app.server!.url + path, {
      method,
      headers: { authorization: `Bearer ${caller.credential}` },
    });
    return [status, headers.get('allow')];
  };
  for (const method of ['GET', 'POST', 'PUT', 'HEAD'])
    expect(await asked(method, '/v1/nothing')).toEqual([404, null]);
  expect(await asked('GET', '/v1/docs/nothing')).toEqual([404, null]);
  expect(await asked('HEAD', '/v1/account')).toEqual([200, null]);
  expect(await asked('OPTIONS', '/v1/account')).toEqual([204, null]);
});

test('a key without the permission is told which one is missing, and sees numbers masked without that one', async () => {
  const { id } = (await start()).body;
  const reader = await createRestCaller(app, who, ['verifications:read']);
  expect(await reader.post('/v1/verifications', { to: aNumber() })).toMatchObject({
    status: 403,
    body: { code: 'auth/forbidden', permission: 'verifications:write' },
  });
  const { body } = await reader.get(`/v1/verifications/${String(id)}`);
  expect(body.to).toMatch(/^\+385•+\d\d$/);
});

test('a clientToken reads its own verification and nothing else', async () => {
  const [own, other] = [(await start()).body, (await start()).body];
  const frontend = restCallerWith(app, String(own.clientToken));
  const { status, body } = await frontend.get(`/v1/verifications/${String(own.id)}`);
  expect({ status, to: body.to }).toEqual({ status: 200, to: expect.stringContaining('•') as string });
  for (const path of [
    `/v1/verifications/${String(other.id)}`,
    '/v1/verifications',
    `/v1/verifications/${String(own.id)}/messages`,
    '/v1/events',
  ])
    expect(await frontend.get(path)).toMatchObject({ status: 403, body: { code: 'auth/forbidden' } });
});
