import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';

export type CodeAlphabet = 'digits' | 'unambiguous';

const SYMBOLS: Record<CodeAlphabet, string> = {
  digits: '0123456789',
  // Without 0 O 1 I L (look alike) and U V (sound and look alike).
  unambiguous: '23456789ABCDEFGHJKMNPQRSTWXYZ',
};

/** What a code is made from, besides the key. */
export interface CodeRecipe {
  /** 16 random bytes of the verification; a new nonce is a new code. */
  nonce: Buffer;
  length: number;
  alphabet: CodeAlphabet;
}

/**
 * Derives a code: HMAC-SHA-256(key, nonce) cut to a number below alphabet^length, the way of
 * RFC 4226 with 128 bits instead of 31, so that no symbol is more likely than another by more than
 * 2⁻⁷⁰. Leading zeros stay. So a code rests nowhere, neither in the clear nor hashed.
 */
export function deriveCode(key: KeyObject, recipe: CodeRecipe): string {
  const symbols = SYMBOLS[recipe.alphabet];
  const digest = createHmac('sha256', key).update(recipe.nonce).digest();
  let rest = digest.readBigUInt64BE(0) * 2n ** 64n + digest.readBigUInt64BE(8);
  const base = BigInt(symbols.length);
  let code = '';
  for (let place = 0; place < recipe.length; place++) {
    code = symbols[Number(rest % base)]! + code;
    rest /= base;
  }
  return code;
}

/** Compares without telling by its time how much was right. Both have the recipe's length. */
export function sameCode(expected: string, given: string): boolean {
  return expected.length === given.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given));
}

/**
 * Reads a code as people type it: spaces, dashes and invisible marks go, digits of every script
 * become 0–9, letters become capitals.
 * @returns undefined when it cannot be a code of this length and alphabet
 */
export function readCode(typed: string, length: number, alphabet: CodeAlphabet): string | undefined {
  if (typed.length > 64) return undefined;
  const code = typed
    .normalize('NFKC')
    .replace(/[\s\p{Cf}\p{Pd}.]/gu, '')
    .replace(/\p{Nd}/gu, (digit) => String(digitValue(digit)))
    .toUpperCase();
  if (code.length !== length) return undefined;
  for (const symbol of code) if (!SYMBOLS[alphabet].includes(symbol)) return undefined;
  return code;
}

// Unicode keeps the ten digits of every script in one run that starts at a multiple of ten or
// sixteen code points; walking down to the first non-digit's neighbour finds the zero of the run.
function digitValue(digit: string): number {
  const point = digit.codePointAt(0)!;
  if (point < 0x80) return point - 0x30;
  for (let value = 0; value < 10; value++) {
    const before = point - value - 1;
    if (!/\p{Nd}/u.test(String.fromCodePoint(before))) return value;
  }
  return (point - 0x10) % 10;
}
