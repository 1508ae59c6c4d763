// So many messages whose receipts nobody sends are no accident. A code that is not there after a minute is of
// little use, so a receipt that takes longer is as good as none.
const MESSAGES = 10;
const PATIENCE_MS = 60_000;

/** How long a carrier that takes messages has said nothing of what became of them. */
export class ReceiptSilence {
  /** When the first messages since the last receipt were taken, epoch milliseconds; as many as it needs to judge. */
  #takenAt: number[] = [];
  #count = 0;

  taken(now: number): void {
    this.#count += 1;
    if (this.#takenAt.length < MESSAGES) this.#takenAt.push(now);
  }

  /** A receipt about any message has come. */
  broken(): void {
    this.#takenAt = [];
    this.#count = 0;
  }

  /** What is wrong, in words; `undefined` while nothing is. */
  problem(now: number): string | undefined {
    const newest = this.#takenAt[MESSAGES - 1];
    if (newest === undefined || now - newest < PATIENCE_MS) return undefined;
    const seconds = Math.floor((now - this.#takenAt[0]!) / 1_000);
    return `black hole: took ${this.#count} messages since its last receipt, the first one ${seconds} s ago`;
  }
}
