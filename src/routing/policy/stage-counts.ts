import type { Ages } from './ages.ts';

/** Attempts by the stage of their age. Few stages have any at a time: sums look at those only. */
export interface StageCounts {
  at: Float64Array;
  /** A bit for each stage that has any, the first stage's the lowest. */
  bits: number;
}

export function createStageCounts(ages: Ages): StageCounts {
  return { at: new Float64Array(ages.count), bits: 0 };
}

export function countStage(counts: StageCounts, stage: number, by: 1 | -1): void {
  const bit = 1 << stage;
  counts.bits = (counts.at[stage]! += by) > 0 ? counts.bits | bit : counts.bits & ~bit;
}

/** The first stage of those whose bits are set; the next one is found with `bits & (bits - 1)`. */
export function firstStage(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

/** @param weights by stage */
export function weighedSum(counts: StageCounts, weights: Float64Array): number {
  let sum = 0;
  for (let { bits } = counts; bits !== 0; bits &= bits - 1) {
    const stage = firstStage(bits);
    sum += counts.at[stage]! * weights[stage]!;
  }
  return sum;
}
