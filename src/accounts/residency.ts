import { eq } from 'drizzle-orm';
import type { DbTransaction } from '../db/client.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { createAccountCache, type AccountCache } from './cache.ts';
import { findAccount } from './find-account.ts';
import { accounts } from './table.ts';

/** The region that each account's messages must not leave: the dispatcher asks for every message. */
export function createResidencyDirectory(app: App): AccountCache<{ residency: string | null }> {
  // Without the answer nothing may be sent: an account that is not there throws.
  return createAccountCache(app, findAccount);
}

/** As it is now, for a change of the configuration: nobody sets another one meanwhile. */
export async function readResidency(tx: DbTransaction, accountId: AccountId): Promise<string | null> {
  const [row] = await tx
    .select({ residency: accounts.residency })
    .from(accounts)
    .where(eq(accounts.id, accountId));
  return row!.residency;
}
