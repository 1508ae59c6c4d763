import { expect, test } from 'vitest';
import { measureAgreement } from '../bench/routing/agreement.ts';
import { createWorldClock } from '../bench/routing/dispatched.ts';
import { DISPATCHED } from '../bench/routing/shapes.ts';
import { createTestApp } from '../support/app.ts';

test('a worker decides in a world as the policy alone does, refusals and lost messages included', async () => {
  const clock = createWorldClock();
  await using main = await createTestApp(
    { ROLES: 'worker', OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32' },
    clock.overrides,
  );
  // As much trouble in three minutes as the hour of the bench has.
  const shape = {
    ...DISPATCHED,
    messagesPerSecond: 1,
    hours: 0.05,
    outagesPerHour: 30,
    outageMs: 60_000,
    conversionDelay: { medianMs: 6_000, sigma: 0.7 },
  };
  const { messages, same, refused, regret, shift } = await measureAgreement(main.app, clock, shape, 7_001);
  expect(messages).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(0);
  expect(same).toBeGreaterThanOrEqual(0.98);
  expect(shift).toBeLessThanOrEqual(0.02);
  expect(Math.abs(regret.dispatched - regret.pure)).toBeLessThanOrEqual(0.01);
});
