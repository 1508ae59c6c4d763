import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import { createWebhookEndpoint } from '../../src/webhooks/create-endpoint.ts';
import { createTestApp, createWaitingAccount, type TestApp } from '../support/app.ts';
import { startCli, type RunningCli } from '../support/cli.ts';
import { answering, TestHttpServer, type Received } from '../support/http-server.ts';
import { serveAgain } from '../support/serve-again.ts';
import { until } from '../support/until.ts';
import { createNumbers, start } from '../support/verifying.ts';

const nextNumber = createNumbers(4_400_000);
let testApp: TestApp;
let app: TestApp['app'];

beforeAll(async () => {
  testApp = await createTestApp({ OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32' });
  app = testApp.app;
});
afterAll(() => testApp[Symbol.asyncDispose]());

async function listening(who: Principal, forwardTo: string, url = app.server!.url, ...more: string[]) {
  const { key } = await createApiKey(app, who.accountId, { name: 'listen' });
  const env = { HOME: testApp.dataDir, OTPOST_URL: url, OTPOST_API_KEY: key };
  const cli = startCli(['listen', '--forward-to', forwardTo, '--json', ...more], { env });
  const { secret } = await cli.told('listening');
  return { cli, secret: secret as string, key };
}

const forwarded = (cli: RunningCli) => cli.said().filter(({ type }) => type === 'forwarded');
const placeOf = ({ body }: Received) => {
  const { data } = JSON.parse(body) as { data: { version: number; verification: { id: string } } };
  return `${data.verification.id}/${data.version}`;
};

test('forwards what an endpoint gets, to the octet and with its headers, signed with the secret that it prints', async () => {
  const who = await createWaitingAccount(app);
  await using target = await TestHttpServer.start(answering(200, ''));
  await using real = await TestHttpServer.start(answering(200, ''));
  await createWebhookEndpoint(app, who, { url: `${real.url}/hook` });
  const { cli, secret, key } = await listening(who, `127.0.0.1:${target.port}/hook?a=b`);
  await using _ = cli;
  const { id } = await start(app, who, nextNumber());
  await until(() => forwarded(cli).length === 2);
  const one = target.received[0]!;
  expect(placeOf(one)).toBe(`${id}/1`);
  await until(() => real.received.some((other) => placeOf(other) === placeOf(one)));
  const same = real.received.find((other) => placeOf(other) === placeOf(one))!;
  expect(one).toMatchObject({ method: 'POST', url: '/hook?a=b' });
  expect(one.body).toBe(same.body);
  const own = (headers: Received['headers']) =>
    Object.keys(headers).filter((name) => !['host', 'connection'].includes(name));
  expect(own(one.headers)).toEqual(own(same.headers));
  expect(() => new Webhook(secret).verify(one.body, one.headers as Record<string, string>)).not.toThrow();
  expect(forwarded(cli)[0]).toMatchObject({ status: 200, ms: expect.any(Number) as number });
  expect([...cli.out, ...cli.err].join('\n')).not.toContain(key);
  cli.signal('SIGINT');
  expect(await cli.ended).toBe(0);
});

test('a restart of the server, and a target that is not there yet, lose nothing and double nothing', async () => {
  const who = await createWaitingAccount(app);
  await using stack = new AsyncDisposableStack();
  let server = await serveAgain(app);
  stack.defer(() => server[Symbol.asyncDispose]());
  const target = stack.use(await TestHttpServer.start(answering(200, '')));
  const { url, port } = { url: server.url, port: target.port };
  const { cli } = await listening(who, `${target.url}/hook`, url);
  stack.use(cli);

  await server[Symbol.asyncDispose]();
  const away = [await start(app, who, nextNumber()), await start(app, who, nextNumber())];
  await until(() => cli.err.some((line) => line.includes('nothing is missed')));
  server = await serveAgain(app, {}, { port: Number(new URL(url).port) });
  const has = (id: string, version: number, where = target) =>
    where.received.some((one) => placeOf(one) === `${id}/${version}`);
  await until(() => away.every(({ id }) => has(id, 1) && has(id, 2)));

  await target[Symbol.asyncDispose]();
  const waiting = await start(app, who, nextNumber());
  expect(await cli.told('waiting')).toMatchObject({ problem: expect.stringContaining('refused') as string });
  const back = stack.use(await TestHttpServer.start(answering(500, ''), undefined, port));
  await until(() => has(waiting.id, 2, back));
  await until(() => forwarded(cli).some(({ verificationId }) => verificationId === waiting.id));
  expect(forwarded(cli).at(-1)).toMatchObject({ status: 500 });

  const places = [...target.received, ...back.received].map(placeOf);
  expect(places.length).toBe(new Set(places).size);
  const versions = Map.groupBy(places, (place) => place.split('/')[0]!);
  for (const { id } of [...away, waiting]) expect(versions.get(id)).toEqual([`${id}/1`, `${id}/2`]);
  const ids = forwarded(cli).map(({ webhookId }) => webhookId);
  expect(new Set(ids).size).toBe(ids.length);
});

test('forwards only the events that it was told, the same ones under the same id, and ends after so many', async () => {
  const who = await createWaitingAccount(app);
  await using target = await TestHttpServer.start(answering(204, ''));
  const { cli } = await listening(who, target.url, undefined, '--events', 'message.queued');
  await using _ = cli;
  for (let i = 0; i < 2; i++) await start(app, who, nextNumber());
  await until(() => forwarded(cli).length === 2);
  const [first, second] = forwarded(cli) as [Record<string, unknown>, Record<string, unknown>];
  const after = ['--after', String(first.cursor), '--events', 'message.queued', '--count', '1'];
  const again = await listening(who, target.url, undefined, ...after);
  await using __ = again.cli;
  expect(await again.cli.ended).toBe(0);
  expect(forwarded(again.cli)).toMatchObject([{ webhookId: second.webhookId, event: 'message.queued' }]);
});
