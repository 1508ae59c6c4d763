import type { RandomBytes } from '../crypto/random.ts';

/** 32 of them, without those that are taken for each other (Crockford's alphabet). */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';
const GROUPS = 4;
const GROUP = 5;

/** A password for somebody to begin with: 100 random bits, in groups that can be read aloud. */
export function newPassword(randomBytes: RandomBytes): string {
  const letters = [...randomBytes(GROUPS * GROUP)].map((byte) => LETTERS[byte % LETTERS.length]!);
  return Array.from({ length: GROUPS }, (_, i) => letters.slice(i * GROUP, (i + 1) * GROUP).join('')).join(
    '-',
  );
}
