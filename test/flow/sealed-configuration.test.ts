import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { InvalidInput } from '../../src/errors.ts';
import { uuidOf } from '../../src/ids.ts';
import { rotateKeys } from '../../src/keys/rotate/rotate.ts';
import type { App } from '../../src/platform.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { createRouteDirectory } from '../../src/routing/directory.ts';
import { listRoutes } from '../../src/routing/queries.ts';
import { updateRoute } from '../../src/routing/update-route.ts';
import { addRegistration } from '../../src/senders/add-registration.ts';
import { addSender } from '../../src/senders/add-sender.ts';
import { listOwnSenders, pageSenders } from '../../src/senders/queries.ts';
import { listRegistrations } from '../../src/senders/registrations.ts';
import { removeRegistration } from '../../src/senders/remove-registration.ts';
import { updateSender } from '../../src/senders/update-sender.ts';
import { createServiceDirectory } from '../../src/services/directory.ts';
import { listServices } from '../../src/services/list.ts';
import { updateService } from '../../src/services/update.ts';
import { createWebhookEndpoint } from '../../src/webhooks/create-endpoint.ts';
import { enabledEndpoints } from '../../src/webhooks/enabled.ts';
import { listWebhookEndpoints } from '../../src/webhooks/queries.ts';
import { urlOf } from '../../src/webhooks/sealed.ts';
import { updateWebhookEndpoint } from '../../src/webhooks/update-endpoint.ts';
import { putAsBefore } from '../support/earlier-version.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';

// Whom messages come from and what they say: an account's own words, which a stolen database does not tell.

let main: TestApp;
let app: App;
let who: Principal;
beforeAll(async () => {
  main = await createTestApp({ ROLES: 'api' });
  app = main.app;
});
afterAll(() => main[Symbol.asyncDispose]());

const TEMPLATES = { hr: 'Amaranth: {code}' };
const REGISTRATION = { country: 'IN', sender: 'AMARANTH', register: 'dlt', validUntil: null };

beforeEach(async () => {
  who = await createTestAccount(app, { sender: 'AMARANTH1', templates: TEMPLATES });
  const carrierId = await connectCarrier(app, who.accountId, {
    name: 'any',
    config: { kind: 'smpp', host: '127.0.0.1', port: 2775, systemId: 'any' },
    secrets: { password: 'test' },
  });
  await addRoute(app, who, { name: 'own', carrierId, priority: 1, sender: 'AMARANTH2' });
  await addRoute(app, who, { name: 'plain', carrierId, priority: 2 });
  await addSender(app, who, { value: 'AMARANTH3', pools: ['pool'] });
  await createWebhookEndpoint(app, who, { url: 'https://shop.example/hook?key=amaranth-5' });
  await addRegistration(app, who, { ...REGISTRATION, references: { entity: 'amaranth-4' } });
});

/** As a process that has just started reads it: for its API and for its hot paths. */
async function configuration(): Promise<object> {
  const [services, routes, senders, registrations, directory, ways] = await Promise.all([
    listServices(app, who),
    listRoutes(app, who),
    pageSenders(app, who.accountId, { pool: undefined, after: undefined, limit: 10 }),
    listRegistrations(app, who.accountId),
    createServiceDirectory(app).of(who.accountId),
    createRouteDirectory(app).of(who.accountId),
  ]);
  const endpoints = await listWebhookEndpoints(app, who);
  const called = (await enabledEndpoints(app)).filter(({ row }) => row.accountId === who.accountId);
  return {
    services: services.map(({ settings }) => [settings.sender, settings.templates]),
    rules: directory.map(({ settings }) => [settings.sender, settings.templates]),
    routes: [routes, ways].map((all) => all.map(({ sender }) => sender)),
    senders: [senders, await listOwnSenders(app, who.accountId)].map((all) => all.map(({ value }) => value)),
    registrations,
    webhooks: [
      ...(await Promise.all(endpoints.map(async (row) => urlOf(app, row)))),
      ...called.map(({ row }) => row.url),
    ],
  };
}

