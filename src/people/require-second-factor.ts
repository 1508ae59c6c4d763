import { eq } from 'drizzle-orm';
import { SecondFactorNeeded } from '../accounts/errors.ts';
import { areTwoFactors } from '../accounts/factor.ts';
import type { Principal } from '../accounts/principal.ts';
import { setRequireSecondFactor } from '../accounts/set-require-second-factor.ts';
import type { AccountRow } from '../accounts/table.ts';
import type { App } from '../platform.ts';
import { announcePeople } from './announce.ts';
import { members } from './table.ts';

/**
 * From now on people do nothing in the account but set up a second factor, until they have signed in with one; or, from
 * now on, a password is enough again. At once in every process: what they hold open is closed.
 * @throws {SecondFactorNeeded} for a person who would be the first that it stops
 */
export async function requireSecondFactor(app: App, who: Principal, required: boolean): Promise<AccountRow> {
  if (required && who.kind === 'person' && !areTwoFactors(who.factors)) throw new SecondFactorNeeded();
  const account = await setRequireSecondFactor(app, who, required);
  const rows = await app.db
    .select({ personId: members.personId })
    .from(members)
    .where(eq(members.accountId, who.accountId));
  announcePeople(
    app,
    rows.map(({ personId }) => personId),
  );
  return account;
}
