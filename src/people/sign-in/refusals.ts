import { CredentialMissing } from '../../accounts/errors.ts';
import {
  docUrl,
  type DomainError,
  ERROR_CODES,
  InvalidInput,
  isErrorCode,
  type ErrorCode,
} from '../../errors.ts';
import {
  ForeignOrigin,
  PasskeyRefused,
  ResetNotFound,
  SecondFactorLocked,
  SecondFactorOff,
  SecondFactorOn,
  SignInAgain,
  SignInRefused,
  StepOver,
  WrongCode,
  WrongPassword,
} from '../errors.ts';

/** A refusal as a client gets it. */
export interface Refusal {
  status: number;
  body: { code: ErrorCode; message: string; docUrl: string; field?: string };
}

const PASSWORD = 'The password is too short, too long, or not there.';

/** What the library's refusals are called here. Whatever is not among them is wrong input: it says what. */
const OURS: Readonly<Record<string, () => DomainError>> = {
  INVALID_EMAIL_OR_PASSWORD: () => new SignInRefused(),
  INVALID_EMAIL: () => new InvalidInput('email', 'An e-mail address is written name@example.com.'),
  INVALID_PASSWORD: () => new WrongPassword(),
  CREDENTIAL_ACCOUNT_NOT_FOUND: () => new WrongPassword(),
  PASSWORD_TOO_SHORT: () => new InvalidInput('password', PASSWORD),
  PASSWORD_TOO_LONG: () => new InvalidInput('password', PASSWORD),
  INVALID_TOKEN: () => new ResetNotFound(),
  USER_NOT_FOUND: () => new ResetNotFound(),
  UNAUTHORIZED: () => new CredentialMissing(),
  SESSION_NOT_FRESH: () => new SignInAgain(),
  SESSION_EXPIRED: () => new SignInAgain(),
  INVALID_CODE: () => new WrongCode(),
  INVALID_BACKUP_CODE: () => new WrongCode(),
  // Of two that use one backup code at the same time, the second.
  CONFLICT: () => new WrongCode(),
  INVALID_TWO_FACTOR_COOKIE: () => new StepOver(),
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: () => new StepOver(),
  ACCOUNT_TEMPORARILY_LOCKED: () => new SecondFactorLocked(),
  CHALLENGE_NOT_FOUND: () => new PasskeyRefused(),
  PASSKEY_NOT_FOUND: () => new PasskeyRefused(),
  AUTHENTICATION_FAILED: () => new PasskeyRefused(),
  FAILED_TO_VERIFY_REGISTRATION: () => new PasskeyRefused(),
  YOU_ARE_NOT_ALLOWED_TO_REGISTER_THIS_PASSKEY: () => new PasskeyRefused(),
  TOTP_ALREADY_ENABLED: () => new SecondFactorOn(),
  TOTP_NOT_ENABLED: () => new SecondFactorOff(),
  TWO_FACTOR_NOT_ENABLED: () => new SecondFactorOff(),
  BACKUP_CODES_NOT_ENABLED: () => new SecondFactorOff(),
  INVALID_ORIGIN: () => new ForeignOrigin(),
  MISSING_OR_NULL_ORIGIN: () => new ForeignOrigin(),
  CROSS_SITE_NAVIGATION_LOGIN_BLOCKED: () => new ForeignOrigin(),
};

const BY_STATUS: Readonly<Record<number, string>> = { 401: 'UNAUTHORIZED', 409: 'CONFLICT' };

/** @param body of the library's answer, whose status was none of success */
export function readRefusal(publicUrl: string, status: number, body: unknown): Refusal {
  const { code, message, field } = (body ?? {}) as Record<string, unknown>;
  // One of ours, on its way through the library.
  if (typeof code === 'string' && isErrorCode(code)) {
    const where = typeof field === 'string' ? { field } : {};
    return {
      status: ERROR_CODES[code],
      body: { code, message: String(message), docUrl: docUrl(publicUrl, code), ...where },
    };
  }
  const ours = OURS[typeof code === 'string' ? code : (BY_STATUS[status] ?? '')];
  return toRefusal(
    publicUrl,
    ours?.() ?? new InvalidInput('body', `This request is not as it must be: ${sentence(message)}`),
  );
}

export function toRefusal(publicUrl: string, error: DomainError): Refusal {
  const { code, message } = error;
  const where = error instanceof InvalidInput ? { field: error.field } : {};
  return { status: ERROR_CODES[code], body: { code, message, docUrl: docUrl(publicUrl, code), ...where } };
}

function sentence(message: unknown): string {
  const text =
    typeof message === 'string' && message !== '' ? message : 'something in it is missing or wrong';
  return text.endsWith('.') ? text : `${text}.`;
}
