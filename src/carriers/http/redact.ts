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
  // Also inside of a word: in a text that is repeated as it went over the line, `%20` stands before a code.
  return [...codes].reduce(
    (rest, code) => rest.replaceAll(new RegExp(code, 'giu'), HIDDEN),
    withoutNumbers(unsecret),
  );
}

export function withoutNumbers(words: string): string {
  return words.replace(PHONE_NUMBER, HIDDEN);
}

/**
 * A receipt's error code, where the text is not at hand to know what of it is ours: one word, or nothing.
 * Whoever writes sentences there may quote the message in them.
 */
export function errorWord(code: string | undefined): string | undefined {
  return code !== undefined && /^[\w.:-]{1,40}$/.test(code) ? withoutNumbers(code) : undefined;
}

/** Digits and capital letters, as codes are made of. */
function couldBeCode(word: string): boolean {
  return word.length >= SHORTEST_CODE && /^[\p{Lu}\p{N}]+$/u.test(word);
}
