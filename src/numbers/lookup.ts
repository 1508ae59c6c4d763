import type { LookupOutcome } from './lookup-answer.ts';

/** Who serves a number today: a home location register or a portability database. */
export interface NumberLookup {
  /**
   * `busy`: more wait for it than it would answer in time. `resting`: it is down, and asking is of no use.
   * `trying`: one question shows whether it is back, and nobody should wait for that.
   */
  readonly mood: 'well' | 'busy' | 'trying' | 'resting';
  /** What is wrong with it, in words. */
  readonly problem: string | undefined;
  /**
   * Never rejects.
   * @param e164 with `+`
   * @param patienceMs how long it may wait for its turn
   */
  ask(e164: string, patienceMs: number): Promise<Asked>;
  /** Cuts what is under way. */
  close(): void;
}

/** `skipped`: it was not asked after all, and cost nothing. */
export type Asked = LookupOutcome | { kind: 'skipped' };
