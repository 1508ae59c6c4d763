import { createHmac, timingSafeEqual } from 'node:crypto';
import { KeyDestroyed, UnknownKey } from '../crypto/errors.ts';
import type { Keyring } from '../crypto/keyring.ts';
import type { AccountId, VerificationId } from '../ids.ts';
import { BINDING_BYTES, sealOfBinding, type ClientBinding } from './client-binding.ts';
import { CredentialInvalid } from './errors.ts';
import type { ClientTokenPrincipal, Principal } from './principal.ts';

export const CLIENT_TOKEN_PREFIX = 'otpost_ct_';

/**
 * How long a frontend may still look at a verification that has ended: for a page whose line was lost just then, or that
 * was reloaded, to read how it ended. The SDK comes back within 15 s, a browser's EventSource within a few. From there
 * on what there is to know is the server's, which has asked for the check.
 */
export const CLIENT_TOKEN_GRACE_MS = 60_000;

const UNBOUND_BYTES = 16 + 16 + 6;
const MAC_BYTES = 16;
// In base64url: without and with what it is bound to.
const TOKEN = /^otpost_ct_([A-Za-z0-9-]{1,12})_([A-Za-z0-9_-]{72}|[A-Za-z0-9_-]{95})$/;

/**
 * A bearer for the frontend of one verification: it may watch it and nothing else, from one place if its start
 * said so. It ends a minute after its verification (`refuseEnded`): at the latest after the time of that is up, which is
 * written in it. Stateless.
 * @returns `otpost_ct_` + key id + `_` + base64url of account ‖ verification ‖ expiry (ms, 48 bits) ‖ where it is
 *   bound to, if to anything (17 octets) ‖ HMAC-SHA-256 cut to 128 bits
 */
export function issueClientToken(
  keys: Keyring,
  verification: { accountId: AccountId; id: VerificationId; expiresAt: Date },
  binding?: ClientBinding,
): string {
  const body = Buffer.allocUnsafe(UNBOUND_BYTES + (binding ? BINDING_BYTES : 0));
  body.write(verification.accountId.slice(4), 0, 16, 'hex');
  body.write(verification.id.slice(4), 16, 16, 'hex');
  body.writeUIntBE(verification.expiresAt.getTime() + CLIENT_TOKEN_GRACE_MS, 32, 6);
  if (binding) sealOfBinding(binding).copy(body, UNBOUND_BYTES);
  const token = Buffer.concat([body, mac(keys, keys.currentId, body)]);
  return `${CLIENT_TOKEN_PREFIX}${keys.currentId}_${token.toString('base64url')}`;
}

/** @returns who it stands for, wherever it is shown; undefined when it is malformed, forged, or over */
export function readClientToken(keys: Keyring, token: string, now: number): ClientTokenPrincipal | undefined {
  const match = TOKEN.exec(token);
  if (!match) return undefined;
  const bytes = Buffer.from(match[2]!, 'base64url');
  // Its last character has bits to spare, which nobody may write a second token into.
  if (bytes.toString('base64url') !== match[2]) return undefined;
  const body = bytes.subarray(0, -MAC_BYTES);
  const expected = tryMac(keys, match[1]!, body);
  if (!expected || !timingSafeEqual(expected, bytes.subarray(-MAC_BYTES))) return undefined;
  const expiresAt = body.readUIntBE(32, 6);
  if (now >= expiresAt) return undefined;
  return {
    kind: 'clientToken',
    accountId: `acc_${body.toString('hex', 0, 16)}`,
    verificationId: `vrf_${body.toString('hex', 16, 32)}`,
    expiresAt: new Date(expiresAt),
    ...(body.length > UNBOUND_BYTES && { binding: body.subarray(UNBOUND_BYTES) }),
  };
}

/**
 * A token says until when its verification is valid, not that it has ended before: whoever has read the verification
 * knows, and asks here. So nothing is read for it that is not read anyway.
 * @param endedAt when the verification ended; absent: it has not
 * @throws {CredentialInvalid}
 */
export function refuseEnded(who: Principal, endedAt: Date | null | undefined, now: number): void {
  if (who.kind === 'clientToken' && endedAt && now >= endedAt.getTime() + CLIENT_TOKEN_GRACE_MS)
    throw new CredentialInvalid('expired');
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
