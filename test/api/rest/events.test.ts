import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Principal } from '../../../src/accounts/principal.ts';
import { revokeApiKey } from '../../../src/accounts/revoke-api-key.ts';
import { createApiKey } from '../../../src/accounts/create-api-key.ts';
import { cancelVerification } from '../../../src/verifications/cancel.ts';
import {
  connectSimulated,
  createTestAccount,
  createTestApp,
  createWaitingAccount,
  type TestApp,
} from '../../support/app.ts';
import { openEvents } from '../../support/server-events.ts';
import { createRestCaller, restCallerWith, type RestCaller } from '../../support/rest.ts';
import { codeOf, createNumbers, start } from '../../support/verifying.ts';

const aNumber = createNumbers(6_200_000);
let main: TestApp;
let app: TestApp['app'];
let who: Principal;
let caller: RestCaller;

beforeAll(async () => {
  main = await createTestApp();
  app = main.app;
  who = await createTestAccount(app);
  await connectSimulated(app, who, ['instant']);
  caller = await createRestCaller(app, who);
});
afterAll(() => main[Symbol.asyncDispose]());

const WHOLE = [
  'VerificationStarted',
  'MessageQueued',
  'MessageSent',
  'MessageDelivered',
  'VerificationApproved',
  'end',
];

test('a verification is watched from its first event to its end, resumed behind the last one that was seen', async () => {
  const v = await start(app, who, aNumber());
  const url = `${app.server!.url}/v1/verifications/${v.id}/events`;
  const first = await openEvents(url, caller.credential);
  const seen = await first.take((event) => event.type === 'MessageDelivered');
  first.close();
  const code = await codeOf(app, v);
  await caller.post(`/v1/verifications/${v.id}/check`, { code });
  const rest = await openEvents(url, caller.credential, { 'last-event-id': seen.at(-1)!.id });
  const after = await rest.take((event) => event.type === 'end');
  expect([...seen, ...after].map(({ type }) => type)).toEqual(WHOLE);
  expect(after[0]!.data).toMatchObject({
    type: 'VerificationApproved',
    version: 5,
    message: null,
    verification: { id: v.id, status: 'approved' },
  });
  await rest.closed;
});

test('a frontend watches with its clientToken, and sees the number masked', async () => {
  const { body } = await caller.post('/v1/verifications', { to: aNumber() });
  const path = `/v1/verifications/${String(body.id)}/events`;
  const events = await openEvents(app.server!.url + path, String(body.clientToken));
  const [first] = await events.take(() => true);
  events.close();
  expect((first!.data as { verification: { to: string } }).verification.to).toContain('•');
});

test('the account’s stream tells of all its verifications, and ends with its key', async () => {
  const quiet = await createWaitingAccount(app);
  const { key, row } = await createApiKey(app, quiet.accountId, { name: 'watcher' });
  const events = await openEvents(`${app.server!.url}/v1/events`, key);
  const v = await start(app, quiet, aNumber());
  await cancelVerification(app, quiet, v.id);
  const seen = await events.take((event) => event.type === 'VerificationCanceled');
  expect(seen.map(({ type }) => type)).toEqual([
    'VerificationStarted',
    'MessageQueued',
    'VerificationCanceled',
  ]);
  await revokeApiKey(app, quiet, row.id);
  const last = (await events.take((event) => event.type === 'problem')).at(-1)!;
  expect(last.data).toMatchObject({ code: 'auth/invalid', status: 401 });
  await events.closed;
});

test('a place that no stream has given out is refused before anything is sent', async () => {
  const v = await start(app, who, aNumber());
  expect(
    await restCallerWith(app, caller.credential).get(`/v1/verifications/${v.id}/events?after=x`),
  ).toMatchObject({
    status: 400,
    body: { code: 'input/cursor' },
  });
});

test('one who only asks for the head of a stream holds nothing open', async () => {
  const { body } = await caller.post('/v1/verifications', { to: aNumber() });
  const url = `${app.server!.url}/v1/verifications/${String(body.id)}/events`;
  const token = String(body.clientToken);
  // More than a token may hold open.
  for (let i = 0; i < 25; i++) {
    const head = await fetch(url, { method: 'HEAD', headers: { authorization: `Bearer ${token}` } });
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  }
  const events = await openEvents(url, token);
  await events.take(({ type }) => type === 'VerificationStarted');
  events.close();
});

test('no cache keeps a stream, and a reader that has seen nothing yet may say so', async () => {
  const v = await start(app, who, aNumber());
  const stop = new AbortController();
  const response = await fetch(`${app.server!.url}/v1/verifications/${v.id}/events?after=`, {
    headers: { authorization: `Bearer ${caller.credential}`, 'last-event-id': '' },
    signal: stop.signal,
  });
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
  stop.abort();
});
