import * as fc from 'fast-check';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../src/db/embedded/free-port.ts';
import { PATHS } from '../../src/graphql/paths.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { badDoorCalls, isDoorPath } from '../support/bad-doors.ts';
import { badInputs, sendBadInput } from '../support/bad-inputs.ts';
import { createDoorstep, type Doorstep } from '../support/doorstep.ts';
import { callerWith, codesOf } from '../support/graphql.ts';
import { MailServer } from '../support/smtp-server.ts';
import { LOOKUP } from '../support/tenant-rows.ts';
import { createTenant, type Tenant } from '../support/tenants.ts';
import { createNumbers } from '../support/verifying.ts';

const failures: string[] = [];
const stack = new AsyncDisposableStack();
let testApp: TestApp;
let tenant: Tenant;
let step: Doorstep;

beforeAll(async () => {
  const write = (line: Buffer, _: unknown, done: () => void) => (failures.push(String(line)), done());
  const log = pino({ level: 'error' }, new Writable({ write }));
  // Nothing of what is set up by chance may lead anywhere: no worker.
  const port = String(await freePort());
  const publicUrl = `http://localhost:${port}`;
  const mail = stack.use(await MailServer.start());
  const env = {
    PORT: port,
    PUBLIC_URL: publicUrl,
    TRUST_PROXY: '1',
    SMTP_URL: mail.url,
    MAIL_FROM: 'o@otp.example',
  };
  testApp = stack.use(await createTestApp({ ROLES: 'api', ...env }, { log }));
  const aNumber = createNumbers(5_400_001);
  const ourNumber = '+385994444444';
  // Without mail: the link of its invitation is told.
  tenant = await createTenant(
    { ...testApp.app, mail: undefined },
    { word: 'Absurd', aNumber, ourNumber, lookup: LOOKUP },
  );
  step = await createDoorstep(testApp.app, { url: testApp.app.server!.url, publicUrl }, tenant);
});
afterAll(() => stack.disposeAsync());

test(
  'no input makes a query, a mutation, a sign-in or the call of a carrier fail, hang, or tell our insides',
  { timeout: 180_000 },
  async () => {
    const { app } = testApp;
    const send = fc.asyncProperty(badInputs(step), (input) => sendBadInput(app.server!.url, input));
    await fc.assert(send, { numRuns: 500 });
    expect(failures).toEqual([]);
    const { data } = await callerWith(app, tenant.credential).ask('{ services { id } }');
    expect(data!.services).not.toHaveLength(0);
  },
);

test('every path where people sign in and clients get their tokens is sent nonsense', () => {
  const sent = new Set(fc.sample(badDoorCalls(step), 2_000).map(({ what }) => what));
  const mounted = PATHS.filter((path) => /^\/(?:auth|oauth)\b|oauth/.test(path));
  expect(mounted.filter((path) => !sent.has(path))).toEqual([]);
  expect(mounted.filter((path) => !isDoorPath(path))).toEqual([]);
});

// Each of these was found by the test above.
test.each([
  [
    'senders',
    'query ($pool: String) { senders(first: 1, pool: $pool) { nodes { id } } }',
    { pool: 'a\u0000' },
  ],
  [
    'the rule of a country that is none',
    'query ($country: String) { senderRules(country: $country) { asOf } }',
    { country: '\u0000' },
  ],
])('%s: a text that no database takes is no failure', async (_what, query, variables) => {
  const answer = await callerWith(testApp.app, tenant.credential).ask(query, variables);
  expect(codesOf(answer)).not.toContain('internal/unexpected');
});

const REGISTRATION = { country: 'GB', sender: 'Absurd', register: 'gb_registry' };
const RULE = { country: 'HU', asOf: '2026-11-01', kinds: [] };

