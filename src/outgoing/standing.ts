import { backoffMs, type BackoffOptions } from './backoff.ts';

const PAUSES: BackoffOptions = { minMs: 500, maxMs: 30_000 };

export interface StandingOptions {
  pauses?: BackoffOptions;
  /** So many requests in a row that got nothing out of it have it rest, too. Default: none does. */
  silences?: number;
}

/**
 * How somebody without a lasting link stands: what a session is to SMPP. A request that finds it closed to
 * us has it rest; after the rest one request tries, and only when that goes well the others follow. All
 * times are milliseconds on one clock.
 */
export class Standing {
  readonly #pauses: BackoffOptions;
  readonly #maxSilences: number;
  #failures = 0;
  #silences = 0;
  #restsUntil = -Infinity;
  #problem: string | undefined;

  constructor({ pauses = PAUSES, silences = Infinity }: StandingOptions = {}) {
    this.#pauses = pauses;
    this.#maxSilences = silences;
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
    this.#silences = 0;
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
    this.#silences += 1;
    this.#problem = reason;
    if (this.isDown || this.#silences >= this.#maxSilences) this.isClosed(reason, now, random);
  }
}
