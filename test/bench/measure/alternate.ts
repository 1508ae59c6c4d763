import type { Ground } from '../ground/ground.ts';
import { median } from './percentile.ts';

export interface Pair {
  ours: number;
  ceiling: number;
  ratio: number;
  /** Ours ÷ what a bare server does, where that is measured, too. */
  ofBare?: number;
}

export interface Alternated {
  ours: number;
  ceiling: number;
  ratio: number;
  ofBare: number | undefined;
  runs: readonly Pair[];
}

/**
 * Ours, ceiling, ours, ceiling …: the machine's own ups and downs meet both, and a bare server's figure when it is asked for.
 * @returns the medians; that of the ratios is not the ratio of the others
 */
export async function alternate(
  ground: Ground,
  unit: string,
  measureOurs: () => Promise<number>,
  measureCeiling: () => Promise<number>,
  measureBare?: () => Promise<number>,
): Promise<Alternated> {
  const runs: Pair[] = [];
  for (let turn = 0; turn < ground.turns; turn++) {
    const ours = await measureOurs();
    const ceiling = await measureCeiling();
    const bare = measureBare && { ofBare: ours / (await measureBare()) };
    runs.push({ ours, ceiling, ratio: ours / ceiling, ...bare });
    const ofBare = bare ? `; of a bare server's ${bare.ofBare.toFixed(2)}` : '';
    ground.say(
      `${Math.round(ours)} ${unit}, ceiling ${Math.round(ceiling)}: ${(ours / ceiling).toFixed(2)}${ofBare}`,
    );
  }
  return {
    ours: median(runs.map((run) => run.ours)),
    ceiling: median(runs.map((run) => run.ceiling)),
    ratio: median(runs.map((run) => run.ratio)),
    ofBare: measureBare && median(runs.map((run) => run.ofBare!)),
    runs,
  };
}
