/** What an answer of the API says of a refusal. */
export interface Refusal {
  /** Stable, e.g. `verification/wrong_code`; its page is `docUrl`. */
  code: string;
  message: string;
  docUrl?: string | undefined;
  [detail: string]: unknown;
}

/** The API refused, or something on the way to it did not work. Decide by `code`, or by the class. */
export class OtpostError extends Error {
  override readonly name: string = 'OtpostError';
  /** As in Otpost's list of errors; `sdk/unreachable` where there was no answer. */
  readonly code: string;
  /** The page about this code. */
  readonly docUrl: string | undefined;

  constructor({ code, message, docUrl }: Refusal, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.docUrl = docUrl;
  }
}

/** The code is not the one that was sent. */
export class WrongCodeError extends OtpostError {
  override readonly name = 'WrongCodeError';
  readonly checksLeft: number;

  constructor(refusal: Refusal) {
    super(refusal);
    this.checksLeft = Number(refusal.checksLeft);
  }
}

/** The number has had its messages for now. */
export class TooManySendsError extends OtpostError {
  override readonly name = 'TooManySendsError';
  /** When there may be the next. */
  readonly nextSendAt: Date;

  constructor(refusal: Refusal) {
    super(refusal);
    this.nextSendAt = new Date(String(refusal.nextSendAt));
  }
}

/** One field of the input is not as it must be. */
export class InvalidInputError extends OtpostError {
  override readonly name = 'InvalidInputError';
  readonly field: string;

  constructor(refusal: Refusal) {
    super(refusal);
    this.field = String(refusal.field);
  }
}

/** The credential is missing, wrong, over, or not enough for this. */
export class CredentialError extends OtpostError {
  override readonly name = 'CredentialError';
}

/** The caller has asked for as much as it may for now. */
export class RateLimitedError extends OtpostError {
  override readonly name = 'RateLimitedError';
  /** Whole seconds. */
  readonly retryAfterSeconds: number;

  constructor(refusal: Refusal) {
    super(refusal);
    this.retryAfterSeconds = Number(refusal.retryAfterSeconds) || 1;
  }
}

/** No answer, or none that is one of the API: nobody knows whether anything was done. */
export class UnreachableError extends OtpostError {
  override readonly name = 'UnreachableError';

  constructor(message: string, cause?: unknown) {
    super({ code: 'sdk/unreachable', message }, { cause });
  }
}

/** A refusal as the error of its kind. */
export function errorOf(refusal: Refusal): OtpostError {
  switch (refusal.code) {
    case 'verification/wrong_code':
      return new WrongCodeError(refusal);
    case 'verification/too_many_sends':
      return new TooManySendsError(refusal);
    case 'input/invalid':
    case 'input/phone_number':
    case 'input/code':
      return new InvalidInputError(refusal);
    case 'request/rate_limited':
      return new RateLimitedError(refusal);
    default:
      return refusal.code.startsWith('auth/') ? new CredentialError(refusal) : new OtpostError(refusal);
  }
}
