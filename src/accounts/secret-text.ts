import { createHash } from 'node:crypto';

// 62³³ > 2¹⁹² and 62⁶ > 2³².
const SECRET_DIGITS = 33;
const CHECKSUM_DIGITS = 6;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const REST = new RegExp(`^[0-9A-Za-z]{${SECRET_DIGITS + CHECKSUM_DIGITS}}$`);

export const SECRET_BYTES = 24;

/**
 * Writes a secret: the prefix, 192 bits in 33 digits of base 62, and 6 digits of checksum (the first 32 bits of
 * SHA-256 over all before it), by which a scanner tells a secret from a text that looks like one. No character
 * in it ends a word, so that a double click takes all of it.
 * @param prefix recognisable, so that a secret scanner finds what was committed by mistake
 * @param secret 24 random bytes
 */
export function writeSecret(prefix: string, secret: Buffer): string {
  const body = prefix + base62(BigInt(`0x${secret.toString('hex')}`), SECRET_DIGITS);
  return body + checksumOf(body);
}

/** Whether a text is a secret from its first to its last character, as far as the text itself tells. */
export function isWholeSecret(prefix: string, text: string): boolean {
  if (!text.startsWith(prefix) || !REST.test(text.slice(prefix.length))) return false;
  return text.slice(-CHECKSUM_DIGITS) === checksumOf(text.slice(0, -CHECKSUM_DIGITS));
}

/** By what a person tells secrets apart in a list: the prefix, and 4 of its 33 digits. */
export function hintOfSecret(prefix: string, text: string): string {
  return text.slice(0, prefix.length + 4);
}

function checksumOf(body: string): string {
  return base62(BigInt(createHash('sha256').update(body).digest().readUInt32BE()), CHECKSUM_DIGITS);
}

function base62(number: bigint, length: number): string {
  let text = '';
  for (let rest = number; text.length < length; rest /= 62n) text = DIGITS[Number(rest % 62n)]! + text;
  return text;
}
