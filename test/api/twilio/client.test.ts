import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import twilio from 'twilio';
import { createApiKey } from '../../../src/accounts/create-api-key.ts';
import type { Principal } from '../../../src/accounts/principal.ts';
import { idOfSid, sidOf } from '../../../src/rest/twilio/sids.ts';
import { createService } from '../../../src/services/create.ts';
import { connectSimulated, createTestAccount, createTestApp, type TestApp } from '../../support/app.ts';
import { codesOn, createClock, createNumbers, happened, received, wrong } from '../../support/verifying.ts';

// The client that Twilio publishes, as it comes from npm: only its base URL is another one.

const aNumber = createNumbers(7_100_001);
const clock = createClock();
let main: TestApp;
let app: TestApp['app'];
let who: Principal;
let key: string;
let client: ReturnType<typeof twilio>;
let service: string;

beforeAll(async () => {
  main = await createTestApp({}, { clock: clock.now });
  app = main.app;
  who = await createTestAccount(app);
  await connectSimulated(app, who, ['instant']);
  ({ key } = await createApiKey(app, who.accountId, { name: 'Twilio' }));
  client = clientWith(sidOf(who.accountId), key);
  ({ sid: service } = await client.verify.v2.services.create({ friendlyName: 'Shop', codeLength: 6 }));
});
afterAll(() => main[Symbol.asyncDispose]());

function clientWith(...args: Parameters<typeof twilio>): ReturnType<typeof twilio> {
  const made = twilio(...args);
  made.verify.baseUrl = app.server!.url;
  return made;
}

const verify = () => client.verify.v2.services(service);
const start = (to: string) => verify().verifications.create({ to, channel: 'sms' });

/** What a call was refused with, as the client tells it. */
async function refusalOf(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof twilio.RestException)) throw new Error('it was not refused', { cause: error });
  const { status, code, message, moreInfo } = error;
  return { status, code, message, moreInfo };
}

const NOT_FOUND = { status: 404, code: 20404, message: 'The requested resource was not found' };

