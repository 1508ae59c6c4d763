import { DomainError } from '../errors.ts';

export class LimitNotFound extends DomainError {
  readonly code = 'limit/not_found';
  constructor() {
    super('There is no such limit in this service.');
  }
}

export class LimitBucketNotFound extends DomainError {
  readonly code = 'limit/bucket_not_found';
  constructor() {
    super('There is no such bucket of this limit.');
  }
}

/** More starts for one value of a key than the account's own developers let it have. Nothing was sent. */
export class LimitReached extends DomainError {
  readonly code = 'limit/reached';
  /** What was counted. */
  readonly limit: string;
  /** Whole seconds, at least one. */
  readonly retryAfterSeconds: number;
  constructor(limit: string, retryMs: number) {
    const seconds = Math.max(1, Math.ceil(retryMs / 1000));
    super(`The limit ${limit} of this service is reached for what was given. Try again in ${seconds} s.`);
    this.limit = limit;
    this.retryAfterSeconds = seconds;
  }
}
