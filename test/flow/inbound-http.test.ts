import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import type { CarrierConfigInput } from '../../src/carriers/config.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { InvalidInput } from '../../src/errors.ts';
import type { CarrierId } from '../../src/ids.ts';
import { addInboundNumber } from '../../src/inbound/add-number.ts';
import { senderOf, textOf } from '../../src/inbound/queries.ts';
import { inboundCodeOf } from '../../src/inbound/shown-code.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createNumbers, start, stateOf } from '../support/verifying.ts';

const aNumber = createNumbers(8_700_001);
const OURS = '+385991234567';
const SECRET = 'a-shared-secret';

let main: TestApp;
let app: TestApp['app'];

beforeAll(async () => {
  main = await createTestApp({ ROLES: 'api' });
  app = main.app;
});
afterAll(() => main[Symbol.asyncDispose]());

type HttpInput = Extract<CarrierConfigInput, { kind: 'http' }>;

async function createWorld(
  inbound: HttpInput['inbound'],
  more: Partial<HttpInput> = {},
): Promise<{ who: Principal; carrierId: CarrierId }> {
  const who = await createTestAccount(app);
  const carrierId = await connectCarrier(app, who.accountId, {
    name: 'Handsets',
    config: {
      kind: 'http',
      request: { url: 'https://sms.example/send', body: { json: { to: '{to}', text: '{text}' } } },
      answer: { messageId: '/id' },
      inbound,
      ...more,
    },
    secrets: { token: SECRET },
  });
  await addInboundNumber(app, who, { carrierId, number: OURS });
  return { who, carrierId };
}

const JSON_INBOUND = {
  list: '/messages',
  from: '/msisdn',
  to: '/to',
  text: '/body/text',
  id: '/id',
  auth: { type: 'hmac', header: 'x-signature', secret: 'token' },
} as const;

const sign = (body: string) => createHmac('sha256', SECRET).update(body).digest('hex');

async function call(carrierId: CarrierId, body: string, headers: Record<string, string> = {}, query = '') {
  const init = { method: 'POST', body, headers: { 'x-signature': sign(body), ...headers } };
  return (await fetch(`${app.server!.url}/carriers/${carrierId}/inbound${query}`, init)).status;
}

async function textsOf({ accountId }: Principal): Promise<[from: string, text: string][]> {
  const rows = await app.db.query.inboundMessages.findMany({ where: { accountId }, orderBy: { id: 'asc' } });
  return Promise.all(
    rows.map(async (row) => [await senderOf(app, row), await textOf(app, row)] as [string, string]),
  );
}

describe('messages from handsets over HTTP', () => {
  test('are stored by JSON pointer, each once, however often the carrier calls', async () => {
    const { who, carrierId } = await createWorld(JSON_INBOUND);
    const [a, b] = [aNumber(), aNumber()];
    const body = JSON.stringify({
      messages: [
        { id: 1, msisdn: Number(a.slice(1)), to: '385991234567', body: { text: 'my code is 097489' } },
        { id: 2, msisdn: b, to: OURS, body: { text: 'hi' } },
      ],
    });
    expect([await call(carrierId, body), await call(carrierId, body)]).toEqual([204, 204]);
    expect(await textsOf(who)).toEqual([
      [a, 'my code is ••••••'],
      [b, 'hi'],
    ]);
  });

  test('approve an inbound verification', async () => {
    const { who, carrierId } = await createWorld(JSON_INBOUND);
    const to = aNumber();
    const v = await start(app, who, to, { channel: 'inbound_sms' });
    const text = (await inboundCodeOf(app, v))!;
    expect(
      await call(carrierId, JSON.stringify({ messages: { msisdn: to, to: OURS, body: { text } } })),
    ).toBe(204);
    expect(await stateOf(app, v)).toMatchObject({ status: 'approved' });
  });

  test('may be form fields, or the query of a GET, with a secret', async () => {
    const fields = { from: '/from', to: '/to', text: '/text' };
    const auth = { type: 'secret', query: 'token', secret: 'token' } as const;
    const form = await createWorld({ format: 'form', ...fields, auth });
    const query = await createWorld({ format: 'query', ...fields, auth });
    const from = aNumber();
    const params = new URLSearchParams({ from, to: OURS, text: 'šđ & ?' });
    expect(await call(form.carrierId, params.toString(), {}, `?token=${SECRET}`)).toBe(204);
    const address = `${app.server!.url}/carriers/${query.carrierId}/inbound`;
    // As many write it: a + that becomes a space.
    const written = `?from=${from}&to=${OURS}&text=${encodeURIComponent('šđ & ?')}&token=${SECRET}`;
    expect((await fetch(address + written)).status).toBe(204);
    for (const { who } of [form, query]) expect(await textsOf(who)).toEqual([[from, 'šđ & ?']]);
  });

  test('are taken from the carrier alone, and say what is wrong with a call', async () => {
    const { who, carrierId } = await createWorld(JSON_INBOUND);
    const body = JSON.stringify({ messages: [{ msisdn: aNumber(), to: OURS, body: { text: 'hi' } }] });
    expect(await call(carrierId, body, { 'x-signature': sign(`${body} `) })).toBe(401);
    expect(await call(carrierId, '{"messages":[{}]}')).toBe(400);
    expect(await call(carrierId, 'no json')).toBe(400);
    expect(await call(`car_${'0'.repeat(32)}`, body)).toBe(404);
    const get = await fetch(`${app.server!.url}/carriers/${carrierId}/inbound`);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await textsOf(who)).toEqual([]);
  });

  test('of a carrier that is not configured for them are not found', async () => {
    const who = await createTestAccount(app);
    const carrierId = await connectCarrier(app, who.accountId, {
      name: 'Only sends',
      config: {
        kind: 'http',
        request: { url: 'https://sms.example/send', body: { json: { to: '{to}', text: '{text}' } } },
        answer: { messageId: '/id' },
      },
      secrets: {},
    });
    expect(await call(carrierId, '{}')).toBe(404);
  });

  test.each([
    ['no proof', { from: '/a', to: '/b', text: '/c' }, 'config.inbound.auth'],
    ['a pointer that is none', { ...JSON_INBOUND, from: 'msisdn' }, 'config.inbound.from'],
    ['a signature over a query', { ...JSON_INBOUND, format: 'query' }, 'config.inbound.auth'],
    [
      'a secret that is not there',
      { ...JSON_INBOUND, auth: { ...JSON_INBOUND.auth, secret: 'other' } },
      'config.inbound.auth.secret',
    ],
  ] as const)('with %s are refused at the configuration', async (_what, inbound, field) => {
    const error = await createWorld(inbound as HttpInput['inbound']).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InvalidInput);
    expect((error as InvalidInput).field).toBe(field);
  });
});
