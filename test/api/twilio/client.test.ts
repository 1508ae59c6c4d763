import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import twilio from 'twilio';
import { createApiKey } from '../../../src/accounts/create-api-key.ts';
import type { Principal } from '../../../src/accounts/principal.ts';
import { uuidOf } from '../../../src/ids.ts';
import { idOfSid, sidOf } from '../../../src/rest/twilio/sids.ts';
import { createService } from '../../../src/services/create.ts';
import { connectSimulated, createTestAccount, createTestApp, type TestApp } from '../../support/app.ts';
import { codeOnApp } from '../../support/factors.ts';
import { countWaiting, held } from '../../support/held.ts';
import { until } from '../../support/until.ts';
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
    expect(created.skipSmsToLandlines).toBe(true);
    const changed = await client.verify.v2.services(created.sid).update({
      friendlyName: 'Second',
      skipSmsToLandlines: false,
    });
    expect(changed).toMatchObject({ sid: created.sid, friendlyName: 'Second', codeLength: 8 });
    expect(changed.skipSmsToLandlines).toBe(false);
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

test('a path that is asked by the wrong method is 405 with 20004, and says by which', async () => {
  const asked = async (method: string, path: string) => {
    const response = await fetch(app.server!.url + path, { method });
    const text = await response.text();
    const { code, status } = (text === '' ? {} : JSON.parse(text)) as { code?: number; status?: number };
    return [response.status, status, code, response.headers.get('allow')];
  };
  const service = `/v2/Services/VA${'0'.repeat(32)}`;
  expect(await asked('PUT', service)).toEqual([405, 405, 20_004, 'GET, HEAD, POST']);
  expect(await asked('GET', `${service}/VerificationCheck`)).toEqual([405, 405, 20_004, 'POST']);
  expect(await asked('POST', '/v2/SafeList/Numbers/+385911234567')).toEqual([
    ...[405, 405, 20_004],
    'GET, HEAD, DELETE',
  ]);
  for (const method of ['GET', 'PUT', 'DELETE'])
    expect(await asked(method, `${service}/Nothing`)).toEqual([404, 404, 20_404, null]);
  expect(await asked('OPTIONS', service)).toEqual([404, 404, 20_404, null]);
});

describe('a rate limit', () => {
  test('lets as many starts through as its buckets say, for each value of its own, and then says when to come back', async () => {
    const limited = await client.verify.v2.services.create({ friendlyName: 'Limited' });
    const limits = client.verify.v2.services(limited.sid).rateLimits;
    const { sid } = await limits.create({ uniqueName: 'end_user_ip', description: 'Per address' });
    const bucket = await limits(sid).buckets.create({ max: 2, interval: 600 });
    await limits(sid).buckets.create({ max: 100, interval: 3_600 });
    const from = (address: string) =>
      client.verify.v2.services(limited.sid).verifications.create({
        ...{ to: aNumber(), channel: 'sms' },
        rateLimits: JSON.stringify({ end_user_ip: address }),
      });
    await from('203.0.113.7');
    await from('203.0.113.7');
    const starts = await countOf('verifications');
    expect(await refusalOf(from('203.0.113.7'))).toMatchObject({ status: 429, code: 20429 });
    expect(await countOf('verifications')).toBe(starts);
    expect((await from('203.0.113.8')).status).toBe('pending');
    expect((await start(aNumber())).status).toBe('pending');

    await limits(sid).buckets(bucket.sid).update({ max: 4 });
    await until(() => from('203.0.113.7'));
    expect((await limits(sid).buckets.list()).map(({ max, interval }) => [max, interval])).toEqual([
      [4, 600],
      [100, 3_600],
    ]);
    expect(await limits(sid).update({ description: 'Per place' })).toMatchObject({
      uniqueName: 'end_user_ip',
      description: 'Per place',
    });
    expect((await limits.list()).map((one) => one.sid)).toEqual([sid]);
    expect(await limits(sid).buckets(bucket.sid).remove()).toBe(true);
    expect(await limits(sid).remove()).toBe(true);
    await until(() =>
      from('203.0.113.7').then(
        () => false,
        (error: { code: number }) => error.code === 60200,
      ),
    );
  });

  test('is named by what it is, and what is wrong with it as well', async () => {
    const limits = verify().rateLimits;
    await limits.create({ uniqueName: 'once' });
    expect(await refusalOf(limits.create({ uniqueName: 'once' }))).toMatchObject({ status: 409 });
    expect(await refusalOf(limits.create({ uniqueName: '' }))).toMatchObject({ code: 60200 });
    const wrongly = (rateLimits: string) =>
      refusalOf(verify().verifications.create({ to: aNumber(), channel: 'sms', rateLimits }));
    for (const text of ['{', '[]', '{"nobody":"x"}', '{"once":""}', '{"once":{}}'])
      expect(await wrongly(text), text).toMatchObject({
        code: 60200,
        message: 'Invalid parameter: RateLimits',
      });
  });
});

