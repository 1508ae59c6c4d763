import * as fc from 'fast-check';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.ts';
import { badInputs, sendBadInput } from '../support/bad-inputs.ts';
import { callerWith, codesOf } from '../support/graphql.ts';
import { LOOKUP } from '../support/tenant-rows.ts';
import { createTenant, type Tenant } from '../support/tenants.ts';
import { createNumbers } from '../support/verifying.ts';

const failures: string[] = [];
let testApp: TestApp;
let tenant: Tenant;

beforeAll(async () => {
  const write = (line: Buffer, _: unknown, done: () => void) => (failures.push(String(line)), done());
  const log = pino({ level: 'error' }, new Writable({ write }));
  // Nothing of what is set up by chance may lead anywhere: no worker.
  testApp = await createTestApp({ ROLES: 'api' }, { log });
  const aNumber = createNumbers(5_400_001);
  const ourNumber = '+385994444444';
  tenant = await createTenant(testApp.app, { word: 'Absurd', aNumber, ourNumber, lookup: LOOKUP });
});
afterAll(() => testApp[Symbol.asyncDispose]());

test('no input makes a query, a mutation or the call of a carrier fail, hang, or tell our insides', async () => {
  const { app } = testApp;
  const send = fc.asyncProperty(badInputs(tenant), (input) => sendBadInput(app.server!.url, input));
  await fc.assert(send, { numRuns: 400 });
  expect(failures).toEqual([]);
  const { data } = await callerWith(app, tenant.credential).ask('{ services { id } }');
  expect(data!.services).not.toHaveLength(0);
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