test.each([
  ['note', 'setSenderRule', 'SetSenderRuleInput', { ...RULE, note: '\ud800' }],
  [
    'register',
    'removeSenderRegistration',
    'RemoveSenderRegistrationInput',
    { ...REGISTRATION, register: '\u0000' },
  ],
  [
    'references',
    'addSenderRegistration',
    'AddSenderRegistrationInput',
    { ...REGISTRATION, references: { a: '\u0000' } },
  ],
  ['name', 'addRoute', 'AddRouteInput', { carrierId: '', name: 'half \ud800', priority: 1 }],
])('a text that no database takes is refused as the field %s', async (field, name, type, input) => {
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ... on InvalidInput { field } } }`;
  const carrier = 'carrierId' in input ? { carrierId: tenant.ids.car } : {};
  const answer = await callerWith(testApp.app, tenant.credential).ask(query, {
    input: { ...input, ...carrier },
  });
  expect(answer.data).toEqual({ [name]: { field } });
});

test.each(['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-10:00'])(
  'the moment %s, which the database cannot keep, is refused',
  async (validUntil) => {
    const query =
      'mutation ($input: AddSenderRegistrationInput!) { addSenderRegistration(input: $input) { __typename } }';
    const input = { ...REGISTRATION, validUntil };
    const answer = await callerWith(testApp.app, tenant.credential).ask(query, { input });
    expect(codesOf(answer)).toEqual(['input/invalid']);
  },
);

test('JSON that is nested thousands of levels deep is refused before anybody walks it', async () => {
  let to: unknown = '{to}';
  for (let level = 0; level < 4_000; level++) to = [to];
  const query =
    'mutation ($input: ConnectHttpCarrierInput!) { connectHttpCarrier(input: $input) { __typename } }';
  const request = { url: 'https://sms.example/send', body: { json: { to } } };
  const input = { name: 'deep', config: { request, answer: { messageId: '/id' } } };
  const answer = await callerWith(testApp.app, tenant.credential).ask(query, { input });
  expect(codesOf(answer)).toEqual(['input/invalid']);
});

describe('found at the doors', () => {
  let count = 0;
  const post = async (path: string, own: Record<string, string>, body: BodyInit) => {
    // None is too often.
    const headers = { ...own, 'x-forwarded-for': `192.0.2.${++count}` };
    const response = await fetch(testApp.app.server!.url + path, { method: 'POST', headers, body });
    const { code, error } = (await response.json()) as { code?: string; error?: string };
    return [response.status, code ?? error];
  };
  const postJson = (path: string, { session }: { session: string }, body: object) =>
    post(
      path,
      { authorization: `Bearer ${session}`, 'content-type': 'application/json' },
      JSON.stringify(body),
    );
  const assertionOf = (claims: object) =>
    [{ alg: 'ES256' }, claims, {}]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');

  test.each([[null], [5], [{}], [['cli_x']]])(
    'a client that says that it is %j is told that it is none',
    async (sub) => {
      const claims = { iss: sub, sub, aud: step.publicUrl, jti: 'x', exp: Date.now() / 1_000 + 60 };
      const form = {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertionOf(claims),
      };
      for (const path of ['/oauth/token', '/oauth/introspect', '/oauth/revoke'])
        expect(await post(path, {}, new URLSearchParams(form))).toEqual([401, 'invalid_client']);
    },
  );

  test.each([[{}], [5], [['x']], [true]])('a password that is %j is a wrong one', async (password) => {
    const { withApp, withPasskey } = step.untouched;
    const code = withApp.backupCode;
    expect(await postJson('/auth/two-factor/generate-backup-codes', withApp, { password, code })).toEqual([
      403,
      'sign_in/wrong_password',
    ]);
    const removal = { id: withPasskey.passkeyId, password };
    expect(await postJson('/auth/passkey/delete-passkey', withPasskey, removal)).toEqual([
      403,
      'sign_in/wrong_password',
    ]);
  });

  test('an issuer that fits into no link is not asked for', async () => {
    const { plain } = step.untouched;
    const body = { password: plain.password, issuer: 'half \ud800' };
    expect(await postJson('/auth/two-factor/enable', plain, body)).toEqual([200, undefined]);
  });

  test.each([['\u0000'], [undefined], [{}], [['a']]])('a passkey that is called %j is none', async (id) => {
    const { url } = testApp.app.server!;
    const asked = await fetch(`${url}/auth/passkey/generate-authenticate-options`, {
      headers: { origin: step.publicUrl },
    });
    const [cookie] = asked.headers.getSetCookie()[0]!.split(';');
    const headers = { 'content-type': 'application/json', origin: step.publicUrl, cookie: cookie! };
    const body = JSON.stringify({ response: { id } });
    expect(await post('/auth/passkey/verify-authentication', headers, body)).toEqual([
      403,
      'sign_in/passkey_refused',
    ]);
  });
});
