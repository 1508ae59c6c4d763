import type { Mode } from './mode.ts';
import { hintOfSecret, isWholeSecret, writeSecret } from './secret-text.ts';

const PREFIXES = { live: 'otp_live_', test: 'otp_test_' } as const satisfies Record<Mode, string>;
/** Of keys from before there were checksums: they go on working. */
const OLD_KEY = /^otpost_key_[A-Za-z0-9_-]{32}$/;

/** @param secret 24 random bytes */
export function writeApiKey(mode: Mode, secret: Buffer): string {
  return writeSecret(PREFIXES[mode], secret);
}

/** Whether a text has the prefix of a key, whole or not. */
export function looksLikeApiKey(text: string): boolean {
  return /^(?:otp_(?:live|test)_|otpost_key_)/.test(text);
}

/** Whether a text is a key from its first to its last character, as far as the text itself tells. */
export function isWholeApiKey(text: string): boolean {
  return Object.values(PREFIXES).some((prefix) => isWholeSecret(prefix, text)) || OLD_KEY.test(text);
}

/** By what a person tells keys apart in a list. */
export function hintOf(key: string): string {
  return hintOfSecret(PREFIXES.live, key);
}
