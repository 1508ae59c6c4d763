import { DATES_AND_TIMES } from './redact-codes.ts';

/** What can stand between two groups of a number: " - ", ", ", ") ". */
const SEPARATORS = String.raw`[\s\p{Cf}.,_·*:/()\p{Pd}]{0,3}`;
/** What a text can still have of a phone number once the codes are out of it: seven digits, in groups or in one piece. */
const NUMBER = new RegExp(String.raw`\+?\p{Nd}(?:${SEPARATORS}\p{Nd}){6,}`, 'gu');
/** What has as many digits and is none. */
const CLEAR = new RegExp(`^(?:${DATES_AND_TIMES})(?:${SEPARATORS}(?:${DATES_AND_TIMES}))*$`, 'u');
const SHOWN = 2;

/** Masks the phone numbers in a text, for those who see none in full: all but the last two digits. */
export function maskNumbers(text: string): string {
  return text.replace(NUMBER, (number) => {
    if (CLEAR.test(number)) return number;
    let hidden = number.match(/\p{Nd}/gu)!.length - SHOWN;
    return number.replace(/[+\p{Nd}]/gu, (symbol) => {
      if (symbol === '+') return '•';
      return hidden-- > 0 ? '•' : symbol;
    });
  });
}
