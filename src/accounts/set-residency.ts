import { eq } from 'drizzle-orm';
import type { Doer } from '../audit/actor.ts';
import type { App } from '../platform.ts';
import { changeConfiguration } from './change-configuration.ts';
import { AccountOutsideRegion } from './errors.ts';
import { readRegion } from './region.ts';
import { accounts, type AccountRow } from './table.ts';

/**
 * From now on the account's messages leave over carriers of this region only; null lifts that. Other
 * workers follow when they hear of it, at the latest after 10 s.
 * @throws {InvalidInput | AccountOutsideRegion}
 */
export async function setResidency(app: App, who: Doer, residency: string | null): Promise<AccountRow> {
  readRegion(residency, 'residency');
  if (app.region !== undefined && residency !== app.region) throw new AccountOutsideRegion(app.region);
  const { accountId } = who;
  return changeConfiguration(app, who, 'account.set_residency', async (tx, act) => {
    const ours = eq(accounts.id, accountId);
    const [account] = await tx.update(accounts).set({ residency }).where(ours).returning();
    if (!account) throw new Error(`no account ${accountId}`);
    act.on(accountId, { residency });
    return account;
  });
}