describe('a verification', () => {
  test('is started, sent again, checked wrong, right and once more, and fetched', async () => {
    const to = aNumber();
    const started = await start(to);
    expect(started).toMatchObject({
      to,
      channel: 'sms',
      status: 'pending',
      valid: false,
      serviceSid: service,
      accountSid: sidOf(who.accountId),
      sid: expect.stringMatching(/^VE[0-9a-f]{32}$/) as string,
      sendCodeAttempts: [
        { channel: 'sms', attempt_sid: expect.stringMatching(/^VL[0-9a-f]{32}$/) as string },
      ],
      url: `${app.server!.url}/v2/Services/${service}/Verifications/${started.sid}`,
    });
    expect(started.dateCreated).toBeInstanceOf(Date);
    const [code] = await received(app, to);
    const again = await start(to);
    expect(again.sid).toBe(started.sid);
    expect(again.sendCodeAttempts).toHaveLength(2);
    expect(again.sendCodeAttempts[0]).toEqual(started.sendCodeAttempts[0]);
    expect(await received(app, to, 2)).toEqual([code, code]);

    const check = (given: string) => verify().verificationChecks.create({ to, code: given });
    expect(await check(wrong(code!))).toMatchObject({ sid: started.sid, status: 'pending', valid: false });
    expect(await check(code!)).toMatchObject({ sid: started.sid, to, status: 'approved', valid: true });
    expect(await refusalOf(check(code!))).toMatchObject(NOT_FOUND);
    const fetched = await verify().verifications(started.sid).fetch();
    expect(fetched).toMatchObject({ sid: started.sid, to, status: 'approved', valid: true });
    expect(fetched.sendCodeAttempts).toEqual(again.sendCodeAttempts);
  });

  test('is checked by its sid, and is the one that GraphQL and REST know by our id', async () => {
    const { sid } = await start(aNumber());
    const id = idOfSid('vrf', sid)!;
    expect(sidOf(id)).toBe(sid);
    await happened(app, { accountId: who.accountId, id }, 'MessageDelivered');
    const headers = { authorization: `Bearer ${key}` };
    const rest = await fetch(`${app.server!.url}/v1/verifications/${id}`, { headers });
    const { to } = (await rest.json()) as { to: string };
    const [code] = codesOn(app, to);
    const checked = await verify().verificationChecks.create({ verificationSid: sid, code: code! });
    expect(checked).toMatchObject({ sid, status: 'approved', valid: true });
  });

  test('is canceled once, and its code is good for nothing afterwards', async () => {
    const to = aNumber();
    const { sid } = await start(to);
    const [code] = await received(app, to);
    expect(await verify().verifications(sid).update({ status: 'canceled' })).toMatchObject({
      sid,
      status: 'canceled',
      valid: false,
    });
    expect(await refusalOf(verify().verificationChecks.create({ to, code: code! }))).toMatchObject(NOT_FOUND);
    expect((await start(to)).sid).not.toBe(sid);
  });

  test('has five checks: the last wrong one is one too many, and behind it there is nothing', async () => {
    const to = aNumber();
    const { sid } = await start(to);
    const [code] = await received(app, to);
    const check = (given: string) => verify().verificationChecks.create({ to, code: given });
    // No codes of this service, and not counted: one could be of another, the other of none.
    expect(await check('12345')).toMatchObject({ status: 'pending', valid: false });
    expect(await refusalOf(check('1'))).toMatchObject({ code: 60200, message: 'Invalid parameter: Code' });
    for (let i = 0; i < 4; i++) expect((await check(wrong(code!))).valid).toBe(false);
    expect(await refusalOf(check(wrong(code!)))).toMatchObject({ status: 429, code: 60202 });
    expect(await refusalOf(check(code!))).toMatchObject(NOT_FOUND);
    expect((await verify().verifications(sid).fetch()).status).toBe('max_attempts_reached');
  });

  test('is sent five times in ten minutes, and the sixth says when to come back', async () => {
    const to = aNumber();
    for (let i = 0; i < 5; i++) await start(to);
    const response = await fetch(`${app.server!.url}/v2/Services/${service}/Verifications`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${sidOf(who.accountId)}:${key}`)}` },
      body: new URLSearchParams({ To: to, Channel: 'sms' }),
    });
    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(500);
    expect(await refusalOf(start(to))).toMatchObject({ status: 429, code: 60203 });
  });

  test('that has expired is not found by a check', async () => {
    const to = aNumber();
    const { sid } = await start(to);
    const [code] = await received(app, to);
    clock.advance(601_000);
    const check = verify().verificationChecks.create({ verificationSid: sid, code: code! });
    expect(await refusalOf(check)).toMatchObject(NOT_FOUND);
    expect((await verify().verifications(sid).fetch()).status).toBe('expired');
  });
});

