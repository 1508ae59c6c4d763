import { backoffMs, type BackoffOptions } from './backoff.ts';

const PAUSES: BackoffOptions = { minMs: 500, maxMs: 30_000 };

/**
 * How a carrier without a lasting link stands: what a session is to SMPP. A request that finds it closed to
 * us has it rest; after the rest one request tries, and only when that goes well the others follow. What
 * gets no answer out of it is its breaker's business. All times are milliseconds on one clock.
 */
export class Standing {
  readonly #pauses: BackoffOptions;
  #failures = 0;
  #restsUntil = -Infinity;
  #problem: string | undefined;

  constructor(pauses: BackoffOptions = PAUSES) {
    this.#pauses = pauses;
  }

  get isDown(): boolean {
    return this.#failures > 0;
  }

  /** What is wrong, in words. */
  get problem(): string | undefined {
    return this.#problem;
  }

  restMs(now: number): number {
    return Math.max(0, this.#restsUntil - now);
  }

  /** How many requests it is worth having under way. */
  limit(now: number): number {
    if (!this.isDown) return Infinity;
    return this.restMs(now) > 0 ? 0 : 1;
  }

  /** It answered in a way that can be understood. */
  isWell(): void {
    this.#failures = 0;
    this.#restsUntil = -Infinity;
    this.#problem = undefined;
  }

  /** It would not take anything. */
  isClosed(reason: string, now: number, random: () => number): void {
    this.#problem = reason;
    // The others that were under way say nothing new.
    if (this.restMs(now) > 0) return;
    this.#failures += 1;
    this.#restsUntil = now + backoffMs(this.#failures, this.#pauses, random);
  }

  /** It got a request, and we got nothing that can be understood. */
  isSilent(reason: string, now: number, random: () => number): void {
    this.#problem = reason;
    if (this.isDown) this.isClosed(reason, now, random);
  }
}
