import { DomainError } from '../errors.ts';

export class EntityNotFound extends DomainError {
  readonly code = 'entity/not_found';
  constructor() {
    super('There is no such entity in this service.');
  }
}

export class EntityExists extends DomainError {
  readonly code = 'entity/exists';
  constructor() {
    super('This service has an entity of this identity already.');
  }
}

export class FactorNotFound extends DomainError {
  readonly code = 'factor/not_found';
  constructor() {
    super('There is no such factor of this entity.');
  }
}

export class FactorUnverified extends DomainError {
  readonly code = 'factor/unverified';
  constructor() {
    super('This factor has not been verified: send a code of it first.');
  }
}

/** A code that proves nothing more: it must not look as if it had been right. */
export class FactorVerified extends DomainError {
  readonly code = 'factor/verified';
  constructor() {
    super('This factor is verified already: ask for its codes with a challenge.');
  }
}

export class FactorExhausted extends DomainError {
  readonly code = 'factor/too_many_checks';
  constructor() {
    super('This factor had too many wrong codes before it was verified. Remove it, and add another one.');
  }
}

export class FactorLocked extends DomainError {
  readonly code = 'factor/locked';
  constructor() {
    super('This factor had too many wrong codes in a row. Remove it, and add another one.');
  }
}

export class ChallengeNotFound extends DomainError {
  readonly code = 'challenge/not_found';
  constructor() {
    super('There is no such challenge of this entity.');
  }
}

export class ChallengeSettled extends DomainError {
  readonly code = 'challenge/settled';
  constructor() {
    super('This challenge is approved already: a code approves one, once.');
  }
}

export class ChallengeExpired extends DomainError {
  readonly code = 'challenge/expired';
  constructor(at: Date) {
    super(`This challenge expired at ${at.toISOString()}. Make a new one.`);
  }
}

export class ChallengeExhausted extends DomainError {
  readonly code = 'challenge/too_many_checks';
  constructor() {
    super('All checks of this challenge are used up. Make a new one.');
  }
}

export class TooManyChallenges extends DomainError {
  readonly code = 'challenge/too_many';
  /** Whole seconds, at least one. */
  readonly retryAfterSeconds: number;
  constructor(retryMs: number) {
    const seconds = Math.max(1, Math.ceil(retryMs / 1000));
    super(`This factor has had its challenges for now. Try again in ${seconds} s.`);
    this.retryAfterSeconds = seconds;
  }
}
