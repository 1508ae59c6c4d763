import {
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberWithError,
  ParseError,
  type CountryCode,
} from 'libphonenumber-js/max';
import type { Mode } from '../accounts/mode.ts';
import type { Keyring } from '../crypto/keyring.ts';
import { open, seal } from '../crypto/seal.ts';
import { withKeys } from '../crypto/with-keys.ts';
import type { AccountId, VerificationId } from '../ids.ts';
import { InvalidPhoneNumber } from './errors.ts';

export interface PhoneNumber {
  /** With `+`. */
  e164: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
}

// The longest that people paste: +, 15 digits, an extension we refuse anyway, and decoration.
const MAX_TYPED_LENGTH = 64;

/**
 * Reads a number as a person types it.
 * @param defaultCountry for numbers without a country code
 * @throws {InvalidPhoneNumber} that says what is wrong with it
 */
export function parsePhone(typed: string, defaultCountry: string | null): PhoneNumber {
  const text = typed.normalize('NFKC').trim();
  if (text.length > MAX_TYPED_LENGTH)
    throw new InvalidPhoneNumber(
      `A phone number has at most 15 digits; this text has ${typed.length} characters.`,
    );
  if (/(?!\s)\p{Cc}/u.test(text)) throw new InvalidPhoneNumber(NOT_A_NUMBER);
  if (/\p{L}/u.test(text))
    throw new InvalidPhoneNumber('A phone number has no letters. Write it as +385911234567.');
  try {
    const parsed = parsePhoneNumberWithError(text, (defaultCountry ?? undefined) as CountryCode | undefined);
    if (!parsed.isValid())
      throw new InvalidPhoneNumber(
        `This number does not exist in ${parsed.country ? `the numbering plan of ${parsed.country}` : 'any numbering plan'}.`,
      );
    // A number of no country is an international service (satellite, +883…); 001 is the world (UN M49).
    return { e164: parsed.number, country: parsed.country ?? '00' };
  } catch (error) {
    if (error instanceof ParseError)
      throw new InvalidPhoneNumber(PARSE_PROBLEMS[error.message] ?? NOT_A_NUMBER);
    throw error;
  }
}

const NOT_A_NUMBER = 'This is not a phone number. Write it as +385911234567.';
const PARSE_PROBLEMS: Record<string, string> = {
  NOT_A_NUMBER,
  INVALID_COUNTRY:
    'The country of this number is not known. Write it with its country code (+385911234567) or give the service a default country.',
  TOO_SHORT: 'This number is too short.',
  TOO_LONG: 'This number is too long.',
  INVALID_LENGTH: 'This number has the wrong length for its country.',
};

// ITU-T E.164: zones 1 and 7 have one digit, these have two, all others three.
const COUNTRY_CODE = /^\+(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/;

/** `+385•••••••67`: the country code and the last two digits. */
export function maskPhone(e164: string): string {
  const countryCode = COUNTRY_CODE.exec(e164)?.[0] ?? '+';
  return countryCode + '•'.repeat(Math.max(0, e164.length - countryCode.length - 2)) + e164.slice(-2);
}

/**
 * The blind index of a number. That of a test has nothing in common with that of the same number in earnest: so
 * neither can limit, lock, opt out or answer for the other.
 */
export function destinationOf(keys: Keyring, accountId: AccountId, e164: string, mode: Mode): Buffer {
  return keys.blindIndex('destination', ...(mode === 'test' ? [mode] : []), accountId, e164);
}

/** What is left to show of a number that is gone: `+385•••••••••`. The dots do not tell how long it was. */
export function maskOfCountry(country: string): string {
  return `+${isSupportedCountry(country) ? getCountryCallingCode(country) : ''}•••••••••`;
}

// The place is that of old, bound into what was sealed before there was a vault.
export function sealPhone(keys: Keyring, accountId: AccountId, id: VerificationId, e164: string): Buffer {
  return seal(keys, e164, { account: accountId, table: 'verifications', column: 'to', row: id });
}

/** @returns E.164 with `+` */
export function openPhone(
  keys: Keyring,
  { accountId, id }: { accountId: AccountId; id: VerificationId },
  sealed: Buffer,
): string {
  return open(keys, sealed, { account: accountId, table: 'verifications', column: 'to', row: id });
}

/** The same where its key may have been made by another process this moment. */
export function openPhoneSoon(...args: Parameters<typeof openPhone>): string | Promise<string> {
  return withKeys(args[0], () => openPhone(...args));
}
