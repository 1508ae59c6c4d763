import { modeOf, type Principal } from '../accounts/principal.ts';
import type { Keyring } from '../crypto/keyring.ts';
import { codeOf } from './code-of.ts';
import type { VerificationRow } from './table.ts';

/** Whether somebody may read the code of a verification: of a test, with a test key, and never else. */
export function mayReadCode(who: Principal, { mode }: Pick<VerificationRow, 'mode'>): boolean {
  return mode === 'test' && modeOf(who) === 'test';
}

/** The code that a test's message carries, so that it can be checked without a handset; null for all that is live. */
export function sandboxCodeOf(keys: Keyring, who: Principal, v: VerificationRow): string | null {
  return mayReadCode(who, v) ? codeOf(keys, v, 'code') : null;
}
