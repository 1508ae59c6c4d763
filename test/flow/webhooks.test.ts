import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { setResidency } from '../../src/accounts/set-residency.ts';
import { readAbuseAlarms } from '../../src/abuse/queries.ts';
import { raiseAbuseAlarm } from '../../src/abuse/raise.ts';
import { readHorizon } from '../../src/events/queries.ts';
import { uuidOf, type WebhookEndpointId } from '../../src/ids.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import { createWebhookEndpoint } from '../../src/webhooks/create-endpoint.ts';
import { findWebhookEndpoint, pageWebhookDeliveries } from '../../src/webhooks/queries.ts';
import { removeWebhookEndpoint } from '../../src/webhooks/remove-endpoint.ts';
import { replayWebhookDelivery, replayWebhookFailures } from '../../src/webhooks/replay.ts';
import { rotateWebhookSecret } from '../../src/webhooks/rotate-secret.ts';
import { sendTestWebhook } from '../../src/webhooks/send-test.ts';
import { updateWebhookEndpoint } from '../../src/webhooks/update-endpoint.ts';
import {
  connectSimulated,
  createTestAccount,
  createTestApp,
  createWaitingAccount,
  type TestApp,
} from '../support/app.ts';
import { answering, TestHttpServer, type Received } from '../support/http-server.ts';
import { until } from '../support/until.ts';
import { codeOf, createClock, createNumbers, happened, start } from '../support/verifying.ts';
import { withoutTable } from '../support/without-table.ts';

const clock = createClock();
const aNumber = createNumbers(6_700_000);
const stack = new AsyncDisposableStack();
let main: TestApp;
let app: TestApp['app'];

