import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { ERROR_CODES } from '../../src/errors.ts';
import { createTestApp, createWaitingAccount, type TestApp } from '../support/app.ts';
import { createCaller, type Caller } from '../support/graphql.ts';
import { createNumbers } from '../support/verifying.ts';

const SITE = 'https://otp.example';
const NDJSON = { 'content-type': 'application/x-ndjson' };
const aNumber = createNumbers(7_950_001);
let main: TestApp;
let app: TestApp['app'];
let who: Principal;
let caller: Caller;

beforeAll(async () => {
  main = await createTestApp({ ROLES: 'api,worker', PUBLIC_URL: SITE });
  app = main.app;
  who = await createWaitingAccount(app);
  caller = await createCaller(app, who);
});
afterAll(() => main[Symbol.asyncDispose]());

interface Problem {
  type: string;
  status: number;
  code: string;
  field?: string;
}

async function post(path: string, body: string, headers: Record<string, string>): Promise<Response> {
  const authorization = `Bearer ${caller.credential}`;
  return fetch(app.server!.url + path, { method: 'POST', headers: { authorization, ...headers }, body });
}

async function problemOf(answer: Promise<Response>): Promise<Problem> {
  const response = await answer;
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = (await response.json()) as Problem;
  expect(problem.status).toBe(response.status);
  return problem;
}

/** What stands on the page that the type of a problem leads to. */
async function pageOf(type: string): Promise<string> {
  expect(type.startsWith(`${SITE}/errors/`)).toBe(true);
  const response = await fetch(app.server!.url + type.slice(SITE.length));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  return response.text();
}

async function expectPage({ type, code }: Problem): Promise<void> {
  const page = await pageOf(type);
  expect(page).toContain(`<h1><code>${code}</code></h1>`);
  expect(page).toContain('<strong>What to do:</strong>');
}

test.each([
  ['/v1/verifications', 'text/plain'],
  ['/v1/verifications', 'application/x-www-form-urlencoded'],
  ['/v1/verifications/batch', 'text/csv'],
])('a body of the wrong content type: %s as %s', async (path, type) => {
  const body = JSON.stringify({ to: aNumber() });
  const problem = await problemOf(post(path, body, { 'content-type': type }));
  expect(problem).toMatchObject({ status: 415, code: 'request/media_type' });
  await expectPage(problem);
});

test('a body of the wrong content type over GraphQL and below /auth has the same code and page', async () => {
  const type = { 'content-type': 'text/plain' };
  const graphql = await post('/graphql', '{"query":"{ __typename }"}', type);
  const { errors } = (await graphql.json()) as { errors: { extensions: { code: string; docUrl: string } }[] };
  const signIn = await fetch(`${app.server!.url}/auth/sign-in/email`, {
    method: 'POST',
    headers: type,
    body: '{}',
  });
  const auth = (await signIn.json()) as { code: string; docUrl: string };
  expect([graphql.status, signIn.status]).toEqual([415, 415]);
  for (const { code, docUrl } of [errors[0]!.extensions, auth]) {
    expect(code).toBe('request/media_type');
    await expectPage({ type: docUrl, status: 415, code });
  }
});

test('NDJSON that is truncated', async () => {
  const body = `{"to":"${aNumber()}"}\n{"to":"${aNumber().slice(0, 6)}`;
  const problem = await problemOf(post('/v1/verifications/batch', body, NDJSON));
  expect(problem).toMatchObject({ status: 400, code: 'batch/truncated' });
  await expectPage(problem);
});

test('a row with a bad number: that row fails with its problem, the others go on', async () => {
  const lines = [`{"to":"${aNumber()}"}`, '{"to":"+38512"}', 'no row', `{"to":"${aNumber()}"}`];
  const accepted = await post('/v1/verifications/batch', `${lines.join('\n')}\n`, NDJSON);
  expect(accepted.status).toBe(202);
  const { id } = (await accepted.json()) as { id: string };
  const headers = { authorization: `Bearer ${caller.credential}` };
  const answer = await fetch(`${app.server!.url}/v1/batches/${id}/results`, { headers });
  const { items } = (await answer.json()) as { items: { status: string; error: Problem | null }[] };
  expect(items.map(({ status, error }) => [status === 'refused', error?.code])).toEqual([
    [false, undefined],
    [true, 'input/phone_number'],
    [true, 'input/invalid'],
    [false, undefined],
  ]);
  for (const { error } of items) if (error) await expectPage(error);
});