async function countOf(table: string): Promise<number> {
  const [row] = await app.sql<[{ n: number }]>`SELECT count(*)::int AS n FROM ${app.sql(table)}`;
  return row.n;
}

test('attempts are listed, found by what they are, and summed up', async () => {
  const own = await client.verify.v2.services.create({ friendlyName: 'Counted' });
  const begin = async () => {
    const to = aNumber();
    const { sid } = await client.verify.v2.services(own.sid).verifications.create({ to, channel: 'sms' });
    return { to, sid, code: (await received(app, to))[0]! };
  };
  const [first, second] = [await begin(), await begin()];
  const checks = client.verify.v2.services(own.sid).verificationChecks;
  await checks.create({ to: first.to, code: first.code });
  const attempts = client.verify.v2.verificationAttempts;
  const all = await attempts.list({ verifyServiceSid: own.sid });
  expect(all.map(({ verificationSid }) => verificationSid)).toEqual([second.sid, first.sid]);
  expect(await attempts.list({ 'channelData.to': first.to })).toMatchObject([
    { verificationSid: first.sid, conversionStatus: 'converted', channel: 'sms', serviceSid: own.sid },
  ]);
  const unconverted = await attempts.list({
    verifyServiceSid: own.sid,
    status: 'unconverted',
    country: 'HR',
  });
  expect(unconverted).toMatchObject([{ verificationSid: second.sid }]);
  expect(await attempts.list({ verifyServiceSid: own.sid, country: 'DE' })).toEqual([]);
  expect(
    await attempts.list({ verifyServiceSid: own.sid, dateCreatedBefore: new Date(1_600_000_000_000) }),
  ).toEqual([]);
  expect(await attempts.list({ verifyServiceSid: own.sid, pageSize: 1 })).toHaveLength(2);
  expect(await client.verify.v2.verificationAttempts(all[0]!.sid).fetch()).toMatchObject({
    sid: all[0]!.sid,
  });
  const summary = client.verify.v2.verificationAttemptsSummary().fetch({ verifyServiceSid: own.sid });
  expect(await summary).toMatchObject({
    ...{ totalAttempts: 2, totalConverted: 1, totalUnconverted: 1 },
    conversionRatePercentage: '50.00',
  });
});

test('a number of the safe list is verified wherever it is from', async () => {
  const { id } = await createService(app, who, { name: 'Abroad', settings: { allowedCountries: ['DE'] } });
  const to = aNumber();
  const begin = () => client.verify.v2.services(sidOf(id)).verifications.create({ to, channel: 'sms' });
  expect(await refusalOf(begin())).toMatchObject({ code: 60605 });
  const list = client.verify.v2.safelist;
  const added = await list.create({ phoneNumber: to });
  expect(added).toMatchObject({ phoneNumber: to, sid: expect.stringMatching(/^GN/) as string });
  expect((await list.create({ phoneNumber: to })).sid).toBe(added.sid);
  expect((await begin()).status).toBe('pending');
  expect((await list(to).fetch()).sid).toBe(added.sid);
  expect(await list(to).remove()).toBe(true);
  expect(await refusalOf(list(to).fetch())).toMatchObject(NOT_FOUND);
  expect(await refusalOf(begin())).toMatchObject({ code: 60605 });
  expect(await refusalOf(list.create({ phoneNumber: '+3859' }))).toMatchObject({ code: 60200 });
});

