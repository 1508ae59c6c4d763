export interface BackoffOptions {
  /** About the first pause. */
  minMs: number;
  /** The longest pause. */
  maxMs: number;
}

/** The pause before another try after `failures` failed ones: doubling, with half of it left to chance. */
export function backoffMs(failures: number, { minMs, maxMs }: BackoffOptions, random: () => number): number {
  return Math.min(maxMs, minMs * 2 ** Math.min(failures - 1, 30)) * (0.5 + random() / 2);
}
