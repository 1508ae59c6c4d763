import { lte } from 'drizzle-orm';
import type { App } from '../platform.ts';
import { invitations, personChallenges, personSessions, signInFailures } from './table.ts';
import { WINDOW_MS } from './sign-in/window.ts';

/** How often that is worth doing. */
export const FORGET_SIGN_INS_MS = 10 * 60_000;

/** Forgets sessions that are over, steps of a sign-in that were never made, and counts of attempts that are old, and invitations that nobody has followed. */
export async function forgetSignIns(app: App): Promise<void> {
  const now = new Date(app.clock());
  await app.db.delete(personSessions).where(lte(personSessions.expiresAt, now));
  await app.db.delete(personChallenges).where(lte(personChallenges.expiresAt, now));
  // Of all accounts: what is over is forgotten, whose ever it is.
  await app.db.delete(invitations).where(lte(invitations.expiresAt, now));
  await app.db.delete(signInFailures).where(lte(signInFailures.since, new Date(now.getTime() - WINDOW_MS)));
}
