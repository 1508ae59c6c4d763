import { readCode, type CodeAlphabet } from '../verifications/code.ts';

// Each one that is looked at costs a check: a text full of numbers must not use all of them up.
const MAX_CODES = 3;
const DIGITS = /\p{Nd}(?:[\s\p{Cf}\p{Pd}.]?\p{Nd})*/gu;
const WORDS = /[\p{L}\p{Nd}]+(?:\p{Pd}[\p{L}\p{Nd}]+)*/gu;

/**
 * The codes that a text may be meant to hold: the whole text, else what in it has a code's form
 * (`my code is 123 456`).
 * @returns as `readCode` writes them, each once, at most three, in the order of the text
 */
export function findCodes(text: string, length: number, alphabet: CodeAlphabet): string[] {
  const whole = readCode(text, length, alphabet);
  if (whole !== undefined) return [whole];
  const spans = text.normalize('NFKC').match(alphabet === 'digits' ? DIGITS : WORDS) ?? [];
  const codes = spans.flatMap((span) => {
    const joined = readCode(span, length, alphabet);
    if (joined !== undefined) return [joined];
    return span.split(/\s/).flatMap((group) => readCode(group, length, alphabet) ?? []);
  });
  // A code of letters and digits without any digit looks like a word: it counts when nothing else is there.
  const withDigit = codes.filter((code) => /\d/.test(code));
  return [...new Set(withDigit.length > 0 ? withDigit : codes)].slice(0, MAX_CODES);
}
