import { hintOfSecret, isWholeSecret, writeSecret } from '../accounts/secret-text.ts';

const PREFIX = 'otp_client_';

/** @param secret 24 random bytes */
export function writeClientSecret(secret: Buffer): string {
  return writeSecret(PREFIX, secret);
}

/** Whether a text is a secret from its first to its last character, as far as the text itself tells. */
export function isWholeClientSecret(text: string): boolean {
  return isWholeSecret(PREFIX, text);
}

/** By what a person tells secrets apart in a list. */
export function hintOfClientSecret(secret: string): string {
  return hintOfSecret(PREFIX, secret);
}
