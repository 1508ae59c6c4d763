import type { Response } from './pdu.ts';

/** A request whose deadline has passed, and to whom its answer is news all the same. */
export interface LateRequest {
  hear(answer: Response): void;
}

// Of one link. A carrier that answers late does so by seconds; what comes behind these is not waited for.
const MAX_REMEMBERED = 1_000;
const REMEMBERED_MS = 600_000;

/** Who wants to hear of answers behind their deadlines, by sequence number: the newest, for a while. */
export class LateAnswers {
  // In the order of their deadlines: the oldest first.
  readonly #bySequence = new Map<number, LateRequest & { until: number }>();

  get size(): number {
    return this.#bySequence.size;
  }

  remember(sequence: number, { hear }: LateRequest, now: number): void {
    this.#bySequence.set(sequence, { hear, until: now + REMEMBERED_MS });
    for (const [oldest, { until }] of this.#bySequence) {
      if (until > now && this.#bySequence.size <= MAX_REMEMBERED) return;
      this.#bySequence.delete(oldest);
    }
  }

  settle(answer: Response, now: number): void {
    const late = this.#bySequence.get(answer.sequence);
    if (late === undefined) return;
    this.#bySequence.delete(answer.sequence);
    if (now < late.until) late.hear(answer);
  }

  clear(): void {
    this.#bySequence.clear();
  }
}
