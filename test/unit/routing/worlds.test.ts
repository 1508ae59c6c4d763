import { describe, expect, test } from 'vitest';
import { createPolicy, type Strategy } from '../../../src/routing/policy.ts';
import { measureRegret, mean } from '../../bench/routing/regret.ts';
import { STEADY_STREAM } from '../../bench/routing/shapes.ts';
import { CODE_TTL_MS } from '../../bench/routing/fate.ts';
import { simulate } from '../../bench/routing/simulate.ts';
import { after, createSteadyWorld } from '../../bench/routing/steady.ts';
import { countUntilFound, shareOfFaker } from '../../bench/routing/trials.ts';
import type { ReceiptKind } from '../../bench/routing/world.ts';
import { createAdaptive } from './candidates.ts';

describe('the adaptive policy in a seeded world', () => {
  test('loses less than half of what static priority and the cheapest route lose', async () => {
    const shape = { ...STEADY_STREAM, hours: 1 };
    const lost = async (strategy: Strategy) =>
      mean(
        (
          await measureRegret(shape, [31, 32, 33], () =>
            createPolicy({ strategy, valueOfConversion: 1, codeTtlMs: CODE_TTL_MS }),
          )
        ).bySeed,
      );
    const ours = await lost('adaptive');
    expect(ours).toBeLessThan(0.5 * (await lost('priority')));
    expect(ours).toBeLessThan(0.5 * (await lost('least_cost')));
  });

  test.each([
    { perSecond: 3, receipts: 'honest' },
    { perSecond: 0.2, receipts: 'honest' },
    { perSecond: 1, receipts: 'absent' },
  ] as const)('finds a black hole within 30 messages: %o', ({ perSecond, receipts }) => {
    for (const seed of [41, 42, 43])
      expect(countUntilFound(seed, perSecond, receipts, 'blackHole')).toBeLessThanOrEqual(30);
  });

  test('finds refusals within ten messages', () => {
    for (const seed of [44, 45]) expect(countUntilFound(seed, 3, 'honest', 'reject')).toBeLessThanOrEqual(10);
  });

  test('gives a carrier that fakes its receipts less than 5 % after 500 messages', () => {
    for (const seed of [51, 52]) expect(shareOfFaker(seed, 1)).toBeLessThan(0.05);
  });

  test.each(['absent', 'honest', 'noisy'] as ReceiptKind[])(
    'gives the best carrier the traffic, its receipts %s',
    (receipts) => {
      const world = createSteadyWorld(
        [
          { reach: 0.8, price: 0.03, receipts: 'honest' },
          { reach: 0.97, price: 0.03, receipts },
        ],
        { messagesPerSecond: 2, hours: 1 },
      );
      let late = 0;
      let taken = 0;
      simulate(world, 61, createAdaptive(), (step) => {
        if (step.at < after(1_200_000)) return;
        late += 1;
        if (step.taken === 1) taken += 1;
      });
      expect(taken / late).toBeGreaterThan(0.9);
    },
  );

  test('comes back to a carrier whose outage ended, and pays little to look', () => {
    const outage = { kind: 'blackHole', from: after(1_800_000), to: after(3_600_000) } as const;
    const world = createSteadyWorld(
      [
        { reach: 0.97, price: 0.02, receipts: 'honest', outages: [outage] },
        { reach: 0.85, price: 0.02, receipts: 'honest' },
      ],
      { messagesPerSecond: 2, hours: 1.5 },
    );
    let during = 0;
    let lost = 0;
    let since = 0;
    let back = 0;
    simulate(world, 71, createAdaptive(), ({ at, taken }) => {
      if (at >= outage.from && at < outage.to) {
        during += 1;
        if (taken === 0) lost += 1;
      }
      if (at < outage.to + 600_000) return;
      since += 1;
      if (taken === 0) back += 1;
    });
    expect(lost / during).toBeLessThan(0.04);
    expect(back / since).toBeGreaterThan(0.9);
  });

  test('remembers a bounded amount, however many messages there were', () => {
    const policy = createAdaptive();
    const size = () => JSON.stringify(policy.snapshot()).length;
    let at = after(0);
    const send = (count: number) => {
      for (let i = 0; i < count; i++) {
        at += 20;
        const attempt = { routeId: `r${i % 5}`, country: 'HR', attemptId: `att_${at}` };
        policy.observe({ ...attempt, kind: 'submitted', at });
        if (i % 3 > 0) policy.observe({ ...attempt, kind: 'converted', at });
      }
    };
    send(40_000);
    const before = size();
    send(200_000);
    expect(size()).toBeLessThan(before * 1.1);
    for (let i = 0; i < 5_000; i++) {
      const attempt = { routeId: `x${i}`, country: `C${i}`, operator: `o${i}`, attemptId: `x${i}` };
      policy.observe({ ...attempt, kind: 'submitted', at });
    }
    expect(policy.snapshot().sources[0]!.routes.length).toBeLessThanOrEqual(1_000);
    expect(policy.snapshot().sources[0]!.paces.length).toBeLessThanOrEqual(1_000);
  });
});
