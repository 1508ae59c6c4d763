import { InvalidInput } from '../errors.ts';
import { readBase32 } from './base32.ts';
import type { TotpAlgorithm } from './totp.ts';
import { isOneLine } from '../one-line.ts';

/** How codes are made; what is absent is as the service says. */
export interface TotpInput {
  algorithm?: TotpAlgorithm | undefined;
  /** 3–8. */
  codeLength?: number | undefined;
  /** 20–60. */
  stepSeconds?: number | undefined;
  /** 0–2. */
  skew?: number | undefined;
}

/** RFC 4226 §4, R6: at least 128 bits. */
const MIN_SECRET_BYTES = 16;
const MAX_SECRET_BYTES = 128;

/** @throws {InvalidInput} */
export function checkIdentity(identity: string): void {
  if (!/^[\w.@:+~-]{1,64}$/.test(identity))
    throw new InvalidInput('identity', 'An identity has 1 to 64 letters, digits and - _ . @ : + ~.');
}

/** @throws {InvalidInput} */
export function checkFactorName(name: string): void {
  if (name.trim() === '' || name.length > 64 || !isOneLine(name))
    throw new InvalidInput('name', 'A factor has a name of 1 to 64 characters, in one line.');
}

/** @throws {InvalidInput} */
export function readSecret(text: string): Buffer {
  const secret = readBase32(text);
  if (!secret || secret.length < MIN_SECRET_BYTES || secret.length > MAX_SECRET_BYTES)
    throw new InvalidInput('secret', 'A secret is 16 to 128 octets in base32.');
  return secret;
}
