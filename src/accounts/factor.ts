/** With what somebody shows who they are. */
export const FACTORS = ['password', 'totp', 'backupCode', 'passkey'] as const;

export type Factor = (typeof FACTORS)[number];

/**
 * Whether they are two of a kind each: something known, and something held. A passkey is both by itself, for its device
 * asks for a PIN, a finger or a face before it signs.
 */
export function areTwoFactors(factors: readonly Factor[]): boolean {
  return factors.some((factor) => factor !== 'password');
}
