import { ERROR_CODES, type DomainError, type ErrorCode } from '../../errors.ts';

/** What clients of Twilio are told that something stood in the way. */
export interface Fault {
  /** Of HTTP. */
  status: number;
  /** Of Twilio: what programs decide by. */
  code: number;
  message: string;
  more_info: string;
  /** What we call it, and what to do about it. */
  details?: { code: ErrorCode; message: string };
}

/** Something that only this door refuses. */
export class Refusal extends Error {
  readonly fault: Fault;
  readonly retryMs: number | undefined;
  constructor(
    status: number,
    code: number,
    message: string,
    more: { cause?: DomainError; why?: string } = {},
  ) {
    super(message);
    const { cause, why } = more;
    const details = cause
      ? { code: cause.code, message: cause.message }
      : why !== undefined
        ? { code: 'input/invalid' as const, message: why }
        : undefined;
    this.fault = { status, code, message, more_info: pageOf(code), ...(details && { details }) };
    this.cause = cause;
  }
}

/** A parameter that is wrong, or that changes what we could not change. */
export class InvalidParameter extends Refusal {
  constructor(name: string, why: string) {
    super(400, 60200, `Invalid parameter: ${name}`, { why });
  }
}

const NOT_FOUND = [404, 20404, 'The requested resource was not found'] as const;
/** The path is asked by other methods. */
export const NOT_SO = [405, 20004, 'Method not allowed'] as const;
const BLOCKED = [403, 60238, 'Verification blocked'] as const;
const COUNTRY = [403, 60605, 'Verification delivery blocked: the country is not allowed'] as const;
const TOO_MANY_ANSWERS = [429, 60308, 'Challenge verification attempts limit reached'] as const;

type Known = readonly [status: number, code: number, message: string];

/** By our code; one that is not here goes by its status. */
const KNOWN: Partial<Record<ErrorCode, Known>> = {
  'auth/missing': [401, 20003, 'Authenticate'],
  'auth/invalid': [401, 20003, 'Authenticate'],
  'request/method': NOT_SO,
  'verification/expired': NOT_FOUND,
  'verification/already_used': NOT_FOUND,
  'verification/canceled': NOT_FOUND,
  'verification/failed': NOT_FOUND,
  'verification/settled': NOT_FOUND,
  'verification/too_many_checks': [429, 60202, 'Max check attempts reached'],
  'verification/too_many_sends': [429, 60203, 'Max send attempts reached'],
  'factor/verified': [403, 60311, 'Factor verification failed'],
  'factor/unverified': [403, 60318, 'Factor is unverified'],
  'factor/too_many_checks': [429, 60310, 'Factor verification attempts limit reached'],
  'factor/locked': TOO_MANY_ANSWERS,
  'challenge/too_many_checks': TOO_MANY_ANSWERS,
  'challenge/too_many': [429, 60312, 'Challenge creation limit reached'],
  'challenge/expired': [403, 60323, 'Challenge expired'],
  'challenge/settled': [403, 60324, 'Challenge verification failed'],
  'destination/locked': BLOCKED,
  'destination/opted_out': BLOCKED,
  'service/country_not_allowed': COUNTRY,
  'sender/registration_missing': COUNTRY,
  'sender/registration_expired': COUNTRY,
  'sender/not_usable': COUNTRY,
  'sender/malformed': COUNTRY,
  'sender/kind_not_allowed': COUNTRY,
  'sender/name_not_allowed': COUNTRY,
  'sender/pool_empty': COUNTRY,
};

/** Our names of fields that have another one here. */
const PARAMETERS: Readonly<Record<string, string>> = { name: 'FriendlyName', secret: 'Binding.Secret' };

/** What an error of the domain is here. */
export function faultOf(error: DomainError): Fault {
  const { code, message: why } = error;
  const [status, number, message] = KNOWN[code] ?? byStatus(error);
  return { status, code: number, message, more_info: pageOf(number), details: { code, message: why } };
}

function byStatus(error: DomainError): Known {
  const status = ERROR_CODES[error.code];
  switch (status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return [400, 60200, `Invalid parameter: ${parameterOf(error)}`];
    case 401:
      return [401, 20003, 'Authenticate'];
    case 403:
      return [403, 20003, 'Permission denied'];
    case 404:
      return NOT_FOUND;
    case 429:
      return [429, 20429, 'Too many requests'];
    default:
      return [status, 20000 + status, error.message];
  }
}

/** `settings.codeLength` is `CodeLength` here. */
function parameterOf(error: DomainError): string {
  const field = 'field' in error ? String(error.field) : '';
  const name = field.slice(field.lastIndexOf('.') + 1);
  return PARAMETERS[name] ?? name.charAt(0).toUpperCase() + name.slice(1);
}

export function pageOf(code: number): string {
  return `https://github.com/otpost/otpost/blob/main/docs/twilio.md#${code}`;
}

/** When it is worth asking again, in whole seconds; undefined when that does not depend on time. */
export function retrySeconds(error: DomainError, now: number): number | undefined {
  const { nextSendAt, retryAfterSeconds } = error as { nextSendAt?: unknown; retryAfterSeconds?: unknown };
  if (nextSendAt instanceof Date) return Math.max(1, Math.ceil((nextSendAt.getTime() - now) / 1_000));
  return typeof retryAfterSeconds === 'number' ? retryAfterSeconds : undefined;
}
