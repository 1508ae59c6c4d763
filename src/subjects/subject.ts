import type { Mode } from '../accounts/mode.ts';
import type { Keyring } from '../crypto/keyring.ts';
import type { AccountId } from '../ids.ts';
import { destinationOf } from '../verifications/phone.ts';

/** In the order of `subjectsOf`. */
const MODES: readonly Mode[] = ['live', 'test'];

/** The blind indexes under which something of a number can be stored in an account. */
export function subjectsOf(keys: Keyring, accountId: AccountId, e164: string): Buffer[] {
  return MODES.map((mode) => destinationOf(keys, accountId, e164, mode));
}

/** Of which mode one of the indexes is that `subjectsOf` answered. */
export function modeOfSubject(subjects: readonly Buffer[], subject: Uint8Array): Mode {
  return MODES[subjects.findIndex((one) => one.equals(subject))]!;
}

/** By what an erased subject is known again: only with the index key, and not by a look into another table. */
export function markOf(keys: Keyring, subject: Buffer): Buffer {
  return keys.blindIndex('erasure', subject.toString('hex'));
}
