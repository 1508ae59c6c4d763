import { maskPhone } from '../verifications/phone.ts';

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
