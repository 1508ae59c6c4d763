import { isWholeSecret, writeSecret } from '../accounts/secret-text.ts';

const PREFIX = 'otp_ses_';

/** @param secret 24 random bytes */
export function writeSessionToken(secret: Buffer): string {
  return writeSecret(PREFIX, secret);
}

/** Whether a text has the prefix of a session's token, whole or not. */
export function looksLikeSessionToken(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** Whether a text is a session's token from its first to its last character, as far as the text itself tells. */
export function isWholeSessionToken(text: string): boolean {
  return isWholeSecret(PREFIX, text);
}

/**
 * The token of an `Authorization` header that has one and nothing else.
 * @returns undefined for everything else, also for what somebody else may read a token out of
 */
export function readBearerSession(authorization: string): string | undefined {
  const token = /^Bearer +([^ ]+)$/i.exec(authorization)?.[1];
  return token !== undefined && isWholeSessionToken(token) ? token : undefined;
}

/** As `readBearerSession` reads it, and the library cannot read otherwise. */
export function writeBearerSession(token: string): string {
  return `Bearer ${token}`;
}
