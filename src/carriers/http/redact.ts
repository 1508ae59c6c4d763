import type { OutboundMessage } from '../carrier.ts';

const HIDDEN = '…';
const SHORTEST_CODE = 4;

/**
 * Takes what is ours out of a carrier's words: many repeat the number or the text that they refuse, and
 * neither belongs into a row or a log. Every long run of digits goes, however it is grouped, and every
 * word of the text that could be a code.
 */
export function withoutEcho(words: string, { text }: Pick<OutboundMessage, 'text'>): string {
  const codes = new Set((text.match(WORD) ?? []).filter(couldBeCode));
  return words
    .replace(/\d(?:[\s().-]*\d){3,}/g, HIDDEN)
    .replace(WORD, (word) => (codes.has(word.toUpperCase()) ? HIDDEN : word));
}

/** The same where the text is not at hand, in a receipt: what is too long for anything but a number. */
export function withoutNumbers(words: string): string {
  return words.replace(/\d(?:[\s().-]*\d){5,}/g, HIDDEN);
}

const WORD = /[\p{L}\p{N}]+/gu;

/** Digits and capital letters, as codes are made of. */
function couldBeCode(word: string): boolean {
  return word.length >= SHORTEST_CODE && /^[\p{Lu}\p{N}]+$/u.test(word);
}