test('an idempotency key that is used with another body, of one start and of a batch', async () => {
  const key = { 'idempotency-key': `key ${aNumber()}` };
  const json = { 'content-type': 'application/json', ...key };
  const start = (to: string) => post('/v1/verifications', JSON.stringify({ to }), json);
  const to = aNumber();
  expect((await start(to)).status).toBe(201);
  const batch = (to: string) => post('/v1/verifications/batch', `{"to":"${to}"}\n`, { ...NDJSON, ...key });
  expect((await batch(to)).status).toBe(202);
  for (const again of [start(aNumber()), batch(aNumber())]) {
    const problem = await problemOf(again);
    expect(problem).toMatchObject({ status: 409, code: 'idempotency/conflict' });
    await expectPage(problem);
  }
});

const CREATE = `mutation ($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) {
  __typename ... on NewWebhookSecret { secret endpoint { id } } ... on Error { code docUrl }
  ... on InvalidInput { field } ... on WebhookAddressRefused { field } ... on WebhookSecretTooShort { field } } }`;
const ROTATE = `mutation ($input: RotateWebhookSecretInput!) { rotateWebhookSecret(input: $input) {
  __typename ... on NewWebhookSecret { secret } ... on Error { code docUrl }
  ... on WebhookSecretTooShort { field } } }`;

async function ask(query: string, input: object): Promise<Record<string, string>> {
  const { data, errors } = await caller.ask(query, { input });
  if (!data) throw new Error(JSON.stringify(errors));
  return Object.values(data)[0] as Record<string, string>;
}

test.each(['https://10.1.2.3/hook', 'https://169.254.169.254/', 'https://[::1]/', 'https://localhost/hook'])(
  'a webhook on a private address: %s',
  async (url) => {
    const refused = await ask(CREATE, { url });
    expect(refused).toMatchObject({
      __typename: 'WebhookAddressRefused',
      code: 'webhook/address',
      field: 'url',
    });
    await expectPage({ type: refused.docUrl!, code: refused.code!, status: 400 });
  },
);

test('a signature secret that is too short, or none; one that is long enough signs', async () => {
  const url = 'https://hooks.example/otp';
  const secretOf = (octets: number) => `whsec_${randomBytes(octets).toString('base64')}`;
  for (const octets of [0, 1, 23]) {
    const refused = await ask(CREATE, { url, secret: secretOf(octets) });
    expect(refused).toMatchObject({ __typename: 'WebhookSecretTooShort', field: 'secret' });
    await expectPage({ type: refused.docUrl!, code: 'webhook/secret_too_short', status: 400 });
  }
  for (const secret of ['', 'a secret of many words in plain text', `whsec_${'%'.repeat(40)}`, secretOf(65)])
    expect(await ask(CREATE, { url, secret })).toMatchObject({ code: 'input/invalid', field: 'secret' });
  const secret = secretOf(24);
  const made = await ask(CREATE, { url, secret });
  expect(made).toMatchObject({ secret });
  const { id: endpointId } = made.endpoint as unknown as { id: string };
  expect(await ask(ROTATE, { endpointId, secret: secretOf(8) })).toMatchObject({
    code: 'webhook/secret_too_short',
  });
  const next = secretOf(64);
  expect(await ask(ROTATE, { endpointId, secret: next })).toMatchObject({ secret: next });
});

test('every code has its page, and the links of each lead to another, or out of the server', async () => {
  const index = await (await fetch(`${app.server!.url}/errors`)).text();
  for (const code of Object.keys(ERROR_CODES)) {
    const page = await pageOf(`${SITE}/errors/${code}`);
    expect(page).toContain(`<code>${code}</code>`);
    expect(index).toContain(`href="/errors/${code}"`);
    for (const [, href] of page.matchAll(/href="([^"]*)"/g))
      expect(href).toMatch(/^(?:\/errors(?:\/[a-z_]+\/[a-z_]+)?|https:\/\/\S+)$/);
  }
  for (const path of ['/errors/x', '/errors/toString', '/errors/verification', '/errors/input/invalid/'])
    expect((await fetch(app.server!.url + path)).status).toBe(404);
});
