import { describe, expect, test } from 'vitest';
import {
  createPolicy,
  type Candidate,
  type Policy,
  type PolicyOptions,
} from '../../../src/routing/policy.ts';
import { createReplay, Z95, type PastAttempt, type ReplayResult } from '../../../src/routing/replay.ts';
import { createTrackRecord } from '../../../src/routing/track-record.ts';
import { createChance } from '../../bench/routing/chance.ts';
import { STEADY_STREAM } from '../../bench/routing/shapes.ts';
import { CODE_TTL_MS } from '../../bench/routing/fate.ts';
import { createWorld, START, type World, type WorldShape } from '../../bench/routing/world.ts';

const HOURS = 3;
const SHAPE: WorldShape = {
  ...STEADY_STREAM,
  ...{ hours: HOURS, messagesPerSecond: 0.5, countries: 2, carriers: 4, abandonedShare: 0.05 },
};

type Strategy = PolicyOptions['strategy'];
const options = (strategy: Strategy): PolicyOptions => ({
  ...{ strategy, valueOfConversion: 1, codeTtlMs: CODE_TTL_MS },
});

function candidatesIn(world: World): Candidate[] {
  return world.carriers.map(({ routeId, carrierId, priority, price }) => ({
    ...{ routeId, carrierId, priority, price },
  }));
}

/** Sends messages through a world. @param astray share of messages for which chance chooses instead of the policy */
function live(world: World, seed: number, policy: Policy, astray = 0) {
  const chance = createChance(seed);
  const candidates = candidatesIn(world);
  const coming: { at: number; tell: () => void }[] = [];
  const log: PastAttempt[] = [];
  let expected = 0;
  const end = START + HOURS * 3_600_000;
  const arrivals = createChance(seed * 31 + 7);
  for (let at = START, n = 0; ; n++) {
    at += Math.ceil(arrivals.exponential(1_000 / SHAPE.messagesPerSecond));
    if (at >= end) return { log, expected };
    const cell = arrivals.uniform() < world.cells[0]!.share ? 0 : 1;
    const isAbandoned = arrivals.uniform() < SHAPE.abandonedShare;
    coming.sort((a, b) => a.at - b.at);
    while (coming[0] && coming[0].at <= at) coming.shift()!.tell();
    const { country } = world.cells[cell]!;
    const chosen =
      chance.uniform() < astray
        ? candidates[Math.floor(chance.uniform() * candidates.length)]!.routeId
        : policy.choose({ country, now: at }, candidates, chance.uniform)[0]!.routeId;
    const i = candidates.findIndex(({ routeId }) => routeId === chosen);
    const p = world.reach(i, cell, at) * world.userConverts;
    const isRefused = world.outageOf(i, at) === 'reject';
    const isConverted = !isAbandoned && chance.uniform() < p;
    const delay = Math.min(CODE_TTL_MS, chance.logNormal(18_000, 0.7));
    if (!isAbandoned) expected += p;
    const about = { routeId: chosen, country, attemptId: `att_${n}` };
    policy.observe({ ...about, kind: 'submitted', at });
    const tell = (kind: 'converted' | 'rejected' | 'abandoned', when: number) =>
      coming.push({ at: when, tell: () => policy.observe({ ...about, kind, at: when }) });
    if (isRefused) tell('rejected', at + 100);
    if (isConverted) tell('converted', at + delay);
    if (isAbandoned) tell('abandoned', at + delay);
    log.push({
      ...about,
      ...{ at, candidates, segments: 1, accepted: !isRefused },
      cost: isRefused ? 0 : candidates[i]!.price,
      outcome: isAbandoned ? 'unjudged' : isConverted ? 'converted' : 'failed',
      ...(isRefused && { rejectedAt: at + 100 }),
      ...(isConverted && { convertedAt: at + delay }),
      ...(isAbandoned && { abandonedAt: at + delay }),
    });
  }
}

