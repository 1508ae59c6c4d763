import { createHmac, timingSafeEqual } from 'node:crypto';
import { KeyDestroyed, UnknownKey } from '../crypto/errors.ts';
import type { Keyring } from '../crypto/keyring.ts';
import type { AccountId, VerificationId } from '../ids.ts';
import type { Principal } from './principal.ts';

export const CLIENT_TOKEN_PREFIX = 'otpost_ct_';

// The last receipt and the end itself come a little after the verification's time is up.
const GRACE_MS = 5 * 60_000;
const BODY_BYTES = 16 + 16 + 6;
const MAC_BYTES = 16;

/**
 * A bearer for the frontend of one verification: it may watch it and nothing else, and ends five
 * minutes after it. Stateless.
 * @returns `otpost_ct_` + key id + `_` + base64url of account ‖ verification ‖ expiry (ms, 48 bits) ‖
 *   HMAC-SHA-256 cut to 128 bits
 */
export function issueClientToken(
  keys: Keyring,
  verification: { accountId: AccountId; id: VerificationId; expiresAt: Date },
): string {
  const body = Buffer.allocUnsafe(BODY_BYTES);
  body.write(verification.accountId.slice(4), 0, 16, 'hex');
  body.write(verification.id.slice(4), 16, 16, 'hex');
  body.writeUIntBE(verification.expiresAt.getTime() + GRACE_MS, 32, 6);
  const token = Buffer.concat([body, mac(keys, keys.currentId, body)]);
  return `${CLIENT_TOKEN_PREFIX}${keys.currentId}_${token.toString('base64url')}`;
}

/** @returns who it stands for; undefined when it is malformed, forged, or over */
export function readClientToken(keys: Keyring, token: string, now: number): Principal | undefined {
  const match = /^otpost_ct_([A-Za-z0-9-]{1,12})_([A-Za-z0-9_-]{72})$/.exec(token);
  if (!match) return undefined;
  const bytes = Buffer.from(match[2]!, 'base64url');
  const body = bytes.subarray(0, BODY_BYTES);
  const expected = tryMac(keys, match[1]!, body);
  if (!expected || !timingSafeEqual(expected, bytes.subarray(BODY_BYTES))) return undefined;
  const expiresAt = body.readUIntBE(32, 6);
  if (now >= expiresAt) return undefined;
  return {
    kind: 'clientToken',
    accountId: `acc_${body.toString('hex', 0, 16)}`,
    verificationId: `vrf_${body.toString('hex', 16, 32)}`,
    expiresAt: new Date(expiresAt),
  };
}

function mac(keys: Keyring, keyId: string, body: Buffer): Buffer {
  return createHmac('sha256', keys.key('client-token', keyId)).update(body).digest().subarray(0, MAC_BYTES);
}

function tryMac(keys: Keyring, keyId: string, body: Buffer): Buffer | undefined {
  try {
    return mac(keys, keyId, body);
  } catch (error) {
    if (error instanceof UnknownKey || error instanceof KeyDestroyed) return undefined;
    throw error;
  }
}