describe('what is wrong', () => {
  const INVALID = (name: string) => ({ status: 400, code: 60200, message: `Invalid parameter: ${name}` });
  const of = (more: object) => verify().verifications.create({ to: aNumber(), channel: 'sms', ...more });

  test.each([
    ['To', () => start('+3859')],
    ['Channel', () => of({ channel: 'pigeon' })],
    ['Locale', () => of({ locale: '?' })],
    ['CustomCode', () => of({ customCode: '123456' })],
    ['AppHash', () => of({ appHash: 'abc' })],
    ['To', () => verify().verificationChecks.create({ code: '123456' })],
    ['FriendlyName', () => client.verify.v2.services.create({ friendlyName: 'x'.repeat(33) })],
    ['CodeLength', () => client.verify.v2.services.create({ friendlyName: 'x', codeLength: 11 })],
    ['Psd2Enabled', () => client.verify.v2.services.create({ friendlyName: 'x', psd2Enabled: true })],
    ['PageSize', () => client.verify.v2.services.page({ pageSize: 1001 })],
  ])('is named: %s', async (name, call) => {
    const moreInfo = expect.stringContaining('twilio.md#60200') as string;
    expect(await refusalOf(call())).toMatchObject({ ...INVALID(name), moreInfo });
  });

  test('is told by the code of Twilio, whatever stood in the way', async () => {
    expect(await refusalOf(of({ channel: 'call' }))).toMatchObject({ status: 400, code: 60223 });
    const settings = { allowedCountries: ['DE'] };
    const { id } = await createService(app, who, { name: 'Germany', settings });
    const german = client.verify.v2.services(sidOf(id)).verifications;
    expect(await refusalOf(german.create({ to: aNumber(), channel: 'sms' }))).toMatchObject({
      status: 403,
      code: 60605,
    });
    const nobodys = client.verify.v2.services(`VA${'0'.repeat(32)}`);
    expect(await refusalOf(nobodys.fetch())).toMatchObject(NOT_FOUND);
    expect(await refusalOf(nobodys.verifications.create({ to: aNumber(), channel: 'sms' }))).toMatchObject(
      NOT_FOUND,
    );
    const stranger = clientWith(sidOf(who.accountId), 'a token of somebody');
    expect(await refusalOf(stranger.verify.v2.services.list())).toMatchObject({ status: 401, code: 20003 });
    const form = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const json = await fetch(`${app.server!.url}/v2/Services`, { method: 'POST', headers: form, body: '{}' });
    expect([json.status, await json.json()]).toMatchObject([415, { code: 60200 }]);
    const large = await fetch(`${app.server!.url}/v2/Services`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: new URLSearchParams({ FriendlyName: 'x'.repeat(70_000) }),
    });
    expect([large.status, await large.json()]).toMatchObject([413, { code: 60200 }]);
  });
});

test('an API key is known by its own sid as well', async () => {
  const { key: secret, row } = await createApiKey(app, who.accountId, { name: 'By its sid' });
  const bySid = clientWith(sidOf(row.id), secret, { accountSid: sidOf(who.accountId) });
  expect((await bySid.verify.v2.services(service).fetch()).friendlyName).toBe('Shop');
});

describe('services', () => {
  test('are created, changed and fetched', async () => {
    const created = await client.verify.v2.services.create({ friendlyName: 'First', codeLength: 8 });
    expect(created).toMatchObject({ friendlyName: 'First', codeLength: 8, lookupEnabled: false });
    const changed = await client.verify.v2.services(created.sid).update({ friendlyName: 'Second' });
    expect(changed).toMatchObject({ sid: created.sid, friendlyName: 'Second', codeLength: 8 });
    expect((await client.verify.v2.services(created.sid).fetch()).toJSON()).toEqual(changed.toJSON());
  });

  test('are listed over several pages, there and back', async () => {
    for (let i = 0; i < 5; i++) await client.verify.v2.services.create({ friendlyName: `Listed ${i}` });
    const all = (await client.verify.v2.services.list()).map(({ sid }) => sid);
    expect(all.length).toBeGreaterThan(6);
    expect([...all].sort()).toEqual(all);
    const paged = await client.verify.v2.services.list({ pageSize: 2 });
    expect(paged.map(({ sid }) => sid)).toEqual(all);
    const first = await client.verify.v2.services.page({ pageSize: 3 });
    const pages: Pick<typeof first, 'instances' | 'nextPage' | 'previousPage'>[] = [first];
    for (let next = await first.nextPage(); next; next = await next.nextPage()) pages.push(next);
    expect(pages.flatMap(({ instances }) => instances.map(({ sid }) => sid))).toEqual(all);
    const back = await pages.at(-1)!.previousPage();
    expect(back!.instances.map(({ sid }) => sid)).toEqual(pages.at(-2)!.instances.map(({ sid }) => sid));
    expect(await first.previousPage()).toBeUndefined();
  });
});
