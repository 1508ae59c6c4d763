import { InvalidPhoneNumber } from '../verifications/errors.ts';
import { maskPhone, parsePhone } from '../verifications/phone.ts';

/** Phone numbers in the names that accounts choose, as pure decisions. */

/** Digits of a number, with what people write between them. */
const NUMBER = /\+?\p{Nd}(?:[^\p{L}\p{Nd}+]{0,3}\p{Nd}){6,}/gu;
const SHOWN = 2;

/** Ids that programs make have long runs of digits by chance: a UUID, or 24 and more hex digits with a letter among them. */
const OPAQUE =
  /^(?:[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}|(?:[a-z]{2}|[a-z]{3}_)?(?=[\da-f]*[a-f])[\da-f]{24,})$/i;

/** Whether a name has, or is, what may be a phone number: one that is written for its own country included. */
export function mayHoldNumber(text: string): boolean {
  return maskNumbersIn(text) !== text;
}

/** The name for those who see no number in full: of each the last two digits, and the country code where it has a `+`. */
export function maskNumbersIn(text: string): string {
  if (OPAQUE.test(text)) return text;
  return text.replace(NUMBER, (number) => {
    const digits = number.match(/\p{Nd}/gu)!;
    if (number.startsWith('+')) return maskPhone(`+${digits.join('')}`);
    return '•'.repeat(digits.length - SHOWN) + digits.slice(-SHOWN).join('');
  });
}

const MIN_DIGITS = 7;
/** Of E.164, behind a 00. */
const MAX_DIGITS = 17;

/**
 * The numbers that a name has, however they are spelled there: with + or 00 before the country code, or with nothing,
 * or as they are called within a country.
 * @param country whose numbers need no country code; null: none are
 * @returns E.164 with `+`
 */
export function numbersIn(text: string, country: string | null): string[] {
  if (OPAQUE.test(text)) return [];
  const runs = text.match(NUMBER) ?? [];
  const all = runs.flatMap(partsOf).flatMap((part) => read(part, country));
  return [...new Set(all)];
}

/** What stands beside a number is told from it by nothing: all groups of digits that follow each other. */
function partsOf(run: string): string[] {
  const groups = run.match(/\p{Nd}+/gu)!;
  return groups.flatMap((_, from) => {
    const plus = from === 0 && run.startsWith('+') ? '+' : '';
    return groups.slice(from).flatMap((__, i) => {
      const digits = groups.slice(from, from + i + 1).join('');
      return digits.length < MIN_DIGITS || digits.length > MAX_DIGITS ? [] : [plus + digits];
    });
  });
}

function read(part: string, country: string | null): string[] {
  if (part.startsWith('+')) return parsed(part, null);
  const abroad = parsed(`+${part.replace(/^00/, '')}`, null);
  return country === null ? abroad : [...abroad, ...parsed(part, country)];
}

function parsed(typed: string, country: string | null): string[] {
  try {
    return [parsePhone(typed, country).e164];
  } catch (error) {
    if (error instanceof InvalidPhoneNumber) return [];
    throw error;
  }
}
