import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { idFromUuid, uuidOf } from '../../src/ids.ts';
import { LEASE_MS } from '../../src/messages/claim.ts';
import { createEvidenceExchange } from '../../src/routing/evidence-exchange.ts';
import { createReceiptLatencies } from '../../src/routing/receipt-latencies.ts';
import type { ServiceSettingsInput } from '../../src/services/settings.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createProcess } from '../support/process-app.ts';
import { createCarriers, type SimulatedCarrier } from '../support/simulated-carriers.ts';
import { until } from '../support/until.ts';
import {
  attemptsOf,
  codeOf,
  codesOn,
  createClock,
  createNumbers,
  happened,
  historyOf,
  messagesOf,
  received,
  start,
} from '../support/verifying.ts';

const clock = createClock();
const aNumber = createNumbers(8_000_000);
const DELIVERED = ['VerificationStarted', 'MessageQueued', 'MessageSent', 'MessageDelivered'];
const ENOUGH = 25;
const SHORTEST_MS = 10_000;

let main: TestApp;
let app: TestApp['app'];
let connect: ReturnType<typeof createCarriers>;

beforeAll(async () => {
  main = await createTestApp({ ROLES: 'worker,simulator' }, { clock: clock.now });
  app = main.app;
  connect = createCarriers(app);
});
afterAll(() => main[Symbol.asyncDispose]());

/** Time passes, and the worker looks. */
function later(ms: number): void {
  clock.advance(ms);
  app.dispatcher!.wake();
}

/** Sends messages until it is known how long this account's receipts take: as long as the clock says. */
async function learn(who: Principal, passingMs = 0): Promise<void> {
  const all = await Promise.all(Array.from({ length: ENOUGH }, () => start(app, who, aNumber())));
  await Promise.all(all.map((v) => happened(app, v, 'MessageSent')));
  clock.advance(passingMs);
  // A copy may be quicker, of what takes long before that is known.
  const reported = async () =>
    (await Promise.all(all.map((v) => attemptsOf(app, v))))
      .flat()
      .every(({ status }) => status === 'delivered');
  await until(reported, { what: 'every receipt' });
}

/** A service whose first route gives quick receipts, as is known of it, and whose second one delivers at once. */
async function withTwoRoutes(
  settings: ServiceSettingsInput = {},
): Promise<{ who: Principal; first: SimulatedCarrier; second: SimulatedCarrier }> {
  const who = await createTestAccount(app, settings);
  const first = await connect(who, { profile: 'normal', receiptMs: [5, 20] });
  const second = await connect(who, 'instant');
  await learn(who);
  return { who, first, second };
}

/** Starts a verification and waits until its message has been taken. */
async function startTaken(who: Principal): Promise<{ v: VerificationRow; to: string }> {
  const to = aNumber();
  const v = await start(app, who, to);
  await happened(app, v, 'MessageSent');
  return { v, to };
}

/** Proves that a worker has looked at everything that is due by now. */
async function everybodyHadTheirTurn(who: Principal): Promise<void> {
  app.dispatcher!.wake();
  await until(
    async () => {
      const [row] = await app.sql`
        SELECT count(*)::int AS count FROM messages
        WHERE account_id = ${uuidOf(who.accountId)} AND due_at <= ${new Date(clock.now())}`;
      return row!.count === 0;
    },
    { what: 'nothing is due' },
  );
}

