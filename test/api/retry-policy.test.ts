import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createCaller, type Caller } from '../support/graphql.ts';
import { createCarriers } from '../support/simulated-carriers.ts';
import { happened, messagesOf, start } from '../support/verifying.ts';

let testApp: TestApp;
let caller: Caller;
let who: Awaited<ReturnType<typeof createTestAccount>>;

beforeAll(async () => {
  testApp = await createTestApp();
  who = await createTestAccount(testApp.app);
  caller = await createCaller(testApp.app, who);
});
afterAll(() => testApp[Symbol.asyncDispose]());

async function update(settings: object): Promise<Record<string, unknown>> {
  const { data, errors } = await caller.ask('query { services { id isDefault } }');
  if (!data) throw new Error(JSON.stringify(errors));
  const [service] = data.services as { id: string }[];
  const answer = await caller.ask(
    `mutation($input: UpdateServiceInput!) { updateService(input: $input) {
      ... on Service { settings { maxPrice retry { maxAttempts capSeconds } failover { max minSeconds } } }
      ... on InvalidInput { code field } } }`,
    { input: { serviceId: service!.id, settings } },
  );
  if (!answer.data) throw new Error(JSON.stringify(answer.errors));
  return answer.data.updateService as Record<string, unknown>;
}

test('a service sets its retries, its failover and its price; what it leaves out stays', async () => {
  await update({ maxPrice: 0.05, retry: { maxAttempts: 3 }, failover: { max: 2 } });
  expect(await update({ retry: { capSeconds: 60 }, failover: null })).toEqual({
    settings: {
      maxPrice: 0.05,
      retry: { maxAttempts: 3, capSeconds: 60 },
      failover: { max: 1, minSeconds: 10 },
    },
  });
  expect(await update({ retry: { maxAttempts: 0 } })).toEqual({
    code: 'input/invalid',
    field: 'settings.retry.maxAttempts',
  });
});

test('a message that failed says why, with every route and its reason', async () => {
  await update({ maxPrice: 0.05, retry: null, failover: null });
  await createCarriers(testApp.app)(who, 'instant');
  const { routes } = testApp.app.db.query;
  const route = await routes.findFirst({ where: { accountId: who.accountId } });
  await testApp.app.sql`UPDATE routes SET price = 0.06, countries = '{SI}'`;
  await update({});
  const v = await start(testApp.app, who, '+385915550001');
  await happened(testApp.app, v, 'MessageFailed');
  const [message] = await messagesOf(testApp.app, v);
  const { data } = await caller.ask(
    `query($id: ID!) { message(id: $id) { status failureReason attempts { isLateFailover }
      failureDecision { route { id } excluded } } }`,
    { id: message!.id },
  );
  expect(data).toEqual({
    message: {
      status: 'FAILED',
      failureReason: 'no route can take it: does not serve HR',
      failureDecision: [{ route: { id: route!.id }, excluded: 'does not serve HR' }],
      attempts: [],
    },
  });
});
