import { isOneLine } from './one-line.ts';

/**
 * An outcome of the domain that a caller can act on. Everything else that is thrown is unexpected:
 * the server masks it, logs it under an id, and answers with that id.
 */
export abstract class DomainError extends Error {
  /** Stable, e.g. `verification/expired`; the name of its page. */
  abstract readonly code: ErrorCode;
}

/** Every code that a caller can meet, with its HTTP status for the transports that have one. */
export const ERROR_CODES = {
  'auth/missing': 401,
  'auth/invalid': 401,
  'auth/forbidden': 403,
  'auth/no_account': 403,
  'auth/second_factor_needed': 403,
  'auth/origin_not_allowed': 403,
  'sign_in/refused': 401,
  'sign_in/wrong_password': 403,
  'sign_in/reset_not_found': 404,
  'sign_in/not_fresh': 403,
  'sign_in/too_many_attempts': 429,
  'sign_in/wrong_code': 403,
  'sign_in/step_over': 401,
  'sign_in/passkey_refused': 403,
  'sign_in/second_factor_locked': 429,
  'sign_in/second_factor_on': 409,
  'sign_in/second_factor_off': 409,
  'input/invalid': 400,
  'input/phone_number': 400,
  'input/code': 400,
  'input/cursor': 400,
  'request/too_complex': 400,
  'request/too_large': 413,
  'request/rate_limited': 429,
  'request/media_type': 415,
  'request/not_acceptable': 406,
  'request/path': 404,
  'request/method': 405,
  'request/document_not_trusted': 403,
  'request/foreign_origin': 403,
  'idempotency/conflict': 409,
  'input/name_taken': 409,
  'key/not_found': 404,
  'key/beyond_own_rights': 403,
  'key/last_manager': 409,
  'member/not_found': 404,
  'member/above_own_role': 403,
  'member/last_owner': 409,
  'member/credentials_remain': 409,
  'member/email_taken': 409,
  'invitation/not_found': 404,
  'invitation/sign_in': 403,
  'invitation/already_member': 409,
  'invitation/too_many': 429,
  'mail/not_sent': 502,
  'mail/not_set_up': 501,
  'session/not_found': 404,
  'passkey/not_found': 404,
  'message/not_found': 404,
  'inbound_message/not_found': 404,
  'number/gone': 410,
  'number/too_many_reveals': 429,
  'number/too_many_searches': 429,
  'oauth_client/not_found': 404,
  'carrier/not_found': 404,
  'number_lookup/outside_residency': 403,
  'carrier/outside_residency': 403,
  'route/not_found': 404,
  'audit/broken': 409,
  'sender/not_found': 404,
  'sender/malformed': 422,
  'sender/kind_not_allowed': 422,
  'sender/name_not_allowed': 422,
  'sender/registration_missing': 422,
  'sender/registration_expired': 422,
  'sender/not_usable': 422,
  'sender/pool_empty': 422,
  'inbound_number/not_found': 404,
  'webhook/not_found': 404,
  'webhook/address': 400,
  'webhook/secret_too_short': 400,
  'account/outside_region': 403,
  'webhook/outside_residency': 403,
  'webhook/disabled': 409,
  'service/not_found': 404,
  'service/country_not_allowed': 403,
  'verification/not_found': 404,
  'verification/expired': 410,
  'verification/already_used': 409,
  'verification/canceled': 409,
  'verification/failed': 409,
  'verification/settled': 409,
  'verification/wrong_code': 422,
  'verification/too_many_checks': 429,
  'verification/too_many_sends': 429,
  'limit/not_found': 404,
  'limit/bucket_not_found': 404,
  'limit/reached': 429,
  'safe_number/not_found': 404,
  'entity/not_found': 404,
  'entity/exists': 409,
  'factor/not_found': 404,
  'factor/unverified': 409,
  'factor/verified': 409,
  'factor/too_many_checks': 429,
  'factor/locked': 423,
  'challenge/not_found': 404,
  'challenge/settled': 409,
  'challenge/expired': 409,
  'challenge/too_many_checks': 429,
  'challenge/too_many': 429,
  'destination/locked': 423,
  'destination/opted_out': 403,
  'batch/not_found': 404,
  'batch/truncated': 400,
  'batch/stalled': 408,
  'batch/too_large': 413,
  'batch/busy': 409,
  'batch/too_many': 429,
  'batch/settled': 409,
  'replay/busy': 429,
  'stream/too_slow': 429,
  'socket/too_many': 429,
  'internal/unexpected': 500,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof ERROR_CODES;

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CODES, text);
}

/** Where the pages about errors are, under the address of the server. */
export const ERRORS_PATH = '/errors';

/** The page about a code, on the server that answers with it. @param publicUrl without a slash at its end */
export function docUrl(publicUrl: string, code: ErrorCode): string {
  return `${publicUrl}${ERRORS_PATH}/${code}`;
}

/** Names the field that is wrong and what is allowed. */
export class InvalidInput extends DomainError {
  readonly code = 'input/invalid';
  readonly field: string;
  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** A body of a kind that is not read: forms and plain text are what a foreign page can send without asking first. */
export class WrongMediaType extends DomainError {
  readonly code = 'request/media_type';
  constructor() {
    super('Send the body as application/json.');
  }
}

/** An answer that nobody could read: what it would tell of is not done. */
export class NotAcceptable extends DomainError {
  readonly code = 'request/not_acceptable';
  constructor() {
    super('Accept application/json. A subscription is answered as text/event-stream, or over WebSocket.');
  }
}

export class NameTaken extends DomainError {
  readonly code = 'input/name_taken';
  readonly field = 'name';
  constructor() {
    super('Another one of this account has this name already.');
  }
}

/** @throws {InvalidInput} */
export function readName(text: string): string {
  const name = text.trim();
  if (name === '' || name.length > 60 || !isOneLine(name))
    throw new InvalidInput('name', 'A name has 1 to 60 characters, in one line.');
  return name;
}
