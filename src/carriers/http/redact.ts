import type { OutboundMessage } from '../carrier.ts';

const HIDDEN = '…';
const SHORTEST_CODE = 4;
const WORD = /[\p{L}\p{N}]+/gu;
/** Seven digits or more, however they are grouped: too long for an error's number, and a phone number otherwise. */
const PHONE_NUMBER = /\d(?:[\s().-]*\d){6,}/g;

/**
 * Takes what is ours out of a carrier's words: many repeat the number, the text or the password that they
 * refuse, and none of these belongs into a row or a log.
 */
export function withoutEcho(
  words: string,
  { text }: Pick<OutboundMessage, 'text'>,
  secrets: readonly string[],
): string {
  const codes = new Set((text.match(WORD) ?? []).filter(couldBeCode));
  const unsecret = secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), words);
  return withoutNumbers(unsecret).replace(WORD, (word) => (codes.has(word.toUpperCase()) ? HIDDEN : word));
}

/** The same where the text is not at hand, in a receipt. */
export function withoutNumbers(words: string): string {
  return words.replace(PHONE_NUMBER, HIDDEN);
}

/** Digits and capital letters, as codes are made of. */
function couldBeCode(word: string): boolean {
  return word.length >= SHORTEST_CODE && /^[\p{Lu}\p{N}]+$/u.test(word);
}