function replay(log: readonly PastAttempt[], strategy: Strategy, seed = 1): ReplayResult {
  const record = createTrackRecord();
  for (const attempt of log) record.add(attempt);
  const again = createReplay([options(strategy)], record, createChance(seed).uniform);
  for (const attempt of log) again.decide(attempt, options(strategy));
  return again.result();
}

/** What a policy that learns nothing would have been worth, over the messages of a log. */
function truthOf(world: World, log: readonly PastAttempt[], strategy: Strategy): number {
  const policy = createPolicy(options(strategy));
  let sum = 0;
  for (const { at, country, candidates, outcome } of log) {
    if (outcome === 'unjudged') continue;
    const [first] = policy.choose({ country, now: at }, candidates, () => 0);
    const i = candidates.findIndex(({ routeId }) => routeId === first!.routeId);
    const cell = world.cells.findIndex((c) => c.country === country);
    sum += world.reach(i, cell, at) * world.userConverts;
  }
  return sum;
}

const SEEDS = Array.from({ length: 20 }, (_, i) => 200 + i);

function covers({ replayed }: ReplayResult, truth: number): boolean {
  return Math.abs(replayed.conversions - truth) <= Z95 * replayed.standardError;
}

describe('a replay', () => {
  test('of the policy that was in use says what was, and nothing else', () => {
    const { log } = live(createWorld(SHAPE, 5), 5, createPolicy(options('priority')));
    const { matchedShare, actual, replayed, routes } = replay(log, 'priority');
    expect(matchedShare).toBe(1);
    expect(replayed.conversions).toBe(actual.conversions);
    expect(replayed.cost).toBeCloseTo(actual.cost, 9);
    expect([...routes.values()]).toEqual([{ actual: log.length, replayed: log.length }]);
  });

  test.each(['least_cost', 'priority'] as const)(
    'of %s over the traffic of one that learns holds the truth within its interval',
    (strategy) => {
      const held = SEEDS.filter((seed) => {
        const world = createWorld(SHAPE, seed);
        const { log } = live(world, seed, createPolicy(options('adaptive')));
        return covers(replay(log, strategy), truthOf(world, log, strategy));
      });
      expect(held.length / SEEDS.length).toBeGreaterThanOrEqual(0.9);
    },
  );

  test('of one that learns, over traffic of another, holds what it would really have done', () => {
    const held = SEEDS.filter((seed) => {
      const world = createWorld(SHAPE, seed);
      const { log } = live(world, seed, createPolicy(options('priority')), 0.5);
      const truth = live(world, seed, createPolicy(options('adaptive'))).expected;
      return covers(replay(log, 'adaptive', seed), truth);
    });
    expect(held.length / SEEDS.length).toBeGreaterThanOrEqual(0.9);
  });

  test('says less of routes that were seldom taken: its interval is wider', () => {
    const world = createWorld(SHAPE, 7);
    const errorOf = (astray: number) => {
      const { log } = live(world, 7, createPolicy(options('priority')), astray);
      return replay(log, 'least_cost').replayed.standardError;
    };
    expect(errorOf(0)).toBeGreaterThan(2 * errorOf(0.5));
  });

  test('is the same every time with the same chance', () => {
    const { log } = live(createWorld(SHAPE, 8), 8, createPolicy(options('priority')), 0.3);
    expect(replay(log, 'adaptive', 3)).toEqual(replay(log, 'adaptive', 3));
  });

  test('chooses no route that could not be taken then', () => {
    const { log } = live(createWorld(SHAPE, 9), 9, createPolicy(options('priority')), 0.3);
    const barred = log.map((attempt) => ({
      ...attempt,
      candidates: attempt.candidates.map((c) => ({ ...c, exclude: 'not then' })),
    }));
    const { unrouted, replayed } = replay(barred, 'adaptive');
    expect(unrouted).toBe(log.length);
    expect(replayed).toEqual({ cost: 0, conversions: 0, value: 0, standardError: 0 });
  });
});