beforeAll(async () => {
  main = stack.use(await createTestApp({ OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32' }, { clock: clock.now }));
  app = main.app;
});
afterAll(() => stack.disposeAsync());

async function anEndpoint(
  who: Principal,
  events?: string[],
): Promise<{ server: TestHttpServer; id: WebhookEndpointId; secret: string }> {
  const server = stack.use(await TestHttpServer.start(answering(200, '')));
  const { row, secret } = await createWebhookEndpoint(app, who, { url: `${server.url}/hook`, events });
  return { server, id: row.id, secret };
}

const payload = ({ body }: Received) =>
  JSON.parse(body) as { type: string; data: { version: number; verification: Record<string, unknown> } };
const typesOf = ({ received }: TestHttpServer) => received.map((one) => payload(one).type);
const idOf = ({ headers }: Received) => String(headers['webhook-id']);

/** All of an endpoint's deliveries, oldest first. */
async function deliveriesOf(who: Principal, id: WebhookEndpointId) {
  const all = await pageWebhookDeliveries(app, who, id, {
    status: undefined,
    after: undefined,
    limit: 1_000,
  });
  return all.reverse();
}

/** The clock goes on until nothing is due any more within that time. */
async function pass(ms: number): Promise<void> {
  clock.advance(ms);
}

/** One wrong code on each of many numbers: a spray. */
async function spray(who: Principal, clientAddress: string): Promise<void> {
  const pending = await Promise.all(Array.from({ length: 60 }, () => start(app, who, aNumber())));
  const checks = pending.map(({ id }) =>
    checkVerification(app, who, { verificationId: id, code: '000000', clientAddress }),
  );
  await Promise.allSettled(checks);
}

describe('an endpoint', () => {
  test('is told of everything that happens, signed, in an order that the versions tell, the number masked', async () => {
    const who = await createTestAccount(app);
    await connectSimulated(app, who, ['instant']);
    const { server, secret } = await anEndpoint(who);
    const number = aNumber();
    const v = await start(app, who, number);
    await happened(app, v, 'MessageDelivered');
    await checkVerification(app, who, { verificationId: v.id, code: await codeOf(app, v) });
    await until(() => server.received.length === 5);
    const verifier = new Webhook(secret);
    for (const { body, headers } of server.received) {
      expect(() => verifier.verify(body, headers as Record<string, string>)).not.toThrow();
      expect(headers['content-type']).toBe('application/json');
      expect(body).not.toContain(number.slice(4, -2));
    }
    const inOrder = server.received.map(payload).sort((a, b) => a.data.version - b.data.version);
    expect(inOrder.map(({ type }) => type)).toEqual([
      'verification.started',
      'message.queued',
      'message.sent',
      'message.delivered',
      'verification.approved',
    ]);
    expect(inOrder.at(-1)!.data.verification).toMatchObject({ id: v.id, status: 'approved' });
    expect(inOrder[0]!.data.verification).toMatchObject({ status: 'pending', checksLeft: 5 });
  });

  test('is told of what it wants only, and a new one of nothing that was before it', async () => {
    const who = await createWaitingAccount(app);
    const before = await start(app, who, aNumber());
    // As long as an older transaction runs anywhere, a new endpoint begins before it.
    await until(async () => {
      const [row] = await app.sql<[{ isOver: boolean }]>`
        SELECT max(transaction::text::bigint) < ${await readHorizon(app.sql)}::text::bigint AS "isOver" FROM events
        WHERE verification_id = ${uuidOf(before.id)}`;
      return row.isOver;
    });
    const all = await anEndpoint(who);
    const some = await anEndpoint(who, ['message.queued']);
    await start(app, who, aNumber());
    await until(() => all.server.received.length === 2 && some.server.received.length === 1);
    expect(typesOf(all.server).sort()).toEqual(['message.queued', 'verification.started']);
    expect(typesOf(some.server)).toEqual(['message.queued']);
  });

  test('is told of a spray once, of the account and of the address, unless it wants to hear of other things only', async () => {
    const who = await createWaitingAccount(app);
    const all = await anEndpoint(who);
    const alarms = await anEndpoint(who, ['abuse_alarm.raised']);
    const others = await anEndpoint(who, ['routing_alarm.raised']);
    await spray(who, '203.0.113.9');
    await until(() => alarms.server.received.length === 2);
    const told = alarms.server.received.map(
      ({ body }) => JSON.parse(body) as { type: string; data: { address: string } },
    );
    expect(told.map(({ type }) => type)).toEqual(['abuse_alarm.raised', 'abuse_alarm.raised']);
    expect(told.map(({ data }) => data.address)).toEqual(expect.arrayContaining([null, '203.0.113.9']));
    expect(told[0]!.data).toMatchObject({
      kind: 'codeSpray',
      windowSeconds: 600,
      raisedAt: expect.any(String) as string,
    });
    const [{ body, headers }] = alarms.server.received as [Received];
    expect(() => new Webhook(alarms.secret).verify(body, headers as Record<string, string>)).not.toThrow();
    await until(() => typesOf(all.server).filter((type) => type === 'abuse_alarm.raised').length === 2);
    const rows = await readAbuseAlarms(app, who.accountId, new Date(0));
    expect(rows).toHaveLength(2);
    expect(await deliveriesOf(who, others.id)).toEqual([]);
    expect(await deliveriesOf(who, alarms.id)).toMatchObject([
      { verificationId: null },
      { verificationId: null },
    ]);
    expect(alarms.server.received).toHaveLength(2);
  });

  test('hears of an alarm when it is enabled again, and never of one that was not written down', async () => {
    const who = await createWaitingAccount(app);
    const { server, id } = await anEndpoint(who, ['abuse_alarm.raised']);
    await updateWebhookEndpoint(app, who, id, { enabled: false });
    await withoutTable(app, 'webhook_deliveries', async () => {
      await spray(who, '203.0.113.10');
      const alarm = { accountId: who.accountId, kind: 'codeSpray', address: '203.0.113.10' } as const;
      await expect(raiseAbuseAlarm(app, { ...alarm, firstChecks: 60, wrongChecks: 60 })).rejects.toThrow();
    });
    // Neither the alarm nor what is told of it: both are there once both can be.
    await until(async () => (await deliveriesOf(who, id)).length === 2);
    expect(await readAbuseAlarms(app, who.accountId, new Date(0))).toHaveLength(2);
    expect(server.received).toEqual([]);
    await updateWebhookEndpoint(app, who, id, { enabled: true });
    await until(() => server.received.length === 2);
  });

  test('gets a test on request, whatever it wants', async () => {
    const who = await createWaitingAccount(app);
    const { server, id } = await anEndpoint(who, ['message.failed']);
    const delivery = await sendTestWebhook(app, who, id);
    await until(() => server.received.length === 1);
    expect(payload(server.received[0]!).type).toBe('test');
    expect(idOf(server.received[0]!)).toBe(delivery.id);
  });

  test('has two secrets that sign for the overlap of a rotation', async () => {
    const who = await createWaitingAccount(app);
    const { server, id, secret: before } = await anEndpoint(who);
    const { secret: after } = await rotateWebhookSecret(app, who, id, 60);
    await until(async () => {
      const { received } = server;
      await sendTestWebhook(app, who, id);
      await until(() => received.length > 0);
      return String(received.at(-1)!.headers['webhook-signature']).includes(' ');
    });
    const { body, headers } = server.received.at(-1)!;
    for (const secret of [before, after])
      expect(() => new Webhook(secret).verify(body, headers as Record<string, string>)).not.toThrow();
    await pass(61_000);
    const count = server.received.length;
    await sendTestWebhook(app, who, id);
    await until(() => server.received.length > count);
    expect(String(server.received.at(-1)!.headers['webhook-signature'])).not.toContain(' ');
  });
});

describe('an endpoint that fails', () => {
  test('for six hours gets everything that happened meanwhile, each under one id', async () => {
    const who = await createWaitingAccount(app);
    const { server, id } = await anEndpoint(who, ['verification.started']);
    server.behave = answering(503, '');
    const started = [];
    for (let hour = 0; hour < 6; hour++) {
      started.push(...(await Promise.all(Array.from({ length: 5 }, () => start(app, who, aNumber())))));
      await until(async () => (await deliveriesOf(who, id)).length === started.length);
      // Not only taken: an attempt counts before its request arrives.
      await until(async () => (await deliveriesOf(who, id)).every(({ log }) => log.length > 0));
      await pass(3_600_000);
    }
    expect((await findWebhookEndpoint(app, who, id))!.failingSince).not.toBeNull();
    const refused = new Set(server.received.map(idOf));
    server.received.length = 0;
    server.behave = answering(200, '');
    // The longest wait that is under way by now, and what chance adds.
    await pass(6 * 3_600_000);
    await until(() => new Set(server.received.map(idOf)).size === started.length);
    expect(new Set(server.received.map((one) => payload(one).data.verification.id))).toEqual(
      new Set(started.map((v) => v.id)),
    );
    expect(new Set(server.received.map(idOf))).toEqual(refused);
    await until(async () => (await deliveriesOf(who, id)).every(({ status }) => status === 'delivered'));
    expect((await findWebhookEndpoint(app, who, id))!.failingSince).toBeNull();
  });

  test('with 410 is disabled at once; enabled again it gets what happened meanwhile', async () => {
    const who = await createWaitingAccount(app);
    const { server, id } = await anEndpoint(who, ['verification.started']);
    server.behave = answering(410, '');
    await start(app, who, aNumber());
    await until(async () => (await findWebhookEndpoint(app, who, id))!.disabledReason === 'gone');
    await expect(sendTestWebhook(app, who, id)).rejects.toMatchObject({ code: 'webhook/disabled' });
    const meanwhile = await start(app, who, aNumber());
    server.received.length = 0;
    server.behave = answering(200, '');
    await updateWebhookEndpoint(app, who, id, { enabled: true });
    await until(() => server.received.length === 1);
    expect(payload(server.received[0]!).data.verification.id).toBe(meanwhile.id);
    expect(await replayWebhookFailures(app, who, id, new Date(0))).toBe(1);
    await until(() => server.received.length === 2);
  });

  test('for 75 hours is given up, and its failures can be sent again: one, or all since a moment', async () => {
    const who = await createWaitingAccount(app);
    const { server, id } = await anEndpoint(who, ['verification.started']);
    server.behave = answering(500, '');
    await start(app, who, aNumber());
    await start(app, who, aNumber());
    await until(async () => {
      await pass(12 * 3_600_000);
      const [row] = await Promise.all([
        findWebhookEndpoint(app, who, id),
        new Promise((next) => setTimeout(next, 50)),
      ]);
      return row!.disabledAt !== null;
    });
    expect(await findWebhookEndpoint(app, who, id)).toMatchObject({ disabledReason: 'failing' });
    await updateWebhookEndpoint(app, who, id, { enabled: true });
    await app.sql`
      UPDATE webhook_deliveries SET status = 'failed', due_at = NULL WHERE endpoint_id = ${uuidOf(id)}`;
    server.behave = answering(200, '');
    const [first, second] = await deliveriesOf(who, id);
    server.received.length = 0;
    await replayWebhookDelivery(app, who, first!.id);
    await until(() => server.received.length === 1);
    expect(idOf(server.received[0]!)).toBe(first!.id);
    await until(async () => (await deliveriesOf(who, id))[0]!.status === 'delivered');
    expect(await replayWebhookFailures(app, who, id, new Date(0))).toBe(1);
    await until(() => server.received.length === 2);
    expect(idOf(server.received[1]!)).toBe(second!.id);
  });

  test('is asked again when it says, and its log tells of each attempt without what it answered', async () => {
    const who = await createWaitingAccount(app);
    const { server, id } = await anEndpoint(who, ['verification.started']);
    server.behave = answering(429, 'secret words', { 'retry-after': '3600' });
    await start(app, who, aNumber());
    await until(async () => (await deliveriesOf(who, id))[0]?.log.length === 1);
    const [waiting] = await deliveriesOf(who, id);
    expect(waiting!.dueAt!.getTime() - clock.now()).toBeGreaterThan(3_500_000);
    expect(waiting!.log).toMatchObject([{ status: 429, problem: 'answered 429' }]);
    server.behave = answering(200, '');
    await pass(3_600_000);
    await until(async () => (await deliveriesOf(who, id))[0]!.status === 'delivered');
    const [done] = await deliveriesOf(who, id);
    expect(done!.log.map(({ status }) => status)).toEqual([429, 200]);
    expect(JSON.stringify(done)).not.toContain('secret words');
  });

  test('slows no other one: twenty hang, and everybody else is told at once', async () => {
    const who = await createWaitingAccount(app);
    const dead = await anEndpoint(who);
    dead.server.behave = () => undefined;
    await Promise.all(Array.from({ length: 30 }, () => start(app, who, aNumber())));
    await until(() => dead.server.received.length === 20);
    const well = await anEndpoint(who, ['verification.started']);
    const v = await start(app, who, aNumber());
    await until(() => well.server.received.length === 1);
    expect(payload(well.server.received[0]!).data.verification.id).toBe(v.id);
    expect(dead.server.received.length).toBe(20);
    await removeWebhookEndpoint(app, who, dead.id);
    expect((await deliveriesOf(who, dead.id)).filter(({ dueAt }) => dueAt !== null)).toEqual([]);
  });

  test('that hangs has as many attempts as were made: what was claimed for when a place is free is given back', async () => {
    const who = await createWaitingAccount(app);
    const { server, id } = await anEndpoint(who);
    server.behave = () => undefined;
    await Promise.all(Array.from({ length: 30 }, () => start(app, who, aNumber())));
    const tried = async (attempts: number) =>
      (await deliveriesOf(who, id)).filter((one) => one.attempts === attempts && one.dueAt !== null).length;
    await until(async () => (await tried(1)) === 40 && server.received.length === 20);
    await updateWebhookEndpoint(app, who, id, { enabled: false });
    await until(async () => (await tried(0)) === 40);
    expect(await tried(1)).toBe(20);
    await removeWebhookEndpoint(app, who, id);
  });
});

describe('an address', () => {
  test.each([
    ['http://169.254.169.254/latest/meta-data'],
    ['https://10.0.0.8/hook'],
    ['https://[::1]/hook'],
    ['http://93.184.216.34/hook'],
    ['https://localhost.localdomain.127.0.0.2.invalid@127.0.0.2/'],
  ])('that must not be called is refused: %s', async (url) => {
    const who = await createWaitingAccount(app);
    await expect(createWebhookEndpoint(app, who, { url })).rejects.toMatchObject({ field: 'url' });
  });

  test('that came to lead inside is refused when it is called', async () => {
    const who = await createWaitingAccount(app);
    const { server, id } = await anEndpoint(who, ['verification.started']);
    // As a row from before URLs were sealed.
    await app.sql`
      UPDATE webhook_endpoints SET url = 'http://127.0.0.2:1/', url_sealed = NULL WHERE id = ${uuidOf(id)}`;
    await updateWebhookEndpoint(app, who, id, { description: 'changed' });
    await start(app, who, aNumber());
    await until(async () => (await deliveriesOf(who, id))[0]?.log.length === 1);
    expect((await deliveriesOf(who, id))[0]!.log[0]!.problem).toContain('OTPOST_PRIVATE_NETWORKS');
    expect(server.received).toEqual([]);
  });

  test('outside of the account’s residency is refused, also when the residency came later', async () => {
    const who = await createWaitingAccount(app);
    const { server, id } = await anEndpoint(who, ['verification.started']);
    await setResidency(app, who, 'EU');
    await expect(createWebhookEndpoint(app, who, { url: server.url, region: 'US' })).rejects.toMatchObject({
      code: 'webhook/outside_residency',
      field: 'region',
    });
    // The worker hears of it a moment later: what was sent until then was before.
    const held = await until(async () => {
      const v = await start(app, who, aNumber());
      const attempted = await until(async () =>
        (await deliveriesOf(who, id)).find(
          ({ verificationId, log }) => verificationId === v.id && log.length > 0,
        ),
      );
      return attempted.status === 'pending' ? attempted : undefined;
    });
    expect(held.log[0]!.problem).toBe("the account's data stays in EU");
    expect(server.received.map(idOf)).not.toContain(held.id);
    await updateWebhookEndpoint(app, who, id, { region: 'EU' });
    // The worker hears of this a moment later too, and may have tried once more until then.
    await until(
      async () => {
        await pass(3_600_000);
        return server.received.some((one) => idOf(one) === held.id);
      },
      { everyMs: 500 },
    );
  });
});