describe('a message whose receipt does not come in its usual time', () => {
  test('goes out with the same code over the next route, inside the validity', async () => {
    const { who, first } = await withTwoRoutes();
    app.simulator!.change(first.systemId, 'blackhole');
    const { v, to } = await startTaken(who);
    const [waiting] = await messagesOf(app, v);
    expect(waiting!.dueAt!.getTime()).toBeLessThanOrEqual(clock.now() + SHORTEST_MS);
    later(SHORTEST_MS);
    expect(await happened(app, v, 'MessageDelivered')).toEqual(DELIVERED);
    expect(await attemptsOf(app, v)).toEqual([
      { carrier: 'normal', status: 'submitted', errorCode: null },
      { carrier: 'instant', status: 'delivered', errorCode: null },
    ]);
    expect(codesOn(app, to)).toEqual([await codeOf(app, v)]);
    expect(clock.now()).toBeLessThan(v.expiresAt.getTime());
  });

  test('is settled by the receipt of either, and all texts carry the same code', async () => {
    const { who, first, second } = await withTwoRoutes();
    app.simulator!.change(first.systemId, { profile: 'normal', receiptMs: [1_000, 1_000] });
    app.simulator!.change(second.systemId, { profile: 'normal', receiptMs: [2_000, 2_000] });
    const { v, to } = await startTaken(who);
    later(SHORTEST_MS);
    expect(await happened(app, v, 'MessageDelivered')).toEqual(DELIVERED);
    expect(await attemptsOf(app, v)).toMatchObject([{ status: 'delivered' }, { status: 'submitted' }]);
    await until(async () => (await attemptsOf(app, v)).every(({ status }) => status === 'delivered'));
    expect(await historyOf(app, v)).toEqual(DELIVERED);
    const code = await codeOf(app, v);
    expect(await received(app, to, 2)).toEqual([code, code]);
  });

  test('is sent no more often than the service allows, and waits then', async () => {
    const { who, first, second } = await withTwoRoutes();
    await connect(who, 'duplicates');
    for (const { systemId } of [first, second]) app.simulator!.change(systemId, 'blackhole');
    const { v } = await startTaken(who);
    later(SHORTEST_MS);
    await until(async () => (await attemptsOf(app, v))[1]?.status === 'submitted');
    await until(async () => (await messagesOf(app, v))[0]!.dueAt!.getTime() === v.expiresAt.getTime());
    expect(await attemptsOf(app, v)).toHaveLength(2);
  });

  test.each<[string, ServiceSettingsInput]>([
    ['by a service that wants no failover', { failover: { max: 0 } }],
    ['once all attempts are spent', { retry: { maxAttempts: 1 } }],
  ])('is not sent again %s', async (_what, settings) => {
    const { who, first } = await withTwoRoutes(settings);
    app.simulator!.change(first.systemId, 'blackhole');
    const { v } = await startTaken(who);
    expect((await messagesOf(app, v))[0]!.dueAt).toEqual(v.expiresAt);
  });

  test('is not sent again where no other route is, and stays sent', async () => {
    const who = await createTestAccount(app);
    const only = await connect(who, { profile: 'normal', receiptMs: [5, 20] });
    await learn(who);
    app.simulator!.change(only.systemId, 'blackhole');
    const { v } = await startTaken(who);
    later(SHORTEST_MS);
    await until(async () => (await messagesOf(app, v))[0]!.dueAt!.getTime() === v.expiresAt.getTime());
    expect(await attemptsOf(app, v)).toMatchObject([{ status: 'submitted' }]);
  });

  test('is not sent again once its code was used; its receipt still counts', async () => {
    const { who, first } = await withTwoRoutes();
    app.simulator!.change(first.systemId, { profile: 'normal', receiptMs: [1_000, 1_000] });
    const { v } = await startTaken(who);
    await checkVerification(app, who, { verificationId: v.id, code: await codeOf(app, v) });
    later(SHORTEST_MS);
    const history = await happened(app, v, 'MessageDelivered');
    expect(history).not.toContain('MessageExpired');
    expect(await attemptsOf(app, v)).toMatchObject([{ carrier: 'normal', status: 'delivered' }]);
  });

  test('waits anew when nobody looked in time: its receipt may be among those not read yet', async () => {
    const { who, first } = await withTwoRoutes();
    app.simulator!.change(first.systemId, 'blackhole');
    const { v } = await startTaken(who);
    later(60_000);
    // Later than its lease: it has been looked at, and put off.
    await until(async () => (await messagesOf(app, v))[0]!.dueAt!.getTime() > clock.now() + LEASE_MS);
    expect(await attemptsOf(app, v)).toHaveLength(1);
    later(SHORTEST_MS);
    await happened(app, v, 'MessageDelivered');
    expect(await attemptsOf(app, v)).toHaveLength(2);
  });
});

describe('a route', () => {
  test('that is slow but healthy is given its time, once that is known', async () => {
    const who = await createTestAccount(app);
    await connect(who, { profile: 'normal', receiptMs: [1_000, 1_000] });
    await connect(who, 'instant');
    await learn(who, 30_000);
    const { v } = await startTaken(who);
    const [waiting] = await messagesOf(app, v);
    const waitMs = waiting!.dueAt!.getTime() - clock.now();
    expect(waitMs).toBeGreaterThan(1.4 * 30_000);
    expect(waitMs).toBeLessThan(1.5 * 1.2 * 32_000);
    later(30_000);
    await everybodyHadTheirTurn(who);
    expect(await happened(app, v, 'MessageDelivered')).toEqual(DELIVERED);
    expect(await attemptsOf(app, v)).toHaveLength(1);
  });

  test('is known by its receipts to the next process, too', async () => {
    const { who } = await withTwoRoutes();
    await app.single(createEvidenceExchange).exchange();
    const [row] = await app.sql<{ id: string; carrier_id: string }[]>`
      SELECT id, carrier_id FROM routes WHERE account_id = ${uuidOf(who.accountId)} AND name = 'normal'`;
    const routeId = idFromUuid('rte', row!.id);
    const carrierId = idFromUuid('car', row!.carrier_id);
    await using next = createProcess({ database: app, clock: clock.now });
    const latency = await next.single(createReceiptLatencies).of(who.accountId);
    const expected = latency.expected({ routeId, carrierId, country: 'HR' }, clock.now());
    expect(expected!.own).toBeCloseTo(ENOUGH);
    expect(expected!.p95Ms).toBeLessThan(1_000);
  });
});

test('a black hole loses its traffic although every one of its messages is rescued', async () => {
  const who = await createTestAccount(app, { routing: 'adaptive' });
  const first = await connect(who, { profile: 'normal', receiptMs: [5, 20] });
  await connect(who, { profile: 'instant', receiptMs: [5, 20] });
  await app.sql`UPDATE routes SET price = 0.2 WHERE account_id = ${uuidOf(who.accountId)} AND name = 'instant'`;
  const used: string[] = [];
  /** One message every five seconds: it is sent, rescued if need be, and its code is typed in. */
  const converse = async () => {
    const { v, to } = await startTaken(who);
    const [attempt] = await attemptsOf(app, v);
    used.push(attempt!.carrier);
    if (codesOn(app, to).length === 0) {
      await until(
        () => {
          later(2_500);
          return codesOn(app, to)[0];
        },
        { everyMs: 100 },
      );
    }
    const [code] = await received(app, to);
    await checkVerification(app, who, { verificationId: v.id, code: code! });
    clock.advance(5_000);
  };
  for (let i = 0; i < 30; i++) await converse();
  expect(used.filter((carrier) => carrier === 'normal').length).toBeGreaterThan(20);
  app.simulator!.change(first.systemId, 'blackhole');
  used.length = 0;
  for (let i = 0; i < 30; i++) await converse();
  expect(used.slice(-15).filter((carrier) => carrier === 'normal').length).toBeLessThanOrEqual(3);
});
