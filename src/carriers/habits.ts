import type { CarrierError, SubmitOutcome } from './carrier.ts';

// One bad number is the number's trouble; so many refusals in a row are the carrier's, or ours with it.
const REFUSALS = 10;

/** What a carrier that answers well does wrong again and again. */
export class Habits {
  #refusals = 0;
  #lastError: CarrierError | undefined;

  note(outcome: SubmitOutcome): void {
    if (outcome.kind === 'accepted') this.#refusals = 0;
    else if (outcome.kind === 'rejected') {
      this.#refusals += 1;
      this.#lastError = outcome.error;
    }
  }

  get problem(): string | undefined {
    if (this.#lastError === undefined || this.#refusals < REFUSALS) return undefined;
    const { code, message } = this.#lastError;
    return `refused the last ${this.#refusals} messages, with ${message} (${code})`;
  }
}
