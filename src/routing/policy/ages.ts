import { LAYERS_MS } from './layers.ts';

/** At these ages, in milliseconds, a silent attempt is looked at again; the code's lifetime ends the list. */
const STEPS_MS = [
  0, 1_000, 2_000, 3_500, 5_000, 7_500, 10_000, 14_000, 20_000, 28_000, 40_000, 56_000, 80_000, 112_000,
  160_000, 240_000, 400_000, 640_000, 1_200_000, 2_400_000,
] as const;

/** The stages of an attempt's life: everything about silence is counted by them. */
export interface Ages {
  count: number;
  /** Where each stage begins, in milliseconds. */
  from: Float64Array;
  /** Where each ends; the last one with the code. */
  to: Float64Array;
  /** The weight in each layer of an attempt in the middle of a stage: [layer × count + stage]. */
  weights: Float64Array;
  stageOf(ageMs: number): number;
}

export function createAges(codeTtlMs: number): Ages {
  const from = Float64Array.from(STEPS_MS.filter((step) => step < codeTtlMs));
  const count = from.length;
  const to = from.map((_, i) => (i + 1 < count ? from[i + 1]! : codeTtlMs));
  const weights = new Float64Array(LAYERS_MS.length * count);
  for (const [layer, ms] of LAYERS_MS.entries())
    for (let j = 0; j < count; j++) weights[layer * count + j] = Math.exp(-(from[j]! + to[j]!) / 2 / ms);
  return {
    count,
    from,
    to,
    weights,
    stageOf(ageMs) {
      let stage = 0;
      while (stage + 1 < count && to[stage]! <= ageMs) stage += 1;
      return stage;
    },
  };
}
