import type { CarrierError } from '../carrier.ts';
import type { AnswerOutcome } from './answer.ts';

// As many accepted messages in a row with one id are no accident.
const SAME_IDS = 3;
// One bad number is the number's trouble; so many refusals in a row are the carrier's, or ours with it.
const REFUSALS = 10;

/** What a carrier that answers well does wrong again and again. */
export class Habits {
  #lastId: string | undefined;
  #sameIds = 0;
  #refusals = 0;
  #lastError: CarrierError | undefined;

  note(outcome: AnswerOutcome): void {
    if (outcome.kind === 'accepted') {
      this.#sameIds = outcome.carrierMessageId === this.#lastId ? this.#sameIds + 1 : 1;
      this.#lastId = outcome.carrierMessageId;
      this.#refusals = 0;
    } else if (outcome.kind === 'rejected') {
      this.#refusals += 1;
      this.#lastError = outcome.error;
    }
  }

  problems(): string[] {
    const problems: string[] = [];
    if (this.#sameIds >= SAME_IDS) problems.push('gives every message the same id, so receipts say nothing');
    const { code, message } = this.#lastError ?? {};
    if (this.#refusals >= REFUSALS)
      problems.push(`refused the last ${this.#refusals} messages, with ${message} (${code})`);
    return problems;
  }
}