const EXPECTED = {
  services: [['AMARANTH1', TEMPLATES]],
  rules: [['AMARANTH1', TEMPLATES]],
  routes: [
    ['AMARANTH2', null],
    ['AMARANTH2', null],
  ],
  senders: [['AMARANTH3'], ['AMARANTH3']],
  registrations: [{ ...REGISTRATION, references: { entity: 'amaranth-4' } }],
  webhooks: Array<string>(2).fill('https://shop.example/hook?key=amaranth-5'),
};

/** Where a word of ours is in the clear. */
async function whereInTheClear(): Promise<string[]> {
  const found: string[] = [];
  const tables = ['services', 'routes', 'senders', 'sender_registrations', 'webhook_endpoints'];
  for (const table of [...tables, 'audit_entries', 'events']) {
    const [row] = await app.sql<{ count: number }[]>`
      SELECT count(*)::int FROM ${app.sql(table)} t
      WHERE account_id = ${uuidOf(who.accountId)} AND t::text ILIKE '%amaranth%'`;
    if (row!.count > 0) found.push(table);
  }
  return found;
}

/** Puts an account's configuration where versions from before it was sealed had it. */
const putInTheClear = () => putAsBefore(app, who.accountId);

test('senders, registrations, templates and the URLs of webhooks are in no table in the clear, and read as they were', async () => {
  expect(await configuration()).toEqual(EXPECTED);
  expect(await whereInTheClear()).toEqual([]);
});

test('a sender is there once, and a registration is changed and not doubled', async () => {
  await expect(addSender(app, who, { value: 'AMARANTH3' })).rejects.toThrow(InvalidInput);
  const changed = { ...REGISTRATION, references: { entity: 'amaranth-5' } };
  await addRegistration(app, who, changed);
  expect(await listRegistrations(app, who.accountId)).toEqual([changed]);
  expect(await removeRegistration(app, who, REGISTRATION)).toBe(true);
  expect(await listRegistrations(app, who.accountId)).toEqual([]);
});

test('what an earlier version left in the clear is read, found, and sealed when it is changed', async () => {
  await putInTheClear();
  expect(await whereInTheClear()).toEqual([
    'services',
    'routes',
    'senders',
    'sender_registrations',
    'webhook_endpoints',
  ]);
  expect(await configuration()).toEqual(EXPECTED);
  await expect(addSender(app, who, { value: 'AMARANTH3' })).rejects.toThrow(InvalidInput);
  const [service] = await listServices(app, who);
  await updateService(app, who, service!.id, { name: 'Changed' });
  const [route] = await listRoutes(app, who);
  await updateRoute(app, who, route!.id, { priority: 1 });
  const [sender] = await pageSenders(app, who.accountId, { pool: 'pool', after: undefined, limit: 1 });
  await updateSender(app, who, sender!.id, { enabled: true });
  await addRegistration(app, who, EXPECTED.registrations[0]!);
  const [endpoint] = await listWebhookEndpoints(app, who);
  await updateWebhookEndpoint(app, who, endpoint!.id, { description: 'Changed' });
  expect(await whereInTheClear()).toEqual([]);
  expect(await configuration()).toEqual(EXPECTED);
  // A route whose sender is taken away has that of the service again.
  expect((await updateRoute(app, who, route!.id, { sender: null })).sender).toBeNull();
  expect((await listRoutes(app, who)).map((one) => one.sender)).toEqual([null, null]);
});

test('what an earlier version left in the clear is sealed by keys:rotate -- --data', async () => {
  await putInTheClear();
  const lines: string[] = [];
  const progress = { update: () => undefined, say: (line: string) => void lines.push(line) };
  await rotateKeys(main.app, { data: true, rereadMs: 50 }, progress);
  expect(lines).toContainEqual(
    expect.stringMatching(/^Sealed, which an earlier version had left in the clear: \d+ values\.$/),
  );
  expect(await whereInTheClear()).toEqual([]);
  expect(await configuration()).toEqual(EXPECTED);
});
