import { DomainError } from '../errors.ts';

/** Too much in too short a time. Nothing was done. */
export class RateLimited extends DomainError {
  readonly code = 'request/rate_limited';
  /** Whole seconds, at least one. */
  readonly retryAfterSeconds: number;
  constructor(what: string, retryMs: number) {
    const seconds = Math.max(1, Math.ceil(retryMs / 1000));
    super(`${what} has asked for as much as it may for now. Try again in ${seconds} s.`);
    this.retryAfterSeconds = seconds;
  }
}
