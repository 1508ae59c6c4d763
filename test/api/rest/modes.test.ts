import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningApp } from '../../../src/app.ts';
import { createRest } from '../../../src/rest/v1/api.ts';
import { createTestApp } from '../../support/app.ts';
import {
  expectNothingOf,
  expectUnchanged,
  liveNames,
  secretsOfLive,
  secretsOfTests,
  testNames,
} from '../../support/modes.ts';
import { answeredOf, callOperation } from '../../support/rest-calls.ts';
import { OPERATIONS } from '../../support/rest-rows.ts';
import { LOOKUP } from '../../support/tenant-rows.ts';
import { createTenant, type Tenant } from '../../support/tenants.ts';
import { createNumbers } from '../../support/verifying.ts';

// As `test/api/modes.test.ts`, of every operation of the REST API.

const stack = new AsyncDisposableStack();
let app: RunningApp;
let own: Tenant;

beforeAll(async () => {
  ({ app } = stack.use(await createTestApp()));
  const aNumber = createNumbers(6_700_001);
  own = await createTenant(app, { word: 'Eridu', ourNumber: '+385995555555', aNumber, lookup: LOOKUP });
});
afterAll(() => stack.disposeAsync());

const operations = createRest({} as never, {
  publicUrl: '',
  own: { publicUrl: '', allowed: undefined, hosts: new Set() },
  addressOf: () => undefined,
}).operations;

test.each(operations)('%s shows and changes nothing live to a test key', async (operation) => {
  const row = OPERATIONS[operation]!;
  const secrets = await secretsOfLive(app, own);
  await expectUnchanged(app, own, async () => {
    const asked = await callOperation(app, own, operation, row, {}, own.tests.credential);
    expect(answeredOf(asked), asked.text).toBe(row.tests ?? 'own');
    // A refusal may name the path that was asked for.
    if (asked.status < 400) expectNothingOf(secrets, asked.text);
    for (const [field, allowed] of Object.entries(row.fields ?? {}))
      for (const name of liveNames(own)) {
        const answer = await callOperation(app, own, operation, row, { [field]: name }, own.tests.credential);
        const expected = row.tests && answer.status >= 400 ? [row.tests, ...allowed] : allowed;
        expect(expected, `${field}=${name}: ${answer.text}`).toContain(answeredOf(answer));
        if (answer.status < 400) expectNothingOf(secrets, answer.text);
      }
  });
});

test.each(operations)('%s shows and changes no test to a live key', async (operation) => {
  const row = OPERATIONS[operation]!;
  const names = testNames(own);
  await expectUnchanged(app, own, async () => {
    const fields = { ...(operation.includes('{id}') && { id: [row.foreign!] }), ...row.fields };
    for (const [field, allowed] of Object.entries(fields))
      for (const name of names) {
        const answer = await callOperation(app, own, operation, row, { [field]: name });
        expect(allowed, `${field}=${name}: ${answer.text}`).toContain(answeredOf(answer));
        if (answer.status < 400) expectNothingOf(secretsOfTests(own), answer.text);
      }
  });
});

test('a client token of a test reads and watches its own verification', async () => {
  const headers = { authorization: `Bearer ${own.tests.credential}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ to: own.aNumber() });
  const started = await fetch(`${app.server!.url}/v1/verifications`, { method: 'POST', headers, body });
  const { id, clientToken } = (await started.json()) as { id: string; clientToken: string };
  const read = (path: string) =>
    fetch(`${app.server!.url}/v1/verifications/${path}`, {
      headers: { authorization: `Bearer ${clientToken}` },
    });
  expect(await (await read(id)).json()).toMatchObject({ id, mode: 'test' });
  expect((await read(own.tests.ids.vrf)).status).toBe(403);
});
