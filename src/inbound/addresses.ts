import { InvalidPhoneNumber } from '../verifications/errors.ts';
import { parsePhone } from '../verifications/phone.ts';

/**
 * The number that a message came from, however the carrier writes it.
 * @param country for numbers in the form of their country
 * @returns E.164 with `+`; `undefined` for a name, a short code, or a number that does not exist
 */
export function readSender(from: string, country: string | null): string | undefined {
  const address = from.trim();
  if (/^\+\d+$/.test(address)) return tryPhone(address, null);
  if (!/^\d{5,20}$/.test(address)) return undefined;
  if (address.startsWith('00')) return tryPhone(`+${address.slice(2)}`, null);
  return tryPhone(`+${address}`, null) ?? (country === null ? undefined : tryPhone(address, country));
}

function tryPhone(text: string, country: string | null): string | undefined {
  try {
    return parsePhone(text, country).e164;
  } catch (error) {
    if (error instanceof InvalidPhoneNumber) return undefined;
    throw error;
  }
}

/** One of our numbers in the form in which all its spellings are equal: `+385 …`, `00385…` and `385…`. */
export function numberDigits(number: string): string {
  return number.trim().replace(/^(?:\+|00)/, '');
}