describe('an authenticator app', () => {
  const STEP_MS = 30_000;
  const people = () => verify().entities;
  const enrolled = async (identity: string) => {
    const made = await people()(identity).newFactors.create({ friendlyName: 'Phone', factorType: 'totp' });
    const { secret, uri } = made.binding as { secret: string; uri: string };
    return { made, secret, uri };
  };
  const verified = async (identity: string) => {
    const { made, secret } = await enrolled(identity);
    const factor = people()(identity).factors(made.sid);
    await factor.update({ authPayload: codeOnApp(secret, clock.now()) });
    clock.advance(STEP_MS);
    return { sid: made.sid, secret };
  };

  test('is enrolled with a secret that is shown once, verified by its first code, and asked for more', async () => {
    const { made, secret, uri } = await enrolled('user-1');
    expect(made).toMatchObject({
      ...{ identity: 'user-1', status: 'unverified', factorType: 'totp', friendlyName: 'Phone' },
      sid: expect.stringMatching(/^YF/) as string,
    });
    expect(new URL(uri).searchParams.get('secret')).toBe(secret);
    const entity = people()('user-1');
    const factor = entity.factors(made.sid);
    const challenge = (code?: string) =>
      entity.challenges.create({ factorSid: made.sid, ...(code !== undefined && { authPayload: code }) });
    expect(await refusalOf(challenge())).toMatchObject({ status: 403, code: 60318 });
    const code = codeOnApp(secret, clock.now());
    expect((await factor.update({ authPayload: wrong(code) })).status).toBe('unverified');
    expect((await factor.update({ authPayload: code })).status).toBe('verified');
    expect(JSON.stringify((await factor.fetch()).toJSON())).not.toContain(secret);

    // The code that verified it is used up.
    expect((await challenge(code)).status).toBe('pending');
    clock.advance(STEP_MS);
    const next = codeOnApp(secret, clock.now());
    const asked = await challenge();
    expect(asked).toMatchObject({ status: 'pending', factorSid: made.sid, identity: 'user-1' });
    const answer = (given: string) => entity.challenges(asked.sid).update({ authPayload: given });
    expect((await answer(wrong(next))).status).toBe('pending');
    expect((await answer(next)).status).toBe('approved');
    expect(await refusalOf(answer(next))).toMatchObject({ code: 60324 });
    expect((await challenge(next)).status).toBe('pending');
    expect((await entity.challenges.list({ status: 'approved' })).map(({ sid }) => sid)).toEqual([asked.sid]);
    expect((await entity.factors.list()).map(({ sid }) => sid)).toEqual([made.sid]);
    expect((await people().list()).map(({ identity }) => identity)).toContain('user-1');
  });

  test('of one code that comes twenty times at once approves one challenge', async () => {
    const { sid, secret } = await verified('user-2');
    const entity = people()('user-2');
    const code = codeOnApp(secret, clock.now());
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => entity.challenges.create({ factorSid: sid, authPayload: code })),
    );
    expect(answers.filter(({ status }) => status === 'approved')).toHaveLength(1);
  });

  test.each([
    ['factor', (identity: string, sid: string) => people()(identity).factors(sid).remove()],
    ['person', (identity: string) => people()(identity).remove()],
  ])('is answered for, or removed with its %s: when both come at once neither fails', async (of, remove) => {
    const identity = `user-${of}`;
    const { sid, secret } = await verified(identity);
    const asked = await people()(identity).challenges.create({ factorSid: sid });
    // Held in the hand, so that both have begun before either of them can go on.
    const [removed, refusal] = await held(app, async (tx) => {
      await tx`SELECT 1 FROM challenges WHERE id = ${uuidOf(idOfSid('chl', asked.sid)!)} FOR UPDATE`;
      const removing = remove(identity, sid);
      await until(async () => (await countWaiting(app)) === 1);
      const code = codeOnApp(secret, clock.now());
      const answering = refusalOf(people()(identity).challenges(asked.sid).update({ authPayload: code }));
      await until(async () => (await countWaiting(app)) === 2);
      return [removing, answering] as const;
    }).then((both) => Promise.all(both));
    expect(removed).toBe(true);
    expect(refusal).toMatchObject(NOT_FOUND);
  });

  test('cannot be guessed: five codes a challenge, fifty in a row, and then not even the right one', async () => {
    const { sid, secret } = await verified('user-3');
    const entity = people()('user-3');
    const right = codeOnApp(secret, clock.now());
    for (let round = 0; round < 10; round++) {
      const asked = await entity.challenges.create({ factorSid: sid });
      const answer = (code: string) => entity.challenges(asked.sid).update({ authPayload: code });
      for (let i = 0; i < 5; i++) expect((await answer(wrong(right))).status).toBe('pending');
      expect(await refusalOf(answer(right))).toMatchObject({ status: 429, code: 60308 });
    }
    const locked = entity.challenges.create({ factorSid: sid, authPayload: right });
    expect(await refusalOf(locked)).toMatchObject({ status: 429, code: 60308 });
  });

  test('that is not verified in five codes has to be enrolled anew, and a challenge ends in time', async () => {
    const { made, secret } = await enrolled('user-4');
    const factor = people()('user-4').factors(made.sid);
    const code = codeOnApp(secret, clock.now());
    for (let i = 0; i < 5; i++) await factor.update({ authPayload: wrong(code) });
    expect(await refusalOf(factor.update({ authPayload: code }))).toMatchObject({ status: 429, code: 60310 });
    expect(await factor.remove()).toBe(true);
    const again = await verified('user-4');
    const asked = await people()('user-4').challenges.create({ factorSid: again.sid });
    clock.advance(5 * 60_000 + 1_000);
    const late = people()('user-4').challenges(asked.sid);
    expect((await late.fetch()).status).toBe('expired');
    const answer = late.update({ authPayload: codeOnApp(again.secret, clock.now()) });
    expect(await refusalOf(answer)).toMatchObject({ code: 60323 });
  });

  test('keeps its used code used when its steps get another length', async () => {
    const { sid, secret } = await verified('user-5');
    const entity = people()('user-5');
    const code = codeOnApp(secret, clock.now());
    expect((await entity.challenges.create({ factorSid: sid, authPayload: code })).status).toBe('approved');
    await entity.factors(sid).update({ 'config.timeStep': 60 });
    const recipe = { algorithm: 'sha1', codeLength: 6, stepSeconds: 60 } as const;
    clock.advance(120_000);
    const later = codeOnApp(secret, clock.now(), recipe);
    expect((await entity.challenges.create({ factorSid: sid, authPayload: later })).status).toBe('approved');
  });

  test('is forgotten with whom it is of', async () => {
    await verified('user-6');
    expect(await people()('user-6').remove()).toBe(true);
    expect(await refusalOf(people()('user-6').fetch())).toMatchObject(NOT_FOUND);
    expect(await refusalOf(people()('user-6').factors.list())).toMatchObject(NOT_FOUND);
    expect(await refusalOf(people().create({ identity: 'a b' }))).toMatchObject({ code: 60200 });
    const short = people()('user-6').newFactors.create({
      ...{ friendlyName: 'Phone', factorType: 'totp', 'binding.secret': 'ABC' },
    });
    expect(await refusalOf(short)).toMatchObject({
      code: 60200,
      message: 'Invalid parameter: Binding.Secret',
    });
  });
});
