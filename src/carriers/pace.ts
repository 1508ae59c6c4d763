const DECREASE = 0.5;
const INCREASE_PER_SECOND = 0.05;
// Without a known limit, the one we ran into is forgotten when twice its rate went well.
const FORGET_AT = 2;
const SLOWEST_PER_SECOND = 1;
// One window full of refusals is one sign, not a hundred.
const DECREASE_AT_MOST_EVERY_MS = 1_000;
const BURST_MS = 100;
const LEAST_PAUSE_MS = 200;

/** What a carrier gets and may get, in segments per second (over HTTP in requests per second). */
export interface PaceLoad {
  /** Of the last second, measured. */
  perSecond: number;
  /** Absent while nothing holds it back. */
  allowedPerSecond?: number;
  /** How often the carrier said that it was too much. */
  throttles: number;
  /** Share of what it takes otherwise that it may get now: 1 while it is not held back. */
  backOff: number;
}

/**
 * How fast a carrier may be fed, in segments per second (over HTTP in requests per second): a token bucket
 * whose rate is halved when the carrier says that it is too much, and then grows by a twentieth of what is
 * allowed each second (AIMD). All times are milliseconds on one clock.
 */
export class Pace {
  readonly #most: number;
  #rate: number;
  /** The rate before the last decrease. */
  #before: number;
  #tokens: number;
  #filledAt: number;
  #decreasedAt = -Infinity;
  #countedSince: number;
  #count = 0;
  #lastCount = 0;
  #throttles = 0;

  /** `mostPerSecond`: what the contract with the carrier allows; `Infinity` when it says nothing. */
  constructor(mostPerSecond: number, now: number) {
    this.#most = mostPerSecond;
    this.#rate = mostPerSecond;
    this.#before = mostPerSecond;
    this.#tokens = this.#burst();
    this.#filledAt = now;
    this.#countedSince = now;
  }

  /** Segments per second at this moment; `Infinity` when nothing holds them back. */
  get rate(): number {
    return this.#rate;
  }

  /** Whether the carrier holds us below what it allows otherwise. */
  get isHeldBack(): boolean {
    return this.#rate < this.#most;
  }

  /** How fast it is fed, beside what it may be. */
  load(now: number): PaceLoad {
    this.#fill(now);
    const measure = this.#most === Infinity ? this.#before : this.#most;
    return {
      perSecond: this.#measured(now),
      ...(this.#rate !== Infinity && { allowedPerSecond: this.#rate }),
      throttles: this.#throttles,
      backOff: this.isHeldBack ? Math.min(1, this.#rate / measure) : 1,
    };
  }

  /** How many segments may go now. */
  available(now: number): number {
    this.#fill(now);
    return Math.max(0, Math.floor(this.#tokens));
  }

  /** How long until one more segment may go; 0 when it may go now. */
  waitMs(now: number): number {
    this.#fill(now);
    return this.#tokens >= 1 ? 0 : Math.max(1, Math.ceil(((1 - this.#tokens) * 1_000) / this.#rate));
  }

  /** Counts segments that go now. A message of many may overdraw: it would starve in a small bucket. */
  take(segments: number, now: number): void {
    this.#fill(now);
    this.#tokens -= segments;
    if (now - this.#countedSince >= 1_000) {
      this.#lastCount = now - this.#countedSince < 2_000 ? this.#count : 0;
      this.#count = 0;
      this.#countedSince = now;
    }
    this.#count += segments;
  }

  /** The carrier says that it is too much: returns how long its message should wait. */
  slowDown(now: number, random: () => number): number {
    this.#fill(now);
    this.#throttles += 1;
    if (now - this.#decreasedAt >= DECREASE_AT_MOST_EVERY_MS) {
      this.#before = Math.min(this.#rate, Math.max(this.#count, this.#lastCount, SLOWEST_PER_SECOND));
      this.#rate = Math.max(SLOWEST_PER_SECOND, this.#before * DECREASE);
      this.#tokens = Math.min(this.#tokens, 0);
      this.#decreasedAt = now;
    }
    return Math.ceil(Math.max(LEAST_PAUSE_MS, 1_000 / this.#rate) * (1 + random()));
  }

  /** Of the last second: what was counted in it, and of the count before as much as reaches into it. */
  #measured(now: number): number {
    const seconds = Math.max(0, now - this.#countedSince) / 1_000;
    const [before, current] = seconds < 1 ? [this.#lastCount, this.#count] : [this.#count, 0];
    return current + before * Math.max(0, 1 - (seconds < 1 ? seconds : seconds - 1));
  }

  #fill(now: number): void {
    const elapsed = Math.max(0, now - this.#filledAt);
    this.#filledAt = now;
    if (this.isHeldBack) {
      const measure = this.#most === Infinity ? this.#before : this.#most;
      const step = Math.max(1, measure * INCREASE_PER_SECOND);
      const limit = this.#most === Infinity ? this.#before * FORGET_AT : this.#most;
      const rate = this.#rate + (step * elapsed) / 1_000;
      this.#rate = rate < limit ? rate : this.#most;
    }
    if (this.#rate === Infinity) this.#tokens = Infinity;
    else this.#tokens = Math.min(this.#burst(), this.#tokens + (elapsed * this.#rate) / 1_000);
  }

  #burst(): number {
    return Math.max(1, (this.#rate * BURST_MS) / 1_000);
  }
}
