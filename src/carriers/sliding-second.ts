const SLOT_MS = 20;
// One more than a second has: wherever its second begins, the carrier counts no more than we do.
const SLOTS = 51;

/** Counts what went out during the last second, or up to 20 ms longer. All times are milliseconds on one clock. */
export class SlidingSecond {
  readonly #counts = new Uint32Array(SLOTS);
  /** Since the clock's beginning. */
  #slot: number;
  #total = 0;

  constructor(now: number) {
    this.#slot = slotOf(now);
  }

  add(count: number, now: number): void {
    this.#turn(now);
    this.#counts[this.#slot % SLOTS]! += count;
    this.#total += count;
  }

  total(now: number): number {
    this.#turn(now);
    return this.#total;
  }

  /** When no more than `most` of what went out until now is in the last second. */
  atMost(most: number, now: number): number {
    this.#turn(now);
    let left = this.#total;
    for (let slot = this.#slot - SLOTS + 1; left > most; slot += 1) {
      left -= this.#counts[(slot + SLOTS) % SLOTS]!;
      if (left <= most) return (slot + SLOTS) * SLOT_MS;
    }
    return now;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }

  #turn(now: number): void {
    const slot = slotOf(now);
    // A clock that went back, or on by more than all this is about.
    if (slot < this.#slot || slot - this.#slot >= SLOTS) {
      this.clear();
      this.#slot = slot;
    }
    while (this.#slot < slot) {
      this.#slot += 1;
      this.#total -= this.#counts[this.#slot % SLOTS]!;
      this.#counts[this.#slot % SLOTS] = 0;
    }
  }
}

function slotOf(now: number): number {
  return Math.max(0, Math.floor(now / SLOT_MS));
}
