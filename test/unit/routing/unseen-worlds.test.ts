import { expect, test } from 'vitest';
import type { Policy, PolicySnapshot } from '../../../src/routing/policy.ts';
import { createChance } from '../../bench/routing/chance.ts';
import { BEST_KNOWN, CONTENDERS, OURS, STATIC } from '../../bench/routing/contenders.ts';
import { measureRegret, mean } from '../../bench/routing/regret.ts';
import { STEADY_STREAM, THIN_STREAM } from '../../bench/routing/shapes.ts';
import type { WorldShape } from '../../bench/routing/world.ts';

const USUAL: WorldShape = { ...STEADY_STREAM, messagesPerSecond: 1, hours: 1 };
const SEEDS = [91, 92, 93, 94];
/** Where one message in twenty converts four are decided by luck: of 48 seeds ours loses 10.0 %, the best known one 10.9. */
const MORE_SEEDS = [...SEEDS, 95, 96, 97, 98];

/** What nothing was tuned to, each in a direction of its own. */
const UNSEEN: Readonly<Record<string, WorldShape>> = {
  'three carriers': { ...USUAL, carriers: 3 },
  'twenty carriers': { ...USUAL, carriers: 20, messagesPerSecond: 3 },
  'one message in twenty converts': {
    ...USUAL,
    userConverts: 0.05,
    valueOfConversion: 20,
    messagesPerSecond: 3,
  },
  'nearly every message converts': { ...USUAL, userConverts: 0.99, spread: 0.3 },
  'conversions within seconds': { ...USUAL, conversionDelay: { medianMs: 5_000, sigma: 0.4 } },
  'conversions after minutes': { ...USUAL, conversionDelay: { medianMs: 120_000, sigma: 0.9 } },
  'the price decides': { ...USUAL, prices: [0.05, 0.6] },
  'no receipts at all': { ...USUAL, receipts: ['absent'] },
  'every receipt a lie': { ...USUAL, receipts: ['faked'] },
  'days and nights': { ...THIN_STREAM, hours: 30, messagesPerSecond: 0.05, dailySwing: 0.9 },
  'outages all the time': { ...USUAL, outagesPerHour: 4, outageMs: 300_000 },
  'many users give up': { ...USUAL, abandonedShare: 0.3 },
};

const regretIn = async (shape: WorldShape, create: (shape: WorldShape) => Policy) =>
  mean((await measureRegret(shape, shape.userConverts < 0.1 ? MORE_SEEDS : SEEDS, create)).bySeed);

test.each(Object.entries(UNSEEN))(
  'in a world of its own kind no order that is fixed earns clearly more, and nor the best known one that forgets: %s',
  async (_, shape) => {
    const ours = await regretIn(shape, CONTENDERS[OURS]!);
    for (const other of ['least cost', 'round robin', BEST_KNOWN])
      expect(ours, other).toBeLessThan(await regretIn(shape, CONTENDERS[other]!));
    // Its order is half known here, and where conversions take minutes an hour is short to learn better.
    expect(ours).toBeLessThan(1.1 * (await regretIn(shape, CONTENDERS[STATIC]!)));
  },
);

/** Whoever tells it is late, repeats itself, mixes the order up, and closes routes for a while. */
function mess(policy: Policy, seed: number): Policy {
  const chance = createChance(seed);
  const held: Parameters<Policy['observe']>[0][] = [];
  const old: PolicySnapshot[] = [];
  return {
    ...policy,
    choose(request, candidates, random) {
      if (chance.uniform() < 0.002) old.push(policy.snapshot());
      if (old.length > 0 && chance.uniform() < 0.01)
        policy.merge(old[Math.floor(chance.uniform() * old.length)]!);
      const shut = Math.floor(chance.uniform() * candidates.length * 4);
      const some = candidates.map((c, i) => (i === shut ? { ...c, exclude: 'the window is full' } : c));
      return policy.choose(
        { ...request, now: request.now - Math.floor(chance.uniform() * 400) },
        some,
        random,
      );
    },
    observe(observation) {
      const late = chance.uniform();
      if (observation.kind !== 'submitted' && late < 0.1) return void held.push(observation);
      policy.observe({ ...observation, at: observation.at - Math.floor(chance.uniform() * 500) });
      if (late > 0.95) policy.observe(observation);
      while (held.length > 3) policy.observe(held.splice(Math.floor(chance.uniform() * held.length), 1)[0]!);
    },
  };
}

test('late, repeated and unordered news, closed routes and old snapshots of itself cost little', async () => {
  const ours = await regretIn(USUAL, CONTENDERS[OURS]!);
  let seed = 0;
  const messy = await regretIn(USUAL, (shape) => mess(CONTENDERS[OURS]!(shape), ++seed));
  expect(messy).toBeLessThan(ours + 0.02);
  expect(messy).toBeLessThan(await regretIn(USUAL, CONTENDERS[BEST_KNOWN]!));
});
