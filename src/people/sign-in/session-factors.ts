import { FACTORS, type Factor } from '../../accounts/factor.ts';

/** What a session is made by, besides what is shown in it later. */
const STEPS: Readonly<Record<string, readonly Factor[]>> = {
  '/sign-in/email': ['password'],
  '/two-factor/verify-totp': ['password', 'totp'],
  '/two-factor/verify-backup-code': ['password', 'backupCode'],
  '/two-factor/disable': ['password'],
  '/change-password': ['password'],
  '/passkey/verify-authentication': ['passkey'],
};

/** Where a session goes on in a new one. */
const GOES_ON = ['/two-factor/verify-totp', '/two-factor/disable', '/change-password'];

/** What the factor that is turned off was shown by. */
const TURNED_OFF: readonly Factor[] = ['totp', 'backupCode'];

/**
 * The factors of a session that a path makes.
 * @param before of the session that goes on in it, when there is one
 * @throws for a path that makes none
 */
export function factorsOfNew(path: string, before: readonly Factor[] = []): Factor[] {
  const shown = STEPS[path];
  if (!shown) throw new Error(`${path} makes no session`);
  const all = GOES_ON.includes(path) ? before : [];
  const kept = path === '/two-factor/disable' ? all.filter((one) => !TURNED_OFF.includes(one)) : all;
  return FACTORS.filter((one) => shown.includes(one) || kept.includes(one));
}
