import { eq } from 'drizzle-orm';
import { InvalidInput } from '../errors.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { changeConfiguration } from './change-configuration.ts';
import { isRegion, REGION_RULE } from './region.ts';
import { accounts, type AccountRow } from './table.ts';

/**
 * From now on the account's messages leave over carriers of this region only; null lifts that. Other
 * workers follow when they hear of it, at the latest after 10 s.
 * @throws {InvalidInput}
 */
export async function setResidency(
  app: App,
  accountId: AccountId,
  residency: string | null,
): Promise<AccountRow> {
  if (residency !== null && !isRegion(residency)) throw new InvalidInput('residency', REGION_RULE);
  const [account] = await changeConfiguration(app, accountId, (tx) =>
    tx.update(accounts).set({ residency }).where(eq(accounts.id, accountId)).returning(),
  );
  if (!account) throw new Error(`no account ${accountId}`);
  return account;
}
