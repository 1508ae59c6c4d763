import { setImmediate } from 'node:timers/promises';
import type { Policy } from '../../../src/routing/policy.ts';
import { simulate } from './simulate.ts';
import { createWorld, START, type WorldShape } from './world.ts';

export interface Regret {
  /** (oracle − policy) ÷ oracle, in expected utility, for each seed: 0–1. */
  bySeed: number[];
  /** The same over all seeds up to the end of each ten minutes. */
  overTime: number[];
}

const BIN_MS = 600_000;

/** What is lost against an oracle that knows the true rates of the moment. */
export async function measureRegret(
  shape: WorldShape,
  seeds: readonly number[],
  create: (shape: WorldShape) => Policy,
): Promise<Regret> {
  const lost: number[] = [];
  const possible: number[] = [];
  const bySeed: number[] = [];
  for (const seed of seeds) {
    let got = 0;
    let best = 0;
    simulate(createWorld(shape, seed), seed, create(shape), (step) => {
      got += step.got;
      best += step.best;
      const bin = Math.floor((step.at - START) / BIN_MS);
      lost[bin] = (lost[bin] ?? 0) + step.best - step.got;
      possible[bin] = (possible[bin] ?? 0) + step.best;
    });
    bySeed.push((best - got) / best);
    // So that Ctrl-C is heard.
    await setImmediate();
  }
  let sumLost = 0;
  let sumPossible = 0;
  const overTime = Array.from(possible, (one = 0, bin) => {
    sumLost += lost[bin] ?? 0;
    sumPossible += one;
    return sumLost / sumPossible;
  });
  return { bySeed, overTime };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
