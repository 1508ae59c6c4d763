import { SlidingSecond } from './sliding-second.ts';

const DECREASE = 0.5;
const INCREASE_PER_SECOND = 0.05;
// Without a known limit, the one we ran into is forgotten when twice its rate went well.
const FORGET_AT = 2;
const SLOWEST_PER_SECOND = 1;
// One window full of refusals is one sign, not a hundred.
const DECREASE_AT_MOST_EVERY_MS = 1_000;
// As long as an idle dispatcher takes to look again (`POLL_MS`), so that no allowance is lost meanwhile. Measured: 300
// messages, a contract of 50/s with a simulated carrier that refuses the 51st of a second, beside carriers that have
// room, on two busy cores: 12/s with 100 ms, 32/s with 500 ms; with the event loop held up for 100 ms at a time
// 17/s and 41/s, for 250 ms 13/s and 36/s. None was throttled.
const BURST_MS = 500;
// While the limit is being looked for, a burst would only find it again.
const HELD_BACK_BURST_MS = 100;
const LEAST_PAUSE_MS = 200;
/** Of sums of fractions: three thirds are one. */
const ROUNDING = 1e-9;

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
 * allowed each second (AIMD). Half a second's allowance is kept for who comes late, but no second has more than
 * the rate, wherever the carrier's begins. All times are milliseconds on one clock.
 */
export class Pace {
  #most: number;
  #rate: number;
  /** The rate before the last decrease. */
  #before: number;
  #tokens: number;
  #filledAt: number;
  readonly #second: SlidingSecond;
  /** Until then the last second has all that it may have. */
  #fullUntil = -Infinity;
  #decreasedAt = -Infinity;
  #countedSince: number;
  #count = 0;
  #lastCount = 0;
  #throttles = 0;

  /** `mostPerSecond`: what the contract with the carrier allows us; `Infinity` when it says nothing. */
  constructor(mostPerSecond: number, now: number) {
    this.#most = mostPerSecond;
    this.#rate = mostPerSecond;
    this.#before = mostPerSecond;
    this.#tokens = this.#burst();
    this.#filledAt = now;
    this.#second = new SlidingSecond(now);
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

  /** From now on it may be so fast at most; held back, it stays so by the same share. */
  limitTo(mostPerSecond: number, now: number): void {
    this.#fill(now);
    if (mostPerSecond === this.#most) return;
    const change = this.#most === Infinity ? 1 : mostPerSecond / this.#most;
    this.#rate = this.isHeldBack ? Math.min(mostPerSecond, this.#rate * change) : mostPerSecond;
    this.#before *= change;
    this.#most = mostPerSecond;
    this.#tokens = Math.min(this.#tokens, this.#burst());
    this.#fullUntil = this.#second.atMost(this.#inOneSecond() - 1, now);
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
    if (this.#fullUntil > now) return 0;
    const left = this.#inOneSecond() - this.#second.total(now);
    return Math.max(0, Math.floor(Math.min(this.#tokens, left) + ROUNDING));
  }

  /** How long until one more segment may go; 0 when it may go now. */
  waitMs(now: number): number {
    this.#fill(now);
    if (this.#rate === Infinity) return 0;
    const fullMs = Math.max(0, this.#fullUntil - now);
    const tokens = this.#filled(this.#tokens, fullMs, 0);
    const emptyMs = tokens >= 1 - ROUNDING ? 0 : Math.max(1, ((1 - tokens) * 1_000) / this.#rate);
    return Math.ceil(fullMs + emptyMs);
  }

  /** Counts segments that go now. A message of many may overdraw: it would starve in a small bucket. */
  take(segments: number, now: number): void {
    this.#fill(now);
    this.#tokens -= segments;
    if (this.#rate !== Infinity) {
      this.#second.add(segments, now);
      this.#fullUntil = this.#second.atMost(this.#inOneSecond() - 1, now);
    }
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
      this.#rate = Math.min(this.#most, Math.max(SLOWEST_PER_SECOND, this.#before * DECREASE));
      this.#tokens = Math.min(this.#tokens, 0);
      // What was too much is no measure for what follows.
      this.#second.clear();
      this.#fullUntil = -Infinity;
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
    if (now < this.#filledAt) this.#fullUntil = -Infinity;
    const elapsed = Math.max(0, now - this.#filledAt);
    const fullMs = Math.min(elapsed, Math.max(0, this.#fullUntil - this.#filledAt));
    this.#filledAt = now;
    if (this.isHeldBack) {
      const measure = this.#most === Infinity ? this.#before : this.#most;
      const step = Math.max(1, measure * INCREASE_PER_SECOND);
      const limit = this.#most === Infinity ? this.#before * FORGET_AT : this.#most;
      const rate = this.#rate + (step * elapsed) / 1_000;
      this.#rate = rate < limit ? rate : this.#most;
    }
    if (this.#rate === Infinity) {
      this.#tokens = Infinity;
      this.#fullUntil = -Infinity;
    } else
      this.#tokens = this.#filled(this.#filled(this.#tokens, fullMs, 0), elapsed - fullMs, this.#burst());
  }

  /** After so long. While the last second is full only debts are paid, so that what follows is even. */
  #filled(tokens: number, ms: number, upTo: number): number {
    return Math.max(tokens, Math.min(upTo, tokens + (ms * this.#rate) / 1_000));
  }

  #inOneSecond(): number {
    return Math.max(1, Math.floor(this.#rate));
  }

  #burst(): number {
    return Math.max(1, (this.#rate * (this.isHeldBack ? HELD_BACK_BURST_MS : BURST_MS)) / 1_000);
  }
}
