import type { Keyring } from '../crypto/keyring.ts';
import { deriveCode } from './code.ts';
import type { VerificationRow } from './table.ts';

/**
 * Which of a verification's two codes: the one that is sent to the handset and typed, or the one that is
 * shown and sent from the handset. They come from one nonce under two keys, so knowing the shown one is
 * no help in typing the other.
 */
export type CodeUse = 'code' | 'inbound-code';

export function codeOf(
  keys: Keyring,
  v: Pick<VerificationRow, 'codeKeyId' | 'codeNonce' | 'codeLength' | 'codeAlphabet'>,
  use: CodeUse,
): string {
  const { codeNonce: nonce, codeLength: length, codeAlphabet: alphabet } = v;
  return deriveCode(keys.key(use, v.codeKeyId), { nonce, length, alphabet });
}
