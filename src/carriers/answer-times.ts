import type { SubmitOutcome } from './carrier.ts';

// Answers come within a few hundred milliseconds. A carrier beyond this holds its window full of messages that
// wait, and a person waits for each.
const SLOW_MS = 1_000;
const LOOK_BACK = 20;
const AT_LEAST = 5;

/** How long a carrier takes to answer a submit. */
export class AnswerTimes {
  /** Milliseconds of the last answers, oldest first. */
  readonly #recent: number[] = [];

  /** Counts answers of the carrier only: what was never written, or got none, has its own words. */
  note(outcome: SubmitOutcome, tookMs: number): void {
    if (outcome.kind !== 'accepted' && outcome.kind !== 'rejected') return;
    this.#recent.push(tookMs);
    if (this.#recent.length > LOOK_BACK) this.#recent.shift();
  }

  /** What is wrong, in words; `undefined` while nothing is. */
  problem(): string | undefined {
    const count = this.#recent.length;
    if (count < AT_LEAST) return undefined;
    const meanMs = this.#recent.reduce((sum, ms) => sum + ms, 0) / count;
    if (meanMs < SLOW_MS) return undefined;
    return `slow: its last ${count} answers took ${(meanMs / 1_000).toFixed(1)} s on average`;
  }
}
