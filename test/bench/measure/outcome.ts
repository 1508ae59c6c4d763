/** One line of the table. */
export interface Outcome {
  row: string;
  measured: Figure;
  /** What it is held against, measured in the same run. */
  beside?: Figure;
  /** Measured ÷ beside; the median of those of the single runs. */
  ratio?: number;
  /** None where a row only says where the others' time goes. */
  target?: Target;
  /** How to read it, in a few words. */
  note: string;
  /** Every number that it was made from. */
  runs: readonly object[];
}

export interface Figure {
  value: number;
  unit: string;
}

/** Holds for the ratio; for what was measured, when there is none. */
export type Target = { atLeast: number } | { atMost: number };

export function isMet({ ratio, measured }: Outcome, target: Target): boolean {
  const value = ratio ?? measured.value;
  return 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
}
