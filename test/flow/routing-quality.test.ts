import { afterAll, beforeAll, expect, test } from 'vitest';
import { routingQuality } from '../../src/analytics/routing-quality.ts';
import { replayInTurn } from '../../src/analytics/replay-routes.ts';
import { uuidOf } from '../../src/ids.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import { connectSimulated, createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createNumbers, happened, received, start } from '../support/verifying.ts';

const aNumber = createNumbers(9_000_000);
let testApp: TestApp;

beforeAll(async () => {
  testApp = await createTestApp();
});
afterAll(() => testApp[Symbol.asyncDispose]());

test('what messages really came to is what operators read, at the price of that time', async () => {
  const { app } = testApp;
  const who = await createTestAccount(app);
  await connectSimulated(app, who, ['instant']);
  const setPrice = async (price: number) => {
    await app.sql`UPDATE routes SET price = ${price} WHERE account_id = ${uuidOf(who.accountId)}`;
    app.bus.publish([{ channel: 'config', payload: who.accountId }]);
  };
  await setPrice(0.03);
  const from = new Date(Date.now() - 1_000);
  for (const isConverted of [true, true, false]) {
    const to = aNumber();
    const v = await start(app, who, to);
    await happened(app, v, 'MessageDelivered');
    const [code] = await received(app, to);
    if (isConverted) await checkVerification(app, who, { verificationId: v.id, code: code! });
  }
  await setPrice(0.5);
  const window = { from, to: new Date(Date.now() + 1_000) };
  const page = { limit: 10, after: undefined };
  const groupBy = ['country', 'route'] as const;
  const [group, ...none] = await routingQuality(app, who, { ...window, groupBy }, page);
  expect(none).toEqual([]);
  expect(group).toMatchObject({
    country: 'HR',
    attempts: 3,
    accepted: 3,
    delivered: 3,
    converted: 2,
    waiting: 1,
  });
  expect(group!.cost).toBeCloseTo(0.09, 9);
  expect(group!.receiptLatency!.count).toBe(3);
  const replay = await replayInTurn(app, who, { ...window, strategy: 'least_cost', limit: 100 });
  expect(replay).toMatchObject({ attempts: 3, judged: 2, matchedShare: 1, unrouted: 0 });
  expect(replay.actual.cost).toBeCloseTo(0.09, 9);
});
