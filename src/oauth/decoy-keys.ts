import type { JWK } from 'jose';
import { generateKeyPairSync } from 'node:crypto';
import type { App } from '../platform.ts';

/**
 * Keys by which nobody has signed anything: one of each kind, to be tried where a client has none. 2 ms, once in a
 * process.
 */
export function createDecoyKeys({ keys }: Pick<App, 'keys'>): readonly JWK[] {
  // Verifying takes as long by any odd number of that size; finding two primes takes a quarter of a second.
  const modulus = keys.randomBytes(256);
  modulus[0]! |= 0x80;
  modulus[255]! |= 1;
  return [
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
    generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }),
    { kty: 'RSA', n: modulus.toString('base64url'), e: 'AQAB' },
  ] as JWK[];
}
