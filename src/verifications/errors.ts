import { DomainError } from '../errors.ts';
import type { FailureReason } from './verification.ts';

export { ServiceNotFound } from '../services/errors.ts';

export class InvalidPhoneNumber extends DomainError {
  readonly code = 'input/phone_number';
  readonly field = 'to';
}

export class CountryNotAllowed extends DomainError {
  readonly code = 'service/country_not_allowed';
  readonly country: string;
  constructor(country: string) {
    super(`This service does not verify numbers of ${country}. Allow the country in the service's settings.`);
    this.country = country;
  }
}

export class InvalidCode extends DomainError {
  readonly code = 'input/code';
  readonly field = 'code';
  constructor(length: number, alphabet: 'digits' | 'unambiguous') {
    super(
      `A code of this verification has ${length} ${alphabet === 'digits' ? 'digits' : 'letters and digits'}. This check was not counted.`,
    );
  }
}

export class TooManySends extends DomainError {
  readonly code = 'verification/too_many_sends';
  readonly nextSendAt: Date;
  constructor(nextSendAt: Date) {
    super(`This destination has had its sends for now. The next one may go at ${nextSendAt.toISOString()}.`);
    this.nextSendAt = nextSendAt;
  }
}

export class DestinationLocked extends DomainError {
  readonly code = 'destination/locked';
  constructor() {
    super(
      'This destination is locked after too many wrong codes in a row. Unlock it once you know who was trying.',
    );
  }
}

export class DestinationOptedOut extends DomainError {
  readonly code = 'destination/opted_out';
  constructor() {
    super(
      'The owner of this number asked for no more messages. They can lift that by texting START to your number.',
    );
  }
}

export class IdempotencyConflict extends DomainError {
  readonly code = 'idempotency/conflict';
  constructor() {
    super('This idempotency key was used with a different request. Use a new key for a new request.');
  }
}

export class VerificationNotFound extends DomainError {
  readonly code = 'verification/not_found';
  constructor() {
    super('There is no such verification in this account.');
  }
}

/** The vault has forgotten it. */
export class NumberGone extends DomainError {
  readonly code = 'number/gone';
  constructor() {
    super(
      'The number of this verification was forgotten when its time was over: nobody can see it any more.',
    );
  }
}

export class WrongCode extends DomainError {
  readonly code = 'verification/wrong_code';
  readonly checksLeft: number;
  constructor(checksLeft: number) {
    super(`That is not the code. ${checksLeft} ${checksLeft === 1 ? 'check is' : 'checks are'} left.`);
    this.checksLeft = checksLeft;
  }
}

export class TooManyChecks extends DomainError {
  readonly code = 'verification/too_many_checks';
  constructor() {
    super('All checks of this verification are used up. Start a new one.');
  }
}

export class VerificationExpired extends DomainError {
  readonly code = 'verification/expired';
  readonly expiredAt: Date;
  constructor(expiredAt: Date) {
    super(`This verification expired at ${expiredAt.toISOString()}. Start a new one.`);
    this.expiredAt = expiredAt;
  }
}

export class VerificationAlreadyUsed extends DomainError {
  readonly code = 'verification/already_used';
  readonly approvedAt: Date;
  constructor(approvedAt: Date) {
    super(`This code was already used, at ${approvedAt.toISOString()}. A code approves once.`);
    this.approvedAt = approvedAt;
  }
}

export class VerificationCanceled extends DomainError {
  readonly code = 'verification/canceled';
  readonly canceledAt: Date;
  constructor(canceledAt: Date) {
    super(`This verification was canceled at ${canceledAt.toISOString()}. Start a new one.`);
    this.canceledAt = canceledAt;
  }
}

const FAILED: Record<FailureReason, string> = {
  undeliverable: 'No carrier can reach this number, so this verification ended. Ask for another number.',
  no_route:
    'The service has no route that may carry the code to this number, so this verification ended. Another number ' +
    'will not help: the routes, senders, prices and regions of the account have to be looked at.',
  blocked: 'This verification was blocked.',
};

export class VerificationFailed extends DomainError {
  readonly code = 'verification/failed';
  readonly reason: FailureReason;
  constructor(reason: FailureReason) {
    super(FAILED[reason]);
    this.reason = reason;
  }
}

export class VerificationSettled extends DomainError {
  readonly code = 'verification/settled';
  readonly status: string;
  constructor(status: string) {
    super(`This verification has ended (${status}): it can no longer be canceled, nor sent again.`);
    this.status = status;
  }
}
