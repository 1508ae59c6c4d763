import type { Ground } from '../ground/ground.ts';
import { median } from './percentile.ts';

export interface Pair {
  ours: number;
  ceiling: number;
  ratio: number;
}

export interface Alternated {
  ours: number;
  ceiling: number;
  ratio: number;
  runs: readonly Pair[];
}

/**
 * Ours, ceiling, ours, ceiling …: the machine's own ups and downs meet both.
 * @returns the medians; that of the ratios is not the ratio of the others
 */
export async function alternate(
  ground: Ground,
  unit: string,
  measureOurs: () => Promise<number>,
  measureCeiling: () => Promise<number>,
): Promise<Alternated> {
  const runs: Pair[] = [];
  for (let turn = 0; turn < ground.turns; turn++) {
    const ours = await measureOurs();
    const ceiling = await measureCeiling();
    runs.push({ ours, ceiling, ratio: ours / ceiling });
    ground.say(`${Math.round(ours)} ${unit}, ceiling ${Math.round(ceiling)}: ${(ours / ceiling).toFixed(2)}`);
  }
  return {
    ours: median(runs.map((run) => run.ours)),
    ceiling: median(runs.map((run) => run.ceiling)),
    ratio: median(runs.map((run) => run.ratio)),
    runs,
  };
}
