import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import { idFromUuid, uuidOf } from '../../src/ids.ts';
import { addInboundNumber } from '../../src/inbound/add-number.ts';
import {
  createOtpost,
  CredentialError,
  InvalidInputError,
  type OtpostError,
  TooManySendsError,
  UnreachableError,
  WrongCodeError,
  type Otpost,
  type VerificationEvent,
} from '../../src/sdk/index.ts';
import { connectSimulated, createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import { until } from '../support/until.ts';
import { createNumbers, received, wrong } from '../support/verifying.ts';

let testApp: TestApp;
let app: TestApp['app'];
let who: Principal;
let token: string;
let otpost: Otpost;
const nextNumber = createNumbers(4_100_000);

beforeAll(async () => {
  testApp = await createTestApp();
  app = testApp.app;
  who = await createTestAccount(app);
  await connectSimulated(app, who, ['normal']);
  token = (await createApiKey(app, who.accountId, { name: 'SDK' })).key;
  otpost = createOtpost({ url: app.server!.url, token });
});
afterAll(() => testApp[Symbol.asyncDispose]());

function proxied(): Promise<Proxy> {
  const { hostname, port } = new URL(app.server!.url);
  return startProxy({ host: hostname, port: Number(port) });
}

test('start, watch with the client token, wrong code, right code: the events come in order and end', async () => {
  const to = nextNumber();
  const { id, status, clientToken } = await otpost.start(to);
  expect(status).toBe('PENDING');
  const page = createOtpost({ url: `${app.server!.url}/` });
  const seen: VerificationEvent[] = [];
  const watched = (async () => {
    for await (const event of page.watch(id, { token: clientToken })) seen.push(event);
  })();
  const [code] = await received(app, to);
  const refused = await otpost.check(id, wrong(code!)).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(WrongCodeError);
  expect(refused).toMatchObject({ code: 'verification/wrong_code', checksLeft: 4 });
  await until(() => seen.some(({ type }) => type === 'MessageDelivered'));
  await expect(otpost.check(id, code!)).resolves.toMatchObject({ id, status: 'APPROVED' });
  await watched;
  const types = seen.map(({ type }) => type);
  expect(types.toSorted()).toEqual(
    [
      ...['VerificationStarted', 'MessageQueued', 'MessageSent', 'MessageDelivered'],
      ...['CodeRejected', 'VerificationApproved'],
    ].toSorted(),
  );
  expect(seen.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
  const late: VerificationEvent[] = [];
  for await (const event of otpost.watch(id, { after: seen[2]!.cursor })) late.push(event);
  expect(late).toEqual(seen.slice(3));
});

test('a line that is cut comes back behind the last event: none is missed, none comes twice', async () => {
  await using proxy = await proxied();
  const { id, clientToken } = await otpost.start(nextNumber());
  const seen: VerificationEvent[] = [];
  const losses: OtpostError[] = [];
  const page = createOtpost({ url: `http://127.0.0.1:${proxy.port}` });
  const watched = (async () => {
    const onReconnect = (error: OtpostError) => void losses.push(error);
    for await (const event of page.watch(id, { token: clientToken, onReconnect })) seen.push(event);
  })();
  await until(() => seen.some(({ type }) => type === 'MessageDelivered'));
  await proxy.cut();
  await until(() => losses.length > 0);
  await otpost.cancel(id);
  await proxy.mend();
  await watched;
  expect(losses[0]).toBeInstanceOf(UnreachableError);
  expect(seen.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
  expect(seen.at(-1)).toMatchObject({ type: 'VerificationCanceled', verification: { status: 'CANCELED' } });
});

test('leaving the loop, or a signal, hangs up', async () => {
  const { id } = await otpost.start(nextNumber());
  for await (const event of otpost.watch(id)) {
    expect(event.type).toBe('VerificationStarted');
    break;
  }
  const stop = new AbortController();
  const reason = new Error('enough');
  const watched = (async () => {
    for await (const event of otpost.watch(id, { signal: stop.signal }))
      if (event.type === 'MessageSent') stop.abort(reason);
  })();
  await expect(watched).rejects.toBe(reason);
});

test('a start whose answer was lost is repeated, and is still one', async () => {
  const to = nextNumber();
  let lost = 0;
  const unlucky = createOtpost({
    url: app.server!.url,
    token,
    fetch: async (...request) => {
      const response = await fetch(...request);
      if (lost++ > 0) return response;
      await response.arrayBuffer();
      throw new TypeError('the line was cut');
    },
  });
  const { id } = await unlucky.start(to);
  expect(lost).toBe(2);
  await until(() => app.simulator!.handsets.messages(to).length === 1);
  await otpost.cancel(id);
});

test('a check is never repeated by itself', async () => {
  const { id } = await otpost.start(nextNumber());
  let calls = 0;
  const unlucky = createOtpost({
    url: app.server!.url,
    token,
    fetch: async () => {
      calls += 1;
      throw new TypeError('the line was cut');
    },
  });
  await expect(unlucky.check(id, '000000')).rejects.toBeInstanceOf(UnreachableError);
  expect(calls).toBe(1);
});

test('each refusal is an error of its kind', async () => {
  const nonsense = await otpost.start('nonsense').catch((error: unknown) => error);
  expect(nonsense).toBeInstanceOf(InvalidInputError);
  expect(nonsense).toMatchObject({ code: 'input/phone_number', field: 'to' });
  const to = nextNumber();
  await expect(otpost.start({ to, idempotencyKey: 'x'.repeat(300) })).rejects.toBeInstanceOf(
    InvalidInputError,
  );
  const { id } = await otpost.start(to);
  const empty = await otpost.check(id, '').catch((error: unknown) => error);
  expect(empty).toBeInstanceOf(InvalidInputError);
  expect(empty).toMatchObject({ code: 'input/code', field: 'code' });
  const again = await otpost.start(to).catch((error: unknown) => error);
  expect(again).toBeInstanceOf(TooManySendsError);
  expect((again as TooManySendsError).nextSendAt.getTime()).toBeGreaterThan(Date.now());
  const stranger = createOtpost({ url: app.server!.url, token: 'otp_live_nobody' });
  await expect(stranger.start(to)).rejects.toBeInstanceOf(CredentialError);
  await expect(stranger.watch('vrf_1').next()).rejects.toBeInstanceOf(CredentialError);
  const unknown = `vrf_${'0'.repeat(32)}`;
  await expect(otpost.watch(unknown).next()).rejects.toMatchObject({ code: 'verification/not_found' });
  const proxyPage = createOtpost({
    url: 'http://localhost',
    fetch: async () => new Response('<h1>Bad gateway</h1>', { status: 502 }),
  });
  await expect(proxyPage.check(unknown, '1')).rejects.toBeInstanceOf(UnreachableError);
});

test('a start over inbound_sms says what the visitor has to text where', async () => {
  const [carrier] = await app.sql<{ id: string }[]>`
    SELECT id FROM carriers WHERE account_id = ${uuidOf(who.accountId)}`;
  await addInboundNumber(app, who, { carrierId: idFromUuid('car', carrier!.id), number: '+385991234567' });
  const { inboundCode, inboundNumber } = await otpost.start({ to: nextNumber(), channel: 'INBOUND_SMS' });
  expect({ inboundCode, inboundNumber }).toEqual({
    inboundCode: expect.stringMatching(/^\d{6}$/) as string,
    inboundNumber: '+385991234567',
  });
});
