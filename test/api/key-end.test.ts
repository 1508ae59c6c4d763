import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import { revokeApiKey } from '../../src/accounts/revoke-api-key.ts';
import { rotateApiKey } from '../../src/accounts/rotate-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import type { RunningApp } from '../../src/app.ts';
import type { ApiKeyId } from '../../src/ids.ts';
import { createTestApp, createWaitingAccount, type TestApp } from '../support/app.ts';
import { callerWith, openSocket, urlOf } from '../support/graphql.ts';
import { redisUrl } from '../support/redis.ts';
import { until } from '../support/until.ts';

const START = `mutation ($to: String!) { startVerification(input: { to: $to }) { ... on Verification { id } } }`;

let first: TestApp;
let second: TestApp;
let who: Principal;

beforeAll(async () => {
  const shared = { ROLES: 'api', REDIS_URL: redisUrl(), REDIS_PREFIX: `key-end-${process.pid}` };
  first = await createTestApp(shared);
  second = await createTestApp({ ...shared, DATABASE_URL: first.databaseUrl });
  for (const { bus } of [first.app, second.app]) await until(() => bus.ready());
  who = await createWaitingAccount(first.app);
});
afterAll(async () => {
  await second[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
});

test.each<[string, string, (app: RunningApp, id: ApiKeyId) => Promise<unknown>]>([
  ['revoked', '+385911234567', (app, id) => revokeApiKey(app, who, id)],
  ['rotated without an overlap', '+385911234568', (app, id) => rotateApiKey(app, who, id, 0)],
])(
  'a key that is %s ends in another process within a second: its socket with 4403, its stream of events, its requests',
  async (_how, to, end) => {
    const { key, row } = await createApiKey(first.app, who.accountId, { name: 'Test' });
    const started = await callerWith(first.app, key).ask(START, { to });
    const { id: verificationId } = started.data!.startVerification as { id: string };
    const there = callerWith(second.app, key);
    expect((await there.ask('{ account { id } }')).status).toBe(200);
    await using socket = await openSocket(second.app, key);
    // It begins with what was, so its answer says that it is open.
    const query = `subscription { verificationEvents(verificationId: "${verificationId}") { __typename } }`;
    const stream = await fetch(urlOf(second.app), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${key}`,
      },
      body: JSON.stringify({ query }),
    });
    expect(stream.status).toBe(200);
    const text = stream.text();
    const began = performance.now();
    await end(first.app, row.id);
    expect(await socket.closed).toMatchObject({ code: 4403 });
    expect(await text).toContain('"code":"auth/invalid"');
    expect(performance.now() - began).toBeLessThan(1_000);
    expect((await there.ask('{ account { id } }')).status).toBe(401);
  },
);
