import { createHash } from 'node:crypto';
import type { Mode } from './mode.ts';

/** Recognisable, so that a secret scanner finds a key that was committed by mistake. */
const PREFIXES = { live: 'otp_live_', test: 'otp_test_' } as const satisfies Record<Mode, string>;
const PREFIX_LENGTH = PREFIXES.live.length;
/** Of keys from before there were checksums: they go on working. */
const OLD_KEY = /^otpost_key_[A-Za-z0-9_-]{32}$/;

export const SECRET_BYTES = 24;
// 62³³ > 2¹⁹² and 62⁶ > 2³².
const SECRET_DIGITS = 33;
const CHECKSUM_DIGITS = 6;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SHAPE = new RegExp(`^otp_(?:live|test)_[0-9A-Za-z]{${SECRET_DIGITS + CHECKSUM_DIGITS}}$`);

/**
 * Writes a key: `otp_live_` or `otp_test_`, 192 bits in 33 digits of base 62, and 6 digits of checksum (the first 32 bits of
 * SHA-256 over all before it), by which a scanner tells a key from a text that looks like one. No character
 * in it ends a word, so that a double click takes all of it.
 * @param secret 24 random bytes
 */
export function writeApiKey(mode: Mode, secret: Buffer): string {
  const body = PREFIXES[mode] + base62(BigInt(`0x${secret.toString('hex')}`), SECRET_DIGITS);
  return body + checksumOf(body);
}

/** Whether a text has the prefix of a key, whole or not. */
export function looksLikeApiKey(text: string): boolean {
  return /^(?:otp_(?:live|test)_|otpost_key_)/.test(text);
}

/** Whether a text is a key from its first to its last character, as far as the text itself tells. */
export function isWholeApiKey(text: string): boolean {
  if (!SHAPE.test(text)) return OLD_KEY.test(text);
  const body = text.slice(0, -CHECKSUM_DIGITS);
  return text.slice(-CHECKSUM_DIGITS) === checksumOf(body);
}

/** By what a person tells keys apart in a list: the prefix, and 4 of its 33 digits. */
export function hintOf(key: string): string {
  return key.slice(0, PREFIX_LENGTH + 4);
}

function checksumOf(body: string): string {
  return base62(BigInt(createHash('sha256').update(body).digest().readUInt32BE()), CHECKSUM_DIGITS);
}

function base62(number: bigint, length: number): string {
  let text = '';
  for (let rest = number; text.length < length; rest /= 62n) text = DIGITS[Number(rest % 62n)]! + text;
  return text;
}
